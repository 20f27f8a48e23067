use std::fmt;
use std::ops::RangeInclusive;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A range of days in Moscow time, both ends included.
///
/// ```
/// use adfox_api::calls::statistics::DateRange;
/// use adfox_api::date;
///
/// let january = DateRange::new(date(2024, 1, 1), date(2024, 1, 31));
/// assert_eq!(january, DateRange::from(date(2024, 1, 1)..=date(2024, 1, 31)));
/// assert_eq!(january.to_string(), "2024-01-01 to 2024-01-31");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DateRange {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl DateRange {
    /// Creates a range; it is checked when a report is made.
    #[must_use]
    pub const fn new(from: Date, to: Date) -> Self {
        Self { from, to }
    }

    /// Returns the number of days; 0 if the range is reversed.
    #[must_use]
    pub fn days(self) -> u32 {
        u32::try_from(i64::from((self.to - self.from).get_days()) + 1).unwrap_or(0)
    }
}

impl From<RangeInclusive<Date>> for DateRange {
    fn from(range: RangeInclusive<Date>) -> Self {
        Self::new(*range.start(), *range.end())
    }
}

impl From<(Date, Date)> for DateRange {
    fn from((from, to): (Date, Date)) -> Self {
        Self::new(from, to)
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}
