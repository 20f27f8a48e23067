//! The peak memory of this process, as Linux reports it.

use anyhow::{Context, Result};

/// Returns the high-water mark of resident memory in KiB.
///
/// # Errors
/// When the system has no `/proc/self/status`.
pub fn peak_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("no /proc/self/status")?;
    field(&status, "VmHWM:")
}

/// A field of `/proc/…/status` in KiB.
pub(crate) fn field(status: &str, name: &str) -> Result<u64> {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.trim().strip_suffix(" kB"))
        .and_then(|kib| kib.trim().parse().ok())
        .with_context(|| format!("no {name} in the status"))
}
