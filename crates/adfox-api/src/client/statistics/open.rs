//! Results whose rows are read while they arrive, and requested again when they break.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Error, ErrorKind, Request, StreamTime};
use adcore_json::{Digest, ResumingRows};
use futures_core::Stream;
use futures_util::TryStreamExt;

use super::Statistics;
use super::stream::RowStream;
use crate::calls::statistics::{Column, OwnerId, ReportRow, TaskId};
use crate::wire::statistics::{self as wire, OpenTable, SharedSummary, Summary, TableReader};

const OPERATION: &str = "statistics.result";

/// The result of a task.
pub(super) struct OpenResult {
    pub(super) columns: Arc<[Column]>,
    pub(super) summary: SharedSummary,
    pub(super) rows: RowStream,
}

impl OpenResult {
    /// Returns what is known of the result once all its rows have been read, and whether they had to be
    /// read for it.
    pub(super) async fn summarize(&mut self) -> Result<(Summary, bool), Error> {
        if let Some(summary) = self.summary.get() {
            return Ok((summary, false));
        }
        while self.rows.try_next().await?.is_some() {}
        let missing = || Error::new(ErrorKind::Decode, "the result has no end");
        Ok((self.summary.get().ok_or_else(missing)?, true))
    }
}

impl Statistics {
    pub(super) async fn open(
        &self,
        id: &TaskId,
        owner: Option<OwnerId>,
    ) -> Result<OpenResult, Error> {
        let request = Arc::new(wire::encode_result(id, owner)?);
        let pipeline = self.parts().pipeline.clone();
        let time = pipeline.stream_time();
        let (opening, annotating) = (self.clone(), self.clone());
        let reader = TableReader {
            row_limit: pipeline.row_limit(),
            summing: self.settings().summing.clone(),
            summary: SharedSummary::default(),
            rate_limit_codes: Arc::clone(&self.settings().rate_limit_codes),
        };
        let summary = reader.summary.clone();
        let open = move |time: StreamTime| {
            let (statistics, request, reader) =
                (opening.clone(), Arc::clone(&request), reader.clone());
            async move { statistics.open_once(&request, &reader, &time).await }
        };
        let first = open(time.clone()).await?;
        let columns = first.0.columns();
        let annotate = move |error| annotating.annotate(error, OPERATION);
        let rows = ResumingRows::reopening(first, pipeline, time, open, annotate);
        Ok(OpenResult {
            columns,
            summary,
            rows: Box::pin(rows),
        })
    }

    async fn open_once(
        &self,
        request: &Request,
        reader: &TableReader,
        time: &StreamTime,
    ) -> Result<(OpenTable, Digest), Error> {
        let pipeline = &self.parts().pipeline;
        let credentials = &self.client.0.credentials;
        let send = || pipeline.open_within(request, credentials, reader, time);
        let table = self.patience().send(send).await?;
        let digest = table.digest();
        Ok((table, digest))
    }
}

/// The rows of a result, then the error that `end` makes of its summary or of a fault.
pub(super) struct ResultRows<E> {
    rows: RowStream,
    summary: SharedSummary,
    end: E,
}

impl<E> ResultRows<E> {
    pub(super) fn new(result: OpenResult, end: E) -> Self
    where
        E: FnMut(Result<Summary, Error>) -> Option<Error> + Unpin,
    {
        let OpenResult { rows, summary, .. } = result;
        Self { rows, summary, end }
    }
}

impl<E> Stream for ResultRows<E>
where
    E: FnMut(Result<Summary, Error>) -> Option<Error> + Unpin,
{
    type Item = Result<ReportRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let item = self.rows.as_mut().poll_next(cx);
        // A row is returned unchanged, which avoids moving it.
        if matches!(item, Poll::Ready(Some(Ok(_)))) {
            return item;
        }
        let end = ready!(item);
        // Taken after an error too, so that the end is judged only once.
        let summary = self.summary.take();
        let end = match end {
            Some(Err(error)) => Some(Err(error)),
            _ => summary.map(Ok),
        };
        Poll::Ready(end.and_then(|end| (self.end)(end)).map(Err))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    #[tokio::test]
    async fn an_end_is_judged_once_whether_it_is_good_or_a_fault() {
        let row = || Ok(ReportRow::from(Vec::new()));
        let fault = || Err(Error::new(ErrorKind::Connect, "connection reset"));
        for (items, ends_well) in [(vec![row(), fault()], false), (vec![row(), row()], true)] {
            let summary = SharedSummary::default();
            // As if the response that was requested last had been read ahead.
            summary.set(Summary {
                rows: 2,
                mismatch: None,
                doubts: Vec::new(),
            });
            let result = OpenResult {
                columns: Arc::from([]),
                summary,
                rows: stream::iter(items).boxed(),
            };
            let mut ends = Vec::new();
            let rows = ResultRows::new(result, |end| {
                ends.push(end.is_ok());
                end.err()
            });
            // Polled on after its error.
            let rows: Vec<_> = rows.take(5).collect().await;
            assert_eq!(rows.len(), 2);
            assert_eq!(ends, [ends_well]);
        }
    }
}
