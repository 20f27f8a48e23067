use std::sync::Arc;
use std::time::Duration;

use adcore::{
    Endpoint, Error, Pipeline, PipelineBuilder, RetryPolicy, TokenCache, TokenSettings, TokenStore,
    Transport,
};

use super::{Client, Ids, Inner};
use crate::credentials::{Credentials, Door};
use crate::error::Refusals;

/// Settings of a [`Client`].
#[derive(Debug)]
pub struct ClientBuilder {
    endpoint: String,
    credentials: Credentials,
    transport: Option<Arc<dyn Transport>>,
    retry: RetryPolicy,
    deadline: Duration,
    attempt_timeout: Option<Duration>,
    body_limit: Option<usize>,
    row_limit: usize,
    idle_timeout: Option<Duration>,
    stream_deadline: Option<Duration>,
    user_agent: Option<String>,
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
            transport: None,
            retry: RetryPolicy::default(),
            deadline: Duration::from_secs(60),
            attempt_timeout: None,
            body_limit: None,
            row_limit: 1024 * 1024,
            idle_timeout: None,
            stream_deadline: None,
            user_agent: None,
            tokens: TokenSettings::default(),
            store: None,
            refusals: Refusals::default(),
            window_days: 31,
            concurrency: 4,
        }
    }

    /// Sends through this transport instead of the default one.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets when and how often a failed call is sent again.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the time for a whole call: tokens, attempts and waits. Default 60 s.
    ///
    /// Of statistics it is the time for one window; of a stream it ends with the first row.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the time for one attempt. Default 30 s.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets how many bytes an answer that is collected may have. Default 64 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Sets how many bytes one row of a stream may have. Default 1 MiB.
    #[must_use]
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.row_limit = bytes;
        self
    }

    /// Sets how long a streamed answer may pause. Default 30 s.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(timeout);
        self
    }

    /// Sets how long one streamed answer may keep its reader waiting in all. Default 15 minutes.
    #[must_use]
    pub fn stream_deadline(mut self, deadline: Duration) -> Self {
        self.stream_deadline = Some(deadline);
        self
    }

    /// Sets the `User-Agent` of all requests.
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = Some(name.into());
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
    pub fn token_store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.store = Some(store);
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
        let pipeline = self.pipeline(self.transport.clone(), self.retry.clone())?;
        // The token cache paces its requests itself: one a pause.
        let paced_outside = self.pipeline(Some(pipeline.transport()), RetryPolicy::never())?;
        let refusals = Arc::new(self.refusals);
        let door = Door {
            pipeline: paced_outside,
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
            ids: Ids::default(),
            deadline: self.deadline,
            window_days: self.window_days,
            row_limit: self.row_limit,
            concurrency: self.concurrency,
        })))
    }

    fn pipeline(
        &self,
        transport: Option<Arc<dyn Transport>>,
        retry: RetryPolicy,
    ) -> Result<Pipeline, Error> {
        let mut builder: PipelineBuilder =
            Pipeline::builder("spots", Endpoint::parse(&self.endpoint)?)
                .retry(retry)
                .deadline(self.deadline);
        if let Some(transport) = transport {
            builder = builder.transport(transport);
        }
        if let Some(timeout) = self.attempt_timeout {
            builder = builder.attempt_timeout(timeout);
        }
        if let Some(limit) = self.body_limit {
            builder = builder.body_limit(limit);
        }
        if let Some(timeout) = self.idle_timeout {
            builder = builder.idle_timeout(timeout);
        }
        if let Some(deadline) = self.stream_deadline {
            builder = builder.stream_deadline(deadline);
        }
        if let Some(name) = &self.user_agent {
            builder = builder.user_agent(name.clone());
        }
        builder.build()
    }
}
