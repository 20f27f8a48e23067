use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adcore::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// Whether a tracker is asked at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CircuitState {
    /// It is asked.
    Closed,
    /// It is not asked until this time is over.
    Open {
        /// Time left until a single call probes it.
        probe_in: Duration,
    },
    /// A single call is due or under way; others are not sent.
    Probing,
}

/// When a tracker counts as dead, and when it is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CircuitSettings {
    /// How many of the latest calls are looked at. Default 20, at most 64.
    pub window: u32,
    /// How many calls there must be before it can open. Default 5.
    pub min_calls: u32,
    /// Pause before the first probe. Default 1 s; each failed probe doubles it.
    pub pause: Duration,
    /// The longest pause between probes. Default 30 s.
    pub max_pause: Duration,
    /// How many calls may be under way before any is answered. Default 64.
    ///
    /// Each good answer allows one more where they are used, each failure halves what was gained:
    /// a tracker that hangs takes no more than these with it. Visitors beyond wait for half the
    /// deadline at most.
    pub initial_concurrency: u32,
}

impl Default for CircuitSettings {
    fn default() -> Self {
        Self {
            window: 20,
            min_calls: 5,
            pause: Duration::from_secs(1),
            max_pause: Duration::from_secs(30),
            initial_concurrency: 64,
        }
    }
}

impl CircuitSettings {
    /// Sets the first and the longest pause between probes.
    #[must_use]
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.pause = first;
        self.max_pause = longest;
        self
    }

    /// Sets how many calls are looked at, and how many there must be.
    #[must_use]
    pub fn window(mut self, calls: u32, min_calls: u32) -> Self {
        self.window = calls.clamp(1, u64::BITS);
        self.min_calls = min_calls.max(1);
        self
    }

    /// Sets how many calls may be under way before any is answered.
    #[must_use]
    pub fn initial_concurrency(mut self, calls: u32) -> Self {
        self.initial_concurrency = calls.max(1);
        self
    }

    fn first_slots(&self) -> usize {
        usize::try_from(self.initial_concurrency)
            .unwrap_or(usize::MAX)
            .max(1)
    }
}

/// Opens when half of the latest calls failed; one probe at a time closes it again.
#[derive(Debug)]
pub(super) struct Circuit {
    settings: CircuitSettings,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// A bit a call, 1 for a failure, the latest one lowest.
    failures: u64,
    calls: u32,
    open: Option<Open>,
    /// Outcomes of calls that began before the latest change count for nothing.
    generation: u64,
    slots: Arc<Semaphore>,
    /// How many slots there are, taken ones included.
    allowed: usize,
}

#[derive(Debug)]
struct Open {
    until: Instant,
    pause: Duration,
    probing: bool,
}

/// Leave for one call; dropped without an outcome it counts for nothing.
#[derive(Debug)]
pub(super) struct Permit {
    circuit: Arc<Circuit>,
    generation: u64,
    spent: bool,
    /// A probe has none.
    _slot: Option<OwnedSemaphorePermit>,
}

/// Why a call may not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// The tracker is dead.
    Open,
    /// The calls under way left no slot in time.
    Busy,
}

