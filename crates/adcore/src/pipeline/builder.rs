use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::HeaderValue;

use super::{Inner, Pipeline};
use crate::Error;
use crate::request::Endpoint;
use crate::retry::{Retries, RetryPolicy};
use crate::transport::Transport;

/// How long a call may take and how much it may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) deadline: Duration,
    pub(super) attempt: Duration,
    pub(super) idle: Duration,
    pub(super) stream: Duration,
    pub(super) body: usize,
}

/// Settings of a [`Pipeline`].
pub struct PipelineBuilder {
    vendor: &'static str,
    endpoint: Endpoint,
    transport: Option<Arc<dyn Transport>>,
    retry: RetryPolicy,
    limits: Limits,
    user_agent: Cow<'static, str>,
}

impl fmt::Debug for PipelineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PipelineBuilder")
            .field("vendor", &self.vendor)
            .field("endpoint", &self.endpoint)
            .field("transport", &self.transport)
            .field("retry", &self.retry)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl PipelineBuilder {
    pub(super) fn new(vendor: &'static str, endpoint: Endpoint) -> Self {
        Self {
            vendor,
            endpoint,
            transport: None,
            retry: RetryPolicy::default(),
            limits: Limits {
                deadline: Duration::from_secs(60),
                attempt: Duration::from_secs(30),
                idle: Duration::from_secs(30),
                stream: Duration::from_secs(15 * 60),
                body: 64 * 1024 * 1024,
            },
            user_agent: concat!("adapis/", env!("CARGO_PKG_VERSION")).into(),
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
    /// For a streamed answer it ends with the first row; see [`stream_deadline`](Self::stream_deadline).
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.limits.deadline = deadline;
        self
    }

    /// Sets the time for one attempt. Default 30 s; the deadline ends it earlier.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.limits.attempt = timeout;
        self
    }

    /// Sets how long a streamed answer may pause. Default 30 s.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.limits.idle = timeout;
        self
    }

    /// Sets how long a streamed answer may keep its reader waiting in all. Default 15 minutes.
    #[must_use]
    pub fn stream_deadline(mut self, deadline: Duration) -> Self {
        self.limits.stream = deadline;
        self
    }

    /// Sets how many bytes an answer that is collected may have. Default 64 MiB.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Sets the `User-Agent` of all requests.
    #[must_use]
    pub fn user_agent(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Builds the pipeline, with the default transport if none was given.
    ///
    /// # Errors
    /// `InvalidInput` for a time limit of zero or over a day, for a bad user agent, or when no
    /// transport is given and none is compiled in.
    pub fn build(self) -> Result<Pipeline, Error> {
        const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
        for (field, limit) in [
            ("deadline", self.limits.deadline),
            ("attempt_timeout", self.limits.attempt),
            ("idle_timeout", self.limits.idle),
            ("stream_deadline", self.limits.stream),
        ] {
            if limit.is_zero() || limit > LONGEST {
                return Err(Error::invalid_input(
                    field,
                    "must be above zero and at most a day",
                ));
            }
        }
        let user_agent = HeaderValue::from_str(&self.user_agent)
            .map_err(|_| Error::invalid_input("user_agent", "must be one line of ASCII"))?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => default_transport(&self.endpoint)?,
        };
        Ok(Pipeline(Arc::new(Inner {
            vendor: self.vendor,
            endpoint: self.endpoint,
            transport,
            retries: Retries::new(self.retry),
            limits: self.limits,
            user_agent,
        })))
    }
}

#[cfg(feature = "reqwest")]
fn default_transport(endpoint: &Endpoint) -> Result<Arc<dyn Transport>, Error> {
    Ok(Arc::new(crate::ReqwestTransport::for_endpoint(endpoint)?))
}

#[cfg(all(not(feature = "reqwest"), feature = "hyper"))]
fn default_transport(endpoint: &Endpoint) -> Result<Arc<dyn Transport>, Error> {
    Ok(Arc::new(crate::HyperTransport::for_endpoint(endpoint)?))
}

#[cfg(not(any(feature = "reqwest", feature = "hyper")))]
fn default_transport(_endpoint: &Endpoint) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::invalid_input(
        "transport",
        "must be given: no default transport is compiled in (features rustls, hyper-rustls, native-tls)",
    ))
}
