//! The peak memory of this process, as Linux reports it.

use anyhow::{Context, Result};

/// Returns the high-water mark of resident memory in KiB.
///
/// # Errors
/// When the system has no `/proc/self/status`.
pub fn peak_kib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("no /proc/self/status")?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().strip_suffix(" kB"))
        .and_then(|kib| kib.trim().parse().ok())
        .context("no VmHWM in /proc/self/status")
}
