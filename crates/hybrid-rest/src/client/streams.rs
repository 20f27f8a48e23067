//! Statistics of any length: cut into requests, fetched side by side, handed out row by row.

mod cut;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adcore::{Error, Request, ResponseReader, path_segment};
use futures_core::Stream;
use futures_util::{StreamExt, stream};

use crate::calls::{
    AdvertiserId, AdvertiserStatistics, BannerStatistics, BannerTotals, BannersStatistics, Bound,
    CampaignId, CampaignRow, CampaignStatistics, DomainDay, DomainStatistics,
};
use crate::wire::{self, Array, Groups, Report};

use super::Client;

/// Rows as they arrive, in constant memory. It ends after the first error.
///
/// Nothing is sent before the first row is asked for. Whatever was handed out before an error is
/// good; a gap is never skipped.
#[must_use = "nothing is sent before a row is asked for"]
pub struct Rows<T> {
    /// Those that are open or being opened, in order; none after an error.
    answers: Option<Answers<T>>,
    /// The one whose rows are handed out.
    answer: Option<Answer<T>>,
}

type Answers<T> = Pin<Box<dyn Stream<Item = Result<Answer<T>, Error>> + Send>>;

/// Rows of one answer, and who can tell what an error among them means.
pub(crate) struct Answer<T> {
    pub(super) rows: Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>,
    pub(super) explain: Box<dyn Fn(Error) -> Error + Send>,
}

impl<T> Rows<T> {
    fn new(answers: impl Stream<Item = Result<Answer<T>, Error>> + Send + 'static) -> Self {
        Self {
            answers: Some(Box::pin(answers)),
            answer: None,
        }
    }

    /// The next row, or `None` after the last one and after an error.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T> Stream for Rows<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let error = loop {
            if let Some(answer) = &mut this.answer {
                match ready!(answer.rows.as_mut().poll_next(cx)) {
                    Some(Ok(row)) => return Poll::Ready(Some(Ok(row))),
                    Some(Err(error)) => break Some((answer.explain)(error)),
                    None => this.answer = None,
                }
            }
            let Some(answers) = &mut this.answers else {
                return Poll::Ready(None);
            };
            match ready!(answers.as_mut().poll_next(cx)) {
                Some(Ok(answer)) => this.answer = Some(answer),
                Some(Err(error)) => break Some(error),
                None => break None,
            }
        };
        (this.answer, this.answers) = (None, None);
        Poll::Ready(error.map(Err))
    }
}

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("over", &self.answers.is_none())
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Campaigns by day over a range of any length and any number of ids.
    ///
    /// Rows come in windows in date order; within a window campaign by campaign, as the vendor
    /// orders them. Each id is asked for once. Errors are those of [`Client`], in the stream.
    pub fn campaign_statistics_stream(&self, call: &CampaignStatistics) -> Rows<CampaignRow> {
        let ids = wire::ids(call.ids.iter().map(CampaignId::as_str));
        self.groups(wire::CAMPAIGN, call.from, call.to, ids)
    }

    /// The campaigns of advertisers by day, over a range of any length and any number of ids.
    ///
    /// As [`campaign_statistics_stream`](Self::campaign_statistics_stream).
    pub fn advertiser_statistics_stream(&self, call: &AdvertiserStatistics) -> Rows<CampaignRow> {
        let ids = wire::ids(call.ids.iter().map(AdvertiserId::as_str));
        self.groups(wire::ADVERTISER, call.from, call.to, ids)
    }

    /// A campaign's banners by day and domain, over a range of any length, in date order.
    pub fn banners_statistics_stream(&self, call: &BannersStatistics) -> Rows<DomainDay> {
        let campaign = path_segment("campaign", call.campaign.as_str());
        let ids = campaign.map(|campaign| vec![campaign]);
        match self.requests(wire::BANNERS, call.from, call.to, ids) {
            Ok(requests) => self.rows(requests, Array::new),
            Err(error) => failed(error),
        }
    }

    /// All banners on one domain by day, row by row.
    pub fn domain_statistics_stream(&self, call: &DomainStatistics) -> Rows<DomainDay> {
        match wire::domain_statistics(call) {
            Ok(request) => self.rows(std::iter::once(request), Array::new),
            Err(error) => failed(error),
        }
    }

    /// One banner over a range of any length: one row for each window, in date order.
    ///
    /// `reach` of several windows does not add up.
    pub fn banner_statistics_stream(&self, call: &BannerStatistics) -> Rows<BannerTotals> {
        let banner = path_segment("banner", call.banner.as_str());
        let ids = banner.map(|banner| vec![banner]);
        match self.requests(wire::BANNER, call.from, call.to, ids) {
            Ok(requests) => {
                let client = self.clone();
                let fetch = move |request| {
                    let client = client.clone();
                    async move {
                        let totals: BannerTotals = client.call(&request).await?;
                        Ok(Answer {
                            rows: Box::pin(stream::iter([Ok(totals)])),
                            explain: Box::new(|error| error),
                        })
                    }
                };
                Rows::new(
                    stream::iter(requests)
                        .map(fetch)
                        .buffered(self.concurrency()),
                )
            }
            Err(error) => failed(error),
        }
    }

    fn groups(
        &self,
        report: Report,
        from: Bound,
        to: Bound,
        ids: Result<Vec<String>, Error>,
    ) -> Rows<CampaignRow> {
        match self.requests(report, from, to, ids) {
            Ok(requests) => self.rows(requests, |row_limit| Groups { row_limit }),
            Err(error) => failed(error),
        }
    }

    /// The requests of a report: window by window, and in each list by list of the ids.
    fn requests(
        &self,
        report: Report,
        from: Bound,
        to: Bound,
        ids: Result<Vec<String>, Error>,
    ) -> Result<impl Iterator<Item = Request> + Send + use<>, Error> {
        Bound::check(from, to)?;
        let url = self.endpoint_length() + report.length();
        let room = self.url_limit().saturating_sub(url);
        let lists: Arc<[String]> = cut::lists(ids?, room).into();
        let windows = cut::windows(from, to, self.window_days());
        Ok(windows.flat_map(move |(from, to)| {
            let lists = Arc::clone(&lists);
            (0..lists.len()).map(move |list| report.request(from, to, &lists[list]))
        }))
    }

    /// Opens answers side by side and hands out their rows one answer after the other.
    fn rows<T, J>(
        &self,
        requests: impl Iterator<Item = Request> + Send + 'static,
        judge: impl Fn(usize) -> J + Copy + Send + 'static,
    ) -> Rows<T>
    where
        T: Send + 'static,
        J: ResponseReader + Send + 'static,
        J::Output: Stream<Item = Result<T, Error>> + Send + 'static,
    {
        let client = self.clone();
        let row_limit = self.shared.pipeline.row_limit();
        let open = move |request| {
            let client = client.clone();
            async move { client.open(request, judge(row_limit)).await }
        };
        let answers = stream::iter(requests).map(open);
        Rows::new(answers.buffered(self.concurrency()))
    }
}

fn failed<T: Send + 'static>(error: Error) -> Rows<T> {
    Rows::new(stream::iter([Err(error)]))
}
