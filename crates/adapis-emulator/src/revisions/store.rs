//! The clock and the ordered revisions of a running emulator.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::Timestamp;

use super::clock::{ClockSettings, UtcOffset};
use super::moment::{Moment, Ordered};
use super::plan::{Plan, RevisionSettings};
use super::revise::{Revision, StatisticsVendor};

/// The most revisions that are kept.
const MOST: usize = 10_000;

/// The clock, the plan and the ordered revisions, which all vendors share.
pub(crate) struct Revisions {
    seed: u64,
    state: RwLock<State>,
}

struct State {
    now: Option<Timestamp>,
    clock: ClockSettings,
    settings: RevisionSettings,
    ordered: Arc<Ordered>,
}

impl Revisions {
    pub(crate) fn new(
        seed: u64,
        now: Option<Timestamp>,
        clock: ClockSettings,
        settings: RevisionSettings,
    ) -> Self {
        Self {
            seed,
            state: RwLock::new(State {
                now,
                clock,
                settings,
                ordered: Arc::default(),
            }),
        }
    }

    /// Returns the vendor's statistics now, or at another instant.
    pub(crate) fn moment(
        &self,
        vendor: StatisticsVendor,
        zone: UtcOffset,
        at: Option<Timestamp>,
    ) -> Moment {
        let state = self.read();
        Moment {
            vendor,
            instant: at.or(state.now),
            zone,
            plan: Plan::new(&state.settings, self.seed),
            ordered: Arc::clone(&state.ordered),
        }
    }

    pub(crate) fn now(&self) -> Option<Timestamp> {
        self.read().now
    }

    pub(crate) fn set_now(&self, now: Option<Timestamp>) {
        self.write().now = now;
    }

    /// Advances the clock. The error says why that is not possible.
    pub(crate) fn advance(&self, by: Duration) -> Result<Timestamp, String> {
        let mut state = self.write();
        let now = state.now.ok_or("the clock is off: set now first")?;
        let later = now
            .checked_add(by)
            .map_err(|_| "the clock cannot go that far")?;
        state.now = Some(later);
        Ok(later)
    }

    /// Returns the instant for the `Date` header of responses.
    pub(crate) fn date_header(&self) -> Option<Timestamp> {
        let state = self.read();
        state.now.filter(|_| state.clock.date_header)
    }

    pub(crate) fn settings(&self) -> (ClockSettings, RevisionSettings) {
        let state = self.read();
        (state.clock.clone(), state.settings.clone())
    }

    pub(crate) fn set_settings(&self, clock: ClockSettings, settings: RevisionSettings) {
        let mut state = self.write();
        (state.clock, state.settings) = (clock, settings);
    }

    /// Adds revisions, all of them or none. The error is for the user.
    pub(crate) fn revise(&self, revisions: Vec<Revision>) -> Result<(), String> {
        revisions.iter().try_for_each(Revision::check)?;
        let mut state = self.write();
        let now = state.now;
        let kept: usize = state.ordered.values().map(Vec::len).sum();
        if kept.saturating_add(revisions.len()) > MOST {
            return Err(format!("more than {MOST} revisions"));
        }
        if now.is_none() && revisions.iter().any(|revision| revision.at.is_some()) {
            return Err("at: the clock is off: set now first".to_owned());
        }
        let ordered = Arc::make_mut(&mut state.ordered);
        for mut revision in revisions {
            revision.at = revision.at.or(now);
            let of_day = ordered.entry(revision.day).or_default();
            let place = of_day.partition_point(|other| other.at <= revision.at);
            of_day.insert(place, revision);
        }
        Ok(())
    }

    pub(crate) fn revisions(&self) -> Vec<Revision> {
        self.read().ordered.values().flatten().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.write().ordered = Arc::default();
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}
