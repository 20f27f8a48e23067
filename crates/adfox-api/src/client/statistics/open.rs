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
        let end = match ready!(item) {
            Some(Err(error)) => Err(error),
            // Taken, so that the end is judged only once.
            _ => match self.summary.take() {
                Some(summary) => Ok(summary),
                None => return Poll::Ready(None),
            },
        };
        Poll::Ready((self.end)(end).map(Err))
    }
}
