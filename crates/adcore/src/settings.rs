//! Settings of clients and options of single calls.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName,
    HeaderValue, TRANSFER_ENCODING,
};

use crate::Error;
use crate::retry::{MAX_TIME, RetryPolicy};
use crate::transport::Transport;

/// Settings that all clients share: transport, retries, time limits and size limits.
///
/// A setting that is not set keeps the default of the client it is given to. The same settings can
/// be passed to the builders of several clients, which then share the transport and its
/// connections.
///
/// ```
/// use std::time::Duration;
///
/// use adcore::{ClientSettings, RetryPolicy};
///
/// let settings = ClientSettings::new()
///     .deadline(Duration::from_secs(20))
///     .retry(RetryPolicy::default().max_attempts(5))
///     .user_agent("nightly-report/1.2");
/// # let _ = settings;
/// ```
#[derive(Debug, Clone, Default)]
pub struct ClientSettings {
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) stream_deadline: Option<Duration>,
    pub(crate) body_limit: Option<usize>,
    pub(crate) row_limit: Option<usize>,
    pub(crate) user_agent: Option<Cow<'static, str>>,
}

impl ClientSettings {
    /// Creates settings in which everything is left to the client's defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends requests through `transport` instead of the default one.
    ///
    /// It can be a transport, or an `Arc` of one that other clients share.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets when and how often a failed call is retried.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets the time limit of a whole call: tokens, attempts and waits. Default 60 s.
    ///
    /// For a streamed response it covers the time until the first row; from then on
    /// [`stream_deadline`](Self::stream_deadline) applies. At most a day.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets the time limit of one attempt. Default 30 s, or the rest of the deadline if that is
    /// less.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets how long a streamed response may pause. Default 30 s.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = Some(timeout);
        self
    }

    /// Sets how long a streamed response may keep its reader waiting in total. Default 15 minutes.
    ///
    /// The time that the reader spends between two rows does not count. The limit covers all
    /// responses of a stream: if one breaks and is requested again, only the rest of the time is
    /// left.
    #[must_use]
    pub fn stream_deadline(mut self, deadline: Duration) -> Self {
        self.stream_deadline = Some(deadline);
        self
    }

    /// Sets the size limit, in bytes, of a response that is collected in memory. Default 64 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Sets the size limit, in bytes, of one row of a streamed response. Default 1 MiB.
    #[must_use]
    pub fn row_limit(mut self, bytes: usize) -> Self {
        self.row_limit = Some(bytes);
        self
    }

    /// Sets the `User-Agent` of all requests, one line of ASCII. Default `adapis/` and the version.
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.user_agent = Some(name.into());
        self
    }

    /// Fills in from `defaults` whatever is not set.
    #[must_use]
    pub fn or(self, defaults: Self) -> Self {
        Self {
            transport: self.transport.or(defaults.transport),
            retry: self.retry.or(defaults.retry),
            deadline: self.deadline.or(defaults.deadline),
            attempt_timeout: self.attempt_timeout.or(defaults.attempt_timeout),
            idle_timeout: self.idle_timeout.or(defaults.idle_timeout),
            stream_deadline: self.stream_deadline.or(defaults.stream_deadline),
            body_limit: self.body_limit.or(defaults.body_limit),
            row_limit: self.row_limit.or(defaults.row_limit),
            user_agent: self.user_agent.or(defaults.user_agent),
        }
    }

    /// Sets the transport to the one that `default` returns, unless one is already set.
    ///
    /// # Errors
    /// Those of `default`.
    pub fn transport_or_else(
        mut self,
        default: impl FnOnce() -> Result<Arc<dyn Transport>, Error>,
    ) -> Result<Self, Error> {
        if self.transport.is_none() {
            self.transport = Some(default()?);
        }
        Ok(self)
    }

    /// Wraps the transport in another one, if one is set.
    #[must_use]
    pub fn map_transport<T: Transport>(
        mut self,
        wrap: impl FnOnce(Arc<dyn Transport>) -> T,
    ) -> Self {
        let transport = self.transport;
        self.transport = transport.map(|transport| Arc::new(wrap(transport)) as _);
        self
    }
}

/// Options for some calls of a client, given to its `with_options` method.
///
/// The client that `with_options` returns shares everything else with the original one: tokens,
/// connections and retry credit. Prefer a deadline set here to a `tokio::time::timeout` around the
/// call, whose error cannot say whether the call [may have run](Error::may_have_run).
///
/// ```
/// use std::time::Duration;
///
/// let options = adcore::CallOptions::new()
///     .deadline(Duration::from_secs(2))
///     .max_attempts(1);
/// # let _ = options;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallOptions {
    pub(crate) deadline: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) headers: HeaderMap,
}

impl CallOptions {
    /// Creates options that change nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time limit of a whole call. At most a day; zero times out at once.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline.min(MAX_TIME));
        self
    }

    /// Sets the maximum number of attempts, including the first; 0 counts as 1.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts.max(1));
        self
    }

    /// Adds a header to each request, replacing one of that name that the client sets itself.
    ///
    /// # Errors
    /// `InvalidInput` for a header that frames the request or carries its credential: `Host`,
    /// `Authorization`, `Connection`, `Content-Length`, `Content-Type` and `Transfer-Encoding`.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Result<Self, Error> {
        let reserved = [
            AUTHORIZATION,
            CONNECTION,
            CONTENT_LENGTH,
            CONTENT_TYPE,
            HOST,
            TRANSFER_ENCODING,
        ];
        if reserved.contains(&name) {
            let must = "is set by the client; it is not an option of a call";
            return Err(Error::invalid_input(name.as_str().to_owned(), must));
        }
        self.headers.insert(name, value);
        Ok(self)
    }
}
