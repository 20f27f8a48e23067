//! A thread that makes the requests of a store, whatever the caller's thread does meanwhile.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A runtime on a separate thread, which ends with the last clone of this value.
///
/// [`Store`](super::Store) is a blocking trait, and its callers may run on a runtime of one thread. A lease must be
/// renewed even while that thread waits for an upload or counts rows, so it cannot be renewed by the caller's runtime.
#[derive(Clone)]
pub(super) struct Background {
    jobs: UnboundedSender<Job>,
    /// When waiting ends.
    pub(super) until: Option<Instant>,
}

impl Background {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (jobs, mut queue) = unbounded_channel::<Job>();
        std::thread::Builder::new()
            .name("adapis-store".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    while let Some(job) = queue.recv().await {
                        tokio::spawn(job);
                    }
                });
            })?;
        Ok(Self { jobs, until: None })
    }

    /// Starts a task that runs on its own.
    pub(super) fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        // The thread lives as long as its queue has a sender, and this is one.
        let _ = self.jobs.send(Box::pin(job));
    }

    /// Waits for an answer.
    ///
    /// A request that was started continues after the wait ends, and may take effect.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        job: impl Future<Output = T> + Send + 'static,
    ) -> io::Result<T> {
        let (answer, wait) = mpsc::sync_channel(1);
        self.spawn(async move {
            let _ = answer.send(job.await);
        });
        let answer = match self.until {
            None => wait.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(until) => wait.recv_timeout(until.saturating_duration_since(Instant::now())),
        };
        answer.map_err(|error| match error {
            RecvTimeoutError::Timeout => io::Error::new(
                io::ErrorKind::TimedOut,
                "no answer within the time limit of the command",
            ),
            // Only a panic in the thread can cause it.
            RecvTimeoutError::Disconnected => io::Error::other("the thread of the store has ended"),
        })
    }

    /// Returns how long the end of a run may wait for its last request: even without time, a moment in which a store
    /// that answers does so.
    pub(super) fn patience(&self, longest: Duration) -> Duration {
        const MOMENT: Duration = Duration::from_secs(1);
        let Some(until) = self.until else {
            return longest;
        };
        let left = until.saturating_duration_since(Instant::now());
        left.clamp(MOMENT.min(longest), longest)
    }
}

impl fmt::Debug for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Background")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_can_be_waited_for_and_dropped_on_a_runtime_of_one_thread() {
        let background = Background::start().unwrap();
        assert_eq!(background.wait(async { 7 }).unwrap(), 7);
        let clone = background.clone();
        drop(background);
        assert_eq!(clone.wait(async { 8 }).unwrap(), 8);
    }

    #[test]
    fn nobody_waits_longer_than_there_is_time() {
        let mut background = Background::start().unwrap();
        background.until = Some(Instant::now() + Duration::from_millis(50));
        let error = background.wait(std::future::pending::<()>()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(background.patience(RELEASE), Duration::from_secs(1));
        background.until = None;
        assert_eq!(background.patience(RELEASE), RELEASE);
    }

    const RELEASE: Duration = Duration::from_secs(10);

    #[test]
    fn what_goes_on_by_itself_goes_on_while_the_caller_is_busy() {
        let background = Background::start().unwrap();
        let (answer, wait) = mpsc::sync_channel(1);
        background.spawn(async move {
            let _ = answer.send(());
        });
        wait.recv().unwrap();
    }
}
