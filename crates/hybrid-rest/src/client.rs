mod agency;
mod streams;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use adcore::json::Raw;
use adcore::{
    Endpoint, Error, Judge, Pipeline, PipelineBuilder, Request, RetryPolicy, TokenCache,
    TokenCounts, TokenSettings, TokenStore, Transport, single_line,
};
use futures_core::Stream;
use futures_util::TryStreamExt;
use serde::de::DeserializeOwned;

use crate::calls::{
    Advertiser, AdvertiserId, AdvertiserStatistics, Banner, BannerStatistics, BannerTotals,
    BannersStatistics, Campaign, CampaignDays, CampaignId, CampaignStatistics, DomainDay,
    DomainStatistics,
};
use crate::credentials::{Credentials, Grants};
use crate::wire;

pub use agency::{Agency, Visit};
pub use streams::Rows;

const VENDOR: &str = "hybrid";

/// The vendor's own host.
pub const ENDPOINT: &str = "https://api.hybrid.ru";

/// A client of the Hybrid REST API 1.0, for an agency or for one advertiser.
///
/// Cheap to clone; clones share connections, tokens and the retry budget. Every call may be
/// repeated. Must be used inside a tokio runtime.
///
/// # Errors
/// Each call fails with [`ErrorKind`](crate::ErrorKind)s: `InvalidInput` before anything is sent;
/// `Unauthenticated` for a wrong `client_id` (HTTP 404 of `/token`) or `client_secret` (400), named
/// by [`Error::field`], and for a refused token; `NotFound`; `RateLimited`; `Server`, which Hybrid
/// answers to a wrong request too; `Decode`.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    advertiser: Option<AdvertiserId>,
    tokens: TokenCache,
}

type Stores = Arc<dyn Fn(Option<&AdvertiserId>) -> Arc<dyn TokenStore> + Send + Sync>;

/// What the clients of one agency and its advertisers have in common.
struct Shared {
    pipeline: Pipeline,
    token_pipeline: Pipeline,
    credentials: Credentials,
    token_settings: TokenSettings,
    token_stores: Option<Stores>,
    window_days: u32,
    url_limit: usize,
    concurrency: usize,
    caches: Mutex<HashMap<Option<AdvertiserId>, TokenCache>>,
}

impl Shared {
    /// The one token cache of this advertiser, or of the client itself.
    fn tokens(&self, advertiser: Option<&AdvertiserId>) -> TokenCache {
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        caches
            .entry(advertiser.cloned())
            .or_insert_with(|| {
                let source = Grants {
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
    /// A client with the default settings; [`ENDPOINT`] is the vendor's own host.
    ///
    /// # Errors
    /// `InvalidInput` naming `endpoint`, `client_id`, `client_secret` or `transport`.
    pub fn new(endpoint: &str, credentials: Credentials) -> Result<Self, Error> {
        Self::builder(endpoint, credentials).build()
    }

    /// Settings for a client.
    #[must_use]
    pub fn builder(endpoint: &str, credentials: Credentials) -> ClientBuilder {
        ClientBuilder {
            pipelines: Endpoint::parse(endpoint)
                .map(|endpoint| [(); 2].map(|()| Pipeline::builder(VENDOR, endpoint.clone()))),
            credentials,
            token_settings: TokenSettings::default(),
            token_stores: None,
            window_days: 90,
            url_limit: 2000,
            concurrency: 4,
        }
    }

    /// A client whose tokens are made for this advertiser of the agency.
    ///
    /// Tokens are kept for each advertiser: asking twice shares them, and so do all clones.
    ///
    /// # Errors
    /// `InvalidInput` naming `advertiser`, when it is empty or not one line.
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

    /// The advertiser this client's tokens are made for; `None` with the client's own token.
    #[must_use]
    pub fn advertiser(&self) -> Option<&AdvertiserId> {
        self.advertiser.as_ref()
    }

    /// How often this client's tokens were renewed, and how.
    #[must_use]
    pub fn token_counts(&self) -> TokenCounts {
        self.tokens.counts()
    }

    /// The agency's advertisers with their balances.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn advertisers(&self) -> Result<Vec<Advertiser>, Error> {
        self.call(&wire::advertisers()).await
    }

    /// The campaigns that this client's token opens.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn campaigns(&self) -> Result<Vec<Campaign>, Error> {
        self.call(&wire::campaigns()).await
    }

    /// The banners of a campaign.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn banners(&self, campaign: &CampaignId) -> Result<Vec<Banner>, Error> {
        self.call(&wire::banners(campaign)?).await
    }

    /// Campaigns by day, in one request.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn campaign_statistics(
        &self,
        call: &CampaignStatistics,
    ) -> Result<Vec<CampaignDays>, Error> {
        self.call(&wire::campaign_statistics(call)?).await
    }

