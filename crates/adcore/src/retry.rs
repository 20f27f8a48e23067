//! The retry policy, its jitter, and the retry credit of a client.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Error, ErrorKind};

/// The longest time limit: no call lasts longer, and it can be added to any instant.
pub(crate) const MAX_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// When and how often a failed call is sent again.
///
/// Only transient failures are retried, and an ambiguous one (timeout, broken connection, 5xx) only
/// if the request is idempotent. Each wait is a random part of a delay that doubles ("full
/// jitter"), or what the vendor's `Retry-After` asks for plus a random part of `initial_delay`.
/// After "too many requests" without `Retry-After` it is at least half of the delay. A wait that
/// would reach past the deadline is not started: the call fails immediately.
///
/// ```
/// use std::time::Duration;
///
/// use adcore::{ClientSettings, RetryPolicy};
///
/// let patient = RetryPolicy::default()
///     .max_attempts(5)
///     .initial_delay(Duration::from_millis(500));
/// let settings = ClientSettings::new().retry(patient);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Maximum number of attempts, including the first. Default 3.
    pub max_attempts: u32,
    /// Maximum number of attempts while the vendor responds "too many requests". By default that of
    /// [`max_attempts`](Self::max_attempts).
    pub max_rate_limit_attempts: Option<u32>,
    /// Upper bound of the first wait. Default 200 ms.
    pub initial_delay: Duration,
    /// Upper bound of the first wait after "too many requests" without `Retry-After`. Default 2 s.
    pub initial_rate_limit_delay: Duration,
    /// Upper bound of every wait, except where the vendor sends `Retry-After`. Default 60 s.
    pub max_delay: Duration,
    /// How many retries a client may have in credit. Default 100.
    ///
    /// Each retry takes one. A call that succeeds at once gives back a tenth of one, and a call
    /// that succeeds after a retry gives back a whole one.
    pub budget: u32,
    /// Seed of the jitter, for tests; `None` takes one from the system.
    pub(crate) seed: Option<u64>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            max_rate_limit_attempts: None,
            initial_delay: Duration::from_millis(200),
            initial_rate_limit_delay: Duration::from_secs(2),
            max_delay: Duration::from_secs(60),
            budget: 100,
            seed: None,
        }
    }
}

impl RetryPolicy {
    /// Returns a policy that sends every call once.
    #[must_use]
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the maximum number of attempts, including the first; 0 counts as 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the maximum number of attempts while the vendor responds "too many requests"; 0 counts
    /// as 1.
    ///
    /// With a large number only the deadline of the call limits the waits, which suits programs
    /// that collect data.
    #[must_use]
    pub fn max_rate_limit_attempts(mut self, attempts: u32) -> Self {
        self.max_rate_limit_attempts = Some(attempts.max(1));
        self
    }

    /// Sets the upper bound of the first wait.
    #[must_use]
    pub fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// Sets the upper bound of the first wait after "too many requests" without `Retry-After`.
    #[must_use]
    pub fn initial_rate_limit_delay(mut self, delay: Duration) -> Self {
        self.initial_rate_limit_delay = delay;
        self
    }

    /// Sets the upper bound of every wait, except where the vendor sends `Retry-After`.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets how many retries a client may have in credit.
    #[must_use]
    pub fn budget(mut self, retries: u32) -> Self {
        self.budget = retries;
        self
    }

    /// Fixes the jitter.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Returns the upper bound of the wait before attempt `next` (the first retry is attempt 2).
    fn ceiling(&self, error: &Error, next: u32) -> Duration {
        let initial = match error.kind() {
            ErrorKind::RateLimited => self.initial_rate_limit_delay,
            _ => self.initial_delay,
        };
        let doublings = next.saturating_sub(2).min(u32::BITS - 1);
        initial.saturating_mul(1 << doublings).min(self.max_delay)
    }
}

/// Returns whether a request that failed with `error` may be retried.
pub(crate) fn may_repeat(error: &Error, idempotent: bool) -> bool {
    match error.kind() {
        ErrorKind::Connect | ErrorKind::RateLimited => true,
        ErrorKind::Timeout | ErrorKind::Interrupted | ErrorKind::Server => {
            idempotent || !error.may_have_run()
        }
        _ => false,
    }
}

/// The jitter and the shared credit of one client.
#[derive(Debug)]
pub(crate) struct Retries {
    policy: RetryPolicy,
    rng: Mutex<fastrand::Rng>,
    credit: AtomicU32,
}

/// Credit is counted in tenths of a retry: a success earns one tenth.
const RETRY_COST: u32 = 10;

impl Retries {
    pub(crate) fn new(mut policy: RetryPolicy) -> Self {
        for delay in [
            &mut policy.initial_delay,
            &mut policy.initial_rate_limit_delay,
            &mut policy.max_delay,
        ] {
            *delay = MAX_TIME.min(*delay);
        }
        let seeded = policy.seed.map(fastrand::Rng::with_seed);
        Self {
            credit: AtomicU32::new(policy.budget.saturating_mul(RETRY_COST)),
            rng: Mutex::new(seeded.unwrap_or_default()),
            policy,
        }
    }

