//! The numbers of a page, from the rows: pure and exact. Floats occur only in charts.

mod compare;
mod heat;
mod late;
mod movers;
mod odd;
mod series;
mod sum;
#[cfg(test)]
mod tests;

use crate::report::Report;

pub(crate) use compare::{Comparison, compare};
pub(crate) use heat::{Heat, SHADES, heat};
pub(crate) use late::{Age, Late, late};
pub(crate) use movers::{Mover, Movers, movers};
pub(crate) use odd::{Oddities, oddities};
pub(crate) use series::{Group, Series};
pub(crate) use sum::{Cell, Measure, percent_change, ratio};

/// Number of days in the charts.
pub(crate) const CHART_DAYS: usize = 60;
/// Number of days in the table.
pub(crate) const TABLE_DAYS: usize = 28;
/// Number of groups that have their own colour.
pub(crate) const COLOURS: usize = 8;

/// The largest groups of the chart's days; all others are added up.
#[derive(Debug)]
pub(crate) struct Shares<'a> {
    /// At most [`COLOURS`], largest first.
    pub(crate) top: Vec<&'a Group>,
    /// Number of the others.
    pub(crate) others: usize,
    /// All groups with their sums, largest first.
    pub(crate) all: Vec<(&'a Group, Cell)>,
}

pub(crate) fn shares(series: &Series) -> Shares<'_> {
    let all = series.ranked(&series.last(CHART_DAYS), series.basis());
    // One group alone is not worth being called "others".
    let top = if all.len() > COLOURS {
        COLOURS - 1
    } else {
        all.len()
    };
    Shares {
        top: all.iter().take(top).map(|(group, _)| *group).collect(),
        others: all.len() - top,
        all,
    }
}

/// All numbers of a page.
#[derive(Debug)]
pub(crate) struct Numbers<'a> {
    pub(crate) series: &'a Series,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) shares: Shares<'a>,
    pub(crate) movers: Movers,
    pub(crate) heat: Heat,
    pub(crate) oddities: Oddities,
}

impl<'a> Numbers<'a> {
    pub(crate) fn new(report: &Report, series: &'a Series) -> Self {
        Self {
            series,
            comparisons: compare(series, report.money),
            shares: shares(series),
            movers: movers(series),
            heat: heat(series, CHART_DAYS),
            oddities: oddities(series),
        }
    }
}