impl Circuit {
    pub(super) fn new(settings: CircuitSettings) -> Self {
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

    /// Leave to call; waits for a slot `until` then, but not for a tracker that turns out dead.
    pub(super) async fn permit(self: &Arc<Self>, until: Instant) -> Result<Permit, Refused> {
        let permit = |generation, slot| Permit {
            circuit: Arc::clone(self),
            generation,
            spent: false,
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
    fn note(&mut self, window: u32, failed: bool) {
        self.calls = (self.calls + 1).min(window);
        let seen = u64::MAX >> (u64::BITS - self.calls.clamp(1, u64::BITS));
        self.failures = ((self.failures << 1) | u64::from(failed)) & seen;
    }

    /// One more slot, where the calls under way come near to filling them.
    fn widen(&mut self) {
        if self.slots.available_permits() < self.allowed / 2 {
            self.slots.add_permits(1);
            self.allowed += 1;
        }
    }

    fn narrow(&mut self, least: usize) {
        let surplus = self.allowed.saturating_sub(least).div_ceil(2);
        self.allowed -= self.slots.forget_permits(surplus);
    }

    /// Sends those away who wait for a slot.
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
        self.spent = true;
        let settings = self.circuit.settings;
        let mut state = self.circuit.lock();
        if state.generation != self.generation {
            return;
        }
        if state.open.take().is_some() {
            state.calls = 0;
            state.failures = 0;
            state.generation += 1;
            tracing::info!("the tracker answers again, circuit closed");
        } else {
            state.note(settings.window, false);
            state.widen();
        }
    }

    pub(super) fn failed(mut self, error: &Error) {
        self.spent = true;
        let settings = self.circuit.settings;
        let mut state = self.circuit.lock();
        if state.generation != self.generation {
            return;
        }
        let pause = if let Some(open) = &state.open {
            (open.pause * 2).min(settings.max_pause)
        } else {
            state.note(settings.window, true);
            let half = state.failures.count_ones() * 2 >= state.calls;
            if state.calls < settings.min_calls || !half {
                state.narrow(settings.first_slots());
                return;
            }
            tracing::warn!(%error, "the tracker fails, circuit open");
            settings.pause
        };
        state.open(pause, settings.first_slots());
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.spent {
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
mod tests {
    use adcore::ErrorKind;

    use super::*;

    fn circuit() -> Arc<Circuit> {
        Arc::new(Circuit::new(CircuitSettings::default()))
    }

    async fn permit(circuit: &Arc<Circuit>) -> Result<Permit, Refused> {
        circuit
            .permit(Instant::now() + Duration::from_millis(400))
            .await
    }

    fn settle(permit: Permit, succeeds: bool) {
        if succeeds {
            permit.succeeded();
        } else {
            permit.failed(&Error::new(ErrorKind::Server, "sick"));
        }
    }

    async fn call(circuit: &Arc<Circuit>, succeeds: bool) -> bool {
        match permit(circuit).await {
            Ok(permit) => settle(permit, succeeds),
            Err(_) => return false,
        }
        true
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_open_it_and_one_probe_closes_it() {
        let circuit = circuit();
        for _ in 0..5 {
            assert_eq!(circuit.state(), CircuitState::Closed);
            assert!(call(&circuit, false).await);
        }
        assert!(matches!(circuit.state(), CircuitState::Open { .. }));
        assert!(!call(&circuit, true).await);
        tokio::time::advance(Duration::from_secs(1)).await;
        let probe = permit(&circuit).await.unwrap();
        assert_eq!(circuit.state(), CircuitState::Probing);
        assert!(permit(&circuit).await.is_err());
        probe.succeeded();
        assert_eq!(circuit.state(), CircuitState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn failed_probes_double_the_pause_up_to_a_limit() {
        let circuit = circuit();
        while call(&circuit, false).await {}
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            let pause = Duration::from_secs(pause);
            assert_eq!(circuit.state(), CircuitState::Open { probe_in: pause });
            tokio::time::advance(pause).await;
            assert!(call(&circuit, false).await);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn half_of_the_latest_calls_must_fail() {
        let circuit = circuit();
        for _ in 0..20 {
            call(&circuit, true).await;
        }
        for _ in 0..9 {
            call(&circuit, false).await;
        }
        assert_eq!(circuit.state(), CircuitState::Closed);
        call(&circuit, false).await;
        assert!(matches!(circuit.state(), CircuitState::Open { .. }));
    }

    #[tokio::test(start_paused = true)]
    async fn late_outcomes_and_dropped_probes_count_for_nothing() {
        let circuit = circuit();
        let late = permit(&circuit).await.unwrap();
        while call(&circuit, false).await {}
        late.succeeded();
        assert!(matches!(circuit.state(), CircuitState::Open { .. }));
        tokio::time::advance(Duration::from_secs(1)).await;
        drop(permit(&circuit).await.unwrap());
        assert!(call(&circuit, true).await);
        assert_eq!(circuit.state(), CircuitState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn an_unproven_tracker_is_asked_by_few_and_a_good_one_by_all() {
        let circuit = circuit();
        let mut under_way = Vec::new();
        for _ in 0..64 {
            under_way.push(permit(&circuit).await.unwrap());
        }
        let started = Instant::now();
        assert_eq!(permit(&circuit).await.unwrap_err(), Refused::Busy);
        assert_eq!(started.elapsed().as_millis() / 2, 200);
        for permit in under_way.drain(..) {
            permit.succeeded();
        }
        for _ in 0..80 {
            under_way.push(permit(&circuit).await.unwrap());
        }
        assert_eq!(circuit.state(), CircuitState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn failures_take_back_what_answers_gained() {
        let circuit = circuit();
        let mut under_way = Vec::new();
        for round in 0..200 {
            under_way.push(permit(&circuit).await.unwrap());
            if round % 2 == 1 {
                under_way.swap_remove(0).succeeded();
            }
        }
        let gained = circuit.lock().allowed;
        assert!(gained > 80, "{gained}");
        drop(under_way);
        for _ in 0..9 {
            assert!(call(&circuit, false).await);
        }
        assert_eq!(circuit.lock().allowed, 64);
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_are_sent_away_when_it_opens() {
        let circuit = circuit();
        let mut under_way = Vec::new();
        for _ in 0..64 {
            under_way.push(permit(&circuit).await.unwrap());
        }
        let started = Instant::now();
        let fail = async {
            for permit in under_way {
                settle(permit, false);
            }
        };
        let (waiting, ()) = tokio::join!(permit(&circuit), fail);
        assert_eq!(waiting.unwrap_err(), Refused::Open);
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}
