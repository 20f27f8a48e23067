//! The state of rows at an instant: the plan, then what a test has ordered.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::clock::UtcOffset;
use super::factor::Factor;
use super::plan::{Plan, RowKey};
use super::revise::{Addition, Change, Revision, StatisticsVendor};
use crate::dates;

/// Ordered revisions by day, those of a day in the order of their instants.
pub(super) type Ordered = BTreeMap<Date, Vec<Revision>>;

/// The statistics of a vendor at an instant, or the data as they are without one.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(super) vendor: StatisticsVendor,
    pub(super) instant: Option<Timestamp>,
    pub(super) zone: UtcOffset,
    pub(super) plan: Plan,
    pub(super) ordered: Arc<Ordered>,
}

/// A source row: what all other numbers are computed from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) key: RowKey,
    pub(crate) account: &'a str,
    /// The names of its item: a site has a domain and an id.
    pub(crate) items: [&'a str; 2],
    pub(crate) row: &'a str,
}

/// The state of a source row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RowState {
    /// The factor of its numbers; `None` if the row is missing.
    pub(crate) factor: Option<Factor>,
    /// Numbers to add, also to a row that is missing.
    pub(crate) added: Option<Addition>,
}

/// One day of a [`Moment`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day<'a> {
    moment: &'a Moment,
    day: Date,
    since_start: Option<i64>,
    revisions: &'a [Revision],
}

impl Moment {
    pub(crate) fn day(&self, day: Date) -> Day<'_> {
        let since_start = |instant| self.zone.since_start(day, instant);
        Day {
            moment: self,
            day,
            since_start: self.instant.map(since_start),
            revisions: self.ordered.get(&day).map_or(&[], Vec::as_slice),
        }
    }

    /// Extends a range of days with rows by those to which revisions may have added some.
    pub(crate) fn span(&self, rows: Option<(Date, Date)>) -> Option<(Date, Date)> {
        let ends = [
            self.ordered.first_key_value(),
            self.ordered.last_key_value(),
        ];
        let ordered = ends.into_iter().flatten().map(|(day, _)| *day);
        ordered.fold(rows, |span, day| {
            let (first, last) = span.unwrap_or((day, day));
            Some((first.min(day), last.max(day)))
        })
    }

    /// Limits a range of days to those that can have rows, given those on which the data have rows.
    pub(crate) fn days(
        &self,
        rows: Option<(Date, Date)>,
        from: Date,
        to: Date,
    ) -> impl Iterator<Item = Date> + use<> {
        let (first, last) = self.span(rows).unwrap_or((Date::MAX, Date::MIN));
        dates::days(from.max(first), to.min(last))
    }
}

impl Day<'_> {
    pub(crate) fn date(&self) -> Date {
        self.day
    }

    /// Whether there can be no rows, because the day has not begun.
    pub(crate) fn is_ahead(&self) -> bool {
        self.since_start.is_some_and(|since| since <= 0)
    }

    /// Whether rows can have been added to the day.
    pub(crate) fn has_additions(&self) -> bool {
        !self.is_ahead() && !self.revisions.is_empty()
    }

    pub(crate) fn state(&self, row: &Row<'_>) -> RowState {
        let planned = match self.since_start {
            None => Some(Factor::ONE),
            Some(since) => self.moment.plan.factor(row.key, self.day, since),
        };
        let mut state = RowState {
            factor: planned,
            added: None,
        };
        if self.is_ahead() {
            return state;
        }
        let revisions = self.revisions.iter();
        for revision in revisions.filter(|revision| self.concerns(revision, row)) {
            match &revision.change {
                Change::Scale(factor) => {
                    let factor = Factor::new(*factor).unwrap_or(Factor::ONE);
                    state.factor = state.factor.map(|before| before.times(factor));
                    state.added = state.added.map(|added| added.times(factor));
                }
                Change::Delete | Change::Empty => {
                    state = RowState {
                        factor: None,
                        added: None,
                    };
                }
                Change::Add(add) => {
                    state.added = Some(state.added.unwrap_or_default().plus(add));
                }
                Change::Restore => {
                    state = RowState {
                        factor: planned,
                        added: None,
                    };
                }
            }
        }
        state
    }

    /// Whether a revision of this day is in effect and selects the row.
    fn concerns(&self, revision: &Revision, row: &Row<'_>) -> bool {
        let in_effect = match (self.moment.instant, revision.at) {
            (Some(instant), Some(at)) => at <= instant,
            _ => true,
        };
        let selects =
            |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|text| text == name);
        in_effect
            && revision.vendor == self.moment.vendor
            && selects(&revision.account, row.account)
            && (row.items.iter()).any(|name| selects(&revision.item, name))
            && selects(&revision.row, row.row)
    }
}
