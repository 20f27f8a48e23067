//! The time that `--timeout` leaves a command.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use adapis::{Error, ErrorKind};

use crate::error::CliError;

/// The moment at which a command must be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    limit: Duration,
    until: Instant,
}

impl Deadline {
    /// A deadline that is `limit` from now.
    pub(crate) fn after(limit: Duration) -> Self {
        let now = Instant::now();
        // A limit that overflows the clock counts as a day.
        let until = now
            .checked_add(limit)
            .unwrap_or(now + Duration::from_secs(24 * 60 * 60));
        Self { limit, until }
    }

    /// The time that is left; zero after the deadline.
    pub(crate) fn remaining(self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Runs a command until the deadline.
    pub(crate) async fn limit<T>(
        self,
        command: impl Future<Output = Result<T, CliError>>,
    ) -> Result<T, CliError> {
        // The call that is late says more about it, so it goes first.
        const GRACE: Duration = Duration::from_millis(200);
        tokio::time::timeout(self.remaining() + GRACE, command)
            .await
            .unwrap_or_else(|_| Err(self.error("the command did not end").into()))
    }

    /// Reads something that may never come, such as standard input or a named pipe.
    pub(crate) fn read<T: Send + 'static>(
        deadline: Option<Self>,
        what: &str,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CliError> {
        let Some(deadline) = deadline else {
            return Ok(read());
        };
        let (sender, receiver) = mpsc::channel();
        // A read that never ends does so in the background until the program ends.
        thread::spawn(move || sender.send(read()));
        receiver.recv_timeout(deadline.remaining()).map_err(|_| {
            let error = deadline.error(&format!("{what} did not end"));
            error.with_may_have_run(false).into()
        })
    }

    /// The error of what was not done in time.
    pub(crate) fn error(self, what: &str) -> Error {
        let limit = self.limit;
        Error::new(ErrorKind::Timeout, format!("{what} within {limit:?}"))
    }
}
