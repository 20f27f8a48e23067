//! The pages of one window of version 3.0, whose rows are returned while they arrive.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Error, ErrorKind};
use futures_core::Stream;
use futures_util::{TryStreamExt, stream};
use jiff::civil::Date;

use super::stream::{Days, RowStream};
use super::v3::{V3, advertiser_is_missing};
use crate::calls::DateBound;
use crate::calls::v3::{Level, Statistics, StatisticsRow};
use crate::wire::{self, PageReader, PageSummary, SharedSummary, Sums};

/// The pages of one window.
pub(super) struct Window {
    v3: V3,
    call: Arc<Statistics>,
    days: (Date, Date),
    name: Days,
    is_agency: bool,
    /// The number of the page whose rows are returned, and how many they were so far.
    page: u64,
    count: usize,
    summary: SharedSummary,
    previous: Option<PageSummary>,
    sums: Sums,
    total: Option<Sums>,
}

/// A window, and the rows of the page that it is at.
type Turned = (Box<Window>, RowStream<StatisticsRow>);

impl Window {
    pub(super) fn new(
        v3: &V3,
        call: &Arc<Statistics>,
        (from, to): (DateBound, DateBound),
        name: Days,
    ) -> Self {
        Self {
            v3: v3.clone(),
            call: Arc::clone(call),
            days: (from.day(), to.day()),
            name,
            is_agency: false,
            page: 0,
            count: 0,
            summary: SharedSummary::default(),
            previous: None,
            sums: Sums::default(),
            total: None,
        }
    }

    /// Opens the first page and returns the rows of all pages.
    pub(super) async fn open(mut self) -> Result<RowStream<StatisticsRow>, Error> {
        let is_agency = self.v3.is_agency().await;
        self.is_agency = is_agency.map_err(|error| self.name.name(error))?;
        let is_advertiser = self.call.level == Level::Advertiser;
        if self.is_agency && is_advertiser && self.call.advertiser.is_none() {
            return Err(self.name.name(advertiser_is_missing()));
        }
        let page = Box::new(self).open_page().await?;
        Ok(Box::pin(WindowRows {
            page: Some(page),
            turning: None,
        }))
    }

    /// Opens the page of this number.
    ///
    /// The rows of a page that begins as the previous one are not returned before the page has been read
    /// to its end and is known to differ later.
    async fn open_page(self: Box<Self>) -> Result<Turned, Error> {
        let rows = self.fetch(self.page, self.summary.clone()).await?;
        let begins_as = |previous: &PageSummary| previous.first == self.summary.get().first;
        let Some(previous) = self.previous.filter(begins_as) else {
            return Ok((self, rows));
        };
        let rows: Vec<_> = rows.try_collect().await?;
        if self.summary.get().all == previous.all {
            return Err(self.error("a page repeats the previous one"));
        }
        Ok((self, Box::pin(stream::iter(rows.into_iter().map(Ok)))))
    }

    /// Decides what follows a page that has been read to its end.
    async fn turn(mut self: Box<Self>) -> Result<Option<Turned>, Error> {
        let shared = &self.v3.client.shared;
        let (count, limit) = (self.count, shared.page_size);
        let summary = self.summary.get();
        self.total = summary.total.or(self.total);
        self.sums.add(&summary.sums);
        if count == limit {
            self.previous = Some(summary);
            self.page += 1;
            self.count = 0;
            return self.open_page().await.map(Some);
        }
        // More rows than requested: the server knows no pages, and these are all.
        let is_short = count > 0 && count < limit;
        if is_short && shared.is_new_short_page(count) {
            let after = SharedSummary::default();
            let mut rows = self.fetch(self.page + 1, after.clone()).await?;
            let is_empty = rows.try_next().await?.is_none();
            while rows.try_next().await?.is_some() {}
            // A server without pages returns the same rows again.
            if !is_empty && after.get().all != summary.all {
                let message = format!(
                    "a page has {count} rows instead of {limit}, and yet another one follows: set \
                     page_size to {count} or less"
                );
                return Err(self.error(&message));
            }
            shared.remember_short_page(count);
        }
        if self.total.is_some_and(|total| !self.sums.fit(&total)) {
            let (from, to) = self.days;
            tracing::warn!(%from, %to, "the total of the statistics differs from the sum of the rows");
        }
        Ok(None)
    }

    /// Requests a page, whose `summary` is complete when its rows have been read.
    async fn fetch(
        &self,
        page: u64,
        summary: SharedSummary,
    ) -> Result<RowStream<StatisticsRow>, Error> {
        let (call, days, name) = (&self.call, self.days, self.name);
        let client = &self.v3.client;
        let limit = client.shared.page_size;
        let request = wire::encode_v3_statistics(call, days, (page, limit), self.is_agency);
        let request = request.map_err(|error| name.name(error))?;
        let reader = PageReader {
            call: Arc::clone(call),
            days,
            row_limit: client.shared.pipeline.row_limit(),
            summary,
        };
        let name = move |error| name.name(error);
        client.clone().open(request, reader, name).await
    }

    fn error(&self, message: &str) -> Error {
        let client = &self.v3.client;
        let error = self.name.name(Error::new(ErrorKind::Decode, message));
        let pipeline = &client.shared.pipeline;
        pipeline.annotate(error, "v3.statistic", &client.tokens)
    }
}

type Turning = Pin<Box<dyn Future<Output = Result<Option<Turned>, Error>> + Send>>;

/// The rows of all pages of a window.
struct WindowRows {
    page: Option<Turned>,
    turning: Option<Turning>,
}

impl Stream for WindowRows {
    type Item = Result<StatisticsRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some((window, rows)) = &mut this.page {
                let item = rows.as_mut().poll_next(cx);
                // A row is returned unchanged, which avoids moving it.
                if matches!(item, Poll::Ready(Some(Ok(_)))) {
                    window.count += 1;
                    return item;
                }
                let end = ready!(item);
                // Taken after an error too: no page follows it.
                let page = this.page.take();
                if let Some(error) = end {
                    return Poll::Ready(Some(error));
                }
                this.turning = page.map(|(window, _)| Box::pin(window.turn()) as Turning);
            }
            let Some(turning) = &mut this.turning else {
                return Poll::Ready(None);
            };
            let turned = ready!(turning.as_mut().poll(cx));
            this.turning = None;
            match turned {
                Ok(page) => this.page = page,
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}
