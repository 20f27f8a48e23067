use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

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
    pub at_least: u32,
    /// Pause before the first probe. Default 1 s; each failed probe doubles it.
    pub pause: Duration,
    /// The longest pause between probes. Default 30 s.
    pub longest_pause: Duration,
}

impl Default for CircuitSettings {
    fn default() -> Self {
        Self {
            window: 20,
            at_least: 5,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl CircuitSettings {
    /// Sets the first and the longest pause between probes.
    #[must_use]
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.pause = first;
        self.longest_pause = longest;
        self
    }

    /// Sets how many calls are looked at, and how many there must be.
    #[must_use]
    pub fn window(mut self, calls: u32, at_least: u32) -> Self {
        self.window = calls.clamp(1, u64::BITS);
        self.at_least = at_least.max(1);
        self
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
}

impl Circuit {
    pub(super) fn new(settings: CircuitSettings) -> Self {
        Self {
            settings,
            state: Mutex::new(State {
                failures: 0,
                calls: 0,
                open: None,
                generation: 0,
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

    /// Leave to call, or `None` while the circuit is open.
    pub(super) fn permit(self: &Arc<Self>) -> Option<Permit> {
        let mut state = self.lock();
        if let Some(open) = &mut state.open {
            if open.probing || Instant::now() < open.until {
                return None;
            }
            open.probing = true;
        }
        Some(Permit {
            generation: state.generation,
            circuit: Arc::clone(self),
            spent: false,
        })
    }
}

impl Permit {
    pub(super) fn settle(mut self, succeeded: bool) {
        self.spent = true;
        let settings = self.circuit.settings;
        let mut state = self.circuit.lock();
        if state.generation != self.generation {
            return;
        }
        let pause = match (&state.open, succeeded) {
            (Some(_), true) => {
                state.open = None;
                state.calls = 0;
                state.failures = 0;
                state.generation += 1;
                tracing::info!("the tracker answers again, circuit closed");
                return;
            }
            (Some(open), false) => (open.pause * 2).min(settings.longest_pause),
            (None, _) => {
                state.calls = (state.calls + 1).min(settings.window);
                let seen = u64::MAX >> (u64::BITS - state.calls.clamp(1, u64::BITS));
                state.failures = ((state.failures << 1) | u64::from(!succeeded)) & seen;
                let half = state.failures.count_ones() * 2 >= state.calls;
                if succeeded || state.calls < settings.at_least || !half {
                    return;
                }
                tracing::warn!("the tracker fails, circuit open");
                settings.pause
            }
        };
        state.open = Some(Open {
            until: Instant::now() + pause,
            pause,
            probing: false,
        });
        state.generation += 1;
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
    use super::*;

    fn circuit() -> Arc<Circuit> {
        Arc::new(Circuit::new(CircuitSettings::default()))
    }

    fn call(circuit: &Arc<Circuit>, succeeds: bool) -> bool {
        circuit
            .permit()
            .map(|permit| permit.settle(succeeds))
            .is_some()
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_open_it_and_one_probe_closes_it() {
        let circuit = circuit();
        for _ in 0..5 {
            assert_eq!(circuit.state(), CircuitState::Closed);
            assert!(call(&circuit, false));
        }
        assert!(matches!(circuit.state(), CircuitState::Open { .. }));
        assert!(!call(&circuit, true));
        tokio::time::advance(Duration::from_secs(1)).await;
        let probe = circuit.permit().unwrap();
        assert_eq!(circuit.state(), CircuitState::Probing);
        assert!(circuit.permit().is_none());
        probe.settle(true);
        assert_eq!(circuit.state(), CircuitState::Closed);
    }

    #[tokio::test(start_paused = true)]
    async fn failed_probes_double_the_pause_up_to_a_limit() {
        let circuit = circuit();
        while call(&circuit, false) {}
        for pause in [1, 2, 4, 8, 16, 30, 30] {
            let pause = Duration::from_secs(pause);
            assert_eq!(circuit.state(), CircuitState::Open { probe_in: pause });
            tokio::time::advance(pause).await;
            assert!(call(&circuit, false));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn half_of_the_latest_calls_must_fail() {
        let circuit = circuit();
        for _ in 0..20 {
            call(&circuit, true);
        }
        for _ in 0..9 {
            call(&circuit, false);
        }
        assert_eq!(circuit.state(), CircuitState::Closed);
        call(&circuit, false);
        assert!(matches!(circuit.state(), CircuitState::Open { .. }));
    }

    #[tokio::test(start_paused = true)]
    async fn late_outcomes_and_dropped_probes_count_for_nothing() {
        let circuit = circuit();
        let late = circuit.permit().unwrap();
        while call(&circuit, false) {}
        late.settle(true);
        assert!(matches!(circuit.state(), CircuitState::Open { .. }));
        tokio::time::advance(Duration::from_secs(1)).await;
        drop(circuit.permit().unwrap());
        assert!(call(&circuit, true));
        assert_eq!(circuit.state(), CircuitState::Closed);
    }
}
