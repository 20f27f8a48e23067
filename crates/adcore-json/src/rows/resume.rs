//! Resuming after a response that broke off.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Error, Pipeline, StreamTime};
use futures_core::Stream;
use tokio::time::sleep;

use super::Digest;

type Opening<S> = Pin<Box<dyn Future<Output = Result<(S, Digest), Error>> + Send>>;
type Reopen<S> = Box<dyn Fn(&Error, u32) -> Option<Opening<S>> + Send + Sync>;
type Annotate = Box<dyn Fn(Error, u32) -> Error + Send + Sync>;

/// The rows of a request that is sent again when its response breaks off midway.
///
/// The rows already handed out are skipped in the new response. They are compared by their
/// [`Digest`], in constant memory: if the vendor returns other rows the second time, the stream
/// ends with the error of the break. No row is ever handed out twice or left out.
///
/// ```
/// use adcore::{Body, Error, TransportError, TransportErrorKind};
/// use adcore_json::{ResumingRows, RowLocation, Rows};
/// use futures_util::stream;
///
/// fn rows(body: Body) -> (Rows<u32>, adcore_json::Digest) {
///     let rows = Rows::new(body, RowLocation::Array);
///     let digest = rows.digest();
///     (rows, digest)
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let broken = TransportError::new(TransportErrorKind::Interrupted);
/// let first = stream::iter([Ok("[1, 2, ".into()), Err(broken)]);
/// let annotate = |error: Error, breaks| error.with_attempts(breaks + 1);
/// let mut rows = ResumingRows::new(rows(Body::from_stream(first)), annotate, |_, _| {
///     Some(async { Ok(rows(Body::from(bytes::Bytes::from("[1, 2, 3]")))) })
/// });
/// let mut found = Vec::new();
/// while let Some(row) = rows.next().await {
///     found.push(row?);
/// }
/// assert_eq!(found, [1, 2, 3]);
/// # Ok::<(), Error>(()) }).unwrap();
/// ```
pub struct ResumingRows<S> {
    /// `None` at the end and after an error.
    rows: Option<(S, Digest)>,
    opening: Option<Opening<S>>,
    annotate: Annotate,
    reopen: Reopen<S>,
    handed_out: u64,
    skipping: Option<Skipping>,
    breaks: u32,
}

/// What a new response must begin with.
struct Skipping {
    /// How many of its rows have been skipped.
    rows: u64,
    /// The digest of the rows that were handed out.
    digest: u64,
    /// The error with which the previous response broke off.
    error: Error,
}

