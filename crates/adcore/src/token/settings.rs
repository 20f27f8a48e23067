//! When tokens are renewed.

use std::time::Duration;

use crate::retry::MAX_TIME;

/// When tokens are renewed. Times longer than a day count as a day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenSettings {
    /// The lifetime of a token whose server does not state one. Default 5 minutes.
    pub default_lifetime: Duration,
    /// How long before expiry renewal may begin; a tenth of the lifetime if that is less. Default
    /// 300 s.
    pub early_window: Duration,
    /// The minimum time between two fetches, after a failure or for very short lifetimes. Default 1
    /// s. After a failure it is as long as the server asks for with `Retry-After`, up to 15 minutes.
    pub pause: Duration,
    /// The time limit of a whole renewal: lock, refresh, primary grant, saving. Default 30 s.
    pub deadline: Duration,
    /// Seed of the jitter, for tests; `None` takes one from the system.
    pub(crate) seed: Option<u64>,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            default_lifetime: Duration::from_secs(5 * 60),
            early_window: Duration::from_secs(300),
            pause: Duration::from_secs(1),
            deadline: Duration::from_secs(30),
            seed: None,
        }
    }
}

impl TokenSettings {
    /// Limits all times to what can be added to any instant.
    pub(crate) fn finite(mut self) -> Self {
        for time in [
            &mut self.default_lifetime,
            &mut self.early_window,
            &mut self.pause,
            &mut self.deadline,
        ] {
            *time = MAX_TIME.min(*time);
        }
        self
    }

    /// Sets the lifetime of a token whose server does not state one.
    #[must_use]
    pub fn default_lifetime(mut self, lifetime: Duration) -> Self {
        self.default_lifetime = lifetime;
        self
    }

    /// Sets how long before expiry renewal may begin.
    #[must_use]
    pub fn early_window(mut self, window: Duration) -> Self {
        self.early_window = window;
        self
    }

    /// Sets the minimum time between two fetches.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Sets the time limit of a whole renewal.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Fixes the jitter.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }
}
