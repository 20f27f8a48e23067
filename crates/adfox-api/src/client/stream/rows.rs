use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use adcore::Error;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::calls::{Call, Counters, PartialSuccess, Row};
use crate::client::{Client, VENDOR};
use crate::wire::{self, OpenRows, RowsReader};

/// Rows of one answer while it arrives, in memory of a chunk and a row.
///
/// Nothing is sent before the first row is asked for. What is wrong up to the first row is judged, and
/// the call repeated, as for any other call. Rows come in the order in which they stand in the
/// answer. It ends after an error, such as that of an answer cut short or of a status that refuses
/// behind the rows; whatever was handed out before stays good.
#[must_use = "nothing is sent before a row is asked for"]
pub struct RowStream<T> {
    client: Client,
    operation: String,
    state: State<T>,
    over: bool,
}

type Asked<T> = Pin<Box<dyn Future<Output = Result<OpenRows<T>, Error>> + Send>>;

enum State<T> {
    Asked(Asked<T>),
    Open(Box<OpenRows<T>>),
}

impl<T: DeserializeOwned + Send + 'static> RowStream<T> {
    pub(in crate::client) fn new(client: Client, call: &Call) -> Self {
        let request = wire::encode_call(call, &client.0.settings);
        let asked = {
            let client = client.clone();
            async move {
                let inner = &*client.0;
                let request = request?;
                let pipeline = &inner.pipeline;
                let reader = RowsReader::new(pipeline.row_limit());
                pipeline.open(&request, &inner.credentials, &reader).await
            }
        };
        Self {
            client,
            operation: call.name(),
            state: State::Asked(Box::pin(asked)),
            over: false,
        }
    }

    /// The next row, or `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let row = ready!(self.poll_row(cx));
        self.over = !matches!(row, Ok(Some(_)));
        Poll::Ready(row.transpose())
    }

    fn poll_row(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<T>, Error>> {
        if let State::Asked(asked) = &mut self.state {
            let rows = ready!(asked.as_mut().poll(cx));
            let rows =
                rows.map_err(|error| error.with_operation(VENDOR, self.operation.clone()))?;
            self.state = State::Open(Box::new(rows));
        }
        let State::Open(rows) = &mut self.state else {
            return Poll::Pending;
        };
        let inner = &*self.client.0;
        rows.poll_next(cx).map_err(|error| {
            let pipeline = &inner.pipeline;
            let error = error.with_attempts(1);
            pipeline.annotate(error, &self.operation, &inner.credentials)
        })
    }
}

impl<T> RowStream<T> {
    fn rows(&self) -> Option<&OpenRows<T>> {
        match &self.state {
            State::Open(rows) => Some(rows),
            State::Asked(_) => None,
        }
    }

    /// The counters met so far; at the end all of them.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.rows()
            .map_or_else(Counters::default, OpenRows::counters)
    }

    /// The vendor's words beside success, if they were met; at the end they were.
    #[must_use]
    pub fn partial(&self) -> Option<PartialSuccess> {
        let partial = self.rows()?.partial()?;
        Some(self.client.redacted(&partial))
    }

    /// The members of the result besides rows and counters, as far as they were met.
    #[must_use]
    pub fn members(&self) -> Option<&Row> {
        self.rows().map(OpenRows::members)
    }
}

impl<T: DeserializeOwned + Send + Unpin + 'static> Stream for RowStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl<T> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream")
            .field("call", &self.operation)
            .field("over", &self.over)
            .finish_non_exhaustive()
    }
}
