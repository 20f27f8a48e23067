//! Time and size limits of calls.

use std::time::Duration;

use crate::Error;
use crate::retry::MAX_TIME;
use crate::settings::ClientSettings;

/// The time and size limits of calls, with all defaults applied.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) deadline: Duration,
    pub(super) attempt: Duration,
    pub(super) idle: Duration,
    pub(super) stream: Duration,
    pub(super) body: usize,
    pub(super) row: usize,
}

impl Limits {
    /// Reads the limits from `settings`, with defaults for those that are not set.
    ///
    /// # Errors
    /// `InvalidInput` for a time limit of zero or over a day.
    pub(super) fn of(settings: &ClientSettings) -> Result<Self, Error> {
        let limits = Self {
            deadline: settings.deadline.unwrap_or(Duration::from_secs(60)),
            attempt: settings.attempt_timeout.unwrap_or(Duration::from_secs(30)),
            idle: settings.idle_timeout.unwrap_or(Duration::from_secs(30)),
            stream: settings.stream_deadline.unwrap_or(Duration::from_secs(900)),
            body: settings.body_limit.unwrap_or(64 * 1024 * 1024),
            row: settings.row_limit.unwrap_or(1024 * 1024),
        };
        for (field, limit) in [
            ("deadline", limits.deadline),
            ("attempt_timeout", limits.attempt),
            ("idle_timeout", limits.idle),
            ("stream_deadline", limits.stream),
        ] {
            if limit.is_zero() || limit > MAX_TIME {
                let range = "must be more than zero and at most a day";
                return Err(Error::invalid_input(field, range));
            }
        }
        Ok(limits)
    }
}
