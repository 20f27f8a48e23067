//! The calls of version 3.0.

use std::sync::Arc;

use adcore::{Error, ErrorKind};
use futures_util::{StreamExt, stream};
use http::StatusCode;
use jiff::civil::Date;

use super::Client;
use super::stream::{Days, RowStream, StatisticsStream};
use super::window::split_range;
use crate::calls::v3::{Level, Statistics, StatisticsRow};
use crate::calls::{Advertiser, AdvertiserId, Banner, Campaign, CampaignId, DateBound};
use crate::wire::{self, Page, Sums};

/// The calls of version 3.0 of the REST API, with the tokens and settings of a [`Client`].
///
/// Created by [`Client::v3`]. The vendor's reference of this version is not public; the calls are
/// those of public clients, not checked against the vendor. [`Client::call`] reaches any other path.
///
/// One token of an agency serves all of its advertisers, so that [`Client::for_advertiser`] is not
/// needed. Whether a token is that of an agency is asked once and remembered by all clones.
///
/// ```no_run
/// # async fn example(client: hybrid_rest::Client) -> Result<(), hybrid_rest::Error> {
/// let v3 = client.v3();
/// for advertiser in v3.advertisers().await? {
///     let campaigns = v3.campaigns(Some(&advertiser.id)).await?;
///     println!("{:?}: {} campaigns", advertiser.name, campaigns.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct V3 {
    client: Client,
}

impl Client {
    /// Returns the calls of version 3.0 of the API.
    #[must_use]
    pub fn v3(&self) -> V3 {
        V3 {
            client: self.clone(),
        }
    }
}

impl V3 {
    /// Returns the agency's advertisers, without balances.
    ///
    /// # Errors
    /// See [`Client`]; the token of an advertiser gets status 400.
    pub async fn advertisers(&self) -> Result<Vec<Advertiser>, Error> {
        let request = wire::encode_v3_advertisers();
        self.client.fetch(&request, wire::read_rows).await
    }

    /// Returns the campaigns of an advertiser.
    ///
    /// The token of an agency needs the advertiser; with the token of an advertiser it is not sent.
    ///
    /// # Errors
    /// See [`Client`]; `InvalidInput` naming `advertiser` if an agency does not give it.
    pub async fn campaigns(
        &self,
        advertiser: Option<&AdvertiserId>,
    ) -> Result<Vec<Campaign>, Error> {
        let is_agency = self.is_agency().await?;
        if is_agency && advertiser.is_none() {
            return Err(advertiser_is_missing());
        }
        let request = wire::encode_v3_campaigns(advertiser.filter(|_| is_agency))?;
        self.client.fetch(&request, wire::read_rows).await
    }

    /// Returns the banners of a campaign.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn banners(&self, campaign: &CampaignId) -> Result<Vec<Banner>, Error> {
        let request = wire::encode_v3_banners(campaign)?;
        self.client.fetch(&request, wire::read_rows).await
    }

    /// Returns whether the client's token is that of an agency.
    ///
    /// It is asked for the advertisers once, which an advertiser's token may not see (status 400).
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn is_agency(&self) -> Result<bool, Error> {
        if self.client.advertiser.is_some() {
            return Ok(false);
        }
        let is_agency = &self.client.shared.is_agency;
        let known = is_agency.get_or_try_init(|| async {
            match self.advertisers().await {
                Ok(_) => Ok(true),
                Err(error) if error.status() == Some(StatusCode::BAD_REQUEST) => Ok(false),
                Err(error) => Err(error),
            }
        });
        known.await.copied()
    }

    /// Returns statistics over a range of any length.
    ///
    /// Ranges of more than [`window_days`](crate::ClientBuilder::window_days) are split into windows,
    /// and windows are fetched in pages of [`page_size`](crate::ClientBuilder::page_size) rows until
    /// they end. Each row has the first and the last day of its window: a group of a split without a
    /// day has one row per window. Errors are items of the stream.
    ///
    /// Hybrid says nowhere how many rows there are. A page that is shorter than requested is the last
    /// one, unless the server has a smaller maximum: therefore the longest short page is followed by
    /// one more request, and other rows in its response end the stream with an error. So does a full
    /// page that repeats the previous one. If a response has a total, a warning says when the rows do not fit.
    pub fn statistics_stream(&self, call: &Statistics) -> StatisticsStream<StatisticsRow> {
        if let Err(error) = wire::check_v3_statistics(call) {
            return StatisticsStream::new(stream::iter([Err(error)]));
        }
        let days = if call.each_day {
            1
        } else {
            self.client.shared.window_days
        };
        let range = (DateBound::Day(call.from), DateBound::Day(call.to));
        let windows = split_range(range.0, range.1, days);
        let v3 = self.clone();
        let call = Arc::new(call.clone());
        let open = move |(from, to): (DateBound, DateBound)| {
            let name = Days::new((from, to), range);
            let window = Window {
                v3: v3.clone(),
                call: Arc::clone(&call),
                days: (from.day(), to.day()),
                name,
                page: 0,
                is_agency: false,
                previous: None,
                sums: Sums::default(),
                total: None,
            };
            async move { window.open().await.map_err(|error| name.name(error)) }
        };
        let concurrency = self.client.shared.concurrency;
        StatisticsStream::new(stream::iter(windows).map(open).buffered(concurrency))
    }
}

