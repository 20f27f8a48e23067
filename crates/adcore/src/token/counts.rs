//! Counters of renewals, for tests.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of a token cache, for tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg(any(test, feature = "testing"))]
pub struct TokenCounts {
    /// Renewals started, each by one task for all callers.
    pub renewals: u64,
    /// Renewals started because the vendor had refused the current token.
    pub forced: u64,
    /// Requests with a refresh token.
    pub refreshes: u64,
    /// Requests with the primary credential.
    pub grants: u64,
    /// Tokens taken from the store, where another process had saved them.
    pub adopted: u64,
    /// Renewals that failed.
    pub failures: u64,
    /// Callers that received the error of a renewal that another caller had started.
    pub shared_failures: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) renewals: AtomicU64,
    pub(super) forced: AtomicU64,
    pub(super) refreshes: AtomicU64,
    pub(super) grants: AtomicU64,
    pub(super) adopted: AtomicU64,
    pub(super) failures: AtomicU64,
    pub(super) shared_failures: AtomicU64,
}

impl Counters {
    #[cfg(any(test, feature = "testing"))]
    pub(super) fn read(&self) -> TokenCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        TokenCounts {
            renewals: read(&self.renewals),
            forced: read(&self.forced),
            refreshes: read(&self.refreshes),
            grants: read(&self.grants),
            adopted: read(&self.adopted),
            failures: read(&self.failures),
            shared_failures: read(&self.shared_failures),
        }
    }
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
