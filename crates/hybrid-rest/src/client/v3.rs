//! The calls of version 3.0.

use std::sync::Arc;

use adcore::Error;
use futures_util::{StreamExt, stream};

use super::kind::TokenKind;
use super::stream::{Days, StatisticsStream};
use super::window::split_range;
use super::{Client, pages};
use crate::calls::v3::{Statistics, StatisticsRow};
use crate::calls::{Advertiser, AdvertiserId, Banner, Campaign, CampaignId, DateBound};
use crate::wire;

/// The calls of version 3.0 of the REST API, with the tokens and settings of a [`Client`].
///
/// Created by [`Client::v3`]. The vendor's reference of this version is not public; the calls are
/// those of public clients, not checked against the vendor. [`Client::call`] reaches any other path.
///
/// One token of an agency serves all of its advertisers, so that [`Client::for_advertiser`] is not
/// needed. Unless [`token_kind`](crate::ClientBuilder::token_kind) is set, the first call to which it
/// matters asks whether the token is that of an agency, and all clones remember it.
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
    /// See [`Client`]; `InvalidInput` naming `advertiser` if an agency does not give it, or if it is not the
    /// one of [`Client::for_advertiser`].
    pub async fn campaigns(
        &self,
        advertiser: Option<&AdvertiserId>,
    ) -> Result<Vec<Campaign>, Error> {
        let subject = self.subject(advertiser, true).await?;
        let request = wire::encode_v3_campaigns(subject.sent())?;
        let campaigns = self.client.fetch(&request, wire::read_rows).await;
        if let Err(error) = &campaigns {
            self.doubt(error).await;
        }
        campaigns
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
    /// Unless it is known, the advertisers are requested: status 400 means the token of an advertiser. The
    /// answer is remembered, that of an advertiser until a call is refused.
    ///
    /// # Errors
    /// See [`Client`]; an error of status 403 or 404 names `token_kind`, the setting that makes the request
    /// unnecessary.
    pub async fn is_agency(&self) -> Result<bool, Error> {
        Ok(self.kind().await? == TokenKind::Agency)
    }

    /// Returns statistics over a range of any length.
    ///
    /// Ranges of more than [`window_days`](crate::ClientBuilder::window_days) are split into windows,
    /// and windows are fetched in pages of [`page_size`](crate::ClientBuilder::page_size) rows until
    /// they end. Each row has the first and the last day of its window: a group of a split without a
    /// day has one row per window. Errors are items of the stream.
    ///
    /// # The end of a list
    /// Hybrid says nowhere how many rows there are, and its maximum of a page is not known. A page that
    /// is shorter than requested is the last one, unless it is as long as the server permits: if no longer page
    /// has been seen, one more page is requested, with these rows as the limit, and its rows follow. No row is
    /// returned twice or left out.
    ///
    /// - If that request is refused with status 400, 404 or 5xx, a shorter page that begins before the end of the
    ///   rows shows whether they are all. If it cannot, 400 and 404 count as the end with a warning, unless a
    ///   total says otherwise; 5xx is an error, unless a total fits. Other errors are errors.
    /// - If it returns the same rows again, the server has no pages, and these rows are all, unless a total says
    ///   otherwise. Without a total, a warning says that this was not checked.
    /// - A full page that repeats the previous one is an error.
    /// - Rows that do not add up to a [`Total`](crate::ClientBuilder::check_totals) are an error.
    pub fn statistics_stream(&self, call: &Statistics) -> StatisticsStream<StatisticsRow> {
        let checked = wire::check_v3_statistics(call);
        if let Err(error) = checked.and_then(|()| self.check_own(call.advertiser.as_ref())) {
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
            let (v3, call) = (v3.clone(), Arc::clone(&call));
            pages::open(v3, call, window, Days::new(window, range))
        };
        let concurrency = self.client.shared.concurrency;
        StatisticsStream::new(stream::iter(windows).map(open).buffered(concurrency))
    }
}
