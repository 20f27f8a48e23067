//! What `--version` prints.

use std::fmt::Write as _;

/// The version with the commit that the program was built from, if it is known, and the TLS stack.
pub(crate) fn long() -> String {
    let mut text = env!("CARGO_PKG_VERSION").to_owned();
    if let Some(commit) = option_env!("ADAPIS_COMMIT") {
        // Cannot fail.
        let _ = write!(text, " ({commit})");
    }
    text.push_str("\nTLS: rustls with ring, certificates of the platform");
    text
}
