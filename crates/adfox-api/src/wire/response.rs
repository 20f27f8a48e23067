//! Whole responses, and what distinguishes success from failure in a response.

use std::future::poll_fn;
use std::marker::PhantomData;

use adcore::{Body, Error, ErrorKind, ResponseReader};
use http::{HeaderMap, Response, StatusCode};
use serde::de::DeserializeOwned;

use super::decoder::Keyed;
use super::fields::EnvelopeFields;
use super::rows::OpenRows;
use crate::calls::{Counters, PartialSuccess, Row};
use crate::error::Refusal;

/// A successful response: code 0, its counters and rows.
pub(crate) struct Envelope<T> {
    pub(crate) id: Option<String>,
    pub(crate) partial: Option<PartialSuccess>,
    pub(crate) counters: Counters,
    /// Rows in numeric order; `None` when the result has no `data`.
    pub(crate) rows: Option<Vec<Keyed<T>>>,
    /// Members of the result besides counters, links and rows.
    pub(crate) members: Row,
    /// Distinguishes these rows from those of other responses to the same call.
    pub(crate) fingerprint: u64,
}

impl<T> Envelope<T> {
    /// Whether there is no element for rows, and no counter says that there are none.
    pub(crate) fn lacks_rows(&self) -> bool {
        self.rows.is_none() && self.counters.total_rows != Some(0)
    }
}

/// Reads a response to its end, with all its rows.
pub(crate) struct EnvelopeReader<T> {
    limit: usize,
    rows: PhantomData<fn() -> T>,
}

impl<T> EnvelopeReader<T> {
    /// The response may have `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        let rows = PhantomData;
        Self { limit, rows }
    }
}

impl<T: DeserializeOwned + Send> ResponseReader for EnvelopeReader<T> {
    type Output = Envelope<T>;

    async fn read(&self, response: Response<Body>) -> Result<Envelope<T>, Error> {
        let mut rows = OpenRows::open(response, self.limit).keyed(self.limit);
        let outcome = read_envelope(&mut rows).await;
        let (status, headers) = rows.head();
        read_status(status, headers, outcome)
    }
}

async fn read_envelope<T: DeserializeOwned>(open: &mut OpenRows<T>) -> Result<Envelope<T>, Error> {
    open.check_announced_size()?;
    let mut rows = Vec::new();
    while let Some(row) = poll_fn(|cx| open.poll_keyed(cx)).await? {
        rows.push(row);
    }
    open.verdict()?;
    rows.sort_by_key(|row| row.number);
    let fingerprint = open.fingerprint();
    let fields = open.take_fields();
    Ok(Envelope {
        rows: (fields.found || !rows.is_empty()).then_some(rows),
        partial: fields.partial(),
        id: fields.status.and_then(|status| status.id),
        counters: fields.counters,
        members: fields.members,
        fingerprint,
    })
}

/// Returns the error of a response that refuses, or has no status.
pub(super) fn read_refusal(
    status: StatusCode,
    headers: &HeaderMap,
    fields: &EnvelopeFields,
    malformed: impl FnOnce(&'static str) -> Error,
) -> Result<(), Error> {
    let error = match fields.refusal() {
        Ok(None) => return Ok(()),
        Ok(Some(refusal)) => {
            let refused = Error::from_status(status, headers);
            let error = refusal.into_error();
            error.with_retry_after(refused.retry_after())
        }
        Err(why) => malformed(why),
    };
    Err(error.with_status(status))
}

/// Takes the HTTP status into account; a refusal of the vendor's says more than it.
///
/// With HTTP 5xx, only a documented code proves that the call did not run: any other may be that of a
/// failure midway, whose words are kept.
pub(super) fn read_status<O>(
    status: StatusCode,
    headers: &HeaderMap,
    outcome: Result<O, Error>,
) -> Result<O, Error> {
    match outcome {
        Ok(output) if status.is_success() => Ok(output),
        Err(error) if status.is_success() => Err(error),
        Err(error) => Err(match Refusal::of(&error) {
            Some(refusal) if status.is_server_error() && !refusal.code.is_refusal() => {
                error.with_kind(ErrorKind::Server)
            }
            Some(_) => error,
            None => Error::from_status(status, headers),
        }),
        Ok(_) => Err(Error::from_status(status, headers)),
    }
}
