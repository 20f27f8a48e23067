//! Numbers far from what is usual for their weekday, and groups that have become silent.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::derive::series::{Group, Series};
use crate::derive::sum::{Measure, median, median_deviation};

/// Number of days that are examined.
const EXAMINED: usize = 7;
/// Number of weeks before a day that determine what is usual.
const WEEKS: usize = 8;
/// Fewer weeks do not say what is usual.
const MIN_WEEKS: usize = 4;
/// A distance from the median counts from this many times the MAD.
const DEVIATIONS: Decimal = Decimal::from_parts(4, 0, 0, false, 0);

/// A number that is far from what is usual for its weekday.
#[derive(Debug)]
pub(crate) struct Odd {
    /// `None` for the sum of all.
    pub(crate) name: Option<String>,
    pub(crate) day: Date,
    pub(crate) open: bool,
    pub(crate) value: Decimal,
    pub(crate) usual: Decimal,
    pub(crate) difference: Decimal,
    /// Number of days on which the same group is odd. This one has the largest difference.
    pub(crate) days: usize,
}

/// A group that used to have numbers and no longer has any.
#[derive(Debug)]
pub(crate) struct Silent {
    pub(crate) name: String,
    /// The first day without numbers.
    pub(crate) since: Date,
    /// The median of the days before.
    pub(crate) usual: Option<Decimal>,
}

/// What a person should look at.
#[derive(Debug)]
pub(crate) struct Oddities {
    pub(crate) measure: Measure,
    /// Largest difference first.
    pub(crate) odd: Vec<Odd>,
    /// Largest first.
    pub(crate) silent: Vec<Silent>,
    /// Number of silent groups that had less than 1 % of the sum.
    pub(crate) small_silent: usize,
}

pub(crate) fn oddities(series: &Series) -> Oddities {
    let measure = series.basis();
    let mut found = Oddities {
        measure,
        odd: Vec::new(),
        silent: Vec::new(),
        small_silent: 0,
    };
    let total = |index: usize| series.total(index)?.get(measure);
    found.odd.extend(oddest(
        series
            .last(EXAMINED)
            .filter_map(|day| judge(series, None, day, &total)),
    ));
    for group in &series.groups {
        let silent = silent_since(series, group, measure);
        if let Some((since, is_large)) = silent {
            let usual = median(
                group
                    .cells
                    .range(since.saturating_sub(28)..since)
                    .filter_map(|(_, cell)| cell.get(measure))
                    .collect(),
            );
            match series.day(since) {
                Some(since) if is_large => found.silent.push(Silent {
                    name: group.name.clone(),
                    since,
                    usual,
                }),
                _ => found.small_silent += 1,
            }
        }
        let first = group.cells.keys().next().copied().unwrap_or(usize::MAX);
        // A day on which others have rows and this group has none is a day of zero, once the group exists.
        let value = |index: usize| {
            series.total(index)?;
            match group.cells.get(&index) {
                Some(cell) => cell.get(measure),
                None => (index > first).then_some(Decimal::ZERO),
            }
        };
        // Silence is listed once, not again for each of its days.
        let examined = series
            .last(EXAMINED)
            .filter(|day| silent.is_none_or(|(since, _)| *day < since));
        found.odd.extend(oddest(
            examined.filter_map(|day| judge(series, Some(&group.name), day, &value)),
        ));
    }
    found
        .odd
        .sort_by_key(|odd| (odd.name.is_some(), std::cmp::Reverse(odd.difference.abs())));
    found
        .silent
        .sort_by_key(|silent| std::cmp::Reverse(silent.usual));
    found
}

fn judge(
    series: &Series,
    name: Option<&str>,
    index: usize,
    value_on: &dyn Fn(usize) -> Option<Decimal>,
) -> Option<Odd> {
    let value = value_on(index)?;
    let weeks: Vec<_> = (1..=WEEKS)
        .filter_map(|week| value_on(index.checked_sub(week * 7)?))
        .collect();
    if weeks.len() < MIN_WEEKS {
        return None;
    }
    let usual = median(weeks.clone())?;
    let spread = median_deviation(&weeks, usual)?;
    let difference = value.checked_sub(usual)?;
    let is_far = difference.abs() > spread.checked_mul(DEVIATIONS)?;
    let sum = series.total(index)?.get(series.basis())?;
    (is_far && is_percent_of(difference, sum)).then_some(Odd {
        name: name.map(str::to_owned),
        day: series.day(index)?,
        open: series.is_open(index),
        value,
        usual,
        difference,
        days: 1,
    })
}

/// Returns the day with the largest difference, the later one of two alike.
fn oddest(odd: impl Iterator<Item = Odd>) -> Option<Odd> {
    odd.reduce(|largest, next| {
        let days = largest.days + 1;
        let odd = if next.difference.abs() >= largest.difference.abs() {
            next
        } else {
            largest
        };
        Odd { days, ..odd }
    })
}

/// Returns whether `part` is at least 1 % of `sum`.
fn is_percent_of(part: Decimal, sum: Decimal) -> bool {
    sum.checked_div(Decimal::ONE_HUNDRED)
        .is_some_and(|percent| part.abs() >= percent.abs())
}

/// Returns the index of the first day of a group's silence, and whether the group was at least 1 %.
///
/// Two days at least: one day without numbers is judged by its weekday, like any other number.
fn silent_since(series: &Series, group: &Group, measure: Measure) -> Option<(usize, bool)> {
    let is_active = |index: &usize| group.cells.get(index).is_some_and(|cell| cell.is_active());
    let last_active = (0..series.days.len()).rev().find(is_active)?;
    let mut quiet = (last_active + 1..series.days.len()).filter(|day| series.total(*day).is_some());
    let since = quiet.next()?;
    quiet.next()?;
    let before = last_active.saturating_sub(13)..last_active + 1;
    // A group that had numbers now and then is not silent, only quiet.
    if before.filter(is_active).count() < 7 {
        return None;
    }
    let month = last_active.saturating_sub(27)..last_active + 1;
    let is_large = group
        .sum(month.clone())
        .get(measure)
        .zip(series.sum(month).get(measure))
        .is_some_and(|(part, sum)| is_percent_of(part, sum));
    Some((since, is_large))
}
