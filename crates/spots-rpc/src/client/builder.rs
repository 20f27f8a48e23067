//! Settings of a client.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use adcore::{
    ClientSettings, Endpoint, Error, Pipeline, RetryPolicy, TokenCache, TokenSettings, TokenStore,
    Transport,
};
use adcore_http::Gzip;

use super::{Client, Inner};
use crate::credentials::{Credentials, TokenClient};
use crate::error::TokenRejection;
use crate::wire::RequestIds;

const VENDOR: &str = "spots";

/// Builds a [`Client`] with settings other than the defaults.
///
/// ```
/// use std::time::Duration;
///
/// use spots_rpc::{Client, Credentials, ENDPOINT, RetryPolicy};
///
/// let credentials = Credentials::new("publisher@example.com", "password");
/// let client = Client::builder(ENDPOINT, credentials)
///     .deadline(Duration::from_secs(120))
///     .retry(RetryPolicy::default().max_attempts(5))
///     .window_days(7)
///     .build()?;
/// # Ok::<(), spots_rpc::Error>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    endpoint: String,
    credentials: Credentials,
    settings: ClientSettings,
    tokens: TokenSettings,
    store: Option<Arc<dyn TokenStore>>,
    rejection: TokenRejection,
    window_days: u32,
    concurrency: usize,
}

impl ClientBuilder {
    pub(super) fn new(endpoint: &str, credentials: Credentials) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            credentials,
            settings: ClientSettings::new(),
            tokens: TokenSettings::default(),
            store: None,
            rejection: TokenRejection::default(),
            window_days: 31,
            concurrency: 4,
        }
    }

    /// Replaces the settings that the clients of all vendors share.
    ///
    /// A setting that is unset in `settings` keeps this client's default.
    pub fn settings(mut self, settings: ClientSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Sends requests through `transport` instead of the default one.
    ///
    /// Accepts a transport or an `Arc` of one, which other clients may share.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.settings = self.settings.transport(transport);
        self
    }

    /// Sets when and how often a failed call is retried. Default 3 attempts.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings = self.settings.retry(policy);
        self
    }

    /// Sets the time limit of a whole call: tokens, attempts and waits. Default 60 s.
    ///
    /// Statistics: it applies to each window until its first rows are there; from then on
    /// [`idle_timeout`](Self::idle_timeout) and [`stream_deadline`](Self::stream_deadline) apply.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings = self.settings.deadline(deadline);
        self
    }

    /// Sets the time limit of one attempt. Default 30 s; the deadline ends it earlier.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.settings = self.settings.attempt_timeout(timeout);
        self
    }

    /// Sets the size limit in bytes of a response of [`call`](Client::call) or
    /// [`batch`](Client::batch). Default 64 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings = self.settings.body_limit(bytes);
        self
    }

    /// Sets the size limit of one row of statistics in bytes. Default 1 MiB.
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.settings = self.settings.row_limit(bytes);
        self
    }

    /// Sets how long a response of statistics may pause. Default 30 s.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings = self.settings.idle_timeout(timeout);
        self
    }

    /// Sets how long a response of statistics may keep its reader waiting in total. Default 15
    /// minutes.
    pub fn stream_deadline(mut self, deadline: Duration) -> Self {
        self.settings = self.settings.stream_deadline(deadline);
        self
    }

    /// Sets the `User-Agent` of all requests.
    pub fn user_agent(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.settings = self.settings.user_agent(name);
        self
    }

    /// Sets when tokens are renewed. By default they are renewed a few minutes before they expire.
    pub fn token_settings(mut self, settings: TokenSettings) -> Self {
        self.tokens = settings;
        self
    }

    /// Sets where tokens are stored, to outlive the program or to be shared with other processes.
    /// Default: in memory.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sets the codes of error objects that reject the access token. Default `401`.
    ///
    /// The client then renews the token and repeats the call once. The HTTP status 401 always
    /// rejects the token.
    pub fn token_rejection_codes(
        mut self,
        codes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.rejection.codes = codes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the messages of error objects that reject the access token, in any letter case.
    ///
    /// A phrase matches a message that has all its words in this order: `token expired` matches
    /// "The token has expired". Default: `invalid token`, `token expired`, `expired token`,
    /// `unauthorized`, `unauthenticated`.
    pub fn token_rejection_phrases(
        mut self,
        phrases: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.rejection.phrases = phrases.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the longest range of one request of statistics. Default 31 days.
    ///
    /// A longer range is cut into windows.
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = days;
        self
    }

    /// Sets how many requests of one operation may be in flight at once. Default 4.
    ///
    /// A stream opens this number of windows ahead of its reader and reads up to 1 MiB of each. Use
    /// 1 for a very slow reader, because a server may give up on a response that nobody reads.
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
            return Err(Error::invalid_input("window_days", "must be at least 1"));
        }
        if self.concurrency == 0 {
            return Err(Error::invalid_input("concurrency", "must be at least 1"));
        }
        let endpoint = Endpoint::parse(&self.endpoint)?;
        let settings = self
            .settings
            .transport_or_else(|| adcore_http::default_transport(&endpoint))?
            .map_transport(Gzip::new);
        let pipeline = Pipeline::new(VENDOR, endpoint.clone(), settings.clone())?;
        // The token cache decides by itself when to ask again.
        let token_pipeline = Pipeline::new(VENDOR, endpoint, settings.retry(RetryPolicy::never()))?;
        let rejection = Arc::new(self.rejection);
        let token_client = TokenClient {
            pipeline: token_pipeline,
            credentials: self.credentials,
            rejection: Arc::clone(&rejection),
            ids: RequestIds::default(),
        };
        let tokens = match self.store {
            Some(store) => TokenCache::with_store(token_client, self.tokens, store),
            None => TokenCache::new(token_client, self.tokens),
        };
        Ok(Client(Arc::new(Inner {
            pipeline,
            tokens,
            rejection,
            ids: Arc::default(),
            window_days: self.window_days,
            concurrency: self.concurrency,
        })))
    }
}
