//! Settings of a client.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use adcore::{ClientSettings, Endpoint, Error, Pipeline, RetryPolicy, Transport};

use super::Client;
use crate::Credentials;
use crate::calls::ClickEncoding;

const VENDOR: &str = "keitaro";

/// Builds a [`Client`] with settings other than the defaults.
///
/// ```
/// use std::time::Duration;
/// use keitaro_click::{ClickEncoding, Client, Credentials, RetryPolicy};
///
/// let client = Client::builder("https://tracker.example", Credentials::token("campaign token"))
///     .click_encoding(ClickEncoding::Form)
///     .deadline(Duration::from_millis(500))
///     .retry(RetryPolicy::never())
///     .build()?;
/// # Ok::<(), keitaro_click::Error>(())
/// ```
#[derive(Debug)]
pub struct ClientBuilder {
    endpoint: String,
    credentials: Credentials,
    settings: ClientSettings,
    encoding: ClickEncoding,
    with_http: bool,
}

impl ClientBuilder {
    pub(super) fn new(endpoint: &str, credentials: Credentials) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            credentials,
            settings: ClientSettings::new(),
            encoding: ClickEncoding::default(),
            with_http: false,
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

    /// Sets the time limit of a whole call: attempts and waits. Default 10 s.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings = self.settings.deadline(deadline);
        self
    }

    /// Sets the time limit of one attempt. Default 10 s; the deadline ends it earlier.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.settings = self.settings.attempt_timeout(timeout);
        self
    }

    /// Sets the size limit of a response in bytes. Default 4 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings = self.settings.body_limit(bytes);
        self
    }

    /// Sets the `User-Agent` of all requests. The visitor's is [`Click::user_agent`].
    ///
    /// [`Click::user_agent`]: crate::calls::Click::user_agent
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.settings = self.settings.user_agent(name);
        self
    }

    /// Sets how clicks are sent. Default [`ClickEncoding::Query`].
    #[must_use]
    pub fn click_encoding(mut self, encoding: ClickEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Sets whether the tracker's URL may be `http://` to any host. Default no: to loopback only.
    ///
    /// The token travels in the clear, so set a transport that connects to a private network only,
    /// such as `HyperTransport::allow_http_to`.
    #[must_use]
    pub fn allow_http(mut self, allow: bool) -> Self {
        self.with_http = allow;
        self
    }

    /// Builds the client; nothing is sent before its first call.
    ///
    /// # Errors
    /// `InvalidInput` naming the setting that is wrong.
    pub fn build(self) -> Result<Client, Error> {
        const DEADLINE: Duration = Duration::from_secs(10);
        const BODY_LIMIT: usize = 4 * 1024 * 1024;
        self.credentials.check()?;
        let endpoint = if self.with_http {
            Endpoint::parse_with_http(&self.endpoint)?
        } else {
            Endpoint::parse(&self.endpoint)?
        };
        let defaults = ClientSettings::new()
            .deadline(DEADLINE)
            .attempt_timeout(DEADLINE)
            .body_limit(BODY_LIMIT);
        let settings = self
            .settings
            .or(defaults)
            .transport_or_else(|| adcore_http::default_transport(&endpoint))?;
        Ok(Client {
            pipeline: Pipeline::new(VENDOR, endpoint, settings)?,
            credentials: Arc::new(self.credentials),
            encoding: self.encoding,
        })
    }
}
