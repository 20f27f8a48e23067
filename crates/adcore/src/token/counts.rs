//! Counters of renewals, for tests.

/// Counters of a token cache, for tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(
    not(any(test, feature = "testing")),
    expect(unreachable_pub, reason = "public with the feature `testing`")
)]
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
