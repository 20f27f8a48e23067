//! How a report is cut by days into tasks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use adcore::{Error, Request};
use futures_core::Stream;
use futures_util::stream;
use jiff::Span;
use jiff::civil::Date;

use super::Statistics;
use super::open::{OpenResult, ResultRows};
use super::run::is_gone;
use super::stream::{RowStream, Watch};
use super::verdict::{DATE, Verdict, unmergeable};
use crate::calls::statistics::{DateRange, OwnerId, Report, TaskId};
use crate::wire::statistics::{self as wire, Summary};

/// The tasks of a report that have not been made yet.
pub(super) struct Cutter {
    statistics: Statistics,
    report: Arc<Report>,
    owner: Option<OwnerId>,
    watch: Arc<Watch>,
    /// The days that are left; the next ones at the end.
    windows: Vec<DateRange>,
    returned: Arc<AtomicU64>,
}

/// What a task was asked for.
#[derive(Debug, Clone, Copy)]
struct Asked {
    days: DateRange,
    /// A result with this many rows is taken to be cut off.
    rows: u64,
    /// Whether the caller wants no more rows than these.
    is_enough: bool,
}

impl Cutter {
    pub(super) fn new(
        statistics: &Statistics,
        report: &Report,
        watch: &Arc<Watch>,
    ) -> Result<Self, Error> {
        wire::check_report(report)?;
        statistics.check_token()?;
        let most = statistics.settings().window_days;
        let has_date = report.dimensions.iter().any(|name| name == DATE);
        // The dimensions of a saved report are not known until it is made.
        if report.range.days() > most && !has_date && report.saved.is_none() {
            return Err(unmergeable(most));
        }
        Ok(Self {
            statistics: statistics.clone(),
            report: Arc::new(report.clone()),
            owner: report.owner.or(statistics.owner),
            watch: Arc::clone(watch),
            windows: windows(report.range, most),
            returned: Arc::default(),
        })
    }

    /// Returns the results of the tasks, in the order of the days.
    pub(super) fn into_results(self) -> impl Stream<Item = Result<RowStream, Error>> + Send {
        stream::try_unfold(self, Self::next)
    }

    /// Makes tasks until one has a whole result.
    async fn next(mut self) -> Result<Option<(RowStream, Self)>, Error> {
        while let Some(days) = self.windows.pop() {
            let returned = self.returned.load(Ordering::Relaxed);
            let left = self
                .report
                .limit
                .map(|limit| limit.saturating_sub(returned));
            if left == Some(0) {
                break;
            }
            match self.result(days, left).await {
                Ok(Some(rows)) => return Ok(Some((rows, self))),
                Ok(None) => {
                    let (first, second) = halves(days);
                    self.windows.extend([second, first]);
                }
                Err(error) => return Err(self.name(days, error)),
            }
        }
        Ok(None)
    }

    /// Runs the task of some days; `None` if its result is not whole and the days can be halved.
    async fn result(&self, days: DateRange, left: Option<u64>) -> Result<Option<RowStream>, Error> {
        let statistics = &self.statistics;
        let most = statistics.settings().max_rows;
        let asked = Asked {
            days,
            rows: left.map_or(most, |left| left.min(most)),
            is_enough: left.is_some_and(|left| left <= most),
        };
        let limit = statistics.limit_of(&self.report, left);
        let request = statistics.encode(&self.report, days, limit)?;
        let id = statistics.run(&request, self.owner, &self.watch).await?;
        let (id, mut opened) = self.open(&request, id).await?;
        let has_date = opened.columns.iter().any(|column| column.name == DATE);
        let days_of_report = self.report.range.days();
        if !has_date && days_of_report > statistics.settings().window_days {
            let error = unmergeable(statistics.settings().window_days);
            return Err(statistics.annotate(error, "statistics.result"));
        }
        if has_date && days.days() > 1 {
            let (summary, is_read) = opened.summarize().await?;
            if let Verdict::Full(_) | Verdict::Less(_) = asked.judge(summary) {
                return Ok(None);
            }
            if is_read {
                opened = self.open(&request, id).await?.1;
            }
        }
        Ok(Some(self.rows(opened, asked, has_date)))
    }

    /// Opens the result of a task; if the vendor no longer has it, the task is made again once.
    async fn open(&self, request: &Request, id: TaskId) -> Result<(TaskId, OpenResult), Error> {
        let statistics = &self.statistics;
        let (id, result) = match statistics.open(&id, self.owner).await {
            Err(error) if is_gone(&error) => {
                let id = statistics.run(request, self.owner, &self.watch).await?;
                let result = statistics.open(&id, self.owner).await?;
                (id, result)
            }
            opened => (id, opened?),
        };
        let checked = self.watch.columns(&result.columns);
        checked.map_err(|error| statistics.annotate(error, "statistics.result"))?;
        Ok((id, result))
    }

    /// Returns the rows of a result, and an error after the last one if it is not whole.
    fn rows(&self, result: OpenResult, asked: Asked, has_date: bool) -> RowStream {
        let (returned, watch) = (Arc::clone(&self.returned), Arc::clone(&self.watch));
        let (statistics, range) = (self.statistics.clone(), self.report.range);
        Box::pin(ResultRows::new(result, move |end| {
            let error = match end {
                Ok(summary) => {
                    returned.fetch_add(summary.rows, Ordering::Relaxed);
                    if summary.rows < asked.rows {
                        watch.doubt(&summary.doubts);
                    }
                    let error = asked.judge(summary).error(asked.days, has_date)?;
                    statistics.annotate(error, "statistics.result")
                }
                Err(error) => error,
            };
            Some(name(range, asked.days, error))
        }))
    }

