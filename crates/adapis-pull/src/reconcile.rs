//! Whether published sums agree with the vendor's own.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::footer::DayStats;
use crate::schema::ColumnType;
use crate::stream::{Stream, Totals};

/// A day whose sum differs from the vendor's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The stream.
    pub stream: &'static str,
    /// The account.
    pub account: String,
    /// The day.
    pub day: Date,
    /// The column.
    pub column: &'static str,
    /// Where the vendor's sum comes from, such as `spots.day`.
    pub against: &'static str,
    /// The sum of the published rows.
    pub published: Decimal,
    /// The vendor's sum.
    pub vendor: Decimal,
    /// Whether the day is final.
    pub is_final: bool,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            stream,
            account,
            day,
            column,
            against,
            published,
            vendor,
            is_final,
        } = self;
        let state = if *is_final { "final" } else { "open" };
        write!(
            f,
            "{stream} of {account}: {column} of {day} ({state}) is {published}, and {vendor} by {against}"
        )
    }
}

/// Compares the sums of days with the vendor's.
///
/// Counts must be equal. Money may differ by half a unit of the ninth decimal for each row, because the vendor may add
/// up before it rounds, or by `tolerance`.
pub(crate) fn compare(
    stream: &Stream,
    account: &str,
    days: &BTreeMap<Date, DayStats>,
    totals: &Totals,
    tolerance: Decimal,
    is_final: impl Fn(Date) -> bool,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (day, stats) in days {
        for column in &totals.columns {
            let published = stats.sum(column);
            let sums = totals.days.get(day);
            let vendor = sums
                .and_then(|sums| sums.get(column).copied())
                .unwrap_or_default();
            let known = stream.column(column);
            let is_count = known.is_some_and(|known| known.column_type == ColumnType::Count);
            let rounding = Decimal::new(5, 10) * Decimal::from(stats.rows);
            let allowed = if is_count {
                Decimal::ZERO
            } else {
                rounding.max(tolerance)
            };
            let distance = published.checked_sub(vendor).map(|distance| distance.abs());
            if distance.is_none_or(|distance| distance > allowed) {
                differences.push(Difference {
                    stream: stream.name,
                    account: account.to_owned(),
                    day: *day,
                    column,
                    against: totals.against,
                    published,
                    vendor,
                    is_final: is_final(*day),
                });
            }
        }
    }
    differences
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;

    fn differences(
        published: &[(&str, &str)],
        vendor: &[(&'static str, &str)],
        rows: u64,
        tolerance: &str,
    ) -> Vec<String> {
        let stream = crate::stream::spots::streams().remove(1);
        let day = date(2025, 12, 1);
        let sums = published.iter();
        let stats = DayStats {
            requested: Timestamp::UNIX_EPOCH,
            rows,
            sums: sums
                .map(|(name, sum)| ((*name).to_owned(), sum.parse().unwrap()))
                .collect(),
        };
        let columns = vendor.iter().map(|(name, _)| *name).collect();
        let vendor = vendor
            .iter()
            .map(|(name, sum)| (*name, sum.parse().unwrap()))
            .collect();
        let totals = Totals {
            against: "spots.day",
            columns,
            days: [(day, vendor)].into(),
        };
        let days = BTreeMap::from([(day, stats)]);
        let tolerance = tolerance.parse().unwrap();
        let found = compare(&stream, "publisher", &days, &totals, tolerance, |_| true);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn counts_are_equal_and_money_within_the_rounding_of_its_rows() {
        let same = [("shows", "10"), ("income", "1.000000001")];
        assert_eq!(
            differences(&same, &[("shows", "10"), ("income", "1.000000001")], 1, "0"),
            [""; 0]
        );
        assert_eq!(
            differences(&same, &[("income", "1.000000002")], 2, "0"),
            [""; 0]
        );
        assert_eq!(
            differences(&same, &[("income", "1.000000002")], 1, "0").len(),
            1
        );
        assert_eq!(
            differences(&same, &[("income", "1.01")], 1, "0.01"),
            [""; 0]
        );
        assert_eq!(
            differences(&same, &[("shows", "11")], 1, "5"),
            ["spots.site-day of publisher: shows of 2025-12-01 (final) is 10, and 11 by spots.day"]
        );
        assert_eq!(differences(&[], &[("shows", "11")], 0, "0").len(), 1);
    }
}
