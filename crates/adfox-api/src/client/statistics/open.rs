//! Results whose rows are read while they arrive, and requested again when they break.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Error, Request, StreamTime};
use adcore_json::{Digest, ResumingRows};
use futures_core::Stream;

use super::Statistics;
use crate::calls::statistics::{Column, OwnerId, ReportRow, TaskId};
use crate::wire::statistics::{self as wire, OpenTable, Part, Summary, TableReader};

const OPERATION: &str = "statistics.result";

/// The result of a task.
pub(super) struct OpenResult {
    pub(super) columns: Arc<[Column]>,
    /// Known at once for a short result.
    pub(super) summary: Option<Summary>,
    pub(super) parts: PartStream,
}

pub(super) type PartStream = Pin<Box<dyn Stream<Item = Result<Part, Error>> + Send>>;

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
        let open = move |time: StreamTime| {
            let (statistics, request) = (opening.clone(), Arc::clone(&request));
            async move { statistics.open_once(&request, &time).await }
        };
        let first = open(time.clone()).await?;
        let (columns, summary) = (first.0.columns(), first.0.summary());
        let annotate = move |error| annotating.annotate(error, OPERATION);
        let parts = ResumingRows::reopening(first, pipeline, time, open, annotate);
        Ok(OpenResult {
            columns,
            summary,
            parts: Box::pin(parts),
        })
    }

    async fn open_once(
        &self,
        request: &Request,
        time: &StreamTime,
    ) -> Result<(OpenTable, Digest), Error> {
        let pipeline = &self.parts().pipeline;
        let reader = TableReader {
            row_limit: pipeline.row_limit(),
            summing: self.settings().summing.clone(),
        };
        let credentials = &self.client.0.credentials;
        let send = || pipeline.open_within(request, credentials, &reader, time);
        let table = self.patience().send(send).await?;
        let digest = table.digest();
        Ok((table, digest))
    }
}

/// The rows of a result, then the error that `end` makes of its summary or of a fault.
pub(super) struct ResultRows<E> {
    parts: PartStream,
    end: E,
}

impl<E> ResultRows<E> {
    pub(super) fn new(parts: PartStream, end: E) -> Self
    where
        E: FnMut(Result<Summary, Error>) -> Option<Error> + Unpin,
    {
        Self { parts, end }
    }
}

impl<E> Stream for ResultRows<E>
where
    E: FnMut(Result<Summary, Error>) -> Option<Error> + Unpin,
{
    type Item = Result<ReportRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let end = match ready!(self.parts.as_mut().poll_next(cx)) {
            Some(Ok(Part::Row(row))) => return Poll::Ready(Some(Ok(row))),
            Some(Ok(Part::End(summary))) => Ok(summary),
            Some(Err(error)) => Err(error),
            None => return Poll::Ready(None),
        };
        Poll::Ready((self.end)(end).map(Err))
    }
}
