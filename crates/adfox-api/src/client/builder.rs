use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use adcore::{ClientSettings, Endpoint, Error, Pipeline, RetryPolicy, Transport};
use adcore_http::Gzip;

use super::statistics::{Parts, StatisticsSettings};
use super::{Client, Inner, VENDOR};
use crate::calls::Encoding;
use crate::credentials::Credentials;
use crate::wire::Settings;

/// The longest URL that proxies and servers are known to accept.
const URL_LIMIT: usize = 2000;

/// Longer than front ends are known to wait for the server behind them.
const SETTLE_TIME: Duration = Duration::from_secs(60);

/// Builds a [`Client`] with settings other than the defaults.
///
/// ```
/// use std::time::Duration;
///
/// use adfox_api::{Client, Credentials, Encoding, OAUTH_ENDPOINT, RetryPolicy};
///
/// # fn example() -> Result<(), adfox_api::Error> {
/// let client = Client::builder(OAUTH_ENDPOINT, Credentials::oauth("y0_token"))
///     .deadline(Duration::from_secs(120))
///     .retry(RetryPolicy::never())
///     .encoding(Encoding::Cp1251)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ClientBuilder {
    endpoint: String,
    credentials: Credentials,
    settings: ClientSettings,
    encoding: Encoding,
    url_limit: usize,
    settle_time: Duration,
    statistics: StatisticsSettings,
}

impl ClientBuilder {
    pub(super) fn new(endpoint: &str, credentials: Credentials) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            credentials,
            settings: ClientSettings::new(),
            encoding: Encoding::default(),
            url_limit: URL_LIMIT,
            settle_time: SETTLE_TIME,
            statistics: StatisticsSettings::new(),
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

    /// Sets when and how often a failed read is retried. Default 3 attempts; calls that change something
    /// are sent once.
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

    /// Sets the encoding of parameters. Default UTF-8.
    #[must_use]
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets the longest URL of a read in bytes; a longer one is sent by POST. Default 2000.
    #[must_use]
    pub fn url_limit(mut self, bytes: usize) -> Self {
        self.url_limit = bytes;
        self
    }

    /// Sets how long an `add` whose response was lost may still take effect. Default 60 s.
    ///
    /// [`Client::find_or_add`] looks for the object all this time before it sends the `add` again. It is
    /// not part of the deadline of a call.
    #[must_use]
    pub fn settle_time(mut self, time: Duration) -> Self {
        self.settle_time = time;
        self
    }

    /// Sets the limits of the statistics API; see [`Client::statistics`].
    #[must_use]
    pub fn statistics(mut self, settings: StatisticsSettings) -> Self {
        self.statistics = settings;
        self
    }

    /// Builds the client; nothing is sent before its first call.
    ///
    /// # Errors
    /// `InvalidInput` naming the setting that is wrong.
    pub fn build(self) -> Result<Client, Error> {
        let named = |error: Error| error.with_operation(VENDOR, "client");
        let credentials = self.credentials.prepare().map_err(named)?;
        let endpoint = Endpoint::parse(&self.endpoint).map_err(named)?;
        let settings = self
            .settings
            .transport_or_else(|| adcore_http::default_transport(&endpoint))
            .map_err(named)?
            .map_transport(Gzip::new);
        let statistics = Parts::new(self.statistics, &endpoint, settings.clone()).map_err(named)?;
        let pipeline = Pipeline::new(VENDOR, endpoint, settings).map_err(named)?;
        let settings = Settings {
            encoding: self.encoding,
            url_limit: self.url_limit,
            url_overhead: pipeline.endpoint().to_string().len() + credentials.query_length(),
            ascii_credentials: credentials.is_ascii(),
        };
        Ok(Client(Arc::new(Inner {
            pipeline,
            credentials,
            settings,
            settle_time: self.settle_time,
            statistics,
        })))
    }
}
