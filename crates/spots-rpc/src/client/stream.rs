//! Statistics of a long range: cut into windows that are fetched concurrently and read in order.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use adcore::{Error, ErrorKind, StreamTime};
use adcore_json::ResumingRows;
use futures_core::Stream;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::Client;
use super::merge::Merge;
use super::window::{Window, Windows};
use crate::calls::{Call, Statistics, StatisticsRow};
use crate::wire::OpenRows;

/// Rows of statistics, decoded while they arrive.
///
/// A [`Stream`] that ends after an error. [`next`](Self::next) serves where no other stream methods
/// are needed. Dropping it cancels the requests in flight.
///
/// No row is returned twice where two windows meet: a row whose day belongs to the neighbouring
/// window is left out, because that window has it too. A day outside of the whole range is kept, and
/// so are several rows of one group in one response, which are added up where windows are. Each of
/// the three is counted and named in one warning per window.
///
/// ```no_run
/// use spots_rpc::calls::Statistics;
/// use spots_rpc::{Client, Error, date};
///
/// # async fn run(client: Client) -> Result<(), Error> {
/// let request = Statistics::new(date(2023, 1, 1), date(2023, 12, 31));
/// let mut rows = client.statistics_stream(&request);
/// while let Some(row) = rows.next().await {
///     println!("{:?}", row?.income);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before the first row is asked for"]
pub struct StatisticsStream(Option<Result<Box<WindowedRows>, Error>>);

impl StatisticsStream {
    pub(super) fn new(client: &Client, request: &Statistics) -> Self {
        Self(Some(WindowedRows::new(client, request).map(Box::new)))
    }

    /// Returns the next row, or `None` at the end and after an error.
    pub async fn next(&mut self) -> Option<Result<StatisticsRow, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for StatisticsStream {
    type Item = Result<StatisticsRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(Ok(rows)) = &mut self.0 else {
            return Poll::Ready(self.0.take().and_then(Result::err).map(Err));
        };
        let item = rows.poll_next(cx);
        if matches!(item, Poll::Ready(None | Some(Err(_)))) {
            self.0 = None;
        }
        item
    }
}

impl fmt::Debug for StatisticsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatisticsStream(..)")
    }
}

type Rows = ResumingRows<OpenRows>;

/// The rows of all windows, one window after the other.
struct WindowedRows {
    prefetch: Prefetch,
    current: Option<(Window, Rows)>,
    merge: Merge,
    /// What is left to return after the last window.
    sums: Option<vec::IntoIter<StatisticsRow>>,
}

impl WindowedRows {
    fn new(client: &Client, request: &Statistics) -> Result<Self, Error> {
        Ok(Self {
            prefetch: Prefetch::new(client, request)?,
            current: None,
            merge: Merge::new(request),
            sums: None,
        })
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<StatisticsRow, Error>>> {
        loop {
            if let Some(sums) = &mut self.sums {
                return Poll::Ready(sums.next().map(Ok));
            }
            let Some((window, rows)) = &mut self.current else {
                match ready!(self.prefetch.poll_next(cx)) {
                    Some(Ok(opened)) => self.current = Some(opened),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => {
                        self.sums = Some(std::mem::take(&mut self.merge).finish().into_iter());
                    }
                }
                continue;
            };
            let item = Pin::new(rows).poll_next(cx);
            // Most rows are returned unchanged, which avoids moving them.
            if let Poll::Ready(Some(Ok(row))) = &item {
                let is_complete = match row.date_day {
                    Some(day) => self.merge.is_own(row, day, window),
                    None => self.merge.is_only(row, window),
                };
                if is_complete {
                    return item;
                }
            }
            match ready!(item) {
                Some(Ok(row)) => {
                    if let Err(error) = self.merge.add(row, window) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(window.name_days(error)))),
                None => {
                    self.merge.end_window(window);
                    self.current = None;
                }
            }
        }
    }
}

/// Opens windows ahead of their reader, a limited number at once, and returns them in order.
struct Prefetch {
    client: Client,
    request: Statistics,
    windows: Windows,
    in_flight: VecDeque<(Window, JoinHandle<Result<Rows, Error>>)>,
}

impl Prefetch {
    fn new(client: &Client, request: &Statistics) -> Result<Self, Error> {
        Call::try_from(request)?;
        Ok(Self {
            client: client.clone(),
            windows: Windows::new(request.from, request.to, client.0.window_days),
            request: request.clone(),
            in_flight: VecDeque::new(),
        })
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(Window, Rows), Error>>> {
        self.start();
        let Some((window, task)) = self.in_flight.front_mut() else {
            return Poll::Ready(None);
        };
        let outcome = ready!(Pin::new(task).poll(cx)).unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Interrupted,
                "the request was aborted, is the runtime shutting down?",
            ))
        });
        let window = *window;
        self.in_flight.pop_front();
        let outcome = outcome.map_err(|error| window.name_days(error));
        Poll::Ready(Some(outcome.map(|rows| (window, rows))))
    }

    /// Starts requests up to the limit.
    fn start(&mut self) {
        while self.in_flight.len() < self.client.0.concurrency {
            let Some(window) = self.windows.next() else {
                break;
            };
            let mut request = self.request.clone();
            (request.from, request.to) = (window.from, window.to);
            let opening = resuming(self.client.clone(), request).in_current_span();
            self.in_flight.push_back((window, tokio::spawn(opening)));
        }
    }
}

impl Drop for Prefetch {
    fn drop(&mut self) {
        for (_, task) in &self.in_flight {
            task.abort();
        }
    }
}

/// Opens one window; if its response breaks later, the request is sent again.
async fn resuming(client: Client, request: Statistics) -> Result<Rows, Error> {
    let pipeline = client.0.pipeline.clone();
    let time = pipeline.stream_time();
    let annotating = client.clone();
    let open = move |time: StreamTime| {
        let (client, request) = (client.clone(), request.clone());
        async move {
            let rows = client.open(&request, &time).await?;
            let digest = rows.digest();
            Ok((rows, digest))
        }
    };
    let first = open(time.clone()).await?;
    let annotate = move |error| annotating.annotate(error, Statistics::METHOD);
    Ok(ResumingRows::reopening(
        first, pipeline, time, open, annotate,
    ))
}
