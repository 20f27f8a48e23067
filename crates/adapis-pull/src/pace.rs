//! The pace of an account: evenly spaced requests, one pause for all of them, and a count of what was sent.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use adcore::{Body, Error, Transport, TransportError, TransportErrorKind, Turn, async_trait};
use bytes::Bytes;
use http::header::{DATE, RETRY_AFTER};
use tokio::sync::Mutex as Queue;
use tokio::time::{Instant, sleep_until};

use crate::budget::Share;
use crate::silence::bounded;
use crate::sync::lock;

/// By how many seconds the vendor's clock may differ from this machine's without a warning.
const CLOCK_TOLERANCE: i64 = 3600;

/// The longest pause that a vendor can impose.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Paces the requests of one account, whichever task or client sends them, and counts them.
///
/// A request waits for its turn within the deadline of its call, not within the time of an attempt.
/// It wraps the transport of the account's client. Requests are evenly spaced, because a burst on top of a steady
/// stream would exceed a per-minute limit. After a response with `Retry-After` all requests of the account wait. A
/// response that is silent for two minutes before its end is a timeout.
///
/// ```
/// use adapis_pull::Pace;
/// use adcore::ClientSettings;
///
/// let pace = Pace::new(Some(120));
/// let settings = ClientSettings::new().map_transport(|transport| pace.transport(transport));
/// # let _ = settings;
/// ```
#[derive(Clone, Default)]
pub struct Pace {
    turns: Arc<Turns>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Turns {
    interval: Duration,
    /// When the next request may start; locked by the request that waits for it, before which no other
    /// one can. A wait that is dropped thus takes no turn.
    next: Queue<Option<Instant>>,
    /// When the latest pause ends.
    paused: Mutex<Option<Instant>>,
}

#[derive(Default)]
struct Counts {
    sent: AtomicU64,
    failed: AtomicU64,
    waited_ms: AtomicU64,
    /// By how many seconds the vendor's clock is ahead; `None` until a response has arrived.
    clock: Mutex<Option<i64>>,
    /// What the run that uses the account now may still send.
    share: Mutex<Option<Arc<Share>>>,
}

/// What was sent, as counted by a [`Pace`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaceCounts {
    /// Requests, those for tokens and repeated ones included.
    pub sent: u64,
    /// Requests that failed in a way that is retried: too many, a failure of the vendor, no response.
    pub failed: u64,
    /// The total time that requests waited for their turn or for a pause to end.
    pub waited: Duration,
    /// By how many seconds the vendor's clock was ahead of this machine's at the latest response.
    pub clock_ahead: Option<i64>,
}

impl PaceCounts {
    /// Returns a message about the two clocks; `None` if they agree.
    pub(crate) fn clock_problem(&self) -> Option<String> {
        let ahead = self
            .clock_ahead
            .filter(|ahead| ahead.abs() > CLOCK_TOLERANCE)?;
        let side = if ahead > 0 { "ahead of" } else { "behind" };
        let seconds = ahead.unsigned_abs();
        Some(format!(
            "the vendor's clock is {seconds} seconds {side} this machine's: set the clock of this machine, because it \
             decides which days are over"
        ))
    }
}

impl Pace {
    /// Creates a pace of at most `calls_per_minute` requests per minute; `None` sets no limit.
    #[must_use]
    pub fn new(calls_per_minute: Option<u32>) -> Self {
        let interval = calls_per_minute.filter(|calls| *calls > 0);
        let turns = Turns {
            interval: interval.map_or(Duration::ZERO, |calls| Duration::from_secs(60) / calls),
            ..Turns::default()
        };
        Self {
            turns: Arc::new(turns),
            counts: Arc::default(),
        }
    }

    /// Returns a pace that shares these turns but has its own counts, for another source of the same account.
    #[must_use]
    pub fn sibling(&self) -> Self {
        Self {
            turns: Arc::clone(&self.turns),
            counts: Arc::default(),
        }
    }

    /// Wraps a transport.
    pub fn transport(&self, inner: impl Transport) -> PacedTransport {
        PacedTransport {
            pace: self.clone(),
            inner: Arc::new(inner),
        }
    }

    /// Returns what has been sent so far.
    #[must_use]
    pub fn counts(&self) -> PaceCounts {
        let counts = &self.counts;
        PaceCounts {
            sent: counts.sent.load(Ordering::Relaxed),
            failed: counts.failed.load(Ordering::Relaxed),
            waited: Duration::from_millis(counts.waited_ms.load(Ordering::Relaxed)),
            clock_ahead: *lock(&counts.clock),
        }
    }

    /// Limits what is sent until the returned value is dropped.
    pub(crate) fn limit(&self, share: &Arc<Share>) -> Limited {
        *lock(&self.counts.share) = Some(Arc::clone(share));
        Limited(self.clone())
    }

    fn may_send(&self) -> bool {
        let share = lock(&self.counts.share);
        share.as_ref().is_none_or(|share| share.take())
    }

    /// Whether the run may send another request, so that it is worth waiting for its turn.
    fn has_share(&self) -> bool {
        let share = lock(&self.counts.share);
        share.as_ref().is_none_or(|share| share.has_left())
    }

