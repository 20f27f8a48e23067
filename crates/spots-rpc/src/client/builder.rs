use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use adcore::{
    ClientSettings, Endpoint, Error, Pipeline, RetryPolicy, TokenCache, TokenSettings, TokenStore,
    Transport,
};
use adcore_http::Gzip;

use super::{Client, Ids, Inner};
use crate::credentials::{Credentials, Door};
use crate::error::Refusals;

const VENDOR: &str = "spots";

/// Settings of a [`Client`].
#[derive(Debug)]
pub struct ClientBuilder {
    endpoint: String,
    credentials: Credentials,
    settings: ClientSettings,
    tokens: TokenSettings,
    store: Option<Arc<dyn TokenStore>>,
    refusals: Refusals,
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
            refusals: Refusals::default(),
            window_days: 31,
            concurrency: 4,
        }
    }

    /// Replaces the settings that all clients share.
    ///
    /// What `settings` leave unset keeps this client's default.
    #[must_use]
    pub fn settings(mut self, settings: ClientSettings) -> Self {
        self.settings = settings;
        self
    }

    /// Sends requests through `transport` instead of the default one.
    ///
    /// Takes a transport or an `Arc` of one, which may be shared with other clients.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.settings = self.settings.transport(transport);
        self
    }

    /// Sets when and how often a failed call is sent again.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings = self.settings.retry(policy);
        self
    }

    /// Sets the time limit of a whole call: tokens, attempts and waits. Default 60 s.
    ///
    /// For statistics it is the time for one window; for a stream it ends with the first row.
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

    /// Sets the largest response in bytes that is collected in memory. Default 64 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings = self.settings.body_limit(bytes);
        self
    }

    /// Sets the largest row of a streamed response in bytes. Default 1 MiB.
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

    /// Sets when tokens are renewed.
    #[must_use]
    pub fn token_settings(mut self, settings: TokenSettings) -> Self {
        self.tokens = settings;
        self
    }

    /// Keeps tokens where they outlive the program and are shared with other processes.
    #[must_use]
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Sets the error codes that refuse a token. Default `401`.
    ///
    /// HTTP 401 always does.
    #[must_use]
    pub fn refused_codes(mut self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.refusals.codes = codes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the words of an error that refuse a token, in any case.
    ///
    /// An entry fits where all its words occur in this order: `token expired` fits "The token has
    /// expired". Default: `invalid token`, `token expired`, `expired token`, `unauthorized`,
    /// `unauthenticated`.
    #[must_use]
    pub fn refused_words(mut self, words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.refusals.words = words.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the longest range of statistics asked for at once. Default 31 days.
    #[must_use]
    pub fn window_days(mut self, days: u32) -> Self {
        self.window_days = days;
        self
    }

    /// Sets how many requests of one operation may be under way at once. Default 4.
    ///
    /// A stream opens so many answers ahead of its reader; 1 suits a very slow one, because a
    /// server may not wait for ever.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests;
        self
    }

    /// Builds the client; nothing is sent before its first call.
    ///
    /// # Errors
    /// `InvalidInput` naming the setting.
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
        // The token cache itself decides when the next request is due.
        let token_pipeline = Pipeline::new(VENDOR, endpoint, settings.retry(RetryPolicy::never()))?;
        let refusals = Arc::new(self.refusals);
        let door = Door {
            pipeline: token_pipeline,
            credentials: self.credentials,
            refusals: Arc::clone(&refusals),
            ids: Ids::default(),
        };
        let tokens = match self.store {
            Some(store) => TokenCache::with_store(door, self.tokens, store),
            None => TokenCache::new(door, self.tokens),
        };
        Ok(Client(Arc::new(Inner {
            pipeline,
            tokens,
            refusals,
            ids: Arc::default(),
            window_days: self.window_days,
            concurrency: self.concurrency,
        })))
    }
}
