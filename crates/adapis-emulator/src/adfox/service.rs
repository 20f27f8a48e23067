//! The ADFOX server: its data, settings and state.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;

use super::data::{AdfoxData, AdfoxSettings};
use super::reports::Reports;
use super::store::Store;
use crate::totals::AdfoxTotals;

/// The ad server.
pub(crate) struct Adfox {
    data: AdfoxData,
    state: Mutex<(Store, AdfoxSettings)>,
    pub(super) reports: Reports,
}

impl Adfox {
    pub(crate) fn new(data: AdfoxData, settings: AdfoxSettings, seed: u64) -> Self {
        let store = Store::new(&data);
        Self {
            reports: Reports::new(&data, seed),
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

    pub(crate) fn totals(&self, from: Date, to: Date) -> Vec<AdfoxTotals> {
        self.reports.totals(from, to)
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
