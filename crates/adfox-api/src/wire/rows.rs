//! Rows that are still arriving.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use adcore::{Body, Error, ResponseReader, TransportError, TransportErrorKind};
use futures_core::Stream;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

use super::decoder::{Decoder, Keyed, Step};
use super::fields::EnvelopeFields;
use super::response::{read_refusal, read_status};
use crate::calls::{Counters, PartialSuccess, Row};

/// Reads a response up to its first row.
pub(crate) struct RowsReader<T> {
    row_limit: usize,
    rows: PhantomData<fn() -> T>,
}

impl<T> RowsReader<T> {
    /// Each row may have `row_limit` bytes.
    pub(crate) fn new(row_limit: usize) -> Self {
        let rows = PhantomData;
        Self { row_limit, rows }
    }
}

impl<T: DeserializeOwned + Send> ResponseReader for RowsReader<T> {
    type Output = OpenRows<T>;

    async fn read(&self, response: Response<Body>) -> Result<OpenRows<T>, Error> {
        let mut rows = OpenRows::open(response, self.row_limit);
        let outcome = rows.peek().await;
        let (status, headers) = rows.head();
        read_status(status, headers, outcome)?;
        Ok(rows)
    }
}

/// A response whose rows are still arriving.
pub(crate) struct OpenRows<T> {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    pub(super) decoder: Decoder,
    received: usize,
    limit: usize,
    peeked: Option<Keyed<T>>,
}

impl<T: DeserializeOwned> OpenRows<T> {
    pub(super) fn open(response: Response<Body>, row_limit: usize) -> Self {
        let (head, body) = response.into_parts();
        Self {
            status: head.status,
            decoder: Decoder::new(&head.headers, row_limit),
            headers: head.headers,
            body,
            received: 0,
            limit: usize::MAX,
            peeked: None,
        }
    }

    async fn peek(&mut self) -> Result<(), Error> {
        self.peeked = poll_fn(|cx| self.poll_keyed(cx)).await?;
        if self.peeked.is_some() && self.fields().status.is_none() {
            return Ok(());
        }
        self.verdict()
    }

    /// The next row; at the end of the rows it is known whether the call succeeded.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<T>, Error>> {
        let row = match self.peeked.take() {
            Some(row) => Some(row),
            None => ready!(self.poll_keyed(cx))?,
        };
        Poll::Ready(match row {
            Some(keyed) => Ok(Some(keyed.row)),
            None => self.verdict().map(|()| None),
        })
    }

    pub(super) fn poll_keyed(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Keyed<T>>, Error>> {
        let fail = |error: Error| Poll::Ready(Err(error.with_status(self.status)));
        loop {
            match self.decoder.next() {
                Ok(Step::Row(row)) => return Poll::Ready(Ok(Some(row))),
                Ok(Step::End) => return Poll::Ready(Ok(None)),
                Ok(Step::More) => {}
                Err(error) => return fail(error),
            }
            match ready!(Pin::new(&mut self.body).poll_next(cx)) {
                Some(Ok(chunk)) => {
                    self.received = self.received.saturating_add(chunk.len());
                    self.check_size(self.received)?;
                    self.decoder.input.feed(&chunk);
                }
                Some(Err(error)) => return fail(Error::from(error)),
                None => self.decoder.input.finish(),
            }
        }
    }
}

impl<T> OpenRows<T> {
    /// Keeps the ids of rows and a fingerprint of them, and allows `limit` bytes in total.
    pub(super) fn keyed(mut self, limit: usize) -> Self {
        self.decoder = self.decoder.keyed();
        self.limit = limit;
        self
    }

    pub(super) fn head(&self) -> (StatusCode, &HeaderMap) {
        (self.status, &self.headers)
    }

    pub(super) fn fingerprint(&self) -> u64 {
        self.decoder.input.fingerprint()
    }

    pub(super) fn take_fields(&mut self) -> EnvelopeFields {
        std::mem::replace(&mut self.decoder.fields, EnvelopeFields::new(0))
    }

    fn fields(&self) -> &EnvelopeFields {
        &self.decoder.fields
    }

    /// Whether the whole response had no element for rows, and no counter says that there are none.
    pub(crate) fn lacks_rows(&self) -> bool {
        !self.fields().found && self.counters().total_rows != Some(0)
    }

    /// The counters that have arrived.
    pub(crate) fn counters(&self) -> Counters {
        self.fields().counters
    }

    /// The members of the result that have arrived.
    pub(crate) fn members(&self) -> &Row {
        &self.fields().members
    }

    /// The vendor's message beside success, if it has arrived.
    pub(crate) fn partial(&self) -> Option<PartialSuccess> {
        self.fields().partial()
    }

    /// Whether the fields that have arrived say that the call succeeded.
    pub(super) fn verdict(&self) -> Result<(), Error> {
        let malformed = |why| self.decoder.input.malformed(why);
        read_refusal(self.status, &self.headers, self.fields(), malformed)
    }

    /// Refuses a response that announces to be too large.
    pub(super) fn check_announced_size(&self) -> Result<(), Error> {
        let announced = self.headers.get(CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
        self.check_size(announced.unwrap_or_default())
    }

    fn check_size(&self, bytes: usize) -> Result<(), Error> {
        let limit = self.limit;
        if bytes <= limit {
            return Ok(());
        }
        let error = Error::from(TransportError::new(TransportErrorKind::TooLarge));
        let message = format!("the response is larger than the limit of {limit} bytes");
        Err(error.with_message(message).with_status(self.status))
    }
}
