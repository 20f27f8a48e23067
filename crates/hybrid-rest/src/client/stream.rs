//! Statistics of any length: cut into requests, fetched side by side, handed out row by row.

use std::fmt;
use std::future::poll_fn;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Error, Request, ResponseReader, path_segment};
use futures_core::Stream;
use futures_util::{StreamExt, stream};

use crate::calls::{
    AdvertiserId, AdvertiserStatistics, BannerStatistics, BannerTotals, CampaignDomainStatistics,
    CampaignId, CampaignRow, CampaignStatistics, DateBound, DomainDay, DomainStatistics,
};
use crate::wire::{self, ArrayReader, CampaignReader, Report};

use super::Client;
use super::window::{split_ids, split_range};

/// Rows as they arrive, in constant memory. It ends after the first error.
///
/// Nothing is sent before the first row is asked for. Whatever was handed out before an error is
/// good; a gap is never skipped.
#[must_use = "nothing is sent before a row is asked for"]
pub struct StatisticsStream<T> {
    /// The responses that are open or being opened, in order; `None` after the end.
    responses: Option<Responses<T>>,
    /// The response whose rows are being handed out.
    current: Option<RowStream<T>>,
}

/// The rows of one response.
pub(super) type RowStream<T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>;

type Responses<T> = Pin<Box<dyn Stream<Item = Result<RowStream<T>, Error>> + Send>>;

impl<T> StatisticsStream<T> {
    fn new(responses: impl Stream<Item = Result<RowStream<T>, Error>> + Send + 'static) -> Self {
        Self {
            responses: Some(Box::pin(responses)),
            current: None,
        }
    }

    /// The next row, or `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T> Stream for StatisticsStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let error = loop {
            if let Some(rows) = &mut this.current {
                match ready!(rows.as_mut().poll_next(cx)) {
                    Some(Ok(row)) => return Poll::Ready(Some(Ok(row))),
                    Some(Err(error)) => break Some(error),
                    None => this.current = None,
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

impl<T> fmt::Debug for StatisticsStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatisticsStream")
            .field("over", &self.responses.is_none())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Campaigns by day over a range of any length and any number of ids.
    ///
    /// Rows come in windows in date order; within a window campaign by campaign, as the vendor
    /// orders them. Each id is asked for once. Errors are those of [`Client`], in the stream.
    pub fn campaign_statistics_stream(
        &self,
        call: &CampaignStatistics,
    ) -> StatisticsStream<CampaignRow> {
        let ids = wire::encode_ids(call.ids.iter().map(CampaignId::as_str));
        self.campaign_stream(wire::CAMPAIGN, call.from, call.to, ids)
    }

    /// The campaigns of advertisers by day, over a range of any length and any number of ids.
    ///
    /// As [`campaign_statistics_stream`](Self::campaign_statistics_stream).
    pub fn advertiser_statistics_stream(
        &self,
        call: &AdvertiserStatistics,
    ) -> StatisticsStream<CampaignRow> {
        let ids = wire::encode_ids(call.ids.iter().map(AdvertiserId::as_str));
        self.campaign_stream(wire::ADVERTISER, call.from, call.to, ids)
    }

    /// A campaign's banners by day and domain, over a range of any length, in date order.
    pub fn campaign_domain_statistics_stream(
        &self,
        call: &CampaignDomainStatistics,
    ) -> StatisticsStream<DomainDay> {
        let campaign = path_segment("campaign", call.campaign.as_str());
        let ids = campaign.map(|campaign| vec![campaign]);
        match self.requests(wire::CAMPAIGN_DOMAIN, call.from, call.to, ids) {
            Ok(requests) => self.open_all(requests, ArrayReader::new),
            Err(error) => failed(error),
        }
    }

    /// All banners on one domain by day, row by row.
    pub fn domain_statistics_stream(&self, call: &DomainStatistics) -> StatisticsStream<DomainDay> {
        match wire::encode_domain_statistics(call) {
            Ok(request) => self.open_all(std::iter::once(request), ArrayReader::new),
            Err(error) => failed(error),
        }
    }

    /// One banner over a range of any length: one row for each window, in date order.
    ///
    /// `reach` of several windows does not add up.
    pub fn banner_statistics_stream(
        &self,
        call: &BannerStatistics,
    ) -> StatisticsStream<BannerTotals> {
        let banner = path_segment("banner", call.banner.as_str());
        let ids = banner.map(|banner| vec![banner]);
        match self.requests(wire::BANNER, call.from, call.to, ids) {
            Ok(requests) => {
                let client = self.clone();
                let fetch = move |request| {
                    let client = client.clone();
                    async move {
                        let totals: BannerTotals = client.fetch(&request, wire::read_row).await?;
                        let rows: RowStream<_> = Box::pin(stream::iter([Ok(totals)]));
                        Ok(rows)
                    }
                };
                StatisticsStream::new(
                    stream::iter(requests)
                        .map(fetch)
                        .buffered(self.concurrency()),
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

    /// The requests of a report: window by window, and in each list by list of the ids.
    fn requests(
        &self,
        report: Report,
        from: DateBound,
        to: DateBound,
        ids: Result<Vec<String>, Error>,
    ) -> Result<impl Iterator<Item = Request> + Send + use<>, Error> {
        DateBound::check(from, to)?;
        let url = self.endpoint_length() + report.max_length();
        let room = self.url_limit().saturating_sub(url);
        let lists: Arc<[String]> = split_ids(ids?, room).into();
        let windows = split_range(from, to, self.window_days());
        Ok(windows.flat_map(move |(from, to)| {
            let lists = Arc::clone(&lists);
            (0..lists.len()).map(move |list| report.encode(from, to, &lists[list]))
        }))
    }

    /// Opens responses side by side and hands out their rows one response after the other.
    fn open_all<T, J>(
        &self,
        requests: impl Iterator<Item = Request> + Send + 'static,
        reader: impl Fn(usize) -> J + Copy + Send + 'static,
    ) -> StatisticsStream<T>
    where
        T: Hash + Send + 'static,
        J: ResponseReader + Send + 'static,
        J::Output: Stream<Item = Result<T, Error>> + Send + 'static,
    {
        let client = self.clone();
        let row_limit = self.shared.pipeline.row_limit();
        let open = move |request| {
            let client = client.clone();
            async move { client.open(request, reader(row_limit)).await }
        };
        let responses = stream::iter(requests).map(open);
        StatisticsStream::new(responses.buffered(self.concurrency()))
    }
}

fn failed<T: Send + 'static>(error: Error) -> StatisticsStream<T> {
    StatisticsStream::new(stream::iter([Err(error)]))
}
