//! Calls at an even pace, for `--calls-per-minute`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use adapis::Transport;
use adapis::core::{Body, TransportError, async_trait};
use bytes::Bytes;
use tokio::time::{Instant, sleep_until};

/// A transport that starts calls at least one interval apart.
#[derive(Debug)]
pub(crate) struct Paced {
    inner: Arc<dyn Transport>,
    interval: Duration,
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
}

#[async_trait]
impl Transport for Paced {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let turn = next.unwrap_or(now).max(now);
            *next = Some(turn + self.interval);
            turn
        };
        sleep_until(turn).await;
        self.inner.send(request).await
    }
}
