//! Calls at an even pace, for `--calls-per-minute`.

use std::sync::Arc;
use std::time::Duration;

use adapis::Transport;
use adapis::core::{Body, TransportError, Turn, async_trait};
use bytes::Bytes;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// A transport that starts calls at least one interval apart.
#[derive(Debug)]
pub(crate) struct Paced {
    inner: Arc<dyn Transport>,
    interval: Duration,
    /// Locked by the call whose turn is next, so that a wait that is dropped takes no turn.
    next: Mutex<Option<Instant>>,
}

impl Paced {
    pub(crate) fn new(inner: Arc<dyn Transport>, interval: Duration) -> Self {
        Self {
            inner,
            interval,
            next: Mutex::new(None),
        }
    }

    async fn take_turn(&self) {
        let mut next = self.next.lock().await;
        let now = Instant::now();
        let slot = next.unwrap_or(now).max(now);
        sleep_until(slot).await;
        *next = Some(slot + self.interval);
    }
}

#[async_trait]
impl Transport for Paced {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        self.inner.send(request).await
    }

    fn turn(&self) -> Option<Turn<'_>> {
        Some(Box::pin(self.take_turn()))
    }
}
