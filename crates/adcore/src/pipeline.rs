//! The retry loop: everything between a request value and its output.

use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{HeaderValue, USER_AGENT};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument;

use crate::auth::{Authorize, CredentialVersion, OutgoingRequest};
use crate::request::{Endpoint, Request};
use crate::retry::{Retries, may_repeat};
use crate::settings::{CallOptions, ClientSettings};
use crate::transport::{Body, Transport};
use crate::{Error, ErrorKind};

mod limits;
mod response;
mod timeout;

use limits::Limits;
use response::{Collect, collect_failure, refuse_unasked};
pub use response::{Response, ResponseReader};
pub use timeout::StreamTime;
use timeout::StreamTimeout;

/// Sends the calls of one client: writes the credential, enforces time limits and retries.
///
/// A pipeline is bound to one endpoint, so that no credential can travel to another host. It is
/// cheap to clone; clones share the transport and the retry credit.
#[derive(Clone)]
pub struct Pipeline {
    inner: Arc<Inner>,
    options: Option<Arc<CallOptions>>,
}

struct Inner {
    vendor: &'static str,
    endpoint: Endpoint,
    transport: Arc<dyn Transport>,
    retries: Retries,
    limits: Limits,
    user_agent: HeaderValue,
}

/// The state of a call across its attempts.
struct Progress {
    started: Instant,
    deadline: Instant,
    sent: u32,
    refused_tokens: u32,
    failed_tokens: u32,
    may_have_run: bool,
    status: Option<StatusCode>,
}

/// The step at which an attempt failed.
enum Failure {
    Unsent(Error),
    Call(Error, CredentialVersion),
}

impl Progress {
    /// Records how the call went, once, because a subscriber may print each value.
    fn record(&self) {
        let span = tracing::Span::current();
        span.record("attempts", self.sent);
        if let Some(status) = self.status {
            span.record("http.response.status_code", status.as_u16());
        }
    }
}

