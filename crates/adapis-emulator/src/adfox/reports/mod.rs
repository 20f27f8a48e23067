//! The statistics API of ADFOX: tasks that make reports from generated rows.
//!
//! `routes` handles a request: `report` reads it, `tasks` keeps it until its result is requested, and
//! `table` adds up the rows of `data` in the `state` of the task's instant.

mod catalog;
mod data;
mod fields;
mod filter;
mod report;
mod response;
mod routes;
pub(super) mod rows;
mod saved;
mod settings;
mod state;
mod table;
mod tasks;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;

use super::data::AdfoxData;
use crate::revisions::{Moment, Revisions, StatisticsVendor, UtcOffset};
use crate::totals::{AdfoxTotals, SourceRow};
use data::Statistics;
pub(crate) use routes::{operation, router};
pub use rows::{AdfoxGenerated, AdfoxReportRow};
pub use settings::{
    AdfoxDateNames, AdfoxItems, AdfoxOperators, AdfoxOutcome, AdfoxRefusal, AdfoxRefusals,
    AdfoxReportsSettings, AdfoxSavedFields, AdfoxTotalsOf,
};
use tasks::Tasks;

/// The statistics and the tasks of the ad server.
pub(super) struct Reports {
    statistics: Statistics,
    revisions: Arc<Revisions>,
    tasks: Mutex<Tasks>,
}

impl Reports {
    pub(super) fn new(data: &AdfoxData, seed: u64, revisions: Arc<Revisions>) -> Self {
        Self {
            statistics: Statistics::new(data, seed),
            revisions,
            tasks: Mutex::default(),
        }
    }

    /// Returns the statistics now, or at another instant. Days are Moscow's.
    fn moment(&self, at: Option<Timestamp>) -> Moment {
        let zone = UtcOffset::MOSCOW;
        self.revisions.moment(StatisticsVendor::Adfox, zone, at)
    }

    pub(super) fn totals(&self, from: Date, to: Date, at: Option<Timestamp>) -> Vec<AdfoxTotals> {
        table::totals(&self.statistics, &self.moment(at), from, to)
    }

    pub(super) fn source_rows(
        &self,
        from: Date,
        to: Date,
        at: Option<Timestamp>,
        mut each: impl FnMut(&SourceRow<'_>),
    ) {
        let moment = self.moment(at);
        for day in self.statistics.days_within(&moment, from, to) {
            for row in self.statistics.rows(moment.day(day)) {
                each(&self.statistics.source_row(&row));
            }
        }
    }

    pub(super) fn has(&self, account: Option<&str>, item: Option<&str>, row: Option<&str>) -> bool {
        self.statistics.has(account, item, row)
    }

    /// Discards all tasks.
    pub(super) fn reset(&self) {
        *self.tasks() = Tasks::default();
    }

    /// Starts the list of outcomes from its beginning, because the settings were set.
    pub(super) fn restart_outcomes(&self) {
        self.tasks().restart_outcomes();
    }

    /// Returns the tasks with the age that they have now.
    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.now = self.revisions.now();
        tasks
    }
}
