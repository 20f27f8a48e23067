//! Ids of requests.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts the ids of requests: 1 to 2^53 − 1, then 1 again.
///
/// Greater numbers lose digits in servers that read them as floats.
#[derive(Debug, Default)]
pub(crate) struct RequestIds(AtomicU64);

impl RequestIds {
    pub(crate) fn next(&self) -> u64 {
        const MAX: u64 = (1 << 53) - 1;
        self.0.fetch_add(1, Ordering::Relaxed) % MAX + 1
    }
}
