//! The public stream of a report.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};

use adcore::{Error, ErrorKind};
use adcore_json::ChainedRows;
use futures_core::Stream;
use futures_util::{StreamExt, stream};

use super::verdict::difference;
use crate::calls::statistics::{Column, ReportRow, Table, Task};
use crate::wire::statistics::Mismatch;

/// The rows of a report, read while they arrive, in constant memory.
///
/// Returned by [`Statistics::report`](crate::Statistics::report) and
/// [`Statistics::task_rows`](crate::Statistics::task_rows). The stream is lazy: nothing is sent before it is
/// polled. It ends after the first error; the rows before it are good, but the report is not complete.
///
/// At least the first MiB of a result is read before its first row is returned. If the connection breaks
/// later, the result is requested again within the limits of the [`RetryPolicy`](crate::RetryPolicy): the
/// rows that were returned already are skipped, and if they have changed, the stream ends
/// with an error.
///
/// ```no_run
/// # async fn example(client: adfox_api::Client) -> Result<(), adfox_api::Error> {
/// use adfox_api::calls::statistics::Report;
/// use adfox_api::date;
///
/// let report = Report::new(date(2024, 1, 1)..=date(2024, 1, 31))
///     .metric("clicks_total")
///     .dimension("campaign_id");
/// let mut rows = client
///     .statistics()
///     .report(&report)
///     .on_task(|task| eprintln!("task {}: {}", task.id, task.status));
/// while let Some(row) = rows.next().await {
///     let row = row?;
///     for (column, cell) in rows.columns().iter().zip(row.cells()) {
///         println!("{}: {cell}", column.name);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing unless polled"]
pub struct ReportStream {
    rows: ChainedRows<ReportRow>,
    watch: Arc<Watch>,
}

pub(super) type RowStream = Pin<Box<dyn Stream<Item = Result<ReportRow, Error>> + Send>>;

type Observer = Box<dyn Fn(&Task) + Send + Sync>;

/// What is known of a report while it is made.
#[derive(Default)]
pub(super) struct Watch {
    columns: OnceLock<Arc<[Column]>>,
    observer: OnceLock<Observer>,
    doubts: Mutex<Vec<String>>,
}

impl Watch {
    pub(super) fn task(&self, task: &Task) {
        if let Some(observer) = self.observer.get() {
            observer(task);
        }
    }

    /// Remembers differences from the totals that may be right.
    pub(super) fn doubt(&self, doubts: &[Mismatch]) {
        for mismatch in doubts {
            let doubt = difference(mismatch);
            tracing::warn!("{doubt}");
            self.doubts().push(doubt);
        }
    }

    fn doubts(&self) -> MutexGuard<'_, Vec<String>> {
        self.doubts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers the columns, which must be the same in all parts of a report.
    pub(super) fn columns(&self, columns: &Arc<[Column]>) -> Result<(), Error> {
        if self.columns.get_or_init(|| Arc::clone(columns)) == columns {
            return Ok(());
        }
        let message = "the parts of the report have different columns";
        Err(Error::new(ErrorKind::Decode, message))
    }
}

impl ReportStream {
    pub(super) fn new(
        results: impl Stream<Item = Result<RowStream, Error>> + Send + 'static,
        watch: Arc<Watch>,
    ) -> Self {
        let rows = ChainedRows::new(results);
        Self { rows, watch }
    }

    /// Ends the stream after this many rows, even if the vendor returns more.
    ///
    /// [`task_rows`](crate::Statistics::task_rows) needs the limit that the task was made with, which no
    /// response names: without it the rows seem to be incomplete, because the vendor's totals are those of
    /// all rows.
    pub fn limit(mut self, rows: u64) -> Self {
        let limit = usize::try_from(rows).unwrap_or(usize::MAX);
        let rows: RowStream = Box::pin(self.rows.take(limit));
        self.rows = ChainedRows::new(stream::iter([Ok(rows)]));
        self
    }

    pub(super) fn failed(error: Error) -> Self {
        Self::new(stream::iter([Err(error)]), Arc::default())
    }

    /// Calls `observe` with each task of the report when it is made, and then whenever it has been asked
    /// for its state.
    ///
    /// Only the first observer is called. It is called while the stream is polled, and must not block.
    pub fn on_task(self, observe: impl Fn(&Task) + Send + Sync + 'static) -> Self {
        // Fails only if there is an observer.
        let _ = self.watch.observer.set(Box::new(observe));
        self
    }

    /// Returns the next row, or `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<ReportRow, Error>> {
        self.rows.next().await
    }

    /// Returns the columns; empty until the first row, or the end of a report without rows.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        self.watch.columns.get().map_or(&[], |columns| columns)
    }

    /// Returns the index of a column's cell in each row; `None` before the first row.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }

    /// Returns the differences from the vendor's totals that may be right, each as a message; complete at
    /// the end of the stream.
    ///
    /// The rows of a metric may add up to more than its total because it cannot be added up, without any
    /// sign of that in its column, and to a little more or less because all rows were rounded the same
    /// way. A difference that can only be a missing row is an error instead; so are all differences of the
    /// metrics that [`StatisticsSettings::summed`](crate::StatisticsSettings::summed) names, and of those
    /// that are certainly sums by their names, such as `loads_commercial`, `clicks_total` and `income`.
    #[must_use]
    pub fn doubts(&self) -> Vec<String> {
        self.watch.doubts().clone()
    }

    /// Reads all rows into memory.
    ///
    /// # Errors
    /// The first error of the stream.
    pub async fn collect(mut self) -> Result<Table, Error> {
        let mut rows = Vec::new();
        while let Some(row) = self.next().await {
            rows.push(row?);
        }
        Ok(Table::new(self.columns().to_vec(), rows))
    }
}

impl Stream for ReportStream {
    type Item = Result<ReportRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.rows).poll_next(cx)
    }
}

impl fmt::Debug for ReportStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportStream")
            .field("columns", &self.columns())
            .field("over", &self.rows.is_over())
            .finish_non_exhaustive()
    }
}
