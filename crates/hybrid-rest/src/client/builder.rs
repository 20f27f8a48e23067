use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adcore::{
    Endpoint, Error, Pipeline, PipelineBuilder, RetryPolicy, TokenSettings, TokenStore, Transport,
};

use super::{Client, Shared, Stores};
use crate::calls::AdvertiserId;
use crate::credentials::Credentials;

const VENDOR: &str = "hybrid";

/// Settings of a [`Client`].
pub struct ClientBuilder {
    /// For calls, and for tokens.
    pipelines: Result<[PipelineBuilder; 2], Error>,
    credentials: Credentials,
    token_settings: TokenSettings,
    token_stores: Option<Stores>,
    window_days: u32,
    url_limit: usize,
    row_limit: usize,
    concurrency: usize,
}

impl ClientBuilder {
    pub(super) fn new(endpoint: &str, credentials: Credentials) -> Self {
        Self {
            pipelines: Endpoint::parse(endpoint)
                .map(|endpoint| [(); 2].map(|()| Pipeline::builder(VENDOR, endpoint.clone()))),
            credentials,
            token_settings: TokenSettings::default(),
            token_stores: None,
            window_days: 90,
            url_limit: 2000,
            row_limit: 1024 * 1024,
            concurrency: 4,
        }
    }

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

    /// Sets how many bytes one row of a stream may have. Default 1 MiB.
    #[must_use]
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.row_limit = bytes;
        self
    }

    /// Sets how long a streamed answer may pause. Default 30 s.
    #[must_use]
    pub fn idle_timeout(self, timeout: Duration) -> Self {
        self.set(|pipeline| pipeline.idle_timeout(timeout))
    }

    /// Sets how long one streamed answer may keep its reader waiting in all. Default 15 minutes.
    #[must_use]
    pub fn stream_deadline(self, deadline: Duration) -> Self {
        self.set(|pipeline| pipeline.stream_deadline(deadline))
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
            row_limit: self.row_limit,
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
            .field("row_limit", &self.row_limit)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
