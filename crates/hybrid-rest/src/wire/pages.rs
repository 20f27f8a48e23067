//! Pages of version 3.0 that are still arriving.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use adcore::{Body, Error, ResponseReader};
use adcore_json::{Digest, RowLocation, Rows};
use futures_core::Stream;
use jiff::civil::Date;

use super::Wire;
use super::refusal::error_beside;
use super::rows::{Digested, open_rows, read_beginning};
use super::totals::{Sums, read_total};
use crate::calls::AdvertiserId;
use crate::calls::v3::{Statistics, StatisticsRow};

/// Both spellings are on the wire.
const LOCATION: RowLocation = RowLocation::AnyMember(&["Statistic", "Statisitic"]);

/// What is known about a page, apart from its rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PageSummary {
    /// The digest of the first row.
    pub(crate) first: u64,
    /// The digest of all rows, once they have been read.
    pub(crate) all: u64,
    /// The sums of the rows, once all have been read.
    pub(crate) sums: Sums,
    /// The total, once all rows have been read.
    pub(crate) total: Option<Sums>,
}

/// The summary of a page that is being read, shared with its reader.
#[derive(Debug, Clone, Default)]
pub(crate) struct SharedSummary(Arc<Mutex<PageSummary>>);

impl SharedSummary {
    pub(crate) fn get(&self) -> PageSummary {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, summary: PageSummary) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = summary;
    }
}

/// Reads a page `{"Total":…,"Statistic":[…]}` up to its first row; HTTP 204 and `null` are an empty one.
pub(crate) struct PageReader {
    pub(crate) call: Arc<Statistics>,
    /// The advertiser of the rows, if it is known.
    pub(crate) advertiser: Option<AdvertiserId>,
    pub(crate) days: (Date, Date),
    pub(crate) row_limit: usize,
    pub(crate) summary: SharedSummary,
}

impl ResponseReader for PageReader {
    type Output = OpenPage;

    async fn read(&self, response: http::Response<Body>) -> Result<OpenPage, Error> {
        let beginning = read_beginning(response).await?;
        let rows = open_rows(beginning, Rows::plain, LOCATION, self.row_limit).await?;
        self.summary.set(PageSummary {
            first: rows.digest().get(),
            ..PageSummary::default()
        });
        Ok(OpenPage {
            rows,
            call: Arc::clone(&self.call),
            advertiser: self.advertiser.clone(),
            days: self.days,
            sums: Sums::default(),
            summary: self.summary.clone(),
        })
    }
}

/// The rows of a page, decoded while they arrive.
pub(crate) struct OpenPage {
    rows: Rows<Wire<StatisticsRow>>,
    call: Arc<Statistics>,
    advertiser: Option<AdvertiserId>,
    days: (Date, Date),
    sums: Sums,
    summary: SharedSummary,
}

impl OpenPage {
    /// Completes the summary, unless there is an error beside the rows.
    fn end(&self) -> Result<(), Error> {
        if let Some(error) = error_beside(self.rows.rest()) {
            return Err(error);
        }
        self.summary.set(PageSummary {
            all: self.rows.digest().get(),
            sums: self.sums,
            total: read_total(self.rows.rest()),
            ..self.summary.get()
        });
        Ok(())
    }
}

impl Digested for OpenPage {
    fn digest(&self) -> Digest {
        self.rows.digest()
    }
}

impl Stream for OpenPage {
    type Item = Result<StatisticsRow, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        match ready!(this.rows.poll_peek(cx)) {
            Some(Ok(())) => {
                if let Some(Wire(row)) = this.rows.peeked() {
                    this.sums.add(&Sums::of(row));
                    complete(row, &this.call, this.advertiser.as_ref(), this.days);
                }
                match this.rows.take() {
                    Some(Wire(row)) => Poll::Ready(Some(Ok(row))),
                    None => Poll::Ready(None),
                }
            }
            Some(Err(error)) => Poll::Ready(Some(Err(error))),
            None => Poll::Ready(this.end().err().map(Err)),
        }
    }
}

/// Adds the days and ids of the call that the row does not name.
#[inline]
fn complete(
    row: &mut StatisticsRow,
    call: &Statistics,
    advertiser: Option<&AdvertiserId>,
    (from, to): (Date, Date),
) {
    (row.from, row.to) = (from, to);
    if row.day.is_none() && from == to {
        row.day = Some(from);
    }
    if row.advertiser.is_none() {
        row.advertiser = advertiser.cloned();
    }
    if row.campaign_id.is_none() {
        row.campaign_id.clone_from(&call.campaign);
    }
    if row.banner_id.is_none() {
        row.banner_id.clone_from(&call.banner);
    }
}
