//! Days in requests, and ranges of days.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// Parses a day of exactly the form `YYYY-MM-DD`.
///
/// jiff also accepts other ISO 8601 forms, which the vendors refuse.
pub(crate) fn parse(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    (day.to_string() == text).then_some(day)
}

/// The days from the first to the last, both included.
pub(crate) fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    from.series(1.day()).take_while(move |day| *day <= to)
}
