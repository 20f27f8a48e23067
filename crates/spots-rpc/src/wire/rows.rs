//! Statistics whose rows are still arriving.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Body, Error, Response, ResponseReader};
use adcore_json::{Beginning, Digest, RowLocation, Rows};
use bytes::Bytes;
use futures_core::Stream;
use http::StatusCode;

use super::response::{self, Envelope, ReadOptions, protocol};
use super::row::WireRow;
use crate::calls::StatisticsRow;
use crate::error::TokenRejection;

/// Reads a response of statistics up to its first row.
pub(crate) struct RowsReader {
    pub(crate) id: u64,
    pub(crate) rejection: Arc<TokenRejection>,
    pub(crate) row_limit: usize,
}

impl ResponseReader for RowsReader {
    type Output = OpenRows;

    async fn read(&self, response: http::Response<Body>) -> Result<OpenRows, Error> {
        let options = ReadOptions {
            rejection: &self.rejection,
            quote: true,
        };
        if !response.status().is_success() {
            let response = Response::collected(response).await;
            return Err(response::read_status(&response, Some(self.id), options));
        }
        let headers = response.headers().clone();
        let beginning = Beginning::read(response).await?;
        let status = beginning.status();
        let quotation = beginning.peek();
        // HTTP 204 in place of a list is an empty one.
        let body = if status == StatusCode::NO_CONTENT {
            let empty = format!(r#"{{"id":{},"result":[]}}"#, self.id);
            Body::from(Bytes::from(empty))
        } else {
            beginning.into_body()
        };
        let mut rows = OpenRows {
            rows: Rows::plain(body, RowLocation::Member("result")).row_limit(self.row_limit),
            id: self.id,
            rejection: Arc::clone(&self.rejection),
        };
        let error = match rows.open().await {
            Ok(()) => return Ok(rows),
            Err(error) => error,
        };
        let response = Response {
            status,
            headers,
            body: quotation.collect(usize::MAX).await.unwrap_or_default(),
        };
        Err(response::annotate(error, &response, options))
    }
}

/// Rows that are still arriving, and the envelope around them.
#[derive(Debug)]
pub(crate) struct OpenRows {
    rows: Rows<WireRow>,
    id: u64,
    rejection: Arc<TokenRejection>,
}

impl OpenRows {
    /// Returns the digest of the rows read so far.
    pub(crate) fn digest(&self) -> Digest {
        self.rows.digest()
    }

    /// Checks what precedes the first row.
    async fn open(&mut self) -> Result<(), Error> {
        let has_row = self.rows.peek().await?;
        self.check(has_row)
    }

    /// Checks the members of the envelope so far; `more` says that others may follow.
    fn check(&self, more: bool) -> Result<(), Error> {
        let id = self.id.to_string();
        let mut envelope = Envelope::default();
        let mut names: Vec<&str> = Vec::new();
        if self.rows.found() {
            envelope.result = Some("[]");
            names.push("result");
        }
        let rest = self.rows.rest();
        for (name, value) in rest {
            if name.is_empty() && rest.len() == 1 {
                return Err(protocol("the response is not a JSON-RPC object"));
            }
            envelope.doubled |= names.contains(&name.as_str());
            names.push(name);
            if let Some(member) = envelope.member(name) {
                member.get_or_insert(value.as_str());
            }
        }
        if more && envelope.id.is_none() {
            envelope.id = Some(&id);
        }
        let options = ReadOptions {
            rejection: &self.rejection,
            quote: false,
        };
        match envelope.outcome(self.id, options)? {
            "null" | "[]" => Ok(()),
            _ => Err(protocol("the result is not an array of rows")),
        }
    }
}

impl Stream for OpenRows {
    type Item = Result<StatisticsRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match ready!(self.rows.poll_peek(cx)) {
            Some(Ok(())) => match self.rows.take() {
                Some(row) => Poll::Ready(Some(Ok(row.into_row()))),
                None => Poll::Ready(None),
            },
            Some(Err(error)) => Poll::Ready(Some(Err(error))),
            None => Poll::Ready(self.check(false).err().map(Err)),
        }
    }
}
