//! Rows of a response that is still arriving.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::RawJson;
use adcore::Body;
use adcore::Error;

mod beginning;
mod chain;
mod decoder;
mod digest;
mod plain;
mod resume;

pub use beginning::Beginning;
pub use chain::ChainedRows;
pub use digest::Digest;
pub use plain::{PlainCells, PlainRow, PlainValue};
pub use resume::ResumingRows;

use decoder::{Decoder, Step};
use plain::{Plain, Read};

/// Where in the response the rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowLocation {
    /// The response is an array of rows.
    Array,
    /// The response is an object, and this member of it is the array of rows.
    Member(&'static str),
    /// The response is an object, and its member of one of these names is the array of rows, or `null`;
    /// so may the whole response be.
    ///
    /// The names are compared without regard to case.
    AnyMember(&'static [&'static str]),
    /// The response is an object, its member of the first name is an object, and the member of that
    /// of the second name is the array of rows, or `null`.
    ///
    /// The other members of the inner object are in [`Rows::group`].
    Nested(&'static str, &'static str),
    /// The response is an array of objects, and this member of each is an array of rows, or `null`.
    ///
    /// The member's name is compared without regard to case.
    Groups(&'static str),
}

/// The rows of a JSON response, decoded while it arrives, in the memory of one chunk and one row.
///
/// A response of another shape is not an error by itself: its members (or its only value, under the
/// name `""`) are in [`rest`](Self::rest), where the caller looks for the vendor's error. After an
/// error the stream ends; the rows before it are handed out first, however the body arrives.
pub struct Rows<T> {
    body: Body,
    decoder: Decoder,
    plain: Option<Read<T>>,
    /// A row that has been decoded but not handed out yet.
    row: Option<T>,
    /// The error that ended the body, returned after the rows before it.
    fault: Option<Error>,
    over: bool,
}

impl<T: DeserializeOwned> Rows<T> {
    /// Creates a stream of the rows of `body`, each of at most 1 MiB.
    #[must_use]
    pub fn new(body: Body, shape: RowLocation) -> Self {
        Self {
            body,
            decoder: Decoder::new(shape),
            plain: None,
            row: None,
            fault: None,
            over: false,
        }
    }

    /// Creates a stream like [`new`](Self::new), several times as fast for rows that are
    /// [plain](PlainRow).
    #[must_use]
    pub fn plain(body: Body, shape: RowLocation) -> Self
    where
        T: PlainRow,
    {
        Self {
            plain: Some(Plain::read),
            ..Self::new(body, shape)
        }
    }

    /// Creates a stream like [`plain`](Self::plain), of rows that are arrays.
    #[must_use]
    pub fn plain_cells(body: Body, shape: RowLocation) -> Self
    where
        T: PlainCells,
    {
        Self {
            plain: Some(Plain::read_cells),
            ..Self::new(body, shape)
        }
    }

