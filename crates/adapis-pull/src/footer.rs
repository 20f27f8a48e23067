//! What a file says about itself.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a published file says about itself, in the metadata of the Parquet file or beside a text file.
///
/// The time of fetching is kept here and not in the rows, so that equal days have equal rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Footer {
    /// The stream, such as `spots.site-day`.
    pub stream: String,
    /// The account: the name of the source.
    pub account: String,
    /// The number of the schema that the rows follow.
    pub schema: u32,
    /// The fingerprint of the settings that determine the rows: groups, zone, money, partition.
    pub fingerprint: String,
    /// The identifier of the run that wrote the file. Empty if the footer was lost and rebuilt from the rows.
    pub run: String,
    /// The instant before the first request of the rows was sent. Decides which of two files is newer.
    pub requested: Timestamp,
    /// Each day of the file, with its own instant where only a part of the days was pulled again.
    pub days: BTreeMap<Date, DayStats>,
    /// Number of rows.
    pub rows: u64,
    /// The digest of the rows: the same for the same rows in the same order, whatever the format.
    ///
    /// It detects accidents, such as an edited or damaged file. It does not protect against deliberate tampering.
    pub digest: String,
}

/// What is known about one day of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DayStats {
    /// The instant before the first request of this day's latest pull was sent.
    pub requested: Timestamp,
    /// Number of rows of the day; 0 if the day was pulled and has no data.
    pub rows: u64,
    /// The exact sum of each column of counts or money. Whether a sum is meaningful (that of a reach is not) is for the
    /// stream to say.
    pub sums: BTreeMap<String, Decimal>,
}

impl DayStats {
    /// Returns the sum of a column; zero if there is none.
    pub(crate) fn sum(&self, column: &str) -> Decimal {
        self.sums.get(column).copied().unwrap_or_default()
    }
}

/// What the writer of a partition cannot see in the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FooterFacts {
    /// The stream.
    pub stream: String,
    /// The account: the name of the source.
    pub account: String,
    /// The fingerprint of the settings that determine the rows.
    pub fingerprint: String,
    /// The identifier of the run.
    pub run: String,
    /// The instant before the first request of the rows was sent.
    pub requested: Timestamp,
    /// Every day that the file answers for, and the instant before the first request of its latest pull.
    ///
    /// A day without rows is in the footer too. A row of a day that is not here is refused: nobody asked for it.
    pub days: BTreeMap<Date, Timestamp>,
}
