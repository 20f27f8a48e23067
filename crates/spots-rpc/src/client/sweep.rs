//! Statistics over a long range: cut into windows, fetched side by side, given out in order.

mod merge;
mod window;

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
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
pub struct StatisticsStream(Pin<Box<dyn Stream<Item = Result<StatisticsRow, Error>> + Send>>);

impl StatisticsStream {
    pub(crate) fn new(client: &Client, request: &Statistics) -> Self {
        // Boxed, because it is moved with every row.
        let sweep = Sweep::new(client, request).map(Box::new);
        Self(Box::pin(futures_util::stream::try_unfold(
            sweep,
            async |sweep| {
                let mut sweep = sweep?;
                let row = sweep.next().await?;
                Ok(row.map(|row| (row, Ok(sweep))))
            },
        )))
    }

    /// The next row, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<StatisticsRow, Error>> {
        poll_fn(|cx| self.0.as_mut().poll_next(cx)).await
    }
}

impl Stream for StatisticsStream {
    type Item = Result<StatisticsRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
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

    async fn next(&mut self) -> Result<Option<StatisticsRow>, Error> {
        loop {
            if let Some(sums) = &mut self.sums {
                return Ok(sums.next());
            }
            let Some((window, rows)) = &mut self.open else {
                self.open = self.ahead.next().await?;
                if self.open.is_none() {
                    self.sums = Some(std::mem::take(&mut self.merge).finish().into_iter());
                }
                continue;
            };
            let row = rows.next(&self.client.0.refusals).await.map_err(|error| {
                self.client
                    .explain(error, wire::STATISTICS)
                    .with_attempts(1)
            })?;
            match row {
                Some(row) if window.is_whole() => return Ok(Some(row)),
                Some(row) => {
                    if let Some(row) = self.merge.pass(row, window)? {
                        return Ok(Some(row));
                    }
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
        let Some((window, task)) = self.flying.front_mut() else {
            return Ok(None);
        };
        let landed = task.await.unwrap_or_else(|_| {
            Err(Error::new(
                ErrorKind::Interrupted,
                "the request was aborted, is the runtime shutting down?",
            ))
        });
        let window = *window;
        self.flying.pop_front();
        Ok(Some((window, landed?)))
    }
}

impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        for (_, task) in &self.flying {
            task.abort();
        }
    }
}