    /// Waits for the turn of a request, and of the transport below, and takes it.
    async fn take_turn(&self, inner: &dyn Transport) {
        let begin = Instant::now();
        let mut next = self.turns.next.lock().await;
        let mut slot = next.unwrap_or(begin).max(Instant::now());
        loop {
            // A pause may begin at any time.
            slot = self.paused_until().map_or(slot, |until| until.max(slot));
            if slot <= Instant::now() {
                break;
            }
            sleep_until(slot).await;
        }
        if let Some(turn) = inner.turn() {
            turn.await;
        }
        *next = Some(slot + self.turns.interval);
        let waited = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.counts.waited_ms.fetch_add(waited, Ordering::Relaxed);
    }

    fn paused_until(&self) -> Option<Instant> {
        *lock(&self.turns.paused)
    }

    fn pause(&self, wait: Duration) {
        let until = Instant::now() + wait.min(LONGEST_PAUSE);
        let mut paused = lock(&self.turns.paused);
        *paused = Some(paused.map_or(until, |paused| paused.max(until)));
    }

    fn learn(&self, response: &http::Response<Body>) {
        let status = response.status();
        if status.as_u16() == 429 || status.is_server_error() {
            self.counts.failed.fetch_add(1, Ordering::Relaxed);
            if response.headers().contains_key(RETRY_AFTER) {
                let error = Error::from_status(status, response.headers());
                if let Some(wait) = error.retry_after() {
                    self.pause(wait);
                }
            }
        }
        let date = response
            .headers()
            .get(DATE)
            .and_then(|date| date.to_str().ok());
        if let Some(theirs) = date.and_then(|date| httpdate::parse_http_date(date).ok()) {
            let seconds =
                |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
            let ahead = match theirs.duration_since(SystemTime::now()) {
                Ok(ahead) => seconds(ahead),
                Err(behind) => -seconds(behind.duration()),
            };
            *lock(&self.counts.clock) = Some(ahead);
        }
    }
}

/// A pace whose requests a run limits.
pub(crate) struct Limited(Pace);

impl Drop for Limited {
    fn drop(&mut self) {
        *lock(&self.0.counts.share) = None;
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pace")
            .field("interval", &self.turns.interval)
            .field("counts", &self.counts())
            .finish()
    }
}

/// A transport that keeps the [`Pace`] of its account.
#[derive(Debug)]
pub struct PacedTransport {
    pace: Pace,
    inner: Arc<dyn Transport>,
}

#[async_trait]
impl Transport for PacedTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        if !self.pace.may_send() {
            // The only kind that promises that nothing was sent and that nobody repeats.
            return Err(TransportError::new(TransportErrorKind::Request));
        }
        self.pace.counts.sent.fetch_add(1, Ordering::Relaxed);
        let response = self.inner.send(request).await;
        match &response {
            Ok(response) => self.pace.learn(response),
            Err(_) => {
                self.pace.counts.failed.fetch_add(1, Ordering::Relaxed);
            }
        }
        response.map(|response| response.map(bounded))
    }

    fn turn(&self) -> Option<Turn<'_>> {
        // A request that must not be sent is refused at once.
        let has_share = self.pace.has_share();
        has_share.then(|| Box::pin(self.pace.take_turn(&self.inner)) as _)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    /// Answers 429 once and 200 from then on.
    #[derive(Debug)]
    struct Busy(AtomicU64);

    #[async_trait]
    impl Transport for Busy {
        async fn send(
            &self,
            _request: http::Request<Bytes>,
        ) -> Result<http::Response<Body>, TransportError> {
            let mut response = http::Response::new(Body::empty());
            if self.0.fetch_add(1, Ordering::Relaxed) == 0 {
                *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
                let wait = http::HeaderValue::from_static("30");
                response.headers_mut().insert(RETRY_AFTER, wait);
            }
            Ok(response)
        }
    }

    /// Sends a request when it is its turn.
    async fn send(transport: &PacedTransport) {
        transport.turn().unwrap().await;
        let request = http::Request::new(Bytes::new());
        transport.send(request).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn requests_start_at_even_distances() {
        let pace = Pace::new(Some(120));
        let transport = pace.transport(Busy(AtomicU64::new(1)));
        let begin = Instant::now();
        for _ in 0..5 {
            send(&transport).await;
        }
        assert_eq!(begin.elapsed().as_millis(), 2000);
        let counts = pace.counts();
        assert_eq!(
            (counts.sent, counts.failed, counts.waited.as_millis()),
            (5, 0, 2000)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn retry_after_pauses_all_clients_of_the_account() {
        let pace = Pace::new(None);
        let busy = pace.transport(Busy(AtomicU64::new(0)));
        let sibling = pace.sibling();
        let other = sibling.transport(Busy(AtomicU64::new(1)));
        let begin = Instant::now();
        send(&busy).await;
        assert_eq!(begin.elapsed().as_secs(), 0);
        send(&other).await;
        assert_eq!(begin.elapsed().as_secs(), 30);
        assert_eq!((pace.counts().failed, sibling.counts().failed), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_dropped_is_no_request() {
        let pace = Pace::new(Some(1));
        let transport = pace.transport(Busy(AtomicU64::new(1)));
        let begin = Instant::now();
        send(&transport).await;
        for _ in 0..5 {
            let wait = timeout(Duration::from_secs(1), transport.turn().unwrap());
            assert!(wait.await.is_err());
        }
        assert_eq!(pace.counts().sent, 1);
        send(&transport).await;
        assert_eq!((begin.elapsed().as_secs(), pace.counts().sent), (60, 2));
    }
}
