//! The client and its operations.

mod agency;
mod builder;
mod days;
mod kind;
mod pages;
mod resume;
mod stream;
mod v3;
mod window;

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use adcore::{
    CallOptions, Endpoint, Error, Pipeline, Request, Response, TokenCache, TokenSettings,
    TokenStore, single_line,
};
use adcore_json::RawJson;

use crate::calls::{
    Advertiser, AdvertiserId, AdvertiserStatistics, Banner, BannerStatistics, BannerTotals, Call,
    Campaign, CampaignDays, CampaignDomainStatistics, CampaignId, CampaignStatistics, DomainDay,
    DomainStatistics,
};
use crate::credentials::{Credentials, TokenClient};
use crate::wire;

pub use agency::{AdvertiserResult, Agency};
pub use builder::ClientBuilder;
pub use kind::TokenKind;
pub use stream::StatisticsStream;
pub use v3::V3;

/// The endpoint of Hybrid itself.
pub const ENDPOINT: &str = "https://api.hybrid.ru";

/// A client of the Hybrid REST API 1.0, for an agency or for one advertiser.
///
/// Cheap to clone; clones share connections, tokens and retry credit. All calls only read, so
/// each of them may be retried. Must be used inside a tokio runtime.
///
/// ```no_run
/// # async fn example() -> Result<(), hybrid_rest::Error> {
/// use hybrid_rest::{Client, Credentials, ENDPOINT};
///
/// let client = Client::new(ENDPOINT, Credentials::new("client id", "client secret"))?;
/// for advertiser in client.advertisers().await? {
///     let campaigns = client.for_advertiser(advertiser.id)?.campaigns().await?;
///     println!("{:?}: {} campaigns", advertiser.name, campaigns.len());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// All calls return an [`Error`], whose [`kind`](Error::kind) is one of
///
/// - `InvalidInput` if a value cannot be sent; nothing was sent;
/// - `Unauthenticated` if the `client_id` (HTTP 404 of `/token`) or the `client_secret` (400) is
///   wrong ([`Error::field`] says which, unless Hybrid gives another reason), or if a token is
///   rejected twice;
/// - `PermissionDenied`, `NotFound`, `RateLimited` or `Rejected` as the HTTP status says;
/// - `Server` for a failure of Hybrid; it also returns status 500 for wrong requests;
/// - `Connect`, `Timeout` or `Interrupted` if the exchange failed;
/// - `Decode` if the response is not what the call expects.
///
/// [`Refusal::of`](crate::Refusal::of) has what Hybrid itself returned.
///
/// A list is complete or an error: `null` and HTTP 204 are an empty list, but a campaign without its
/// list of days (`Stat`), a row without any known member, and a response of another shape are
/// `Decode` errors. An error object in a response of status 200 is returned as the error that its
/// code means.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    advertiser: Option<AdvertiserId>,
    tokens: TokenCache,
}

type Stores = Arc<dyn Fn(Option<&AdvertiserId>) -> Arc<dyn TokenStore> + Send + Sync>;

/// What the clients of an agency and of its advertisers share.
#[derive(Clone)]
struct Shared {
    pipeline: Pipeline,
    token_pipeline: Pipeline,
    credentials: Credentials,
    token_settings: TokenSettings,
    token_stores: Option<Stores>,
    window_days: u32,
    url_limit: usize,
    concurrency: usize,
    page_size: usize,
    check_totals: bool,
    /// The kind of the client's own token, if it was set.
    token_kind: Option<TokenKind>,
    /// The kind of the client's own token, if it was asked for.
    asked_kind: Arc<tokio::sync::Mutex<Option<TokenKind>>>,
    /// The number of rows of the longest page, which the server therefore permits.
    longest_page: Arc<AtomicUsize>,
    caches: Arc<Mutex<HashMap<Option<AdvertiserId>, TokenCache>>>,
}

impl Shared {
    /// Remembers the length of a page, and returns whether there was a longer one before.
    fn has_seen_longer_page(&self, rows: usize) -> bool {
        self.longest_page.fetch_max(rows, Ordering::Relaxed) > rows
    }

    /// Returns the token cache of this advertiser, or of the client itself.
    fn tokens(&self, advertiser: Option<&AdvertiserId>) -> TokenCache {
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        caches
            .entry(advertiser.cloned())
            .or_insert_with(|| {
                let source = TokenClient {
                    pipeline: self.token_pipeline.clone(),
                    credentials: self.credentials.clone(),
                    advertiser: advertiser.cloned(),
                };
                let settings = self.token_settings.clone();
                match &self.token_stores {
                    Some(stores) => TokenCache::with_store(source, settings, stores(advertiser)),
                    None => TokenCache::new(source, settings),
                }
            })
            .clone()
    }
}

impl Client {
    /// Creates a client with the default settings; [`ENDPOINT`] is Hybrid itself.
    ///
    /// # Errors
    /// `InvalidInput` naming `endpoint`, `client_id`, `client_secret` or `transport`.
    pub fn new(endpoint: &str, credentials: Credentials) -> Result<Self, Error> {
        Self::builder(endpoint, credentials).build()
    }

