//! What an error means for the other windows of its source.

use adcore::ErrorKind;

use super::window::WindowError;
use crate::config::{HybridApi, Source, VendorSettings};
use crate::plan::Window;
use crate::summary;

/// Who is refused.
pub(super) enum Refusal {
    Nobody,
    /// A stream of an account: another stream asks for something else.
    Stream,
    Advertiser,
    Account,
}

/// Returns who is refused by an error of a window.
pub(super) fn refusal(source: &Source, window: &Window, error: &WindowError) -> Refusal {
    let (WindowError::Vendor(error) | WindowError::Sums(error)) = error else {
        return Refusal::Nobody;
    };
    let is_own_token = matches!(
        source.vendor,
        VendorSettings::Hybrid {
            api: HybridApi::V1,
            ..
        }
    );
    match error.kind() {
        // In version 1.0 each advertiser has its own token.
        ErrorKind::Unauthenticated if window.advertiser.is_some() && is_own_token => {
            Refusal::Advertiser
        }
        ErrorKind::Unauthenticated => Refusal::Account,
        ErrorKind::PermissionDenied if window.advertiser.is_some() => Refusal::Advertiser,
        // What does not exist or is not allowed so may be a word of the configuration, such as a split.
        ErrorKind::NotFound | ErrorKind::Rejected => Refusal::Stream,
        _ => Refusal::Nobody,
    }
}

/// Returns the text of an error and the exit code that it makes.
pub(super) fn described(error: &WindowError) -> (String, u8) {
    let code = match error {
        WindowError::Vendor(error) | WindowError::Sums(error) => summary::exit_code(error),
        _ => 1,
    };
    (error.to_string(), code)
}
