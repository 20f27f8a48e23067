//! Rows arranged by group and day.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::derive::sum::{Cell, Measure, Sum};
use crate::report::Report;

/// Number of days that are kept: the last seven, and eight weeks before each of them.
const DAYS: usize = 70;

/// One site or campaign.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    /// By index of the day. A day without a row has no entry.
    pub(crate) cells: BTreeMap<usize, Cell>,
}

impl Group {
    /// Returns the sum over some days. No row on any of them is zero.
    pub(crate) fn sum(&self, days: Range<usize>) -> Cell {
        let mut cells = self.cells.range(days).map(|(_, cell)| cell).peekable();
        match cells.peek() {
            Some(_) => cells.collect(),
            None => Cell::ZERO,
        }
    }
}

/// Rows arranged by group and day.
#[derive(Debug)]
pub(crate) struct Series {
    /// Consecutive days from the first that has a row to the one that the page calls yesterday.
    /// Never empty.
    pub(crate) days: Vec<Date>,
    /// The sums of each day; `None` if the day has no row at all.
    pub(crate) totals: Vec<Option<Cell>>,
    /// Sorted by name.
    pub(crate) groups: Vec<Group>,
    pub(crate) open: BTreeSet<Date>,
}

impl Series {
    /// Arranges the rows of a report. `None` if it has neither rows nor a last day.
    pub(crate) fn new(report: &Report) -> Option<Self> {
        let last = report
            .last_day
            .or_else(|| report.rows.iter().map(|row| row.day).max())?;
        let mut days = vec![last];
        let mut first = last;
        while days.len() < DAYS {
            // The calendar of `Date` has a first day.
            let Ok(day) = first.yesterday() else { break };
            days.push(day);
            first = day;
        }
        days.reverse();
        let mut totals = vec![None; days.len()];
        let mut groups = BTreeMap::<&str, BTreeMap<usize, Cell>>::new();
        for row in &report.rows {
            let Ok(index) = days.binary_search(&row.day) else {
                continue;
            };
            let cell = Cell {
                impressions: Sum::of(row.impressions.map(Decimal::from)),
                clicks: Sum::of(row.clicks.map(Decimal::from)),
                money: Sum::of(row.money),
            };
            let cells = groups.entry(&row.group).or_default();
            cells.entry(index).or_default().add(&cell);
            if let Some(total) = totals.get_mut(index) {
                total.get_or_insert_with(Cell::default).add(&cell);
            }
        }
        // Days before the first row are not holes: the rows begin there. The last day stays.
        let first = totals
            .iter()
            .position(Option::is_some)
            .unwrap_or(days.len() - 1);
        days.drain(..first);
        totals.drain(..first);
        let groups = groups
            .into_iter()
            .map(|(name, cells)| Group {
                name: name.to_owned(),
                cells: cells
                    .into_iter()
                    .map(|(index, cell)| (index - first, cell))
                    .collect(),
            })
            .collect();
        Some(Self {
            days,
            totals,
            groups,
            open: report.open.clone(),
        })
    }

    /// Returns the indexes of the last `count` days.
    pub(crate) fn last(&self, count: usize) -> Range<usize> {
        self.days.len().saturating_sub(count)..self.days.len()
    }

    pub(crate) fn day(&self, index: usize) -> Option<Date> {
        self.days.get(index).copied()
    }

    pub(crate) fn is_open(&self, index: usize) -> bool {
        self.day(index).is_some_and(|day| self.open.contains(&day))
    }

    /// Returns the sums of a day. `None` if the day has no row at all.
    pub(crate) fn total(&self, index: usize) -> Option<&Cell> {
        self.totals.get(index)?.as_ref()
    }

    /// Returns the sums over some days.
    pub(crate) fn sum(&self, days: Range<usize>) -> Cell {
        days.filter_map(|index| self.total(index)).collect()
    }

    /// Returns the number that groups are ranked by: the money, or impressions if there is none.
    pub(crate) fn basis(&self) -> Measure {
        let has_money = self
            .totals
            .iter()
            .flatten()
            .any(|total| total.money != Sum::Unknown);
        if has_money {
            Measure::Money
        } else {
            Measure::Impressions
        }
    }

    /// Returns the groups, the largest of some days first, with their sums. Leaves out those without rows.
    pub(crate) fn ranked(&self, days: &Range<usize>, measure: Measure) -> Vec<(&Group, Cell)> {
        let mut ranked: Vec<_> = self
            .groups
            .iter()
            .filter(|group| group.cells.range(days.clone()).next().is_some())
            .map(|group| (group, group.sum(days.clone())))
            .collect();
        // A stable sort of groups that are sorted by name: the same page for the same input.
        ranked.sort_by_key(|(_, sum)| {
            std::cmp::Reverse(sum.get(measure).map_or(Decimal::NEGATIVE_ONE, |v| v.abs()))
        });
        ranked
    }
}
