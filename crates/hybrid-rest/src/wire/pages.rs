//! Pages of version 3.0 that are still arriving.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use adcore::{Body, Error, ResponseReader};
use adcore_json::{Digest, Extra, RawJson, RowLocation, Rows};
use futures_core::Stream;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Wire;
use super::rows::{Digested, open_rows, read_beginning};
use crate::calls::v3::{Statistics, StatisticsRow};

/// Both spellings are on the wire.
const LOCATION: RowLocation = RowLocation::AnyMember(&["Statistic", "Statisitic"]);

/// The members of a row on the wire.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct PageRow {
    pub(super) day: Option<Date>,
    pub(super) advertiser: Option<String>,
    pub(super) campaign_id: Option<String>,
    pub(super) banner_id: Option<String>,
    pub(super) banner_name: Option<String>,
    pub(super) split_name: Option<String>,
    pub(super) impression_count: Option<i64>,
    pub(super) click_count: Option<i64>,
    pub(super) reach: Option<i64>,
    pub(super) total_sum: Option<Decimal>,
    pub(super) sum_segments_price: Option<Decimal>,
    pub(super) ctr: Option<Decimal>,
    pub(super) ecpm: Option<Decimal>,
    pub(super) ecpc: Option<Decimal>,
    pub(super) viewability: Option<Decimal>,
    pub(super) frequency: Option<Decimal>,
    pub(super) extra: Extra,
}

impl PageRow {
    /// Adds the days and ids of the call that the row does not name.
    fn into_row(self, call: &Statistics, (from, to): (Date, Date)) -> StatisticsRow {
        StatisticsRow {
            from,
            to,
            day: self.day.or((from == to).then_some(from)),
            advertiser: self
                .advertiser
                .map(Into::into)
                .or_else(|| call.advertiser.clone()),
            campaign_id: self
                .campaign_id
                .map(Into::into)
                .or_else(|| call.campaign.clone()),
            banner_id: self
                .banner_id
                .map(Into::into)
                .or_else(|| call.banner.clone()),
            banner_name: self.banner_name,
            split_name: self.split_name,
            impression_count: self.impression_count,
            click_count: self.click_count,
            reach: self.reach,
            total_sum: self.total_sum,
            sum_segments_price: self.sum_segments_price,
            ctr: self.ctr,
            ecpm: self.ecpm,
            ecpc: self.ecpc,
            viewability: self.viewability,
            frequency: self.frequency,
            extra: self.extra,
        }
    }
}

/// The sums of rows; a sum is `None` if a row lacks the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sums {
    impressions: Option<i64>,
    clicks: Option<i64>,
    money: Option<Decimal>,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            impressions: Some(0),
            clicks: Some(0),
            money: Some(Decimal::ZERO),
        }
    }
}

impl Sums {
    pub(crate) fn add(&mut self, row: &StatisticsRow) {
        let add = |sum: Option<i64>, more: Option<i64>| sum?.checked_add(more?);
        self.impressions = add(self.impressions, row.impression_count);
        self.clicks = add(self.clicks, row.click_count);
        let money = self.money.zip(row.total_sum);
        self.money = money.and_then(|(sum, more)| sum.checked_add(more));
    }

    /// Returns whether no number that both have differs.
    pub(crate) fn fit(&self, total: &Self) -> bool {
        fn same<T: PartialEq>(sum: Option<T>, total: Option<T>) -> bool {
            sum.zip(total).is_none_or(|(sum, total)| sum == total)
        }
        same(self.impressions, total.impressions)
            && same(self.clicks, total.clicks)
            && same(self.money, total.money)
    }
}

/// Reads a total, whose form is not known well enough to fail because of it.
fn read_total(members: &[(String, RawJson)]) -> Option<Sums> {
    let mut members = members.iter();
    let (_, total) = members.rfind(|(name, _)| name.eq_ignore_ascii_case("Total"))?;
    let row = total.decode::<Wire<PageRow>>().ok()?.0;
    Some(Sums {
        impressions: row.impression_count,
        clicks: row.click_count,
        money: row.total_sum,
    })
}

/// What is known of a page besides its rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PageSummary {
    /// The digest of the first row.
    pub(crate) first: u64,
    /// The digest of all rows, once they have been read.
    pub(crate) all: u64,
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
            days: self.days,
            summary: self.summary.clone(),
        })
    }
}

/// The rows of a page, decoded while they arrive.
pub(crate) struct OpenPage {
    rows: Rows<Wire<PageRow>>,
    call: Arc<Statistics>,
    days: (Date, Date),
    summary: SharedSummary,
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
        match ready!(Pin::new(&mut this.rows).poll_next(cx)) {
            Some(row) => Poll::Ready(Some(row.map(|row| row.0.into_row(&this.call, this.days)))),
            None => {
                this.summary.set(PageSummary {
                    all: this.rows.digest().get(),
                    total: read_total(this.rows.rest()),
                    ..this.summary.get()
                });
                Poll::Ready(None)
            }
        }
    }
}
