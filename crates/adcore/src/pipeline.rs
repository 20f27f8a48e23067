use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderValue, USER_AGENT};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument;

use crate::auth::{Authorize, Draft, Stamp};
use crate::request::{Endpoint, Request};
use crate::retry::{Retries, may_repeat};
use crate::transport::{Body, Transport};
use crate::{Error, ErrorKind};

mod builder;
mod judge;
mod paced;

use builder::Limits;
pub use builder::PipelineBuilder;
use judge::Collect;
pub use judge::{Answer, Judge};
use paced::Paced;

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
        PipelineBuilder::new(vendor, endpoint)
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

    /// How long to wait before a call that failed so at its `attempt` is sent again; `None` is never.
    ///
    /// For callers that repeat parts of an exchange themselves, such as a batch: it takes one
    /// retry from the client's credit.
    #[must_use]
    pub fn pause(&self, error: &Error, idempotent: bool, attempt: u32) -> Option<Duration> {
        let retries = &self.0.retries;
        if !may_repeat(error, idempotent) || attempt >= retries.max_attempts() {
            return None;
        }
        if !retries.spend() {
            tracing::debug!("retry budget spent");
            return None;
        }
        Some(retries.delay(error, attempt + 1))
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
        let call = pin!(async {
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
        });
        call.instrument(span).await
    }

    async fn attempt<J: Judge>(
        &self,
        request: &Request,
        credential: &dyn Authorize,
        judge: &J,
        streamed: bool,
        progress: &mut Progress,
    ) -> Result<J::Output, Failure> {
        let mut draft = Draft::new(request);
        let (outgoing, stamp) = self
            .authorize(credential, &mut draft, progress)
            .await
            .and_then(|stamp| Ok((self.finish(draft, request)?, stamp)))
            .map_err(Failure::Credential)?;
        progress.sent += 1;
        let limits = &self.0.limits;
        let until = progress.deadline.min(Instant::now() + limits.attempt);
        let sending = self.0.transport.send(outgoing);
        let exchange = pin!(async {
            let response = sending.await?;
            #[cfg(feature = "gzip")]
            let response = crate::gzip::unpack(response);
            tracing::Span::current().record("status", response.status().as_u16());
            let response = if streamed {
                response.map(|body| Body::from_stream(Paced::new(body, limits.idle, limits.stream)))
            } else {
                response
            };
            judge.judge(response).await
        });
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

    /// Writes the credential into `draft`.
    async fn authorize(
        &self,
        credential: &dyn Authorize,
        draft: &mut Draft,
        progress: &Progress,
    ) -> Result<Stamp, Error> {
        let mut authorized = credential.authorize(draft);
        // One that is at hand needs no timer.
        let at_hand = poll_fn(|cx| Poll::Ready(authorized.as_mut().poll(cx)));
        let outcome = match at_hand.await {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => timeout_at(progress.deadline, authorized)
                .await
                .unwrap_or_else(|_| {
                    let waited = self.0.limits.deadline;
                    let message = format!("no access token within {waited:?}");
                    Err(Error::new(ErrorKind::Timeout, message))
                }),
        };
        outcome.map_err(|error| error.with_may_have_run(false))
    }

    fn finish(&self, draft: Draft, request: &Request) -> Result<http::Request<Bytes>, Error> {
        let mut outgoing = draft.finish(request, &self.0.endpoint)?;
        let headers = outgoing.headers_mut();
        headers
            .entry(USER_AGENT)
            .or_insert_with(|| self.0.user_agent.clone());
        #[cfg(feature = "gzip")]
        crate::gzip::ask(headers);
        Ok(outgoing)
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
        let (error, wait) = match failure {
            Failure::Credential(error) => {
                progress.failed_tokens += 1;
                if !error.is_transient() || progress.failed_tokens >= retries.max_attempts() {
                    return Err(error);
                }
                let wait = retries.delay(&error, progress.failed_tokens + 1);
                (error, wait)
            }
            Failure::Call(error, stamp) => {
                progress.may_have_run |= error.may_have_run();
                if error.kind() == ErrorKind::Unauthenticated {
                    return self.renew(credential, stamp, error, progress).await;
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
