//! The rows of several responses as one stream.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use adcore::Error;
use futures_core::Stream;
use futures_core::stream::BoxStream;

type Rows<T> = BoxStream<'static, Result<T, Error>>;

/// The rows of several responses, one response after the other.
///
/// The stream ends after the first error, whether it is a response or a row that failed.
///
/// ```
/// use adcore::Error;
/// use adcore_json::ChainedRows;
/// use futures_util::{StreamExt, stream};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let responses = [vec![1, 2], vec![3]];
/// let responses = responses.map(|rows| Ok(stream::iter(rows.into_iter().map(Ok)).boxed()));
/// let mut rows = ChainedRows::new(stream::iter(responses));
/// let mut found = Vec::new();
/// while let Some(row) = rows.next().await {
///     found.push(row?);
/// }
/// assert_eq!(found, [1, 2, 3]);
/// # Ok::<(), Error>(()) }).unwrap();
/// ```
pub struct ChainedRows<T> {
    /// `None` after the end.
    responses: Option<BoxStream<'static, Result<Rows<T>, Error>>>,
    /// The response whose rows are being returned.
    current: Option<Rows<T>>,
}

impl<T> ChainedRows<T> {
    /// Creates a stream of the rows of `responses`.
    ///
    /// A response is requested once the previous one has been read to its end.
    pub fn new(responses: impl Stream<Item = Result<Rows<T>, Error>> + Send + 'static) -> Self {
        Self {
            responses: Some(Box::pin(responses)),
            current: None,
        }
    }

    /// Returns the next row, or `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Returns whether the stream has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.responses.is_none()
    }
}

impl<T> Stream for ChainedRows<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let error = loop {
            if let Some(rows) = &mut this.current {
                let item = rows.as_mut().poll_next(cx);
                // The item is returned unchanged: moving a row costs as much as reading a member of it.
                if matches!(item, Poll::Ready(Some(Ok(_)))) {
                    return item;
                }
                match ready!(item) {
                    Some(Err(error)) => break Some(error),
                    _ => this.current = None,
                }
            }
            let Some(responses) = &mut this.responses else {
                return Poll::Ready(None);
            };
            match ready!(responses.as_mut().poll_next(cx)) {
                Some(Ok(rows)) => this.current = Some(rows),
                Some(Err(error)) => break Some(error),
                None => break None,
            }
        };
        (this.current, this.responses) = (None, None);
        Poll::Ready(error.map(Err))
    }
}

impl<T> fmt::Debug for ChainedRows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainedRows")
            .field("over", &self.is_over())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use adcore::ErrorKind;
    use futures_util::{StreamExt, stream};

    use super::*;

    fn rows(items: Vec<Result<u32, Error>>) -> Rows<u32> {
        stream::iter(items).boxed()
    }

    fn fault() -> Error {
        Error::new(ErrorKind::Decode, "not a row")
    }

    #[tokio::test]
    async fn it_ends_once_after_the_last_row_or_the_first_error() {
        let good = || Ok(rows(vec![Ok(1), Ok(2)]));
        let none = || Ok(rows(vec![]));
        let broken = || Ok(rows(vec![Ok(1), Err(fault()), Ok(9)]));
        for (responses, expected, fails) in [
            (
                vec![none(), good(), none(), good()],
                vec![1, 2, 1, 2],
                false,
            ),
            (vec![good(), broken(), good()], vec![1, 2, 1], true),
            (vec![good(), Err(fault()), good()], vec![1, 2], true),
            (vec![], vec![], false),
        ] {
            let mut chained = ChainedRows::new(stream::iter(responses));
            let (mut found, mut failed) = (Vec::new(), false);
            while let Some(row) = chained.next().await {
                match row {
                    Ok(row) => found.push(row),
                    Err(error) => failed = error.kind() == ErrorKind::Decode,
                }
            }
            assert_eq!((found, failed), (expected, fails));
            assert!(chained.is_over());
            assert!(chained.next().await.is_none());
        }
    }
}
