//! The counters of a layer.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use adcore::Error;

use super::circuit::Circuit;
use super::{CircuitState, Outcome};
use crate::Refusal;
use crate::calls::ClickEncoding;

/// Upper bounds of the buckets of [`Counts::call_times`], in milliseconds.
pub const CALL_TIME_BUCKETS: [u64; 10] = [5, 10, 25, 50, 100, 250, 500, 800, 1_000, 2_500];

/// Live health and counters of a layer, readable at any time and from any thread.
#[derive(Debug, Clone)]
pub struct Monitor {
    pub(super) circuit: Arc<Circuit>,
    pub(super) tally: Arc<Tally>,
    pub(super) refusals: Arc<Refusals>,
}

/// The refusals that were warned of since the tracker last accepted a click, one bit each.
#[derive(Debug, Default)]
pub(super) struct Refusals(AtomicU64);

impl Refusals {
    /// Warns at the first visit, not when the circuit opens, and says what to correct.
    pub(super) fn warn(&self, refusal: Refusal, encoding: ClickEncoding, error: &Error) {
        let bit = 1 << (refusal as u64);
        if self.0.fetch_or(bit, Ordering::Relaxed) & bit != 0 {
            return;
        }
        let advice = match refusal {
            Refusal::BadToken if encoding == ClickEncoding::Form => {
                "compare the token with the one in the campaign's settings under \"Click API\"; if \
                 they are equal, try `--method get` (`ClickEncoding::Query`): some trackers read \
                 the query only"
            }
            Refusal::BadToken => {
                "compare the token with the one in the campaign's settings under \"Click API\""
            }
            Refusal::NoCampaign => "the campaign was deleted or archived: use another one's token",
            Refusal::Licence => "the licence of the tracker must include the Click API",
            Refusal::NotFound => "compare the tracker's URL, with its directory",
            Refusal::ClickApiOff => "switch the Click API on in the settings of the tracker",
            Refusal::Moved => "use the URL that the tracker redirects to, often that with https://",
        };
        tracing::warn!(%error, advice, "the tracker refuses every click");
    }

    /// The tracker accepts clicks, so that a later refusal is news.
    pub(super) fn forget(&self) {
        if self.0.load(Ordering::Relaxed) != 0 {
            self.0.store(0, Ordering::Relaxed);
        }
    }
}

impl Monitor {
    /// Returns whether the tracker is asked.
    #[must_use]
    pub fn circuit(&self) -> CircuitState {
        self.circuit.state()
    }

    /// Counts a visitor without an address whom the server refuses before the layer is asked.
    pub fn count_without_address(&self) {
        self.tally.count_without_address();
    }

    /// Returns the counters since the start.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let tally = &self.tally;
        Counts {
            redirects: read(&tally.redirects),
            contents: read(&tally.contents),
            not_found: read(&tally.not_found),
            pages: read(&tally.pages),
            loops: read(&tally.loops),
            restored: read(&tally.restored),
            skipped: read(&tally.skipped),
            refused: read(&tally.refused),
            failed: read(&tally.failed),
            timeouts: read(&tally.timeouts),
            circuit_open: read(&tally.circuit_open),
            overloaded: read(&tally.overloaded),
            without_address: read(&tally.without_address),
            in_flight: tally.in_flight.load(Ordering::Relaxed),
            call_times: std::array::from_fn(|at| read(&tally.call_times[at])),
            call_time: Duration::from_micros(read(&tally.call_micros)),
        }
    }
}

/// Counters of a layer since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Visitors who were redirected.
    pub redirects: u64,
    /// Visitors who got the tracker's content.
    pub contents: u64,
    /// Visitors who got a 404 page.
    pub not_found: u64,
    /// Visitors who got the site's page after the tracker was asked.
    pub pages: u64,
    /// Redirects to the requested page itself, which were not followed.
    pub loops: u64,
    /// Visitors whose earlier click was restored.
    pub restored: u64,
    /// Requests that do not count as clicks.
    pub skipped: u64,
    /// Prefetches that were refused because the page would be a click.
    pub refused: u64,
    /// Failed calls other than timeouts.
    pub failed: u64,
    /// Calls that timed out.
    pub timeouts: u64,
    /// Visitors for whom the tracker was not asked because the circuit was open.
    pub circuit_open: u64,
    /// Visitors for whom the tracker was not asked because too many calls were in flight.
    pub overloaded: u64,
    /// Visitors whose address is not known, and who click or are refused for it; for a click the
    /// tracker takes the server's own.
    pub without_address: u64,
    /// Visitors whose calls are in flight or wait for a slot.
    pub in_flight: usize,
    /// Calls by duration: one bucket per bound in [`CALL_TIME_BUCKETS`], and one for longer calls.
    pub call_times: [u64; CALL_TIME_BUCKETS.len() + 1],
    /// Total duration of all calls.
    pub call_time: Duration,
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    redirects: AtomicU64,
    contents: AtomicU64,
    not_found: AtomicU64,
    pages: AtomicU64,
    loops: AtomicU64,
    restored: AtomicU64,
    skipped: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    timeouts: AtomicU64,
    circuit_open: AtomicU64,
    overloaded: AtomicU64,
    without_address: AtomicU64,
    warned_of_address: Mutex<Option<Instant>>,
    in_flight: AtomicUsize,
    call_times: [AtomicU64; CALL_TIME_BUCKETS.len() + 1],
    call_micros: AtomicU64,
}

impl Tally {
    pub(super) fn count(&self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Redirected => &self.redirects,
            Outcome::Replaced => &self.contents,
            Outcome::NotFound => &self.not_found,
            Outcome::Page => &self.pages,
            Outcome::Loop => &self.loops,
            Outcome::Restored => &self.restored,
            Outcome::Skipped => &self.skipped,
            Outcome::Refused => &self.refused,
            Outcome::Failed => &self.failed,
            Outcome::TimedOut => &self.timeouts,
            Outcome::CircuitOpen => &self.circuit_open,
            Outcome::Overloaded => &self.overloaded,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a visitor without an address, and says so now and then: it may be that all have none.
    pub(super) fn count_without_address(&self) {
        const PERIOD: Duration = Duration::from_secs(10 * 60);
        self.without_address.fetch_add(1, Ordering::Relaxed);
        let warned = self.warned_of_address.lock();
        let mut warned = warned.unwrap_or_else(PoisonError::into_inner);
        if warned.is_some_and(|at| at.elapsed() < PERIOD) {
            return;
        }
        *warned = Some(Instant::now());
        let visitors = self.without_address.load(Ordering::Relaxed);
        tracing::warn!(
            visitors,
            "a visitor has no address, so the tracker gets none: each trusted proxy must name it, in \
             the one header that is set (`--address-header`, `ClickLayer::address_header`), and the \
             server must put the peer's into the extensions of requests (axum: \
             `into_make_service_with_connect_info` and the feature `axum`)"
        );
    }

    pub(super) fn time(&self, elapsed: Duration) {
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let bucket = CALL_TIME_BUCKETS.partition_point(|end| *end * 1_000 < micros);
        self.call_times[bucket].fetch_add(1, Ordering::Relaxed);
        self.call_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Counts a call as in flight until the guard is dropped; `None` if there are too many.
    pub(super) fn enter(self: &Arc<Self>, limit: usize) -> Option<InFlight> {
        let guard = InFlight(Arc::clone(self));
        (self.in_flight.fetch_add(1, Ordering::Relaxed) < limit).then_some(guard)
    }
}

pub(super) struct InFlight(Arc<Tally>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
