//! The emulator's time: an instant that a test sets, and data that depend on it.
//!
//! This module knows no vendor. A vendor takes a [`Moment`] when a request arrives, asks it for the
//! state of each source row, and computes all that it returns from the rows in that state. Therefore
//! its views agree, and a response that is still being sent does not change.
//!
//! To join in, a vendor gets a variant of [`StatisticsVendor`], keeps a [`RowKey`] for each source row,
//! asks `moment.day(day).state(&row)` wherever it reads its rows, scales them by the factor, and adds
//! what was added; `Vendors::revise` and `Vendors::totals_by` get an arm for it.
//!
//! `clock` says how far a day is, `plan` what happens to a row by itself, `revise` what a test does to
//! it, `factor` how numbers are scaled exactly, and `moment` puts them together.

mod clock;
mod factor;
mod moment;
mod plan;
mod revise;
mod store;

pub use clock::{ClockSettings, UtcOffset};
pub(crate) use factor::{Factor, scale_amounts, scale_counts};
pub(crate) use moment::{Day, Moment, Row, RowState};
pub use plan::RevisionSettings;
pub(crate) use plan::RowKey;
pub use revise::{Addition, Change, Revision, StatisticsVendor};
pub(crate) use store::Revisions;

#[cfg(test)]
mod tests;