fn advertiser_is_missing() -> Error {
    Error::invalid_input("advertiser", "must be given with the token of an agency")
}

/// The pages of one window.
struct Window {
    v3: V3,
    call: Arc<Statistics>,
    days: (Date, Date),
    name: Days,
    /// The number of the next page.
    page: u64,
    is_agency: bool,
    /// A hash of the rows of the previous page.
    previous: Option<u64>,
    sums: Sums,
    total: Option<Sums>,
}

/// What follows a page.
enum Next {
    /// Another page, if the previous one was full.
    Page(Box<Window>),
    End,
}

impl Window {
    /// Fetches the first page and returns the rows of all pages.
    async fn open(mut self) -> Result<RowStream<StatisticsRow>, Error> {
        self.is_agency = self.v3.is_agency().await?;
        let call = &self.call;
        let is_advertiser = call.level == Level::Advertiser;
        if self.is_agency && is_advertiser && call.advertiser.is_none() {
            return Err(advertiser_is_missing());
        }
        let (first, next) = Box::new(self).turn().await?;
        let rest = stream::try_unfold(next, |next| async {
            match next {
                Next::Page(window) => {
                    let name = window.name;
                    let turned = window.turn().await;
                    turned.map(Some).map_err(|error| name.name(error))
                }
                Next::End => Ok(None),
            }
        });
        let pages = stream::once(async { Ok(first) }).chain(rest);
        let rows = pages.flat_map(|page: Result<Vec<StatisticsRow>, Error>| match page {
            Ok(rows) => stream::iter(rows.into_iter().map(Ok).collect::<Vec<_>>()),
            Err(error) => stream::iter(vec![Err(error)]),
        });
        Ok(Box::pin(rows))
    }

    /// Fetches a page and decides what follows it.
    async fn turn(mut self: Box<Self>) -> Result<(Vec<StatisticsRow>, Next), Error> {
        let limit = self.v3.client.shared.page_size;
        let Page { rows, total, hash } = self.fetch(self.page, limit).await?;
        self.total = total.or(self.total);
        rows.iter().for_each(|row| self.sums.add(row));
        if !rows.is_empty() && self.previous == Some(hash) {
            return Err(self.error("a page repeats the previous one"));
        }
        let count = rows.len();
        if count == limit {
            self.previous = Some(hash);
            self.page += 1;
            return Ok((rows, Next::Page(self)));
        }
        // More rows than requested: the server knows no pages, and these are all.
        let is_short = count > 0 && count < limit;
        if is_short && self.v3.client.shared.is_new_short_page(count) {
            let after = self.fetch(self.page + 1, limit).await?;
            // A server without pages returns the same rows again.
            if !after.rows.is_empty() && after.rows != rows {
                let message = format!(
                    "a page has {count} rows instead of {limit}, and yet another one follows: set \
                     page_size to {count} or less"
                );
                return Err(self.error(&message));
            }
            self.v3.client.shared.remember_short_page(count);
        }
        if self.total.is_some_and(|total| !self.sums.fit(&total)) {
            let (from, to) = self.days;
            tracing::warn!(%from, %to, "the total of the statistics differs from the sum of the rows");
        }
        Ok((rows, Next::End))
    }

    async fn fetch(&self, page: u64, limit: usize) -> Result<Page, Error> {
        let (call, days) = (&self.call, self.days);
        let request = wire::encode_v3_statistics(call, days, (page, limit), self.is_agency)?;
        let client = &self.v3.client;
        client
            .shared
            .pipeline
            .call(&request, &client.tokens, |response| {
                wire::read_v3_page(&response, call, days)
            })
            .await
    }

    fn error(&self, message: &str) -> Error {
        let client = &self.v3.client;
        let error = Error::new(ErrorKind::Decode, message);
        let pipeline = &client.shared.pipeline;
        pipeline.annotate(error, "v3.statistic", &client.tokens)
    }
}
