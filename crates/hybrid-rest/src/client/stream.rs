//! Statistics of any length: split into requests, fetched concurrently, returned row by row.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use adcore::{Error, Request, ResponseReader, path_segment};
use adcore_json::ChainedRows;
use futures_core::Stream;
use futures_util::{StreamExt, stream};

use crate::calls::{
    AdvertiserId, AdvertiserStatistics, BannerStatistics, BannerTotals, CampaignDomainStatistics,
    CampaignId, CampaignRow, CampaignStatistics, DateBound, DomainDay, DomainStatistics,
};
use crate::wire::{self, CampaignReader, Digested, Report, RowsReader};

use super::Client;
pub(super) use super::days::Days;
use super::days::{DayRow, OwnRows};
use super::window::{split_ids, split_range};

/// A stream of statistics whose rows are decoded while they arrive, in constant memory.
///
/// Returned by the `…_statistics_stream` methods of [`Client`]. The stream is lazy: nothing is sent
/// before it is polled. It ends after the first error; the rows before it are good and complete.
///
/// At least the first MiB of a response is read before its first row is returned, and if the
/// connection breaks until then, the request is sent again like that of any call. If it breaks
/// later, the request is sent again within the limits of the [`RetryPolicy`](crate::RetryPolicy):
/// the rows that were returned already are skipped, and if they have changed, the
/// stream ends with an error.
///
/// No row is returned twice where two windows meet: a row whose day belongs to the neighbouring
/// window is left out, because that window has it too. A day outside of the whole range is kept, and
/// so are several rows of one campaign and day. Each of the three is counted and named in one
/// warning per response.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
/// use hybrid_rest::calls::DomainStatistics;
///
/// let mut rows = client.domain_statistics_stream(&DomainStatistics::new("sport-express.ru"));
/// while let Some(row) = rows.next().await {
///     let row = row?;
///     println!("{:?}: {:?} impressions", row.date, row.impression_count);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream does nothing unless polled"]
pub struct StatisticsStream<T> {
    rows: ChainedRows<T>,
}

/// The rows of one response.
pub(super) type RowStream<T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>;

impl<T> StatisticsStream<T> {
    pub(super) fn new(
        responses: impl Stream<Item = Result<RowStream<T>, Error>> + Send + 'static,
    ) -> Self {
        Self {
            rows: ChainedRows::new(responses),
        }
    }

    /// Returns the next row, or `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        self.rows.next().await
    }
}

impl<T> Stream for StatisticsStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.rows).poll_next(cx)
    }
}

