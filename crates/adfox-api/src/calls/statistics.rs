//! Reports of the statistics API, made by [`Statistics`](crate::Statistics).
//!
//! The vendor documents this API at <https://yandex.ru/dev/adfox/doc/ru/rest-statistics/about>. Names of
//! metrics, dimensions and filters are those of [`Metadata`]; any other passes. Values serialize under
//! the vendor's names with any serde format, except that a [`Cell`] and a [`FilterValue`] say which
//! type they are.
//!
//! ```
//! use adfox_api::calls::statistics::{Operator, Report};
//! use adfox_api::date;
//!
//! let report = Report::new(date(2024, 1, 1)..=date(2024, 1, 31))
//!     .metric("loads_commercial")
//!     .metric("ctr")
//!     .dimension("date")
//!     .filter("campaign_id", Operator::Equal, "12345");
//! assert_eq!(report.range.days(), 31);
//! ```

mod filter;
mod lists;
mod names;
mod range;
mod report;
mod table;
mod task;

use adcore_json::number_id;

pub use filter::{Filter, FilterValue, Operator};
pub use lists::{AvailableDates, Field, Limits, Metadata, ReportInfo, SavedReport, SavedReports};
pub(crate) use names::is_sum;
pub use range::DateRange;
pub use report::Report;
pub use table::{Cell, Column, ColumnType, ReportRow, Table};
pub use task::{Task, TaskId, TaskStatus};

number_id! {
    /// Identifies the account of an administrator, which advertisers name in each request.
    OwnerId
}