    /// Returns the maximum number of attempts of a call that failed with an error of this `kind`.
    pub(crate) fn max_attempts(&self, kind: ErrorKind) -> u32 {
        let limit = match kind {
            ErrorKind::RateLimited => self.policy.max_rate_limit_attempts,
            _ => None,
        };
        limit.unwrap_or(self.policy.max_attempts).max(1)
    }

    pub(crate) fn delay(&self, error: &Error, next: u32) -> Duration {
        let ceiling = self.policy.ceiling(error, next);
        let rng = self.rng.lock();
        let part = rng.unwrap_or_else(PoisonError::into_inner).f64();
        match error.retry_after() {
            Some(wait) => wait + self.policy.initial_delay.mul_f64(part),
            // Full jitter could be almost zero, but the vendor's quota window is longer than a
            // moment.
            None if error.kind() == ErrorKind::RateLimited => ceiling.mul_f64(0.5 + part / 2.0),
            None => ceiling.mul_f64(part),
        }
    }

    /// Takes one retry from the credit; `false` if there is none left.
    pub(crate) fn spend(&self) -> bool {
        let spend = |credit: u32| credit.checked_sub(RETRY_COST);
        self.credit.fetch_update(Relaxed, Relaxed, spend).is_ok()
    }

    /// Refills the credit after a call that succeeded: a whole retry if it took one, else a tenth.
    pub(crate) fn refill(&self, attempts: u32) {
        let limit = self.policy.budget.saturating_mul(RETRY_COST);
        if attempts <= 1 && self.credit.load(Relaxed) >= limit {
            return;
        }
        let earned = if attempts > 1 { RETRY_COST } else { 1 };
        let refill = |credit: u32| Some(credit.saturating_add(earned).min(limit));
        let _ = self.credit.fetch_update(Relaxed, Relaxed, refill);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind) -> Error {
        Error::new(kind, "")
    }

    #[test]
    fn table_of_repeats() {
        for (kind, idempotent, other) in [
            (ErrorKind::InvalidInput, false, false),
            (ErrorKind::Connect, true, true),
            (ErrorKind::Timeout, true, false),
            (ErrorKind::Interrupted, true, false),
            (ErrorKind::RateLimited, true, true),
            (ErrorKind::Unauthenticated, false, false),
            (ErrorKind::PermissionDenied, false, false),
            (ErrorKind::NotFound, false, false),
            (ErrorKind::Rejected, false, false),
            (ErrorKind::Server, true, false),
            (ErrorKind::Decode, false, false),
        ] {
            assert_eq!(may_repeat(&error(kind), true), idempotent, "{kind}");
            assert_eq!(may_repeat(&error(kind), false), other, "{kind}");
        }
    }

    #[test]
    fn delays_double_under_a_ceiling_with_full_jitter() {
        let retries = Retries::new(RetryPolicy::default().seed(7));
        let server = error(ErrorKind::Server);
        let mut spread = Vec::new();
        for next in 2..40 {
            let ceiling = Duration::from_millis(200).as_secs_f64() * f64::powi(2.0, next - 2);
            let delay = retries.delay(&server, u32::try_from(next).unwrap());
            assert!(delay.as_secs_f64() <= ceiling.min(60.0), "{next} {delay:?}");
            spread.push(delay);
        }
        assert!(spread.iter().any(|delay| *delay > Duration::from_secs(30)));
        assert!(
            spread[20..]
                .iter()
                .any(|delay| *delay < Duration::from_secs(20))
        );
    }

    #[test]
    fn the_delay_after_too_many_requests_is_never_short() {
        let retries = Retries::new(RetryPolicy::default().seed(7));
        let limited = error(ErrorKind::RateLimited);
        for (next, ceiling) in [(2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60), (8, 60)] {
            let ceiling = Duration::from_secs(ceiling);
            let delay = retries.delay(&limited, next);
            assert!(
                delay >= ceiling / 2 && delay <= ceiling,
                "{next}: {delay:?}"
            );
        }
    }

    #[test]
    fn retry_after_is_kept() {
        let retries = Retries::new(RetryPolicy::default().seed(7));
        let asked = error(ErrorKind::Server).with_retry_after(Some(Duration::from_secs(7)));
        let delay = retries.delay(&asked, 2);
        assert!(delay >= Duration::from_secs(7) && delay < Duration::from_secs(8));
    }

    #[test]
    fn credit_runs_out_and_comes_back() {
        let retries = Retries::new(RetryPolicy::default().budget(2));
        assert!(retries.spend() && retries.spend() && !retries.spend());
        for _ in 0..9 {
            retries.refill(1);
        }
        assert!(!retries.spend());
        retries.refill(1);
        assert!(retries.spend() && !retries.spend());
        retries.refill(2);
        assert!(retries.spend());
    }
}
