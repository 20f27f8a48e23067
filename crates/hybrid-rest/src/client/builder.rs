use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use adcore::{
    ClientSettings, Endpoint, Error, Pipeline, RetryPolicy, TokenSettings, TokenStore, Transport,
};
use adcore_http::Gzip;

use super::{Client, Shared, Stores, TokenKind};
use crate::calls::AdvertiserId;
use crate::credentials::Credentials;

/// The vendor in errors and log events.
const VENDOR: &str = "hybrid";

/// Builds a [`Client`] with settings other than the defaults.
///
/// ```no_run
/// # fn example() -> Result<(), hybrid_rest::Error> {
/// use std::time::Duration;
///
/// use hybrid_rest::{Client, Credentials, ENDPOINT, RetryPolicy};
///
/// let client = Client::builder(ENDPOINT, Credentials::new("client id", "client secret"))
///     .retry(RetryPolicy::default().max_attempts(5))
///     .deadline(Duration::from_secs(120))
///     .window_days(30)
///     .build()?;
/// # let _ = client;
/// # Ok(())
/// # }
/// ```
pub struct ClientBuilder {
    endpoint: String,
    settings: ClientSettings,
    credentials: Credentials,
    token_settings: TokenSettings,
    token_stores: Option<Stores>,
    window_days: u32,
    url_limit: usize,
    page_size: usize,
    check_totals: bool,
    token_kind: Option<TokenKind>,
    concurrency: usize,
}

