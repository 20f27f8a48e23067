//! The days of a request, and rows of other days.

use std::pin::Pin;
use std::task::{Context, Poll};

use adcore::Error;
use adcore_json::Repeats;
use futures_core::Stream;
use jiff::civil::Date;

use crate::calls::{CampaignId, CampaignRow, DateBound, DomainDay};

/// The days of a request within a range that may have been split; none for a call without days.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Days(Option<Window>);

#[derive(Debug, Clone, Copy)]
struct Window {
    from: DateBound,
    to: DateBound,
    first: bool,
    last: bool,
}

impl Days {
    /// Creates the days of a window of `range`.
    pub(super) fn new(window: (DateBound, DateBound), range: (DateBound, DateBound)) -> Self {
        let (from, to) = window;
        Self(Some(Window {
            from,
            to,
            first: from == range.0,
            last: to == range.1,
        }))
    }

    /// Names the days in an error of the request, if the range was split.
    pub(super) fn name(self, error: Error) -> Error {
        match self.0 {
            Some(window) if !(window.first && window.last) => {
                let Window { from, to, .. } = window;
                let message = format!("{} ({from} to {to})", error.message());
                error.with_message(message)
            }
            _ => error,
        }
    }
}

impl Window {
    /// Returns whether a row of this day was requested.
    fn contains(&self, day: Date) -> bool {
        self.from.day() <= day && day <= self.to.day()
    }

    /// Returns whether a row of this day belongs here and not to a neighbouring window.
    fn admits(&self, day: Date) -> bool {
        (self.first || self.from.day() <= day) && (self.last || day <= self.to.day())
    }
}

/// A row of statistics by day.
pub(super) trait DayRow {
    /// Returns the day.
    fn day(&self) -> Option<Date>;

    /// Returns what has one row a day; `None` if the rows do not say.
    fn campaign(&self) -> Option<&CampaignId>;
}

impl DayRow for CampaignRow {
    fn day(&self) -> Option<Date> {
        self.date
    }

    fn campaign(&self) -> Option<&CampaignId> {
        Some(&self.campaign_id)
    }
}

impl DayRow for DomainDay {
    fn day(&self) -> Option<Date> {
        self.date
    }

    fn campaign(&self) -> Option<&CampaignId> {
        None
    }
}

/// The rows of a request without those whose day belongs to a neighbouring window.
///
/// What the response should not have had is counted for a warning at its end.
pub(super) struct OwnRows<S> {
    rows: S,
    days: Days,
    of_other_windows: u64,
    of_other_days: u64,
    twice: Repeats,
}

impl<S> OwnRows<S> {
    pub(super) fn new(rows: S, days: Days) -> Self {
        Self {
            rows,
            days,
            of_other_windows: 0,
            of_other_days: 0,
            twice: Repeats::default(),
        }
    }

    /// Returns whether a row is to be returned, as nearly all are.
    #[inline]
    fn is_own(&mut self, row: &impl DayRow) -> bool {
        let Some(day) = row.day() else {
            return true;
        };
        if let Days(Some(window)) = &self.days {
            if !window.admits(day) {
                self.of_other_windows += 1;
                return false;
            }
            self.of_other_days += u64::from(!window.contains(day));
        }
        if let Some(campaign) = row.campaign() {
            self.twice.add(&(day, campaign));
        }
        true
    }

    /// Warns of the rows that the response should not have had.
    fn warn(&self) {
        let window = self.days.0.map(|Window { from, to, .. }| (from, to));
        let from = window.map(|(from, _)| tracing::field::display(from));
        let to = window.map(|(_, to)| tracing::field::display(to));
        if self.of_other_windows > 0 {
            tracing::warn!(
                rows = self.of_other_windows,
                from,
                to,
                "rows of the days of another window were left out"
            );
        }
        if self.of_other_days > 0 {
            tracing::warn!(
                rows = self.of_other_days,
                from,
                to,
                "rows have days that were not requested"
            );
        }
        if self.twice.count() > 0 {
            tracing::warn!(
                rows = self.twice.count(),
                from,
                to,
                "several rows of one response have the same campaign and day"
            );
        }
    }
}

impl<S, T> Stream for OwnRows<S>
where
    S: Stream<Item = Result<T, Error>> + Unpin,
    T: DayRow,
{
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let item = Pin::new(&mut this.rows).poll_next(cx);
            // Most rows are returned unchanged, which avoids moving them.
            match &item {
                Poll::Ready(Some(Ok(row))) if !this.is_own(row) => {}
                Poll::Ready(None) => {
                    this.warn();
                    return item;
                }
                _ => return item,
            }
        }
    }
}

impl<S> Unpin for OwnRows<S> {}
