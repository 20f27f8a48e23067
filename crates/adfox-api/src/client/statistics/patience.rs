//! Waiting while the limits of the account refuse requests.

use std::future::Future;
use std::time::Duration;

use adcore::{Error, ErrorKind};
use tokio::time::{Instant, sleep};

use super::{Statistics, StatisticsSettings};

/// The time within which refusals because of the account's limits are waited out.
///
/// The limits are those of the account, and its other programs may use them up.
pub(super) struct Patience<'a> {
    settings: &'a StatisticsSettings,
    until: Instant,
    /// The refusal of the latest request, if it came too early.
    refused: Option<Error>,
}

impl Statistics {
    /// Returns the patience of a task or of its result.
    pub(super) fn patience(&self) -> Patience<'_> {
        Patience {
            settings: self.settings(),
            until: Instant::now() + self.settings().task_deadline,
            refused: None,
        }
    }
}

impl Patience<'_> {
    pub(super) fn until(&self) -> Instant {
        self.until
    }

    pub(super) fn into_refusal(self) -> Option<Error> {
        self.refused
    }

    /// Sends a request again while it is refused because of the limits.
    pub(super) async fn send<T, F>(&mut self, send: impl Fn() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut pause = self.settings.first_poll;
        loop {
            let outcome = send().await;
            self.refused = None;
            match outcome {
                Err(error) if self.may_wait(&error, pause) => {
                    let wait = wait(&error, pause);
                    self.refused = Some(error);
                    sleep(wait).await;
                    pause = self.settings.longer(pause);
                }
                outcome => return outcome,
            }
        }
    }

    /// Returns whether the error is a refusal that can be waited out in time.
    fn may_wait(&self, error: &Error, pause: Duration) -> bool {
        let left = self.until.saturating_duration_since(Instant::now());
        error.kind() == ErrorKind::RateLimited && wait(error, pause) < left
    }
}

/// Returns how long to wait after a refusal.
fn wait(error: &Error, pause: Duration) -> Duration {
    pause.max(error.retry_after().unwrap_or_default())
}
