use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::Raw;
use crate::Error;
use crate::transport::Body;

mod decoder;
mod plain;

use decoder::{Decoder, Step};

/// Where the rows stand in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// The answer is an array of rows.
    Array,
    /// The answer is an object, and this member of it is the array of rows.
    Member(&'static str),
    /// The answer is an array of objects, and this member of each is an array of rows.
    ///
    /// The member's name is matched without regard to case.
    Groups(&'static str),
}

/// Rows of a JSON answer, decoded while it arrives, in memory of a chunk and a row.
///
/// An answer of another shape is no fault by itself: its members (or the one value, under the name
/// `""`) are in [`rest`](Self::rest), where a vendor's error is found. After an error it ends.
pub struct Rows<T> {
    body: Body,
    decoder: Decoder,
    peeked: Option<T>,
    over: bool,
    row: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Rows<T> {
    /// Rows of `body`, each of at most 1 MiB.
    #[must_use]
    pub fn new(body: Body, shape: Shape) -> Self {
        Self {
            body,
            decoder: Decoder::new(shape),
            peeked: None,
            over: false,
            row: PhantomData,
        }
    }

    /// Sets how many bytes one row may have. Default 1 MiB.
    #[must_use]
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.decoder.limit = bytes;
        self
    }

    /// Decodes up to the first row, and says whether there is one.
    ///
    /// # Errors
    /// `Decode`, or what the transport met.
    pub async fn peek(&mut self) -> Result<bool, Error> {
        if self.peeked.is_none() {
            self.peeked = self.next().await.transpose()?;
        }
        Ok(self.peeked.is_some())
    }

    /// The next row, or `None` at the end of a complete answer.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| self.poll(cx)).await
    }

    /// The members of the envelope met so far besides the rows, in order; all of them at the end.
    #[must_use]
    pub fn rest(&self) -> &[(String, Raw)] {
        &self.decoder.rest
    }

    /// With [`Shape::Groups`]: the other members, met so far, of the object the last row stood in.
    #[must_use]
    pub fn group(&self) -> &[(String, Raw)] {
        &self.decoder.group
    }

    /// Whether the array of rows was met.
    #[must_use]
    pub fn found(&self) -> bool {
        self.decoder.found
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, Error>>> {
        if let Some(row) = self.peeked.take() {
            return Poll::Ready(Some(Ok(row)));
        }
        while !self.over {
            match self.decoder.next() {
                Ok(Step::Row) => match self.decoder.row() {
                    Ok(Some(row)) => return Poll::Ready(Some(Ok(row))),
                    Ok(None) => {}
                    Err(error) => return self.fail(error),
                },
                Ok(Step::More) => {}
                Ok(Step::End) => {
                    self.over = true;
                    break;
                }
                Err(error) => return self.fail(error),
            }
            match ready!(Pin::new(&mut self.body).poll_next(cx)) {
                Some(Ok(chunk)) => self.decoder.feed(&chunk),
                None => self.decoder.finish(),
                Some(Err(error)) => return self.fail(Error::from(error)),
            }
        }
        Poll::Ready(None)
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<T, Error>>> {
        self.over = true;
        Poll::Ready(Some(Err(error)))
    }
}

impl<T: DeserializeOwned + Unpin> Stream for Rows<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("shape", &self.decoder.shape)
            .field("rows", &self.decoder.rows)
            .finish_non_exhaustive()
    }
}

impl<T> From<Bytes> for Rows<T>
where
    T: DeserializeOwned,
{
    fn from(bytes: Bytes) -> Self {
        Self::new(Body::from(bytes), Shape::Array)
    }
}

#[cfg(test)]
mod tests;