    /// The campaigns of advertisers by day, in one request.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn advertiser_statistics(
        &self,
        call: &AdvertiserStatistics,
    ) -> Result<Vec<CampaignDays>, Error> {
        self.call(&wire::advertiser_statistics(call)?).await
    }

    /// A campaign's banners by day and domain, in one request.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn banners_statistics(
        &self,
        call: &BannersStatistics,
    ) -> Result<Vec<DomainDay>, Error> {
        self.call(&wire::banners_statistics(call)?).await
    }

    /// All banners on one domain by day.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn domain_statistics(
        &self,
        call: &DomainStatistics,
    ) -> Result<Vec<DomainDay>, Error> {
        self.call(&wire::domain_statistics(call)?).await
    }

    /// One banner over a range, in one request and one row.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn banner_statistics(&self, call: &BannerStatistics) -> Result<BannerTotals, Error> {
        self.call(&wire::banner_statistics(call)?).await
    }

    /// Any other path under the endpoint, with its query, as JSON text.
    ///
    /// # Errors
    /// `InvalidInput` naming `path` for one that leads elsewhere; otherwise see [`Client`].
    pub async fn get(&self, path: &str) -> Result<Raw, Error> {
        self.call(&wire::any(path)?).await
    }

    /// The same account as an agency that visits its advertisers.
    #[must_use]
    pub fn agency(&self) -> Agency {
        Agency::new(self.clone())
    }

    pub(crate) async fn call<T: DeserializeOwned + Send>(
        &self,
        request: &Request,
    ) -> Result<T, Error> {
        self.shared
            .pipeline
            .call(request, &self.tokens, |answer| wire::judge(&answer))
            .await
    }

    /// Opens an answer whose rows are decoded while it arrives.
    pub(crate) async fn open<T, J>(
        self,
        request: Request,
        judge: J,
    ) -> Result<impl Stream<Item = Result<T, Error>> + Send, Error>
    where
        J: Judge,
        J::Output: Stream<Item = Result<T, Error>> + Send,
    {
        let rows = self
            .shared
            .pipeline
            .open(&request, &self.tokens, &judge)
            .await?;
        Ok(rows.map_err(move |error| {
            self.shared
                .pipeline
                .explain(error, request.operation(), &self.tokens)
                .with_attempts(1)
        }))
    }

    pub(crate) fn endpoint_length(&self) -> usize {
        self.shared.pipeline.endpoint().to_string().len()
    }

    pub(crate) fn window_days(&self) -> u32 {
        self.shared.window_days
    }

    pub(crate) fn url_limit(&self) -> usize {
        self.shared.url_limit
    }

    pub(crate) fn concurrency(&self) -> usize {
        self.shared.concurrency
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", self.shared.pipeline.endpoint())
            .field("advertiser", &self.advertiser)
            .finish_non_exhaustive()
    }
}

/// Settings of a [`Client`].
pub struct ClientBuilder {
    /// For calls, and for tokens.
    pipelines: Result<[PipelineBuilder; 2], Error>,
    credentials: Credentials,
    token_settings: TokenSettings,
    token_stores: Option<Stores>,
    window_days: u32,
    url_limit: usize,
    concurrency: usize,
}

