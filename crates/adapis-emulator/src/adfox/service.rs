//! The ADFOX server: its data, settings and state.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;

use super::data::{AdfoxData, AdfoxSettings};
use super::reports::Reports;
use super::store::Store;
use crate::revisions::Revisions;
use crate::totals::{AdfoxTotals, SourceRow};

/// The ad server.
pub(crate) struct Adfox {
    data: AdfoxData,
    state: Mutex<(Store, AdfoxSettings)>,
    pub(super) reports: Reports,
}

impl Adfox {
    pub(crate) fn new(
        data: AdfoxData,
        settings: AdfoxSettings,
        seed: u64,
        revisions: Arc<Revisions>,
    ) -> Self {
        let store = Store::new(&data);
        Self {
            reports: Reports::new(&data, seed, revisions),
            data,
            state: Mutex::new((store, settings)),
        }
    }

    /// Discards all changes and restores the initial data; keeps the settings.
    pub(crate) fn reset(&self) {
        let store = Store::new(&self.data);
        self.state().0 = store;
        self.reports.reset();
    }

    pub(crate) fn totals(&self, from: Date, to: Date, at: Option<Timestamp>) -> Vec<AdfoxTotals> {
        self.reports.totals(from, to, at)
    }

    /// Hands out the rows of the statistics by banner, place, kind of device and day.
    pub(crate) fn source_rows(
        &self,
        from: Date,
        to: Date,
        at: Option<Timestamp>,
        each: impl FnMut(&SourceRow<'_>),
    ) {
        self.reports.source_rows(from, to, at, each);
    }

    /// Whether there are rows that a revision can select.
    pub(crate) fn has(&self, account: Option<&str>, item: Option<&str>, row: Option<&str>) -> bool {
        self.reports.has(account, item, row)
    }

    pub(crate) fn set_settings(&self, settings: AdfoxSettings) {
        self.state().1 = settings;
        self.reports.restart_outcomes();
    }

    pub(crate) fn settings(&self) -> AdfoxSettings {
        self.state().1.clone()
    }

    pub(super) fn state(&self) -> MutexGuard<'_, (Store, AdfoxSettings)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
