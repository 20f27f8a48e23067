//! The sums of the rows of version 3.0, compared with the totals of the vendor.

use std::fmt;

use adcore_json::RawJson;
use rust_decimal::Decimal;

use super::Wire;
use crate::calls::v3::StatisticsRow;

/// The sums of rows; a sum is `None` if a row lacks the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) rows: usize,
    impressions: Option<i64>,
    clicks: Option<i64>,
    money: Option<Decimal>,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            rows: 0,
            impressions: Some(0),
            clicks: Some(0),
            money: Some(Decimal::ZERO),
        }
    }
}

impl Sums {
    #[inline]
    pub(super) fn of(row: &StatisticsRow) -> Self {
        Self {
            rows: 1,
            impressions: row.impression_count,
            clicks: row.click_count,
            money: row.total_sum,
        }
    }

    #[inline]
    pub(super) fn add(&mut self, more: &Self) {
        let add = |sum: Option<i64>, more: Option<i64>| sum?.checked_add(more?);
        self.rows += more.rows;
        self.impressions = add(self.impressions, more.impressions);
        self.clicks = add(self.clicks, more.clicks);
        let money = self.money.zip(more.money);
        self.money = money.and_then(|(sum, more)| sum.checked_add(more));
    }

    /// Returns the first number that both have and that differs.
    fn compare(&self, total: &Self) -> Option<Mismatch> {
        let counts = [
            ("ImpressionCount", self.impressions, total.impressions),
            ("ClickCount", self.clicks, total.clicks),
        ];
        let counts = counts.into_iter().find_map(|(member, sum, total)| {
            let (sum, total) = (Decimal::from(sum?), Decimal::from(total?));
            (sum != total).then_some(Mismatch { member, sum, total })
        });
        counts.or_else(|| {
            let (sum, total) = self.money.zip(total.money)?;
            let differs = sum.checked_sub(total)?.abs() > rounding(sum, total, self.rows);
            let member = "TotalSum";
            differs.then_some(Mismatch { member, sum, total })
        })
    }
}

/// How far a sum of rounded amounts may be from a rounded total: half of the last digit of each.
///
/// A sum without decimals is not taken as rounded.
fn rounding(sum: Decimal, total: Decimal, rows: usize) -> Decimal {
    if sum.scale() == 0 {
        return Decimal::ZERO;
    }
    let half = |scale| Decimal::try_new(5, scale + 1).unwrap_or_default();
    let of_rows = half(sum.scale()).checked_mul(Decimal::from(rows));
    of_rows
        .unwrap_or_default()
        .saturating_add(half(total.scale()))
}

/// Reads a total. Its form is not known well enough to make another one an error.
pub(super) fn read_total(members: &[(String, RawJson)]) -> Option<Sums> {
    let mut members = members.iter();
    let (_, total) = members.rfind(|(name, _)| name.eq_ignore_ascii_case("Total"))?;
    let Wire(row) = total.decode::<Wire<StatisticsRow>>().ok()?;
    Some(Sums::of(&row))
}

/// A number whose rows do not add up to the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mismatch {
    member: &'static str,
    sum: Decimal,
    total: Decimal,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { member, sum, total } = self;
        write!(
            f,
            "the rows of member `{member}` add up to {sum}, and the vendor's total is {total}"
        )
    }
}

/// Adds up the pages of a window, each of which may have a total of its rows or of all rows.
///
/// Which of the two it is is not known, so that either is accepted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    sums: Sums,
    /// The last total.
    total: Option<Sums>,
    /// Whether the total of a page is not that of its rows.
    is_of_all: bool,
}

impl Tally {
    pub(crate) fn add(&mut self, sums: &Sums, total: Option<&Sums>) {
        self.sums.add(sums);
        if let Some(total) = total {
            self.is_of_all |= sums.compare(total).is_some();
            self.total = Some(*total);
        }
    }

    pub(crate) fn has_total(&self) -> bool {
        self.total.is_some()
    }

    /// Returns what differs if the totals are neither those of the pages nor of all rows so far.
    pub(crate) fn mismatch(&self) -> Option<Mismatch> {
        let total = self.total.filter(|_| self.is_of_all)?;
        self.sums.compare(&total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(rows: usize, impressions: i64, money: &str) -> Sums {
        Sums {
            rows,
            impressions: Some(impressions),
            clicks: None,
            money: money.parse().ok(),
        }
    }

    fn mismatch(pages: &[(Sums, Option<Sums>)]) -> Option<&'static str> {
        let mut tally = Tally::default();
        for (page, total) in pages {
            tally.add(page, total.as_ref());
        }
        tally.mismatch().map(|mismatch| mismatch.member)
    }

    #[test]
    fn totals_are_those_of_the_pages_or_of_all() {
        let (first, second, all) = (sums(2, 5, "0.1"), sums(1, 7, "0.2"), sums(3, 12, "0.3"));
        let nothing = sums(0, 0, "0");
        for pages in [
            vec![(first, None), (second, None)],
            vec![
                (first, Some(first)),
                (second, Some(second)),
                (nothing, None),
            ],
            vec![
                (first, Some(first)),
                (second, Some(second)),
                (nothing, Some(nothing)),
            ],
            vec![
                (first, Some(all)),
                (second, Some(all)),
                (nothing, Some(all)),
            ],
            vec![(first, Some(all)), (second, None)],
            vec![(first, None), (second, Some(all))],
        ] {
            assert_eq!(mismatch(&pages), None, "{pages:?}");
        }
        for pages in [
            vec![(first, Some(all))],
            vec![(nothing, Some(all))],
            vec![(first, Some(first)), (second, Some(first))],
            vec![(first, Some(all)), (all, Some(all))],
        ] {
            assert_eq!(mismatch(&pages), Some("ImpressionCount"), "{pages:?}");
        }
    }

    #[test]
    fn money_may_be_rounded_and_counts_may_not() {
        for (rows, sum, total, fits) in [
            (3, "0.30", "0.30", true),
            (3, "0.30", "0.315", true),
            (3, "0.30", "0.33", false),
            (3, "0.300000001", "0.3", true),
            (3, "0.300000001", "0.4", false),
            (3, "3", "3.1", false),
        ] {
            let found = mismatch(&[(sums(rows, 1, sum), Some(sums(1, 1, total)))]);
            assert_eq!(found, (!fits).then_some("TotalSum"), "{sum} {total}");
        }
    }
}
