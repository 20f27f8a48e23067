//! The statistics API of ADFOX: tasks that make reports from generated rows.
//!
//! `routes` handles a request: `report` reads it, `tasks` keeps it until its result is requested, and
//! `table` adds up the rows of `data`.

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
mod table;
mod tasks;

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;

use super::data::AdfoxData;
use crate::totals::AdfoxTotals;
use data::Statistics;
pub(crate) use routes::{operation, router};
pub use rows::{AdfoxGenerated, AdfoxReportRow};
pub use settings::{
    AdfoxDateNames, AdfoxItems, AdfoxOperators, AdfoxOutcome, AdfoxRefusal, AdfoxRefusals,
    AdfoxReportsSettings, AdfoxSavedFields,
};
use tasks::Tasks;

/// The statistics and the tasks of the ad server.
pub(super) struct Reports {
    statistics: Statistics,
    tasks: Mutex<Tasks>,
}

impl Reports {
    pub(super) fn new(data: &AdfoxData, seed: u64) -> Self {
        Self {
            statistics: Statistics::new(data, seed),
            tasks: Mutex::default(),
        }
    }

    pub(super) fn totals(&self, from: Date, to: Date) -> Vec<AdfoxTotals> {
        table::totals(&self.statistics, from, to)
    }

    /// Discards all tasks.
    pub(super) fn reset(&self) {
        *self.tasks() = Tasks::default();
    }

    /// Starts the list of outcomes from its beginning, because the settings were set.
    pub(super) fn restart_outcomes(&self) {
        self.tasks().restart_outcomes();
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