impl<S, T> ResumingRows<S>
where
    S: Stream<Item = Result<T, Error>> + Unpin + Send + 'static,
{
    /// Creates a stream of `rows` that continues with the rows of `reopen` after a transient error.
    ///
    /// Rows come with their digest, see [`Rows::digest`](super::Rows::digest). `annotate` adds to an
    /// error of a response what its reader needs to know; it gets the number of breaks before. `reopen`
    /// gets the annotated error and the number of the break, counted from 1. Its future waits and sends
    /// the request again, with the retries of any call; `None` means to give up.
    pub fn new<F>(
        rows: (S, Digest),
        annotate: impl Fn(Error, u32) -> Error + Send + Sync + 'static,
        reopen: impl Fn(&Error, u32) -> Option<F> + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(S, Digest), Error>> + Send + 'static,
    {
        Self {
            rows: Some(rows),
            opening: None,
            annotate: Box::new(annotate),
            reopen: Box::new(move |error, breaks| Some(Box::pin(reopen(error, breaks)?))),
            handed_out: 0,
            skipping: None,
            breaks: 0,
        }
    }

    /// Creates a stream of `first` that calls `open` again whenever a response breaks, within the
    /// retries of `pipeline`.
    ///
    /// `first` is the outcome of `open` too; all responses share `time`. `annotate` completes an error
    /// that occurred outside of the pipeline, see [`Pipeline::annotate`]; attempts are counted here.
    pub fn reopening<F>(
        first: (S, Digest),
        pipeline: Pipeline,
        time: StreamTime,
        open: impl Fn(StreamTime) -> F + Send + Sync + 'static,
        annotate: impl Fn(Error) -> Error + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(S, Digest), Error>> + Send + 'static,
    {
        let annotate = Arc::new(move |error: Error, attempts: u32| {
            let attempts = error.attempts().max(attempts);
            annotate(error).with_attempts(attempts)
        });
        let of_row = Arc::clone(&annotate);
        let annotate_row = move |error, breaks| of_row(error, breaks + 1);
        Self::new(first, annotate_row, move |error, breaks| {
            if time.is_over() {
                return None;
            }
            let wait = pipeline.pause(error, true, breaks)?;
            tracing::debug!(breaks, "the response broke off, sending the request again");
            let opening = open(time.clone());
            let (time, annotate) = (time.clone(), Arc::clone(&annotate));
            Some(async move {
                let opening = async {
                    sleep(wait).await;
                    opening.await.map_err(|error| {
                        let attempts = error.attempts() + breaks;
                        error.with_attempts(attempts)
                    })
                };
                let opened = time.run(opening).await;
                opened.map_err(|error| annotate(error, breaks))
            })
        })
    }

    /// Returns the next row, or `None` at the end and after an error.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Sends the request again after an error among the rows, or returns the error.
    fn resume(&mut self, error: Error) -> Result<(), Error> {
        let error = (self.annotate)(error, self.breaks);
        self.breaks += 1;
        if !error.is_transient() {
            return Err(error);
        }
        let Some(opening) = (self.reopen)(&error, self.breaks) else {
            return Err(error);
        };
        self.opening = Some(opening);
        let handed_out = match (self.skipping.take(), self.rows.take()) {
            // It broke again before it came to where the first response broke.
            (Some(skipping), _) => skipping.digest,
            (None, rows) => rows.map_or(0, |(_, digest)| digest.get()),
        };
        self.skipping = (self.handed_out > 0).then_some(Skipping {
            rows: 0,
            digest: handed_out,
            error,
        });
        Ok(())
    }

    /// Compares the skipped rows with those that were returned before.
    fn finish_skipping(&mut self) -> Result<(), Error> {
        let Some(skipping) = self.skipping.take() else {
            return Ok(());
        };
        let digest = self.rows.as_ref().map(|(_, digest)| digest.get());
        if skipping.rows == self.handed_out && digest == Some(skipping.digest) {
            return Ok(());
        }
        let message = format!(
            "{} after {} rows, and the response to the same request now begins with other rows",
            skipping.error.message(),
            self.handed_out,
        );
        Err(skipping.error.with_message(message))
    }

    /// Counts a row that was returned before the response broke.
    fn skip(&mut self) -> Result<(), Error> {
        let handed_out = self.handed_out;
        match &mut self.skipping {
            Some(skipping) => {
                skipping.rows += 1;
                if skipping.rows == handed_out {
                    self.finish_skipping()?;
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn end(&mut self, error: Option<Error>) -> Poll<Option<Result<T, Error>>> {
        (self.rows, self.opening) = (None, None);
        Poll::Ready(error.map(Err))
    }
}

impl<S> Unpin for ResumingRows<S> {}

impl<S, T> Stream for ResumingRows<S>
where
    S: Stream<Item = Result<T, Error>> + Unpin + Send + 'static,
{
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(opening) = &mut this.opening {
                let opened = ready!(opening.as_mut().poll(cx));
                this.opening = None;
                match opened {
                    Ok(opened) => this.rows = Some(opened),
                    Err(error) => return this.end(Some(error)),
                }
            }
            let Some((rows, _)) = &mut this.rows else {
                return Poll::Ready(None);
            };
            let item = Pin::new(rows).poll_next(cx);
            // The item is returned unchanged: moving a row costs as much as reading a member of it.
            if this.skipping.is_none() && matches!(item, Poll::Ready(Some(Ok(_)))) {
                this.handed_out += 1;
                return item;
            }
            let outcome = match ready!(item) {
                Some(Ok(_)) => this.skip(),
                Some(Err(error)) => this.resume(error),
                None => {
                    return match this.finish_skipping() {
                        Ok(()) => this.end(None),
                        Err(error) => this.end(Some(error)),
                    };
                }
            };
            if let Err(error) = outcome {
                return this.end(Some(error));
            }
        }
    }
}

impl<S> fmt::Debug for ResumingRows<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResumingRows")
            .field("rows", &self.handed_out)
            .field("breaks", &self.breaks)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use adcore::ErrorKind;
    use futures_util::{StreamExt, stream};

    use super::*;

    type Items = Vec<Result<u32, Error>>;

    fn broken() -> Error {
        Error::new(ErrorKind::Connect, "connection reset")
    }

    fn good(rows: std::ops::Range<u32>) -> Items {
        rows.map(Ok).collect()
    }

    fn breaking(rows: std::ops::Range<u32>) -> Items {
        let mut items = good(rows);
        items.push(Err(broken()));
        items
    }

    /// Returns the rows handed out, the error at the end, and how often the request was repeated.
    async fn run(responses: Vec<Items>, max_breaks: u32) -> (Vec<u32>, Option<Error>, u32) {
        let mut responses = VecDeque::from(responses);
        let first = responses.pop_front().unwrap();
        let rest = Arc::new(std::sync::Mutex::new(responses));
        let asked = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        let opened = |items: Items| {
            let digest = Digest::default();
            let follow = digest.clone();
            let rows = stream::iter(items).inspect(move |row| {
                if let Ok(row) = row {
                    follow.add(&row.to_le_bytes());
                }
            });
            (rows.boxed(), digest)
        };
        let mut rows = ResumingRows::new(
            opened(first),
            |error, _| error,
            move |_, breaks| {
                if breaks > max_breaks {
                    return None;
                }
                counter.fetch_add(1, Ordering::Relaxed);
                let next = rest.lock().unwrap().pop_front();
                Some(async move { next.map(opened).ok_or_else(broken) })
            },
        );
        let mut found = Vec::new();
        let error = loop {
            match rows.next().await {
                Some(Ok(row)) => found.push(row),
                Some(Err(error)) => break Some(error),
                None => break None,
            }
        };
        assert!(rows.next().await.is_none(), "it ends once");
        (found, error, asked.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn a_break_at_any_row_leaves_no_gap_and_no_double() {
        for at in 0..=10 {
            for again in 0..=10 {
                let responses = vec![breaking(0..at), breaking(0..again), good(0..10)];
                let (rows, error, asked) = run(responses, 2).await;
                assert_eq!(rows, (0..10).collect::<Vec<_>>(), "{at} {again}");
                assert!(error.is_none());
                assert_eq!(asked, 2);
            }
        }
    }

    #[tokio::test]
    async fn rows_that_differ_the_second_time_end_the_stream() {
        let other = vec![Ok(0), Ok(7), Ok(2), Ok(3)];
        for second in [other, good(0..1), good(0..0)] {
            let (rows, error, _) = run(vec![breaking(0..2), second], 2).await;
            assert_eq!(rows, [0, 1]);
            let error = error.unwrap();
            assert_eq!(error.kind(), ErrorKind::Connect);
            assert_eq!(
                error.message(),
                "connection reset after 2 rows, and the response to the same request now begins \
                 with other rows"
            );
        }
    }

    #[tokio::test]
    async fn it_gives_up_when_told_to_and_for_errors_that_last() {
        let (rows, error, asked) = run(vec![breaking(0..2), breaking(0..5)], 1).await;
        assert_eq!(rows, [0, 1, 2, 3, 4]);
        assert_eq!((error.unwrap().kind(), asked), (ErrorKind::Connect, 1));
        let lasting = vec![Ok(0), Err(Error::new(ErrorKind::Decode, "not a row"))];
        let (rows, error, asked) = run(vec![lasting, good(0..2)], 9).await;
        assert_eq!(rows, [0]);
        assert_eq!((error.unwrap().kind(), asked), (ErrorKind::Decode, 0));
        let (_, error, asked) = run(vec![breaking(0..2)], 9).await;
        assert_eq!((error.unwrap().kind(), asked), (ErrorKind::Connect, 1));
    }
}
