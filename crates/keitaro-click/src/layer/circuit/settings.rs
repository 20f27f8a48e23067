//! The settings and the state of a circuit, as users see them.

use std::time::Duration;

/// Whether the tracker is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CircuitState {
    /// The tracker is asked.
    Closed,
    /// The tracker is not asked.
    Open {
        /// Time until a single call probes the tracker.
        probe_in: Duration,
    },
    /// A single call probes the tracker, or is about to; no other call is sent.
    Probing,
}

/// When the circuit opens, and when the tracker is probed again.
///
/// The circuit opens when at least half of the latest calls failed; a call that the tracker refuses for
/// what it contains (400, 403, 413, 414, 431) is not one of them. While it is open, one call at
/// a time probes the tracker, with longer and longer pauses in between; the first one that
/// succeeds closes the circuit.
///
/// ```
/// use std::time::Duration;
/// use keitaro_click::layer::CircuitSettings;
///
/// let circuit = CircuitSettings::default()
///     .window(50, 10)
///     .pauses(Duration::from_millis(500), Duration::from_secs(10));
/// assert_eq!(circuit.min_calls, 10);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CircuitSettings {
    /// Number of latest calls that are considered. Default 20, at most 64.
    pub window: u32,
    /// Number of calls before the circuit can open. Default 5.
    pub min_calls: u32,
    /// Pause before the first probe; each failed probe doubles it. Default 1 s.
    pub pause: Duration,
    /// Upper limit of the pause between probes. Default 30 s.
    pub max_pause: Duration,
    /// Number of concurrent calls before the tracker has responded. Default 64.
    ///
    /// Each success raises the limit by one if the limit is nearly reached, and each failure
    /// takes back half of what was gained. So a tracker that hangs delays only a few visitors.
    /// Further visitors wait for up to half the deadline.
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
    /// Sets the first pause before a probe, and the upper limit of the pause, both at most a day.
    #[must_use]
    pub fn pauses(mut self, first: Duration, max: Duration) -> Self {
        self.pause = first;
        self.max_pause = max;
        self
    }

    /// Sets how many of the latest calls are considered, and how many there must be.
    #[must_use]
    pub fn window(mut self, calls: u32, min_calls: u32) -> Self {
        self.window = calls.clamp(1, u64::BITS);
        self.min_calls = min_calls.max(1);
        self
    }

    /// Sets the number of concurrent calls before the tracker has responded.
    #[must_use]
    pub fn initial_concurrency(mut self, calls: u32) -> Self {
        self.initial_concurrency = calls.max(1);
        self
    }

    pub(super) fn first_slots(&self) -> usize {
        usize::try_from(self.initial_concurrency)
            .unwrap_or(usize::MAX)
            .max(1)
    }
}