impl ClientBuilder {
    fn set(mut self, set: impl Fn(PipelineBuilder) -> PipelineBuilder) -> Self {
        self.pipelines = self.pipelines.map(|both| both.map(set));
        self
    }

    /// Sends through this transport instead of the default one.
    #[must_use]
    pub fn transport(self, transport: impl Into<Arc<dyn Transport>>) -> Self {
        let transport = transport.into();
        self.set(|pipeline| pipeline.transport(Arc::clone(&transport)))
    }

    /// Sets when and how often a failed call is sent again.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.pipelines = self
            .pipelines
            .map(|[calls, tokens]| [calls.retry(policy), tokens]);
        self
    }

    /// Sets the time for a whole call: tokens, attempts and waits. Default 60 s.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        self.set(|pipeline| pipeline.deadline(deadline))
    }

    /// Sets the time for one attempt. Default 30 s.
    #[must_use]
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        self.set(|pipeline| pipeline.attempt_timeout(timeout))
    }

    /// Sets how many bytes an answer that is collected may have. Default 64 MiB.
    #[must_use]
    pub fn body_limit(self, bytes: usize) -> Self {
        self.set(|pipeline| pipeline.body_limit(bytes))
    }

    /// Sets the `User-Agent` of all requests.
    #[must_use]
    pub fn user_agent(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.set(|pipeline| pipeline.user_agent(name.clone()))
    }

    /// Sets when tokens are renewed.
    #[must_use]
    pub fn token_settings(mut self, settings: TokenSettings) -> Self {
        self.token_settings = settings;
        self
    }

    /// Keeps tokens beyond the program: one store for the client (`None`) and for each advertiser.
    #[must_use]
    pub fn token_stores(
        mut self,
        stores: impl Fn(Option<&AdvertiserId>) -> Arc<dyn TokenStore> + Send + Sync + 'static,
    ) -> Self {
        self.token_stores = Some(Arc::new(stores));
        self
    }

    /// Sets how many days one request of a stream may span. Default 90, from what others met.
    #[must_use]
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = days;
        self
    }

    /// Sets how long the URLs of streams may be, in bytes; longer lists of ids are split.
    ///
    /// Default 2000. An id that is longer still is sent alone.
    #[must_use]
    pub fn url_limit(mut self, bytes: usize) -> Self {
        self.url_limit = bytes;
        self
    }

    /// Sets how many requests of a stream, or advertisers of an agency, run at once. Default 4.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests;
        self
    }

    /// Builds the client; nothing is sent.
    ///
    /// # Errors
    /// As [`Client::new`], and for a setting out of its range.
    pub fn build(self) -> Result<Client, Error> {
        self.credentials.check()?;
        if self.window_days == 0 {
            return Err(Error::invalid_input("window_days", "must be above zero"));
        }
        if self.concurrency == 0 {
            return Err(Error::invalid_input("concurrency", "must be above zero"));
        }
        let [calls, tokens] = self.pipelines?;
        let pipeline = calls.build()?;
        // One request a renewal: the token cache itself decides when the next one is due.
        let token_pipeline = tokens
            .transport(pipeline.transport())
            .retry(RetryPolicy::never())
            .build()?;
        let shared = Arc::new(Shared {
            pipeline,
            token_pipeline,
            credentials: self.credentials,
            token_settings: self.token_settings,
            token_stores: self.token_stores,
            window_days: self.window_days,
            url_limit: self.url_limit,
            concurrency: self.concurrency,
            caches: Mutex::default(),
        });
        Ok(Client {
            tokens: shared.tokens(None),
            advertiser: None,
            shared,
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("pipelines", &self.pipelines)
            .field("token_settings", &self.token_settings)
            .field("window_days", &self.window_days)
            .field("url_limit", &self.url_limit)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
