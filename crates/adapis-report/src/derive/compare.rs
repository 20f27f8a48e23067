//! Yesterday against the same weekday and the median of four weeks.

use rust_decimal::Decimal;

use crate::derive::series::Series;
use crate::derive::sum::{Measure, median};
use crate::report::Money;

/// One number of yesterday and what to compare it with.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) measure: Measure,
    pub(crate) value: Option<Decimal>,
    /// A week earlier.
    pub(crate) week_before: Option<Decimal>,
    /// The median of the 28 days before.
    pub(crate) median: Option<Decimal>,
    /// The 28 days before, and yesterday.
    pub(crate) history: Vec<Option<Decimal>>,
}

pub(crate) fn compare(series: &Series, money: Money) -> Vec<Comparison> {
    Measure::shown(money)
        .into_iter()
        .map(|measure| {
            let history: Vec<_> = series
                .last(29)
                .map(|index| series.total(index)?.get(measure))
                .collect();
            let before = history.split_last().map_or(&[][..], |(_, before)| before);
            Comparison {
                measure,
                value: history.last().copied().flatten(),
                week_before: before.iter().rev().nth(6).copied().flatten(),
                median: median(before.iter().copied().flatten().collect()),
                history,
            }
        })
        .collect()
}
