use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::header::{HeaderMap, HeaderValue, USER_AGENT};
use http::{Response, StatusCode};
use tokio::time::{Instant, Sleep, sleep, timeout_at};
use tracing::Instrument;

use crate::auth::{Authorize, Draft, Stamp};
use crate::request::{Endpoint, Request};
use crate::retry::{Retries, RetryPolicy, may_repeat};
use crate::transport::{Body, Transport, TransportError, TransportErrorKind};
use crate::{Error, ErrorKind};

/// A whole answer: status, headers and collected body.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The HTTP headers.
    pub headers: HeaderMap,
    /// The body, within the client's limit.
    pub body: Bytes,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Answer({}, {} bytes)",
            self.status.as_u16(),
            self.body.len()
        )
    }
}

/// Turns an answer that is still arriving into output, or into the vendor's error.
///
/// It runs inside the retry loop: an error found before the first row is repeated like any other.
pub trait Judge: Sync {
    /// What a good answer becomes, such as a stream of rows.
    type Output: Send;

    /// Reads as much of the body as it needs to tell success from failure.
    fn judge(
        &self,
        response: Response<Body>,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

struct Collect<F> {
    limit: usize,
    judge: F,
}

impl<T: Send, F: Fn(Answer) -> Result<T, Error> + Sync> Judge for Collect<F> {
    type Output = T;

    async fn judge(&self, response: Response<Body>) -> Result<T, Error> {
        let (head, body) = response.into_parts();
        let body = body.collect(self.limit).await.map_err(|error| {
            let too_large = error.kind() == TransportErrorKind::TooLarge;
            let error = Error::from(error).with_status(head.status);
            if too_large {
                error.with_message(format!(
                    "the answer is larger than the limit of {} bytes",
                    self.limit
                ))
            } else {
                error
            }
        })?;
        (self.judge)(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

/// The one way every call takes: credential, deadline, attempts, transport, judgement.
///
/// Bound to one endpoint, so that no credential can travel to another host. Cheap to clone; clones
/// share the transport and the retry credit.
#[derive(Clone)]
pub struct Pipeline(Arc<Inner>);

struct Inner {
    vendor: &'static str,
    endpoint: Endpoint,
    transport: Arc<dyn Transport>,
    retries: Retries,
    limits: Limits,
    user_agent: HeaderValue,
}

/// How long a call may take and how much it may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Limits {
    deadline: Duration,
    attempt: Duration,
    idle: Duration,
    stream: Duration,
    body: usize,
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

/// What a call has met so far.
struct Progress {
    started: Instant,
    deadline: Instant,
    sent: u32,
    refused_tokens: u32,
    failed_tokens: u32,
    may_have_run: bool,
}

/// Where an attempt failed.
enum Failure {
    Credential(Error),
    Call(Error, Stamp),
}

impl Pipeline {
    /// Settings for the calls of `vendor` at `endpoint`.
    #[must_use]
    pub fn builder(vendor: &'static str, endpoint: Endpoint) -> PipelineBuilder {
        PipelineBuilder {
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

    /// The endpoint all calls go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// The transport, to be shared with another client.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.0.transport)
    }

    /// Sends a call whose answer is collected, then judged and decoded by `judge`.
    ///
    /// # Errors
    /// What `judge` says, or what was met on the way; see [`ErrorKind`].
    pub async fn call<T: Send>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        judge: impl Fn(Answer) -> Result<T, Error> + Sync,
    ) -> Result<T, Error> {
        let limit = self.0.limits.body;
        self.run(request, credential, &Collect { limit, judge }, false)
            .await
    }

    /// Sends a call whose answer is judged while it arrives.
    ///
    /// # Errors
    /// As [`call`](Self::call), until `judge` returns; later faults are in the stream.
    pub async fn open<J: Judge>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        judge: &J,
    ) -> Result<J::Output, Error> {
        self.run(request, credential, judge, true).await
    }

    /// Names vendor and operation in an error met after [`open`](Self::open), and cleanses it.
    #[must_use]
    pub fn explain(&self, error: Error, operation: &str, credential: &dyn Authorize) -> Error {
        let mut error = error.with_operation(self.0.vendor, operation.to_owned());
        credential.secrets(&mut |secret| error.scrub(secret));
        error
    }

    async fn run<J: Judge>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        judge: &J,
        streamed: bool,
    ) -> Result<J::Output, Error> {
        let span = tracing::info_span!(
            "adapis.call",
            vendor = self.0.vendor,
            operation = %request.operation,
            attempts = tracing::field::Empty,
            status = tracing::field::Empty,
        );
        async {
            let started = Instant::now();
            let mut progress = Progress {
                started,
                deadline: started + self.0.limits.deadline,
                sent: 0,
                refused_tokens: 0,
                failed_tokens: 0,
                may_have_run: false,
            };
            loop {
                let failure = match self
                    .attempt(request, credential, judge, streamed, &mut progress)
                    .await
                {
                    Ok(output) => {
                        self.0.retries.refill(progress.sent);
                        return Ok(output);
                    }
                    Err(failure) => failure,
                };
                self.recover(request, credential, failure, &mut progress)
                    .await
                    .map_err(|error| self.conclude(error, request, credential, &progress))?;
            }
        }
        .instrument(span)
        .await
    }

    async fn attempt<J: Judge>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        judge: &J,
        streamed: bool,
        progress: &mut Progress,
    ) -> Result<J::Output, Failure> {
        let (outgoing, stamp) = self
            .prepare(request, credential, progress)
            .await
            .map_err(Failure::Credential)?;
        progress.sent += 1;
        let limits = &self.0.limits;
        let until = progress.deadline.min(Instant::now() + limits.attempt);
        let exchange = async {
            let response = self.0.transport.send(outgoing).await?;
            tracing::Span::current().record("status", response.status().as_u16());
            let response = if streamed {
                response.map(|body| Body::from_stream(Paced::new(body, limits.idle, limits.stream)))
            } else {
                response
            };
            judge.judge(response).await
        };
        match timeout_at(until, exchange).await {
            Ok(outcome) => outcome.map_err(|error| Failure::Call(error, stamp)),
            Err(_) => {
                let waited = if until == progress.deadline {
                    limits.deadline
                } else {
                    limits.attempt
                };
                let error = Error::new(ErrorKind::Timeout, format!("no answer within {waited:?}"));
                Err(Failure::Call(error, stamp))
            }
        }
    }

    async fn prepare(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        progress: &Progress,
    ) -> Result<(http::Request<Bytes>, Stamp), Error> {
        let mut draft = Draft::new(request);
        let stamp = timeout_at(progress.deadline, credential.authorize(&mut draft))
            .await
            .unwrap_or_else(|_| {
                let waited = self.0.limits.deadline;
                Err(Error::new(
                    ErrorKind::Timeout,
                    format!("no access token within {waited:?}"),
                ))
            })
            .map_err(|error| error.with_may_have_run(false))?;
        let mut outgoing = draft.finish(request, &self.0.endpoint)?;
        outgoing
            .headers_mut()
            .entry(USER_AGENT)
            .or_insert_with(|| self.0.user_agent.clone());
        Ok((outgoing, stamp))
    }

    /// Decides what follows a failure: `Ok` after the wait before another attempt, or the end.
    async fn recover(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        failure: Failure,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        let retries = &self.0.retries;
        let (error, next) = match failure {
            Failure::Credential(error) => {
                progress.failed_tokens += 1;
                if !error.is_transient() || progress.failed_tokens >= retries.max_attempts() {
                    return Err(error);
                }
                (error, progress.failed_tokens + 1)
            }
            Failure::Call(error, stamp) => {
                progress.may_have_run |= error.may_have_run();
                if error.kind() == ErrorKind::Unauthenticated {
                    return self.renew(credential, stamp, error, progress).await;
                }
                if !may_repeat(&error, request.idempotent)
                    || progress.sent - progress.refused_tokens >= retries.max_attempts()
                {
                    return Err(error);
                }
                if !retries.spend() {
                    tracing::debug!("retry budget spent");
                    return Err(error);
                }
                let next = progress.sent - progress.refused_tokens + 1;
                (error, next)
            }
        };
        let wait = retries.delay(&error, next);
        if Instant::now() + wait >= progress.deadline {
            return Err(error);
        }
        tracing::debug!(
            kind = error.kind().as_str(),
            attempt = progress.sent,
            wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            "call failed, trying again"
        );
        sleep(wait).await;
        Ok(())
    }

    /// Gives a refused credential one chance to be renewed.
    async fn renew(
        &self,
        credential: &dyn Authorize,
        stamp: Stamp,
        error: Error,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        if progress.refused_tokens > 0 {
            let message = format!("refused again with a new token: {}", error.message());
            return Err(error.with_message(message));
        }
        if !credential.refused(stamp).await {
            return Err(error);
        }
        tracing::debug!(
            attempt = progress.sent,
            "access token refused, renewing it once"
        );
        progress.refused_tokens += 1;
        Ok(())
    }

    fn conclude(
        &self,
        error: Error,
        request: &Request,
        credential: &dyn Authorize,
        progress: &Progress,
    ) -> Error {
        tracing::Span::current().record("attempts", progress.sent);
        let may_have_run = error.may_have_run() || progress.may_have_run;
        let error = error
            .with_attempts(progress.sent)
            .with_may_have_run(may_have_run);
        let error = self.explain(error, &request.operation, credential);
        tracing::debug!(
            kind = error.kind().as_str(),
            elapsed_ms = u64::try_from(progress.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "call failed"
        );
        error
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("vendor", &self.0.vendor)
            .field("endpoint", &self.0.endpoint)
            .field("transport", &self.0.transport)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}

/// A body that may pause only so long, and keep its reader waiting only so long in all.
///
/// The time a reader takes for itself counts for neither.
struct Paced {
    body: Body,
    idle: Duration,
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    over: bool,
}

impl Paced {
    fn new(body: Body, idle: Duration, total: Duration) -> Self {
        Self {
            body,
            idle,
            left: total,
            waiting: None,
            over: false,
        }
    }
}

impl Stream for Paced {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.over {
            return Poll::Ready(None);
        }
        if let Poll::Ready(chunk) = Pin::new(&mut this.body).poll_next(cx) {
            if let Some((since, _)) = this.waiting.take() {
                this.left = this.left.saturating_sub(since.elapsed());
            }
            return Poll::Ready(chunk);
        }
        let (_, alarm) = this.waiting.get_or_insert_with(|| {
            let wait = this.idle.min(this.left);
            (Instant::now(), Box::pin(sleep(wait)))
        });
        alarm.as_mut().poll(cx).map(|()| {
            this.over = true;
            Some(Err(TransportError::new(TransportErrorKind::Timeout)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Silent;

    impl Stream for Silent {
        type Item = Result<Bytes, TransportError>;
        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }

    struct Dripping(Pin<Box<Sleep>>);

    impl Stream for Dripping {
        type Item = Result<Bytes, TransportError>;
        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.0.as_mut().poll(cx).map(|()| {
                self.0 = Box::pin(sleep(Duration::from_secs(1)));
                Some(Ok(Bytes::from_static(b"x")))
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_body_ends_after_the_idle_time() {
        let started = Instant::now();
        let silent = Body::from_stream(Silent);
        let mut body = Body::from_stream(Paced::new(
            silent,
            Duration::from_secs(5),
            Duration::from_secs(60),
        ));
        let error = body.chunk().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Timeout);
        assert_eq!(started.elapsed(), Duration::from_secs(5));
        assert!(body.chunk().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_dripping_body_ends_after_the_stream_deadline_of_waiting() {
        let drip = Body::from_stream(Dripping(Box::pin(sleep(Duration::from_secs(1)))));
        let mut body = Body::from_stream(Paced::new(
            drip,
            Duration::from_secs(5),
            Duration::from_millis(3500),
        ));
        let mut chunks = 0;
        let error = loop {
            match body.chunk().await.unwrap() {
                Ok(_) => chunks += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), TransportErrorKind::Timeout);
        assert_eq!(chunks, 3);
    }
}
