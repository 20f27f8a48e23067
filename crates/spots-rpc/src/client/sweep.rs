//! Statistics over a long range: cut into windows, fetched side by side, given out in order.

mod merge;
mod window;

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use adcore::{Error, ErrorKind};
use futures_core::Stream;
use tokio::task::JoinHandle;
use tracing::Instrument;

use super::Client;
use crate::calls::{Call, Statistics, StatisticsRow};
use crate::wire::{self, OpenRows};
use merge::Merge;
use window::{Window, Windows};

/// All rows of all windows.
pub(crate) async fn collect(
    client: &Client,
    request: &Statistics,
) -> Result<Vec<StatisticsRow>, Error> {
    let mut ahead = Ahead::new(client, request, |client, call| {
        Box::pin(async move { client.window(&call).await })
    })?;
    let mut merge = Merge::new(request);
    let mut rows = Vec::new();
    while let Some((window, found)) = ahead.next().await? {
        if rows.is_empty() && window.is_whole() {
            return Ok(found);
        }
        for row in found {
            rows.extend(merge.pass(row, &window)?);
        }
    }
    rows.extend(merge.finish());
    Ok(rows)
}

/// Rows of statistics while they arrive; a `Stream` that ends after an error.
///
/// Dropping it ends the requests under way.
pub struct StatisticsStream(Option<Result<Box<Sweep>, Error>>);

impl StatisticsStream {
    pub(crate) fn new(client: &Client, request: &Statistics) -> Self {
        Self(Some(Sweep::new(client, request).map(Box::new)))
    }

    /// The next row, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<StatisticsRow, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl Stream for StatisticsStream {
    type Item = Result<StatisticsRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let row = match &mut self.0 {
            Some(Ok(sweep)) => ready!(sweep.poll_next(cx)),
            _ => return Poll::Ready(self.0.take().and_then(Result::err).map(Err)),
        };
        if !matches!(row, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(row)
    }
}

impl fmt::Debug for StatisticsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatisticsStream(..)")
    }
}

/// Rows on their way from several answers that are open at once.
struct Sweep {
    client: Client,
    ahead: Ahead<OpenRows>,
    open: Option<(Window, OpenRows)>,
    merge: Merge,
    sums: Option<vec::IntoIter<StatisticsRow>>,
}

impl Sweep {
    fn new(client: &Client, request: &Statistics) -> Result<Self, Error> {
        Ok(Self {
            client: client.clone(),
            ahead: Ahead::new(client, request, |client, call| {
                Box::pin(async move { client.open(&call).await })
            })?,
            open: None,
            merge: Merge::new(request),
            sums: None,
        })
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<StatisticsRow, Error>>> {
        loop {
            if let Some(sums) = &mut self.sums {
                return Poll::Ready(sums.next().map(Ok));
            }
            let Some((window, rows)) = &mut self.open else {
                match ready!(self.ahead.poll_next(cx)) {
                    Some(Ok(open)) => self.open = Some(open),
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    None => {
                        self.sums = Some(std::mem::take(&mut self.merge).finish().into_iter());
                    }
                }
                continue;
            };
            match ready!(rows.poll_next(cx, &self.client.0.refusals)) {
                Some(Ok(row)) if window.is_whole() => return Poll::Ready(Some(Ok(row))),
                Some(Ok(row)) => {
                    if let Some(row) = self.merge.pass(row, window).transpose() {
                        return Poll::Ready(Some(row));
                    }
                }
                Some(Err(error)) => {
                    let error = self.client.explain(error, wire::STATISTICS);
                    return Poll::Ready(Some(Err(error.with_attempts(1))));
                }
                None => self.open = None,
            }
        }
    }
}

type Fetch<T> = fn(Client, Call) -> Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// Fetches windows ahead of their reader, at most so many at once, and hands them out in order.
struct Ahead<T> {
    client: Client,
    request: Statistics,
    windows: Windows,
    fetch: Fetch<T>,
    flying: VecDeque<(Window, JoinHandle<Result<T, Error>>)>,
}

impl<T: Send + 'static> Ahead<T> {
    fn new(client: &Client, request: &Statistics, fetch: Fetch<T>) -> Result<Self, Error> {
        wire::statistics(request)?;
        Ok(Self {
            client: client.clone(),
            windows: Windows::new(request.from, request.to, client.0.window_days),
            request: request.clone(),
            fetch,
            flying: VecDeque::new(),
        })
    }

    async fn next(&mut self) -> Result<Option<(Window, T)>, Error> {
        poll_fn(|cx| self.poll_next(cx)).await.transpose()
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(Window, T), Error>>> {
        if let Err(error) = self.take_off() {
            return Poll::Ready(Some(Err(error)));
        }
        let Some((window, task)) = self.flying.front_mut() else {
            return Poll::Ready(None);
        };
        let landed = ready!(Pin::new(task).poll(cx)).unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Interrupted,
                "the request was aborted, is the runtime shutting down?",
            ))
        });
        let window = *window;
        self.flying.pop_front();
        Poll::Ready(Some(landed.map(|landed| (window, landed))))
    }

    fn take_off(&mut self) -> Result<(), Error> {
        while self.flying.len() < self.client.0.concurrency {
            let Some(window) = self.windows.next() else {
                break;
            };
            let mut request = self.request.clone();
            (request.from, request.to) = (window.from, window.to);
            let call = wire::statistics(&request)?;
            let fetch = (self.fetch)(self.client.clone(), call).in_current_span();
            self.flying.push_back((window, tokio::spawn(fetch)));
        }
        Ok(())
    }
}

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        for (_, task) in &self.flying {
            task.abort();
        }
    }
}
