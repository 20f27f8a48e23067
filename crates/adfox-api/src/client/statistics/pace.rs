//! A transport that keeps to a number of requests per minute.

use std::sync::Arc;
use std::time::Duration;

use adcore::{Body, Transport, TransportError, Turn, async_trait};
use bytes::Bytes;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// A token bucket in front of a transport: a burst of requests, then one per interval.
#[derive(Debug)]
pub(in crate::client) struct Paced {
    inner: Arc<dyn Transport>,
    interval: Duration,
    /// How far ahead of the even pace requests may be sent.
    burst: Duration,
    /// When the bucket would be full again.
    ///
    /// It is locked by the request whose turn is next, for as long as it waits, and the others queue for
    /// the lock. A wait that is dropped has thus taken nothing from those behind it.
    full: Mutex<Option<Instant>>,
}

impl Paced {
    /// Creates a transport that sends at most this many requests in any 60 seconds.
    pub(in crate::client) fn new(inner: Arc<dyn Transport>, per_minute: u32) -> Self {
        const MINUTE: Duration = Duration::from_secs(60);
        let burst = (per_minute / 10).max(1);
        // The burst and what follows it within a minute are `per_minute` together.
        let interval = MINUTE / (per_minute - burst + 1).max(1) + Duration::from_micros(1);
        Self {
            inner,
            interval,
            burst: interval * (burst - 1),
            full: Mutex::new(None),
        }
    }

    /// Waits for the next slot and takes it.
    async fn take_turn(&self) {
        let mut full = self.full.lock().await;
        let now = Instant::now();
        let last = full.unwrap_or(now).max(now);
        if let Some(slot) = last.checked_sub(self.burst) {
            sleep_until(slot).await;
        }
        if let Some(turn) = self.inner.turn() {
            turn.await;
        }
        *full = Some(last + self.interval);
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

#[cfg(test)]
mod tests {
    use adcore::testing::ScriptedTransport;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_minute_has_more_requests_and_the_first_do_not_wait() {
        for per_minute in [1, 2, 9, 10, 100, 1000] {
            let paced = Paced::new(Arc::new(ScriptedTransport::new()), per_minute);
            let started = Instant::now();
            let mut sent = Vec::new();
            for _ in 0..per_minute * 3 {
                paced.turn().unwrap().await;
                sent.push(started.elapsed());
            }
            for (at, time) in sent.iter().enumerate() {
                let within = sent[at..].iter();
                let within = within.filter(|other| **other - *time < Duration::from_secs(60));
                assert!(within.count() <= per_minute as usize, "{per_minute}");
            }
            let burst = sent.iter().filter(|time| time.is_zero()).count();
            assert_eq!(burst, (per_minute as usize / 10).max(1));
            let last = sent[sent.len() - 1];
            assert!(last < Duration::from_secs(220), "{per_minute}: {last:?}");
        }
    }
}