    /// Returns a builder, to change the settings of the client.
    #[must_use]
    pub fn builder(endpoint: &str, credentials: Credentials) -> ClientBuilder {
        ClientBuilder::new(endpoint, credentials)
    }

    /// Returns a client whose tokens are those of this advertiser of the agency.
    ///
    /// All clients of one advertiser that come from the same client share their tokens.
    ///
    /// # Errors
    /// `InvalidInput` naming `advertiser` if it is empty or contains a control character.
    pub fn for_advertiser(&self, advertiser: impl Into<AdvertiserId>) -> Result<Self, Error> {
        let advertiser = advertiser.into();
        if advertiser.as_str().is_empty() {
            return Err(Error::invalid_input("advertiser", "must not be empty"));
        }
        single_line("advertiser", advertiser.as_str())?;
        Ok(Self {
            shared: Arc::clone(&self.shared),
            tokens: self.shared.tokens(Some(&advertiser)),
            advertiser: Some(advertiser),
        })
    }

    /// Returns the URL that the calls go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.shared.pipeline.endpoint()
    }

    /// Returns the advertiser of this client's tokens, or `None` if they are the agency's own.
    #[must_use]
    pub fn advertiser(&self) -> Option<&AdvertiserId> {
        self.advertiser.as_ref()
    }

    /// Returns counters of this client's token requests.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn token_counts(&self) -> adcore::TokenCounts {
        self.tokens.counts()
    }

    /// Returns a client with other options for its calls, such as a longer deadline.
    ///
    /// It shares connections, tokens and retry credit with this one.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            shared: Arc::new(Shared {
                pipeline: self.shared.pipeline.with_options(options),
                ..(*self.shared).clone()
            }),
            ..self.clone()
        }
    }

    /// Returns the agency's advertisers with their balances.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn advertisers(&self) -> Result<Vec<Advertiser>, Error> {
        self.fetch(&wire::encode_advertisers(), wire::read_rows)
            .await
    }

    /// Returns the campaigns that this client has access to.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn campaigns(&self) -> Result<Vec<Campaign>, Error> {
        self.fetch(&wire::encode_campaigns(), wire::read_rows).await
    }

    /// Returns the banners of a campaign.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn banners(&self, campaign: &CampaignId) -> Result<Vec<Banner>, Error> {
        self.fetch(&wire::encode_banners(campaign)?, wire::read_rows)
            .await
    }

    /// Returns statistics of campaigns by day, in one request.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn campaign_statistics(
        &self,
        call: &CampaignStatistics,
    ) -> Result<Vec<CampaignDays>, Error> {
        self.fetch(&wire::encode_campaign_statistics(call)?, wire::read_rows)
            .await
    }

    /// Returns statistics of the campaigns of advertisers by day, in one request.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn advertiser_statistics(
        &self,
        call: &AdvertiserStatistics,
    ) -> Result<Vec<CampaignDays>, Error> {
        self.fetch(&wire::encode_advertiser_statistics(call)?, wire::read_rows)
            .await
    }

    /// Returns statistics of a campaign by day and domain, in one request.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn campaign_domain_statistics(
        &self,
        call: &CampaignDomainStatistics,
    ) -> Result<Vec<DomainDay>, Error> {
        self.fetch(
            &wire::encode_campaign_domain_statistics(call)?,
            wire::read_plain_rows,
        )
        .await
    }

    /// Returns statistics of one domain by day, in one request.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn domain_statistics(
        &self,
        call: &DomainStatistics,
    ) -> Result<Vec<DomainDay>, Error> {
        self.fetch(
            &wire::encode_domain_statistics(call)?,
            wire::read_plain_rows,
        )
        .await
    }

    /// Returns the totals of one banner over a range, in one request.
    ///
    /// Where Hybrid returns nothing, no member has a value.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn banner_statistics(&self, call: &BannerStatistics) -> Result<BannerTotals, Error> {
        let request = wire::encode_banner_statistics(call)?;
        let totals = self.fetch(&request, wire::read_row).await?;
        Ok(totals.unwrap_or_default())
    }

    /// Calls any path under the endpoint and returns the JSON of the response; HTTP 204 is `null`.
    ///
    /// # Errors
    /// `InvalidInput` naming `path` if it leads outside the endpoint; otherwise see [`Client`].
    pub async fn call(&self, call: &Call) -> Result<RawJson, Error> {
        self.fetch(&wire::encode_call(call)?, wire::read_any).await
    }

    /// Returns the account as an agency, to work with each of its advertisers.
    #[must_use]
    pub fn agency(&self) -> Agency {
        Agency::new(self.clone())
    }

    async fn fetch<T: Send>(
        &self,
        request: &Request,
        read: fn(&Response) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.shared
            .pipeline
            .call(request, &self.tokens, |response| read(&response))
            .await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.endpoint())
            .field("advertiser", &self.advertiser)
            .finish_non_exhaustive()
    }
}
