//! Answers while they arrive, and what tells success from failure in them.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use adcore::{Body, Error, ResponseReader, TransportError, TransportErrorKind};
use futures_core::Stream;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

use super::contents::Contents;
use super::decoder::{Decoder, Keyed, Step};
use crate::calls::{Counters, Row};
use crate::error::{PartialSuccess, Refusal};

/// Takes secrets out of the vendor's words.
pub(crate) type Hide<'a> = &'a (dyn Fn(&mut String) + Sync);

/// A judged answer: code 0, its counters and rows.
pub(crate) struct Envelope<T> {
    pub(crate) id: Option<String>,
    pub(crate) partial: Option<PartialSuccess>,
    pub(crate) counters: Counters,
    /// Rows in numeric order; `None` when the result has no `data`.
    pub(crate) rows: Option<Vec<Keyed<T>>>,
    /// Members of the result besides counters, links and rows.
    pub(crate) members: Row,
    /// Tells this answer from others of the same call.
    pub(crate) fingerprint: u64,
}

/// Judges an answer at its end, with all its rows.
pub(crate) struct Whole<'a, T> {
    hide: Hide<'a>,
    limit: usize,
    rows: PhantomData<fn() -> T>,
}

/// Judges an answer by what stands before its first row.
pub(crate) struct Opening<'a, T> {
    hide: Hide<'a>,
    row_limit: usize,
    rows: PhantomData<fn() -> T>,
}

impl<'a, T> Whole<'a, T> {
    /// The answer may have `limit` bytes.
    pub(crate) fn new(limit: usize, hide: Hide<'a>) -> Self {
        let rows = PhantomData;
        Self { hide, limit, rows }
    }
}

impl<'a, T> Opening<'a, T> {
    /// Each row may have `row_limit` bytes.
    pub(crate) fn new(row_limit: usize, hide: Hide<'a>) -> Self {
        let rows = PhantomData;
        Self {
            hide,
            row_limit,
            rows,
        }
    }
}

impl<T: DeserializeOwned + Send> ResponseReader for Whole<'_, T> {
    type Output = Envelope<T>;

    async fn read(&self, response: Response<Body>) -> Result<Envelope<T>, Error> {
        let mut answer = OpenAnswer::new(response, self.limit).await;
        answer.decoder = answer.decoder.keyed();
        answer.limit = self.limit;
        let outcome = answer.collect(self.hide).await;
        answer.by_status(outcome)
    }
}

impl<T: DeserializeOwned + Send> ResponseReader for Opening<'_, T> {
    type Output = OpenAnswer<T>;

    async fn read(&self, response: Response<Body>) -> Result<OpenAnswer<T>, Error> {
        let mut answer = OpenAnswer::new(response, self.row_limit).await;
        let outcome = answer.peek(self.hide).await;
        answer.by_status(outcome)?;
        Ok(answer)
    }
}

/// An answer whose rows are still arriving.
pub(crate) struct OpenAnswer<T> {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    pub(super) decoder: Decoder,
    received: usize,
    limit: usize,
    peeked: Option<Keyed<T>>,
}

impl<T: DeserializeOwned> OpenAnswer<T> {
    async fn new(response: Response<Body>, row_limit: usize) -> Self {
        let (head, mut body) = response.into_parts();
        if !head.status.is_success() {
            // Read to its end, so that the connection can be used again.
            const WORDS_LIMIT: usize = 64 * 1024;
            body = Body::from(body.collect(WORDS_LIMIT).await.unwrap_or_default());
        }
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

    async fn peek(&mut self, hide: Hide<'_>) -> Result<(), Error> {
        self.peeked = poll_fn(|cx| self.poll(cx)).await?;
        if self.peeked.is_some() && self.contents().status.is_none() {
            return Ok(());
        }
        self.verdict(hide)
    }

    async fn collect(&mut self, hide: Hide<'_>) -> Result<Envelope<T>, Error> {
        let announced = self.headers.get(CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
        self.check_size(announced.unwrap_or_default())?;
        let mut rows = Vec::new();
        while let Some(row) = poll_fn(|cx| self.poll(cx)).await? {
            rows.push(row);
        }
        self.verdict(hide)?;
        rows.sort_by_key(|row| row.number);
        let contents = &mut self.decoder.contents;
        Ok(Envelope {
            rows: (contents.found || !rows.is_empty()).then_some(rows),
            counters: contents.counters,
            members: std::mem::take(&mut contents.members),
            id: contents.status.as_mut().and_then(|status| status.id.take()),
            partial: self.partial(hide),
            fingerprint: self.decoder.input.fingerprint(),
        })
    }

    /// The next row; at the end the answer is judged.
    pub(crate) fn poll_next(
        &mut self,
        hide: Hide<'_>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<T>, Error>> {
        let row = match self.peeked.take() {
            Some(row) => Some(row),
            None => ready!(self.poll(cx))?,
        };
        Poll::Ready(match row {
            Some(keyed) => Ok(Some(keyed.row)),
            None => self.verdict(hide).map(|()| None),
        })
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Keyed<T>>, Error>> {
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

impl<T> OpenAnswer<T> {
    fn contents(&self) -> &Contents {
        &self.decoder.contents
    }

    /// The counters that have arrived.
    pub(crate) fn counters(&self) -> Counters {
        self.contents().counters
    }

    /// The members of the result that have arrived.
    pub(crate) fn members(&self) -> &Row {
        &self.contents().members
    }

    pub(crate) fn partial(&self, hide: Hide<'_>) -> Option<PartialSuccess> {
        let mut words = self.contents().status.as_ref()?.message.clone()?;
        hide(&mut words);
        Some(PartialSuccess(words))
    }

    fn verdict(&self, hide: Hide<'_>) -> Result<(), Error> {
        let error = match self.contents().refusal() {
            Ok(None) => return Ok(()),
            Ok(Some(mut refusal)) => {
                refusal.redact(hide);
                let refused = Error::from_status(self.status, &self.headers);
                let error = refusal.into_error();
                error.with_retry_after(refused.retry_after())
            }
            Err(why) => self.decoder.input.broken(why),
        };
        Err(error.with_status(self.status))
    }

    /// Lets the HTTP status have its say, unless the vendor's own words say more.
    fn by_status<O>(&self, outcome: Result<O, Error>) -> Result<O, Error> {
        let refused = || Error::from_status(self.status, &self.headers);
        match outcome {
            _ if self.status.is_server_error() => Err(refused()),
            Err(error) if self.status.is_success() || Refusal::of(&error).is_some() => Err(error),
            Ok(output) if self.status.is_success() => Ok(output),
            _ => Err(refused()),
        }
    }

    fn check_size(&self, bytes: usize) -> Result<(), Error> {
        let limit = self.limit;
        if bytes <= limit {
            return Ok(());
        }
        let error = Error::from(TransportError::new(TransportErrorKind::TooLarge));
        let message = format!("the answer is larger than the limit of {limit} bytes");
        Err(error.with_message(message).with_status(self.status))
    }
}
