//! A thread that makes the requests of a store, whatever the caller's thread does meanwhile.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::mpsc;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A runtime on a thread of its own, which ends with the last clone of this value.
///
/// [`Store`](super::Store) is a blocking trait, and its callers may run on a runtime of one thread. A lease must be
/// renewed even while that thread waits for an upload or counts rows, so it cannot be renewed by the caller's runtime.
#[derive(Clone)]
pub(super) struct Background(UnboundedSender<Job>);

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
        Ok(Self(jobs))
    }

    /// Begins something that goes on by itself.
    pub(super) fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        // The thread lives as long as its queue has a sender, and this is one.
        let _ = self.0.send(Box::pin(job));
    }

    /// Waits for an answer. `None`: the thread is gone, which only a panic in it can cause.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        job: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (answer, wait) = mpsc::sync_channel(1);
        self.spawn(async move {
            let _ = answer.send(job.await);
        });
        wait.recv().ok()
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
        assert_eq!(background.wait(async { 7 }), Some(7));
        let clone = background.clone();
        drop(background);
        assert_eq!(clone.wait(async { 8 }), Some(8));
    }

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
