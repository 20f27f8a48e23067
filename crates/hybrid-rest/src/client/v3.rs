//! The calls of version 3.0.

use std::sync::Arc;

use adcore::Error;
use futures_util::{StreamExt, stream};
use http::StatusCode;

use super::Client;
use super::pages::Window;
use super::stream::{Days, StatisticsStream};
use super::window::split_range;
use crate::calls::v3::{Statistics, StatisticsRow};
use crate::calls::{Advertiser, AdvertiserId, Banner, Campaign, CampaignId, DateBound};
use crate::wire;

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
    pub(super) client: Client,
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
    /// The advertisers are requested once to find out: an advertiser's token may not see them (status 400).
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
    /// page that repeats the previous one; none of its rows is returned twice. If a response has a total,
    /// a warning says when the rows do not fit.
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
        let open = move |window: (DateBound, DateBound)| {
            Window::new(&v3, &call, window, Days::new(window, range)).open()
        };
        let concurrency = self.client.shared.concurrency;
        StatisticsStream::new(stream::iter(windows).map(open).buffered(concurrency))
    }
}

pub(super) fn advertiser_is_missing() -> Error {
    Error::invalid_input("advertiser", "must be given with the token of an agency")
}