impl<T> fmt::Debug for StatisticsStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatisticsStream")
            .field("over", &self.rows.is_over())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Returns statistics of campaigns by day, for any number of campaigns and days.
    ///
    /// A long range is fetched in [windows](crate::ClientBuilder::window_days), and a long list of
    /// ids in several requests. Rows come in the order of the windows, and within a window campaign
    /// by campaign in Hybrid's order. An id that is given twice is requested once. Errors of the
    /// call, including invalid input, are items of the stream; see [`Client`].
    pub fn campaign_statistics_stream(
        &self,
        call: &CampaignStatistics,
    ) -> StatisticsStream<CampaignRow> {
        let ids = wire::encode_ids(call.ids.iter().map(CampaignId::as_str));
        self.campaign_stream(wire::CAMPAIGN, call.from, call.to, ids)
    }

    /// Returns statistics of the campaigns of advertisers by day, for any number of both.
    ///
    /// Requests and order are as in [`campaign_statistics_stream`](Self::campaign_statistics_stream).
    pub fn advertiser_statistics_stream(
        &self,
        call: &AdvertiserStatistics,
    ) -> StatisticsStream<CampaignRow> {
        let ids = wire::encode_ids(call.ids.iter().map(AdvertiserId::as_str));
        self.campaign_stream(wire::ADVERTISER, call.from, call.to, ids)
    }

    /// Returns statistics of a campaign by day and domain over a range of any length.
    ///
    /// A long range is fetched in [windows](crate::ClientBuilder::window_days), in date order.
    pub fn campaign_domain_statistics_stream(
        &self,
        call: &CampaignDomainStatistics,
    ) -> StatisticsStream<DomainDay> {
        let campaign = path_segment("campaign", call.campaign.as_str());
        let ids = campaign.map(|campaign| vec![campaign]);
        match self.requests(wire::CAMPAIGN_DOMAIN, call.from, call.to, ids) {
            Ok(requests) => self.open_all(requests, RowsReader::new),
            Err(error) => failed(error),
        }
    }

    /// Returns statistics of one domain by day.
    pub fn domain_statistics_stream(&self, call: &DomainStatistics) -> StatisticsStream<DomainDay> {
        match wire::encode_domain_statistics(call) {
            Ok(request) => {
                self.open_all(std::iter::once((Days::default(), request)), RowsReader::new)
            }
            Err(error) => failed(error),
        }
    }

    /// Returns the totals of one banner over a range of any length: one row per window, in date order.
    ///
    /// A window for which Hybrid returns nothing has no row. The windows are those of [`window_days`](crate::ClientBuilder::window_days). The `reach` of
    /// several windows cannot be added up.
    pub fn banner_statistics_stream(
        &self,
        call: &BannerStatistics,
    ) -> StatisticsStream<BannerTotals> {
        let banner = path_segment("banner", call.banner.as_str());
        let ids = banner.map(|banner| vec![banner]);
        match self.requests(wire::BANNER, call.from, call.to, ids) {
            Ok(requests) => {
                let client = self.clone();
                let fetch = move |(days, request): (Days, Request)| {
                    let client = client.clone();
                    async move {
                        let totals = client.fetch(&request, wire::read_row).await;
                        let totals: Option<_> = totals.map_err(|error| days.name(error))?;
                        let rows: RowStream<_> = Box::pin(stream::iter(totals.map(Ok)));
                        Ok(rows)
                    }
                };
                StatisticsStream::new(
                    stream::iter(requests)
                        .map(fetch)
                        .buffered(self.shared.concurrency),
                )
            }
            Err(error) => failed(error),
        }
    }

    fn campaign_stream(
        &self,
        report: Report,
        from: DateBound,
        to: DateBound,
        ids: Result<Vec<String>, Error>,
    ) -> StatisticsStream<CampaignRow> {
        match self.requests(report, from, to, ids) {
            Ok(requests) => self.open_all(requests, |row_limit| CampaignReader { row_limit }),
            Err(error) => failed(error),
        }
    }

    /// Returns the requests of a report: for each window, one per list of ids.
    fn requests(
        &self,
        report: Report,
        from: DateBound,
        to: DateBound,
        ids: Result<Vec<String>, Error>,
    ) -> Result<impl Iterator<Item = (Days, Request)> + Send + use<>, Error> {
        DateBound::check(from, to)?;
        let url = self.endpoint().to_string().len() + report.max_length();
        let room = self.shared.url_limit.saturating_sub(url);
        let lists: Arc<[String]> = split_ids(ids?, room).into();
        let windows = split_range(from, to, self.shared.window_days);
        Ok(windows.flat_map(move |window| {
            let lists = Arc::clone(&lists);
            let days = Days::new(window, (from, to));
            let (from, to) = window;
            (0..lists.len()).map(move |list| (days, report.encode(from, to, &lists[list])))
        }))
    }

    /// Opens responses concurrently and returns their rows one response after the other.
    fn open_all<T, J>(
        &self,
        requests: impl Iterator<Item = (Days, Request)> + Send + 'static,
        reader: impl Fn(usize) -> J + Copy + Send + 'static,
    ) -> StatisticsStream<T>
    where
        T: DayRow + Send + 'static,
        J: ResponseReader + Send + 'static,
        J::Output: Stream<Item = Result<T, Error>> + Digested + Unpin + Send + 'static,
    {
        let client = self.clone();
        let row_limit = self.shared.pipeline.row_limit();
        let open = move |(days, request): (Days, Request)| {
            let client = client.clone();
            async move {
                let name = move |error| days.name(error);
                let rows = client.resume(request, reader(row_limit), name).await?;
                let rows: RowStream<_> = Box::pin(OwnRows::new(rows, days));
                Ok(rows)
            }
        };
        let responses = stream::iter(requests).map(open);
        StatisticsStream::new(responses.buffered(self.shared.concurrency))
    }
}

fn failed<T: Send + 'static>(error: Error) -> StatisticsStream<T> {
    StatisticsStream::new(stream::iter([Err(error)]))
}