/// The error of a wait that was longer than its limit.
fn late(what: &str, limit: Duration) -> Error {
    Error::new(ErrorKind::Timeout, format!("no {what} within {limit:?}"))
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Pipeline {
    /// Creates the pipeline for the calls of `vendor` at `endpoint`.
    ///
    /// # Errors
    /// `InvalidInput` for a time limit of zero or over a day, for a bad user agent, or when
    /// `settings` have no transport.
    pub fn new(
        vendor: &'static str,
        endpoint: Endpoint,
        settings: ClientSettings,
    ) -> Result<Self, Error> {
        let limits = Limits::of(&settings)?;
        let user_agent = settings
            .user_agent
            .unwrap_or(concat!("adapis/", env!("CARGO_PKG_VERSION")).into());
        let user_agent = HeaderValue::from_str(&user_agent)
            .map_err(|_| Error::invalid_input("user_agent", "must be one line of ASCII"))?;
        let transport = settings
            .transport
            .ok_or_else(|| Error::invalid_input("transport", "must be set"))?;
        Ok(Self {
            inner: Arc::new(Inner {
                vendor,
                endpoint,
                transport,
                retries: Retries::new(settings.retry.unwrap_or_default()),
                limits,
                user_agent,
            }),
            options: None,
        })
    }

    /// Returns a pipeline whose calls use `options`.
    ///
    /// It shares the transport and the retry credit with this one.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            options: Some(Arc::new(options)),
        }
    }

    /// Returns the size limit of one row of a streamed response, in bytes.
    #[must_use]
    pub fn row_limit(&self) -> usize {
        self.inner.limits.row
    }

    /// Returns the size limit of a response that is collected in memory, in bytes.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.inner.limits.body
    }

    /// Returns the time limit of a whole call.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        let option = self.options.as_ref().and_then(|options| options.deadline);
        option.unwrap_or(self.inner.limits.deadline)
    }

    fn max_attempts(&self, kind: ErrorKind) -> u32 {
        let option = self.options.as_ref().and_then(|own| own.max_attempts);
        option.unwrap_or(self.inner.retries.max_attempts(kind))
    }

    /// Returns the endpoint that all calls go to.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    /// Returns the transport, for sharing it with another client.
    #[must_use]
    pub fn transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.inner.transport)
    }

    /// Returns a new time budget for one stream, which covers all of its responses.
    #[must_use]
    pub fn stream_time(&self) -> StreamTime {
        StreamTime::new(self.inner.limits.stream)
    }

    /// Sends a call whose response is collected in memory and then read by `reader`.
    ///
    /// `reader` runs inside the retry loop: an error that it returns is retried according to its
    /// kind, as if the transport had returned it.
    ///
    /// # Errors
    /// Those of `reader`, or of sending the call; see [`ErrorKind`].
    pub async fn call<T: Send>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        reader: impl Fn(Response) -> Result<T, Error> + Sync,
    ) -> Result<T, Error> {
        let limit = self.inner.limits.body;
        self.run(request, credential, &Collect { limit, reader }, None)
            .await
    }

    /// Sends a call whose response is read while it arrives.
    ///
    /// # Errors
    /// As for [`call`](Self::call), until `reader` returns; later errors are items of the stream.
    /// Pass those through [`annotate`](Self::annotate).
    pub async fn open<J: ResponseReader>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        reader: &J,
    ) -> Result<J::Output, Error> {
        self.open_within(request, credential, reader, &self.stream_time())
            .await
    }

    /// As [`open`](Self::open), for one of several responses that share their `time`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_within<J: ResponseReader>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        reader: &J,
        time: &StreamTime,
    ) -> Result<J::Output, Error> {
        self.run(request, credential, reader, Some(time)).await
    }

    /// Returns how long to wait before retrying after this error; `None` means do not retry.
    ///
    /// For callers that repeat parts of a call themselves, such as the failed calls of a batch.
    /// Returning `Some` takes one retry from the client's credit.
    #[must_use]
    pub fn pause(&self, error: &Error, idempotent: bool, attempt: u32) -> Option<Duration> {
        let retries = &self.inner.retries;
        if !may_repeat(error, idempotent) || attempt >= self.max_attempts(error.kind()) {
            return None;
        }
        if !retries.spend() {
            tracing::debug!("retry budget spent");
            return None;
        }
        Some(retries.delay(error, attempt + 1))
    }

    /// Completes an error that occurred after [`open`](Self::open) returned.
    ///
    /// It adds the vendor, the operation and the host, and redacts the secrets of `credential`.
    #[must_use]
    pub fn annotate(&self, error: Error, operation: &str, credential: &dyn Authorize) -> Error {
        let mut error = error.with_operation(self.inner.vendor, operation.to_owned());
        if error.kind() != ErrorKind::InvalidInput {
            error = error.with_host(self.inner.endpoint.authority());
        }
        credential.secrets(&mut |secret| error.redact(secret));
        error
    }

    async fn run<J: ResponseReader>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        reader: &J,
        streamed: Option<&StreamTime>,
    ) -> Result<J::Output, Error> {
        let endpoint = &self.inner.endpoint;
        // The names with dots are the semantic conventions of OpenTelemetry.
        let span = tracing::info_span!(
            "adapis.call",
            vendor = self.inner.vendor,
            operation = %request.operation,
            http.request.method = %request.method,
            server.address = endpoint.host_and_port().0,
            server.port = endpoint.host_and_port().1,
            http.response.status_code = tracing::field::Empty,
            error.r#type = tracing::field::Empty,
            attempts = tracing::field::Empty,
        );
        let call = pin!(async {
            let started = Instant::now();
            let mut progress = Progress {
                started,
                deadline: started + self.deadline(),
                sent: 0,
                refused_tokens: 0,
                failed_tokens: 0,
                may_have_run: false,
                status: None,
            };
            loop {
                let failure = match self
                    .attempt(request, credential, reader, streamed, &mut progress)
                    .await
                {
                    Ok(output) => {
                        self.inner.retries.refill(progress.sent);
                        progress.record();
                        tracing::info!(
                            elapsed_ms = milliseconds(progress.started.elapsed()),
                            "call succeeded"
                        );
                        return Ok(output);
                    }
                    Err(failure) => failure,
                };
                self.recover(request, credential, failure, &mut progress)
                    .await
                    .map_err(|error| self.conclude(error, request, credential, &progress))?;
            }
        });
        call.instrument(span).await
    }

    async fn attempt<J: ResponseReader>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        reader: &J,
        streamed: Option<&StreamTime>,
        progress: &mut Progress,
    ) -> Result<J::Output, Failure> {
        let mut outgoing = OutgoingRequest::new(request);
        let (outgoing, version) = self
            .authorize(credential, &mut outgoing, progress)
            .await
            .and_then(|version| Ok((self.finish(outgoing, request)?, version)))
            .map_err(Failure::Unsent)?;
        let turn = self.turn(progress.deadline).await;
        turn.map_err(Failure::Unsent)?;
        progress.sent += 1;
        let limits = &self.inner.limits;
        let deadline = progress.deadline;
        let until = deadline.min(Instant::now() + limits.attempt);
        let sending = self.inner.transport.send(outgoing);
        let exchange = pin!(async {
            let mut response = sending.await?;
            progress.status = Some(response.status());
            if response.status().is_success() {
                refuse_unasked(&response)?;
                if let Some(time) = streamed {
                    response = response.map(|body| {
                        Body::from_stream(StreamTimeout::new(body, limits.idle, time.clone()))
                    });
                }
            } else {
                let half = until.saturating_duration_since(Instant::now()) / 2;
                let limit = limits.body.min(1024 * 1024);
                // Boxed, because it is rare: otherwise the future of every call has room for it.
                response = Box::pin(collect_failure(response, limit, half)).await;
            }
            reader.read(response).await
        });
        match timeout_at(until, exchange).await {
            Ok(outcome) => outcome.map_err(|error| Failure::Call(error, version)),
            Err(_) => {
                let waited = if until == deadline {
                    self.deadline()
                } else {
                    limits.attempt
                };
                Err(Failure::Call(late("response", waited), version))
            }
        }
    }

    /// Writes the credential into `outgoing`.
    async fn authorize(
        &self,
        credential: &dyn Authorize,
        outgoing: &mut OutgoingRequest,
        progress: &Progress,
    ) -> Result<CredentialVersion, Error> {
        let mut authorized = credential.authorize(outgoing);
        // A credential that is ready at once needs no timer.
        let at_hand = poll_fn(|cx| Poll::Ready(authorized.as_mut().poll(cx)));
        let outcome = match at_hand.await {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => {
                let outcome = timeout_at(progress.deadline, authorized).await;
                outcome.unwrap_or_else(|_| Err(late("access token", self.deadline())))
            }
        };
        outcome.map_err(|error| error.with_may_have_run(false))
    }

    /// Waits until the transport may send a request.
    async fn turn(&self, deadline: Instant) -> Result<(), Error> {
        let Some(turn) = self.inner.transport.turn() else {
            return Ok(());
        };
        // Boxed, because most transports have none.
        let waited = Box::pin(timeout_at(deadline, turn)).await;
        waited.map_err(|_| {
            let what = "turn to send the request, because of the limit of requests,";
            late(what, self.deadline()).with_kind(ErrorKind::RateLimited)
        })
    }

    fn finish(
        &self,
        outgoing: OutgoingRequest,
        request: &Request,
    ) -> Result<http::Request<Bytes>, Error> {
        let mut outgoing = outgoing.finish(request, &self.inner.endpoint)?;
        let headers = outgoing.headers_mut();
        headers
            .entry(USER_AGENT)
            .or_insert_with(|| self.inner.user_agent.clone());
        if let Some(options) = &self.options {
            for (name, value) in &options.headers {
                headers.insert(name.clone(), value.clone());
            }
        }
        Ok(outgoing)
    }

    /// Decides whether to retry: waits and returns `Ok` for another attempt, or returns the final
    /// error.
    async fn recover(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        failure: Failure,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        let retries = &self.inner.retries;
        let (error, wait) = match failure {
            Failure::Unsent(error) => {
                progress.failed_tokens += 1;
                if !error.is_transient()
                    || progress.failed_tokens >= self.max_attempts(error.kind())
                {
                    return Err(error);
                }
                let wait = retries.delay(&error, progress.failed_tokens + 1);
                (error, wait)
            }
            Failure::Call(error, version) => {
                progress.may_have_run |= error.may_have_run();
                if error.kind() == ErrorKind::Unauthenticated {
                    return self.renew(credential, version, error, progress).await;
                }
                let attempt = progress.sent - progress.refused_tokens;
                match self.pause(&error, request.idempotent, attempt) {
                    Some(wait) => (error, wait),
                    None => return Err(error),
                }
            }
        };
        if Instant::now() + wait >= progress.deadline {
            return Err(error);
        }
        tracing::debug!(
            error.r#type = error.kind().as_str(),
            attempt = progress.sent,
            wait_ms = milliseconds(wait),
            "call failed, trying again"
        );
        sleep(wait).await;
        Ok(())
    }

    /// Gives a refused credential one chance to be renewed.
    async fn renew(
        &self,
        credential: &dyn Authorize,
        version: CredentialVersion,
        error: Error,
        progress: &mut Progress,
    ) -> Result<(), Error> {
        if progress.refused_tokens > 0 {
            let message = format!("refused again with a new token: {}", error.message());
            return Err(error.with_message(message));
        }
        if !credential.refused(version).await {
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
        progress.record();
        tracing::Span::current().record("error.type", error.kind().as_str());
        let may_have_run = error.may_have_run() || progress.may_have_run;
        let error = match progress.failed_tokens {
            tokens @ 2.. if progress.sent == 0 => {
                let message = format!("{} ({tokens} attempts)", error.message());
                error.with_message(message)
            }
            _ => error,
        };
        let error = error
            .with_attempts(progress.sent)
            .with_may_have_run(may_have_run);
        let error = self.annotate(error, &request.operation, credential);
        tracing::info!(
            elapsed_ms = milliseconds(progress.started.elapsed()),
            "call failed"
        );
        error
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline")
            .field("vendor", &self.inner.vendor)
            .field("endpoint", &self.inner.endpoint)
            .field("transport", &self.inner.transport)
            .field("limits", &self.inner.limits)
            .finish_non_exhaustive()
    }
}