impl ClientBuilder {
    pub(super) fn new(endpoint: &str, credentials: Credentials) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            settings: ClientSettings::new(),
            credentials,
            token_settings: TokenSettings::default(),
            token_stores: None,
            window_days: 90,
            url_limit: 2000,
            page_size: 1000,
            check_totals: true,
            token_kind: None,
            concurrency: 4,
        }
    }

    /// Replaces the settings that the clients of all vendors share.
    ///
    /// A setting that is unset in `settings` keeps this client's default.
    #[must_use]
    pub fn settings(mut self, settings: ClientSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Sends requests through `transport` instead of the default one.
    ///
    /// Accepts a transport or an `Arc` of one, which other clients may share.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.settings = self.settings.transport(transport);
        self
    }

    /// Sets when and how often a failed call is retried. Default 3 attempts.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings = self.settings.retry(policy);
        self
    }

    /// Sets the time limit of a whole call: tokens, attempts and waits. Default 60 s.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings = self.settings.deadline(deadline);
        self
    }

    /// Sets the time limit of one attempt. Default 30 s; the deadline ends it earlier.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.settings = self.settings.attempt_timeout(timeout);
        self
    }

    /// Sets the size limit in bytes of a response that is collected in memory. Default 64 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings = self.settings.body_limit(bytes);
        self
    }

    /// Sets the size limit of one row of a streamed response in bytes. Default 1 MiB.
    #[must_use]
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.settings = self.settings.row_limit(bytes);
        self
    }

    /// Sets how long a streamed response may pause. Default 30 s.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings = self.settings.idle_timeout(timeout);
        self
    }

    /// Sets how long a streamed response may keep its reader waiting in total. Default 15 minutes.
    #[must_use]
    pub fn stream_deadline(mut self, deadline: Duration) -> Self {
        self.settings = self.settings.stream_deadline(deadline);
        self
    }

    /// Sets the `User-Agent` of all requests.
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.settings = self.settings.user_agent(name);
        self
    }

    /// Sets when tokens are renewed. By default they are renewed a few minutes before they expire.
    #[must_use]
    pub fn token_settings(mut self, settings: TokenSettings) -> Self {
        self.token_settings = settings;
        self
    }

    /// Keeps tokens in stores that outlive the program and may be shared with other processes.
    ///
    /// `stores` returns the store of an advertiser, or of the client's own tokens for `None`: any
    /// [`TokenStore`] or an `Arc` of one. It is called once for each of them.
    ///
    /// With the feature `file-store`:
    ///
    /// ```no_run
    /// # #[cfg(feature = "file-store")]
    /// # fn example(builder: hybrid_rest::ClientBuilder) -> hybrid_rest::ClientBuilder {
    /// use hybrid_rest::FileTokenStore;
    ///
    /// builder.token_stores(|advertiser| {
    ///     let name = advertiser.map_or("agency", |id| id.as_str());
    ///     FileTokenStore::new(format!("/var/lib/report/{name}.tokens"))
    /// })
    /// # }
    /// ```
    #[must_use]
    pub fn token_stores<S: TokenStore>(
        mut self,
        stores: impl Fn(Option<&AdvertiserId>) -> S + Send + Sync + 'static,
    ) -> Self {
        self.token_stores = Some(Arc::new(move |advertiser| Arc::new(stores(advertiser))));
        self
    }

    /// Sets how many days one request of a stream may span. Default 90.
    ///
    /// Hybrid documents no limit; other clients report that longer ranges fail.
    #[must_use]
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = days;
        self
    }

    /// Sets the maximum length of the URLs of a stream in bytes. Default 2000.
    ///
    /// Longer lists of ids are split into several requests. A single id that exceeds the limit is
    /// sent alone.
    #[must_use]
    pub fn url_limit(mut self, bytes: usize) -> Self {
        self.url_limit = bytes;
        self
    }

    /// Sets how many rows one page of version 3.0 has. Default 1000.
    ///
    /// Other clients use 100 to 10000; which maximum Hybrid has is not known. If it returns fewer rows than
    /// requested, the other rows follow in pages of that size; if it refuses the request, try a smaller one.
    #[must_use]
    pub fn page_size(mut self, rows: usize) -> Self {
        self.page_size = rows;
        self
    }

    /// Sets whether statistics of version 3.0 are added up and compared with the vendor's `Total`, where there
    /// is one. Default true.
    ///
    /// Impressions, clicks and money are compared. Whether `Total` is that of a page or of all pages is not
    /// known, so that either is accepted. A difference is an error at the end of the rows. Money may be rounded.
    #[must_use]
    pub fn check_totals(mut self, check: bool) -> Self {
        self.check_totals = check;
        self
    }

    /// Sets whose token the client has in version 3.0. By default that is asked.
    ///
    /// Only the token of an agency needs the id of an advertiser. Clients of
    /// [`Client::for_advertiser`] have the token of an advertiser whatever is set here.
    #[must_use]
    pub fn token_kind(mut self, kind: TokenKind) -> Self {
        self.token_kind = Some(kind);
        self
    }

    /// Sets how many requests of a stream, or advertisers of an agency, run concurrently. Default 4.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests;
        self
    }

    /// Builds the client; nothing is sent before its first call.
    ///
    /// # Errors
    /// `InvalidInput` naming the setting that is wrong.
    pub fn build(self) -> Result<Client, Error> {
        self.credentials.check()?;
        if self.window_days == 0 {
            return Err(Error::invalid_input("window_days", "must be above zero"));
        }
        if self.page_size == 0 {
            return Err(Error::invalid_input("page_size", "must be above zero"));
        }
        if self.concurrency == 0 {
            return Err(Error::invalid_input("concurrency", "must be above zero"));
        }
        let endpoint = Endpoint::parse(&self.endpoint)?;
        let settings = self
            .settings
            .transport_or_else(|| adcore_http::default_transport(&endpoint))?
            .map_transport(Gzip::new);
        let pipeline = Pipeline::new(VENDOR, endpoint.clone(), settings.clone())?;
        // The token cache itself decides when to send the next request.
        let token_pipeline = Pipeline::new(VENDOR, endpoint, settings.retry(RetryPolicy::never()))?;
        let shared = Arc::new(Shared {
            pipeline,
            token_pipeline,
            credentials: self.credentials,
            token_settings: self.token_settings,
            token_stores: self.token_stores,
            window_days: self.window_days,
            url_limit: self.url_limit,
            page_size: self.page_size,
            check_totals: self.check_totals,
            token_kind: self.token_kind,
            asked_kind: Arc::default(),
            longest_page: Arc::default(),
            concurrency: self.concurrency,
            caches: Arc::default(),
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
            .field("endpoint", &self.endpoint)
            .field("settings", &self.settings)
            .field("token_settings", &self.token_settings)
            .field("window_days", &self.window_days)
            .field("url_limit", &self.url_limit)
            .field("page_size", &self.page_size)
            .field("check_totals", &self.check_totals)
            .field("token_kind", &self.token_kind)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
