//! The circuit breaker, and the limit on concurrent calls.

mod settings;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adcore::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::settings::MAX_TIME;

pub use settings::{CircuitSettings, CircuitState};

/// Opens when half of the latest calls failed; a probe that succeeds closes it again.
#[derive(Debug)]
pub(super) struct Circuit {
    settings: CircuitSettings,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// One bit per call, 1 for a failure; the latest call is the lowest bit.
    failures: u64,
    calls: u32,
    open: Option<Open>,
    /// Outcomes of calls that began in an earlier generation are ignored.
    generation: u64,
    slots: Arc<Semaphore>,
    /// Number of slots, including those in use.
    allowed: usize,
}

#[derive(Debug)]
struct Open {
    until: Instant,
    pause: Duration,
    probing: bool,
}

/// Permission for one call. Dropping it without an outcome does not count as a call.
#[derive(Debug)]
pub(super) struct Permit {
    circuit: Arc<Circuit>,
    generation: u64,
    settled: bool,
    /// `None` for a probe.
    _slot: Option<OwnedSemaphorePermit>,
}

/// Why a call may not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// The circuit is open.
    Open,
    /// No slot became free in time.
    Busy,
}

impl Circuit {
    pub(super) fn new(mut settings: CircuitSettings) -> Self {
        for pause in [&mut settings.pause, &mut settings.max_pause] {
            *pause = MAX_TIME.min(*pause);
        }
        let allowed = settings.first_slots();
        Self {
            settings,
            state: Mutex::new(State {
                failures: 0,
                calls: 0,
                open: None,
                generation: 0,
                slots: Arc::new(Semaphore::new(allowed)),
                allowed,
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state(&self) -> CircuitState {
        match &self.lock().open {
            None => CircuitState::Closed,
            Some(open) => {
                let probe_in = open.until.saturating_duration_since(Instant::now());
                if open.probing || probe_in.is_zero() {
                    CircuitState::Probing
                } else {
                    CircuitState::Open { probe_in }
                }
            }
        }
    }

    /// Permission to call; waits for a slot until `until`, unless the circuit opens.
    pub(super) async fn permit(self: &Arc<Self>, until: Instant) -> Result<Permit, Refused> {
        let permit = |generation, slot| Permit {
            circuit: Arc::clone(self),
            generation,
            settled: false,
            _slot: slot,
        };
        let (slots, generation) = {
            let mut state = self.lock();
            let generation = state.generation;
            if let Some(open) = &mut state.open {
                if open.probing || Instant::now() < open.until {
                    return Err(Refused::Open);
                }
                open.probing = true;
                return Ok(permit(generation, None));
            }
            (Arc::clone(&state.slots), generation)
        };
        if let Ok(slot) = Arc::clone(&slots).try_acquire_owned() {
            return Ok(permit(generation, Some(slot)));
        }
        match timeout_at(until, slots.acquire_owned()).await {
            Ok(Ok(slot)) => Ok(permit(generation, Some(slot))),
            Ok(Err(_closed)) => Err(Refused::Open),
            Err(_) => Err(Refused::Busy),
        }
    }
}

impl State {
    fn record(&mut self, window: u32, failed: bool) {
        self.calls = (self.calls + 1).min(window);
        let seen = u64::MAX >> (u64::BITS - self.calls.clamp(1, u64::BITS));
        self.failures = ((self.failures << 1) | u64::from(failed)) & seen;
    }

    /// Adds a slot if more than half of them are in use.
    fn widen(&mut self) {
        if self.slots.available_permits() < self.allowed / 2 {
            self.slots.add_permits(1);
            self.allowed += 1;
        }
    }

    /// Takes back half of the slots above `initial`.
    fn narrow(&mut self, initial: usize) {
        let surplus = self.allowed.saturating_sub(initial).div_ceil(2);
        self.allowed -= self.slots.forget_permits(surplus);
    }

    /// Opens the circuit; callers that wait for a slot are refused.
    fn open(&mut self, pause: Duration, slots: usize) {
        self.open = Some(Open {
            until: Instant::now() + pause,
            pause,
            probing: false,
        });
        self.generation += 1;
        self.slots.close();
        self.slots = Arc::new(Semaphore::new(slots));
        self.allowed = slots;
    }
}

impl Permit {
    pub(super) fn succeeded(mut self) {
        self.settled = true;
        let settings = self.circuit.settings;
        let mut state = self.circuit.lock();
        if state.generation != self.generation {
            return;
        }
        if state.open.take().is_some() {
            state.calls = 0;
            state.failures = 0;
            state.generation += 1;
            tracing::info!("the tracker responds again, circuit closed");
        } else {
            state.record(settings.window, false);
            state.widen();
        }
    }

    pub(super) fn failed(mut self, error: &Error) {
        self.settled = true;
        let settings = self.circuit.settings;
        let mut state = self.circuit.lock();
        if state.generation != self.generation {
            return;
        }
        let pause = if let Some(open) = &state.open {
            (open.pause * 2).min(settings.max_pause)
        } else {
            state.record(settings.window, true);
            let half = state.failures.count_ones() * 2 >= state.calls;
            if state.calls < settings.min_calls || !half {
                state.narrow(settings.first_slots());
                return;
            }
            tracing::warn!(%error, "the tracker keeps failing, circuit opened");
            settings.pause
        };
        state.open(pause, settings.first_slots());
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        let mut state = self.circuit.lock();
        if state.generation == self.generation
            && let Some(open) = &mut state.open
        {
            open.probing = false;
        }
    }
}

#[cfg(test)]
mod tests;