    fn name(&self, days: DateRange, error: Error) -> Error {
        name(self.report.range, days, error)
    }
}

/// Waits for a task that was made before, and returns the rows of its result.
pub(super) fn task_rows(
    statistics: Statistics,
    id: TaskId,
    watch: Arc<Watch>,
) -> impl Stream<Item = Result<RowStream, Error>> + Send {
    let opened = async move {
        let owner = statistics.owner;
        statistics.finish(&id, owner, &watch).await?;
        let result = statistics.open(&id, owner).await?;
        watch.columns(&result.columns)?;
        let most = statistics.settings().max_rows;
        let rows = ResultRows::new(result, move |end| match end {
            Ok(summary) => {
                watch.doubt(&summary.doubts);
                let error = Verdict::of(summary, most).task_error()?;
                Some(statistics.annotate(error, "statistics.result"))
            }
            Err(error) => Some(error),
        });
        Ok::<RowStream, Error>(Box::pin(rows))
    };
    stream::once(opened)
}

impl Asked {
    fn judge(self, summary: Summary) -> Verdict {
        match Verdict::of(summary, self.rows) {
            Verdict::Full(_) if self.is_enough => Verdict::Whole,
            verdict => verdict,
        }
    }
}

/// Names the days of a task in its error, if they are not all days of the report.
fn name(range: DateRange, days: DateRange, error: Error) -> Error {
    if days == range {
        return error;
    }
    let message = format!("{} ({days})", error.message());
    error.with_message(message)
}

/// Splits a range into windows of at most `most` days, the first one at the end.
fn windows(range: DateRange, most: u32) -> Vec<DateRange> {
    let mut windows = Vec::new();
    let mut next = Some(range.from);
    while let Some(from) = next {
        let to = plus(from, most - 1).min(range.to);
        windows.push(DateRange::new(from, to));
        next = to.tomorrow().ok().filter(|day| *day <= range.to);
    }
    windows.reverse();
    windows
}

/// Splits a range of two or more days.
fn halves(range: DateRange) -> (DateRange, DateRange) {
    let middle = plus(range.from, range.days() / 2 - 1);
    let after = middle.tomorrow().unwrap_or(range.to);
    (
        DateRange::new(range.from, middle),
        DateRange::new(after, range.to),
    )
}

fn plus(day: Date, days: u32) -> Date {
    let span = Span::new().try_days(i64::from(days));
    span.and_then(|span| day.checked_add(span))
        .unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use adcore::ErrorKind;
    use jiff::civil::date;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::wire::statistics::Mismatch;

    fn summary(rows: u64, is_less: Option<bool>) -> Summary {
        let mismatch = is_less.map(|is_less| Mismatch {
            column: "loads".to_owned(),
            sum: "1".to_owned(),
            total: "2".to_owned(),
            is_less,
            may_be_rounding: false,
        });
        let doubts = Vec::new();
        Summary {
            rows,
            mismatch,
            doubts,
        }
    }

    fn judge(rows: u64, is_less: Option<bool>, is_enough: bool) -> Verdict {
        let days = DateRange::new(date(2024, 1, 1), date(2024, 1, 2));
        let asked = Asked {
            days,
            rows: 10,
            is_enough,
        };
        asked.judge(summary(rows, is_less))
    }

    #[test]
    fn a_full_result_is_whole_only_if_no_more_rows_are_wanted() {
        assert_eq!(judge(9, None, false), Verdict::Whole);
        assert_eq!(judge(10, None, false), Verdict::Full(10));
        assert_eq!(judge(10, Some(true), false), Verdict::Full(10));
        assert_eq!(judge(10, Some(true), true), Verdict::Whole);
        assert!(matches!(judge(9, Some(true), true), Verdict::Less(_)));
        assert!(matches!(judge(9, Some(false), false), Verdict::More(_)));
    }

    #[test]
    fn errors_say_what_to_do() {
        let days = DateRange::new(date(2024, 1, 1), date(2024, 1, 1));
        let full = || Verdict::Full(10);
        assert_eq!(full().error(days, true).unwrap().field(), Some("filters"));
        let error = full().error(days, false).unwrap();
        assert_eq!(error.field(), Some("dimensions"));
        assert!(error.message().contains("cannot be added up"), "{error}");
        let less = judge(9, Some(true), false);
        let error = less.error(days, true).unwrap();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.message().contains("add up to 1, and"), "{error}");
    }

    proptest! {
        #[test]
        fn windows_and_halves_cover_each_day_once(
            start in 0_u32..1000, length in 0_u32..3000, most in 1_u32..400, cuts in 0_u64..u64::MAX,
        ) {
            let from = plus(date(2020, 1, 1), start);
            let range = DateRange::new(from, plus(from, length));
            let mut left = windows(range, most);
            let mut next = from;
            let mut random = fastrand::Rng::with_seed(cuts);
            while let Some(days) = left.pop() {
                prop_assert!(days.days() >= 1 && days.days() <= most);
                if days.days() > 1 && random.bool() {
                    let (first, second) = halves(days);
                    prop_assert!(first.days().abs_diff(second.days()) <= 1);
                    left.extend([second, first]);
                    continue;
                }
                prop_assert_eq!(days.from, next);
                next = days.to.tomorrow().unwrap();
            }
            prop_assert_eq!(next, range.to.tomorrow().unwrap());
        }
    }

    #[test]
    fn the_end_of_time_is_a_window() {
        let range = DateRange::new(date(9999, 12, 30), Date::MAX);
        assert_eq!(windows(range, u32::MAX), [range]);
        assert_eq!(halves(range).1, DateRange::new(Date::MAX, Date::MAX));
    }
}