    /// Sets the size limit of one row, in bytes. Default 1 MiB.
    ///
    /// It also limits the members of the envelope, all together.
    #[must_use]
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.decoder.limit = bytes;
        self
    }

    /// Decodes the next row without handing it out, and returns whether there is one.
    ///
    /// # Errors
    /// `Decode`, or an error of the transport.
    pub async fn peek(&mut self) -> Result<bool, Error> {
        match poll_fn(|cx| self.poll_peek(cx)).await {
            Some(found) => found.map(|()| true),
            None => Ok(false),
        }
    }

    /// Returns the next row, or `None` at the end of a complete response.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Returns the members of the envelope read so far, except the rows; at the end, all of them.
    #[must_use]
    pub fn rest(&self) -> &[(String, RawJson)] {
        &self.decoder.rest
    }

    /// Returns, for [`RowLocation::Groups`] and [`RowLocation::Nested`], the other members read so
    /// far of the last row's object.
    #[must_use]
    pub fn group(&self) -> &[(String, RawJson)] {
        &self.decoder.group
    }

    /// Returns a digest of the text of the rows decoded so far.
    ///
    /// It is shared with these rows and keeps following them; see
    /// [`ResumingRows`](crate::ResumingRows).
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.decoder.digest.clone()
    }

    /// Returns how many such objects have been read so far, including the last one.
    #[must_use]
    pub fn groups(&self) -> u64 {
        self.decoder.groups
    }

    /// Returns whether the array of rows has been found.
    #[must_use]
    pub fn found(&self) -> bool {
        self.decoder.found
    }

    /// Like [`peek`](Self::peek), for a stream that makes other rows from these.
    ///
    /// Then [`peeked`](Self::peeked) and [`take`](Self::take) return the row.
    ///
    /// # Errors
    /// Those of [`peek`](Self::peek).
    pub fn poll_peek(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(), Error>>> {
        if self.row.is_some() {
            return Poll::Ready(Some(Ok(())));
        }
        while !self.over {
            match self.decoder.next() {
                Ok(Step::Row) => match self.decoder.row(self.plain, &mut self.row) {
                    Ok(true) => return Poll::Ready(Some(Ok(()))),
                    Ok(false) => {}
                    Err(error) => return self.fail(error),
                },
                Ok(Step::More) => {}
                Ok(Step::End) => {
                    self.over = true;
                    self.decoder.repairs.warn();
                    break;
                }
                Err(error) => return self.fail(error),
            }
            if let Some(fault) = self.fault.take() {
                return self.fail(fault);
            }
            match ready!(Pin::new(&mut self.body).poll_next(cx)) {
                Some(Ok(chunk)) => self.decoder.feed(&chunk),
                None => self.decoder.finish(),
                Some(Err(error)) => {
                    self.decoder.hurry();
                    self.fault = Some(Error::from(error));
                }
            }
        }
        Poll::Ready(None)
    }

    /// Returns the row that has been decoded ahead, in place.
    #[inline]
    pub fn peeked(&mut self) -> Option<&mut T> {
        self.row.as_mut()
    }

    /// Takes the row that has been decoded ahead.
    ///
    /// Change the row in place first, and return it from a `match`: moving a row costs as much as reading a
    /// member of it, and `map` moves it once more.
    #[inline]
    pub fn take(&mut self) -> Option<T> {
        self.row.take()
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<(), Error>>> {
        self.over = true;
        self.row = None;
        Poll::Ready(Some(Err(error)))
    }
}

/// Decodes a complete array of rows; those that are [plain](PlainRow) several times as fast.
///
/// # Errors
/// As [`decode`](crate::decode).
///
/// ```
/// # use adcore_json::{PlainRow, PlainValue, RawJson};
/// # #[derive(Debug, Default, PartialEq, serde::Deserialize)]
/// # struct Row { shows: u32 }
/// # impl PlainRow for Row {
/// #     fn place(name: &str) -> Option<u8> { (name == "shows").then_some(0) }
/// #     fn read(&mut self, _: u8, value: &mut PlainValue<'_>) -> Option<()> {
/// #         self.shows = value.integer()??;
/// #         Some(())
/// #     }
/// #     fn keep(&mut self, _: &str, _: RawJson) -> Option<()> { Some(()) }
/// # }
/// let rows: Vec<Row> = adcore_json::decode_rows(br#"[{"shows": 7}, {"shows": 8}]"#)?;
/// assert_eq!(rows, [Row { shows: 7 }, Row { shows: 8 }]);
/// # Ok::<(), adcore::Error>(())
/// ```
pub fn decode_rows<T: DeserializeOwned + PlainRow>(bytes: &[u8]) -> Result<Vec<T>, Error> {
    match decode_plain(bytes) {
        Some(rows) => Ok(rows),
        // Its error has the path from the root of the document.
        None => crate::decode(bytes),
    }
}

/// Decodes a complete array of plain rows; `None` if it is broken.
fn decode_plain<T: DeserializeOwned + PlainRow>(bytes: &[u8]) -> Option<Vec<T>> {
    /// The maximum number of rows to reserve memory for, judging by the length of the first one.
    const MAX_ROOM: usize = 10_000;
    /// Fits in the processor's cache.
    const CHUNK: usize = 64 * 1024;
    let mut decoder = Decoder::new(RowLocation::Array);
    decoder.limit = usize::MAX;
    let mut chunks = bytes.chunks(CHUNK);
    let mut rows = Vec::new();
    let mut row = None;
    let mut finished = false;
    loop {
        let more = match decoder.next().ok()? {
            Step::Row => !decoder.row(Some(Plain::read), &mut row).ok()?,
            Step::More => true,
            Step::End => break,
        };
        if more {
            match chunks.next() {
                Some(chunk) => decoder.feed(chunk),
                None if finished => return None,
                None => {
                    decoder.finish();
                    finished = true;
                }
            }
            continue;
        }
        if rows.is_empty() {
            let room = bytes.len() / decoder.length().max(1) + 1;
            rows.reserve(room.min(MAX_ROOM));
        }
        rows.extend(row.take());
    }
    decoder.found.then_some(())?;
    decoder.repairs.warn();
    Some(rows)
}

impl<T> Unpin for Rows<T> {}

impl<T: DeserializeOwned> Stream for Rows<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(Err(error)) = ready!(self.poll_peek(cx)) {
            return Poll::Ready(Some(Err(error)));
        }
        match self.take() {
            Some(row) => Poll::Ready(Some(Ok(row))),
            None => Poll::Ready(None),
        }
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
        Self::new(Body::from(bytes), RowLocation::Array)
    }
}

#[cfg(test)]
mod tests;
