//! A transport that keeps to a number of requests per minute.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use adcore::{Body, Transport, TransportError, async_trait};
use bytes::Bytes;
use tokio::time::{Instant, sleep_until};

/// A token bucket in front of a transport: a burst of requests, then one per interval.
#[derive(Debug)]
pub(in crate::client) struct Paced {
    inner: Arc<dyn Transport>,
    interval: Duration,
    /// How far ahead of the even pace requests may be sent.
    burst: Duration,
    /// When the bucket would be full again.
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

    /// Reserves the next slot and returns its time.
    fn turn(&self) -> Instant {
        let mut full = self.full.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let last = full.unwrap_or(now).max(now);
        *full = Some(last + self.interval);
        last.checked_sub(self.burst).unwrap_or(now).max(now)
    }
}

#[async_trait]
impl Transport for Paced {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        sleep_until(self.turn()).await;
        self.inner.send(request).await
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
                // The script is empty: the requests fail, which takes no time.
                assert!(paced.send(http::Request::default()).await.is_err());
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
