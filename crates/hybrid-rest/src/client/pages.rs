//! The pages of one window of version 3.0, whose rows are returned while they arrive.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Error, ErrorKind};
use futures_core::Stream;
use futures_util::TryStreamExt;
use http::StatusCode;
use jiff::civil::Date;

use super::kind::Subject;
use super::stream::{Days, RowStream};
use super::v3::V3;
use crate::calls::DateBound;
use crate::calls::v3::{Level, Split, Statistics, StatisticsRow};
use crate::wire::{self, PageReader, PageSummary, SharedSummary, Tally};

/// The pages of one window.
struct Window {
    v3: V3,
    call: Arc<Statistics>,
    subject: Subject,
    days: (Date, Date),
    name: Days,
    /// The number of the page whose rows are returned, and how many rows were requested.
    page: u64,
    limit: usize,
    /// Whether the page is only requested because the previous one may not be the last.
    is_probe: bool,
    summary: SharedSummary,
    previous: Option<PageSummary>,
    tally: Tally,
}

/// A window, and the rows of the page that it is at.
type Turned = (Box<Window>, RowStream<StatisticsRow>);

/// Opens the first page of a window and returns the rows of all pages.
pub(super) async fn open(
    v3: V3,
    call: Arc<Statistics>,
    (from, to): (DateBound, DateBound),
    name: Days,
) -> Result<RowStream<StatisticsRow>, Error> {
    let requested = call.advertiser.as_ref();
    let requested = requested.filter(|_| call.level != Level::Agency);
    let subject = v3.subject(requested, call.level == Level::Advertiser).await;
    let window = Box::new(Window {
        subject: subject.map_err(|error| name.name(error))?,
        days: (from.day(), to.day()),
        name,
        page: 0,
        limit: v3.client.shared.page_size,
        is_probe: false,
        summary: SharedSummary::default(),
        previous: None,
        tally: Tally::default(),
        v3,
        call,
    });
    match window.fetch(0, window.limit, window.summary.clone()).await {
        Ok(rows) => Ok(Box::pin(WindowRows {
            page: Some((window, rows)),
            turning: None,
        })),
        Err(error) => {
            window.v3.doubt(&error).await;
            Err(error)
        }
    }
}

impl Window {
    /// Decides what follows a page that has been read to its end.
    async fn turn(mut self: Box<Self>) -> Result<Option<Turned>, Error> {
        let page = self.summary.get();
        let (rows, limit) = (page.sums.rows, self.limit);
        self.tally.add(&page.sums, page.total.as_ref());
        let seen_longer = self.v3.client.shared.has_seen_longer_page(rows);
        if self.page > 0 && rows > limit {
            let message = format!("a page has {rows} rows instead of {limit}");
            return Err(self.error(&message));
        }
        if rows == 0 || rows != limit && (seen_longer || self.has_all_days(rows)) {
            return self.end();
        }
        // More rows may follow, even if there are fewer than requested: the server may have a smaller maximum. With
        // these rows as the limit the next page begins after them, whether the server counts the pages before it by
        // the limit of the request or by its own.
        self.is_probe = rows != limit;
        self.limit = rows;
        self.previous = Some(page);
        self.page += 1;
        self.open_next().await
    }

    /// Returns whether there is a row for each day, and only days were asked for: then no row can follow.
    ///
    /// An agency may have a row for each advertiser and day.
    fn has_all_days(&self, rows: usize) -> bool {
        let (from, to) = self.days;
        let days = i64::from((to - from).get_days()) + 1;
        let is_by_day =
            self.call.level != Level::Agency && matches!(&self.call.splits[..], [Split::Day]);
        is_by_day && self.page == 0 && i64::try_from(rows).is_ok_and(|rows| rows == days)
    }

    /// Opens the page of this number, which is not the first one.
    ///
    /// The rows of a page that begins as the previous one are not returned before the page has been read
    /// to its end and is known to differ later.
    async fn open_next(self: Box<Self>) -> Result<Option<Turned>, Error> {
        let mut rows = match self
            .fetch(self.page, self.limit, self.summary.clone())
            .await
        {
            Ok(rows) => rows,
            Err(error) => return self.end_if_past(error).await,
        };
        let begins_as = |previous: &PageSummary| previous.first == self.summary.get().first;
        let Some(previous) = self.previous.filter(begins_as) else {
            return Ok(Some((self, rows)));
        };
        while rows.try_next().await?.is_some() {}
        if self.summary.get().all != previous.all {
            // Requested again, because a page may be too long to keep it.
            let rows = self
                .fetch(self.page, self.limit, self.summary.clone())
                .await?;
            return Ok(Some((self, rows)));
        }
        if !self.is_probe {
            return Err(self.error("a page repeats the previous one"));
        }
        if !self.tally.has_total() {
            let (from, to) = self.days;
            let rows = self.limit;
            tracing::warn!(%from, %to, rows, "the server has no pages, and no total says that the rows are all");
        }
        self.end()
    }

    /// Ends the window if the page that was refused is past its end.
    async fn end_if_past(self: Box<Self>, refusal: Error) -> Result<Option<Turned>, Error> {
        let is_failure = refusal
            .status()
            .is_some_and(|status| status.is_server_error());
        let is_refused = matches!(
            refusal.status(),
            Some(StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND)
        );
        if !is_failure && !is_refused {
            return Err(refusal);
        }
        if self.ends_here().await {
            return self.end();
        }
        let is_checked = self.v3.client.shared.check_totals && self.tally.has_total();
        let is_end = match is_checked {
            true => self.tally.mismatch().is_none(),
            false => is_refused,
        };
        if !self.is_probe || !is_end {
            return Err(refusal);
        }
        let (from, to) = self.days;
        tracing::warn!(%from, %to, error = %refusal, "the page after the rows was refused, which is taken as their end");
        self.end()
    }

    /// Returns whether a shorter page that begins before the end of the rows ends with them.
    async fn ends_here(&self) -> bool {
        let limit = self.limit as u64;
        let rows = self.page * limit;
        // A limit that does not divide the rows.
        let Some(shorter) = (2..limit)
            .rev()
            .find(|shorter| !rows.is_multiple_of(*shorter))
        else {
            return false;
        };
        let summary = SharedSummary::default();
        let page = self.fetch(rows / shorter, shorter as usize, summary.clone());
        let Ok(mut page) = page.await else {
            return false;
        };
        while let Ok(Some(_)) = page.try_next().await {}
        summary.get().sums.rows as u64 == rows % shorter
    }

    /// Ends the window, unless the rows do not add up to the total.
    fn end(&self) -> Result<Option<Turned>, Error> {
        let check = self.v3.client.shared.check_totals;
        match self.tally.mismatch().filter(|_| check) {
            Some(mismatch) => Err(self.error(&mismatch.to_string())),
            None => Ok(None),
        }
    }

    /// Requests a page, whose `summary` is complete when its rows have been read.
    async fn fetch(
        &self,
        page: u64,
        limit: usize,
        summary: SharedSummary,
    ) -> Result<RowStream<StatisticsRow>, Error> {
        let (call, days, name) = (&self.call, self.days, self.name);
        let client = &self.v3.client;
        let request = wire::encode_v3_statistics(call, days, (page, limit), self.subject.sent());
        let request = request.map_err(|error| name.name(error))?;
        let reader = PageReader {
            call: Arc::clone(call),
            advertiser: self.subject.advertiser.clone(),
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
            if let Some((_, rows)) = &mut this.page {
                let item = rows.as_mut().poll_next(cx);
                // A row is returned unchanged, which avoids moving it.
                if matches!(item, Poll::Ready(Some(Ok(_)))) {
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
