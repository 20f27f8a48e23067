//! How the pipeline handles failures: attempts, waits, deadlines, renewed tokens, secrets.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering, Ordering::Relaxed};
use std::time::Duration;

use adcore::testing::ScriptedTransport;
use adcore::{
    Anonymous, Authorize, Body, CallOptions, ClientSettings, CredentialVersion, Endpoint, Error,
    ErrorKind, OutgoingRequest, Pipeline, Request, Response, RetryPolicy, Transport,
    TransportError, TransportErrorKind, Turn, async_trait,
};
use bytes::Bytes;
use http::Method;
use secrecy::SecretString;
use tokio::time::{Instant, sleep};

fn built(endpoint: &str, settings: ClientSettings) -> Result<Pipeline, Error> {
    Pipeline::new("test", Endpoint::parse(endpoint)?, settings)
}

fn pipeline(transport: impl Transport) -> Pipeline {
    built(
        "https://api.example/base",
        ClientSettings::new()
            .transport(transport)
            .retry(RetryPolicy::default().seed(1)),
    )
    .unwrap()
}

fn read() -> Request {
    Request::new("read", Method::GET, "/read")
}

fn write() -> Request {
    Request::new("write", Method::POST, "/write")
}

fn read_body(response: Response) -> Result<Bytes, Error> {
    if response.status.is_success() {
        Ok(response.body)
    } else {
        let message = String::from_utf8_lossy(&response.body).into_owned();
        Err(Error::from_status(response.status, &response.headers).with_message(message))
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_and_a_write_only_when_it_surely_did_not_run() {
    use TransportErrorKind::{Connect, Interrupted, Timeout};
    for (fault, reads, writes, write_may_have_run) in [
        (Connect, 2, 2, false),
        (Timeout, 2, 1, true),
        (Interrupted, 2, 1, true),
    ] {
        for (request, sent) in [(read(), reads), (write(), writes)] {
            let script = ScriptedTransport::new();
            script.fail(fault);
            script.reply(200, "fine");
            let result = pipeline(script.clone())
                .call(&request, &Anonymous, read_body)
                .await;
            assert_eq!(script.requests().len(), sent, "{fault:?}");
            match result {
                Ok(body) => assert_eq!(body, "fine"),
                Err(error) => {
                    assert_eq!(error.may_have_run(), write_may_have_run, "{fault:?}");
                    assert_eq!(
                        (error.vendor(), error.operation()),
                        (Some("test"), Some("write"))
                    );
                    assert_eq!(error.attempts(), 1);
                }
            }
        }
    }
    for (status, reads, writes) in [
        (500, 2, 1),
        (503, 2, 1),
        (429, 2, 2),
        (400, 1, 1),
        (404, 1, 1),
    ] {
        for (request, sent) in [(read(), reads), (write(), writes)] {
            let script = ScriptedTransport::new();
            script.reply(status, "no");
            script.reply(200, "fine");
            let _ = pipeline(script.clone())
                .call(&request, &Anonymous, read_body)
                .await;
            assert_eq!(script.requests().len(), sent, "{status}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_earlier_ambiguous_attempt_is_not_forgotten() {
    let script = ScriptedTransport::new();
    script.fail(TransportErrorKind::Interrupted);
    script.reply(404, "gone");
    let error = pipeline(script)
        .call(&read(), &Anonymous, read_body)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.attempts(), 2);
    assert!(error.may_have_run());
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for_but_never_past_the_deadline() {
    for (asked, sent) in [("7", 2), ("120", 1)] {
        let script = ScriptedTransport::new();
        let mut busy = http::Response::new(Body::empty());
        *busy.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
        busy.headers_mut()
            .insert("retry-after", asked.parse().unwrap());
        script.respond(Ok(busy));
        script.reply(200, "fine");
        let started = Instant::now();
        let result = pipeline(script.clone())
            .call(&write(), &Anonymous, read_body)
            .await;
        assert_eq!(script.requests().len(), sent);
        match result {
            Ok(_) => assert!(started.elapsed() >= Duration::from_secs(7)),
            Err(error) => {
                assert_eq!(error.retry_after(), Some(Duration::from_secs(120)));
                assert_eq!(started.elapsed(), Duration::ZERO);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_are_waited_for_with_patience_within_the_deadline() {
    let patient = RetryPolicy::default()
        .seed(1)
        .max_rate_limit_attempts(u32::MAX);
    for (deadline, busy, sent) in [(600, 7, 8), (600, 100, 16), (20, 100, 4)] {
        let script = ScriptedTransport::new();
        for _ in 0..busy {
            script.reply(429, "slow down");
        }
        script.reply(200, "fine");
        let settings = ClientSettings::new()
            .transport(script.clone())
            .retry(patient.clone())
            .deadline(Duration::from_secs(deadline));
        let endpoint = Endpoint::parse("https://api.example/").unwrap();
        let pipeline = Pipeline::new("test", endpoint, settings).unwrap();
        let started = Instant::now();
        let result = pipeline.call(&write(), &Anonymous, read_body).await;
        assert!(started.elapsed() <= Duration::from_secs(deadline));
        let calls = script.requests().len();
        assert_eq!(result.is_ok(), busy < 10);
        assert!(calls.abs_diff(sent) <= 3, "{calls} calls in {deadline} s");
        assert!(result.is_err() || started.elapsed() >= Duration::from_secs(91));
    }
    // Other failures are repeated for no longer than before.
    let script = ScriptedTransport::new();
    script.reply(500, "no");
    script.reply(500, "no");
    script.reply(500, "no");
    let settings = ClientSettings::new()
        .transport(script.clone())
        .retry(patient);
    let endpoint = Endpoint::parse("https://api.example/").unwrap();
    let pipeline = Pipeline::new("test", endpoint, settings).unwrap();
    let error = pipeline
        .call(&read(), &Anonymous, read_body)
        .await
        .unwrap_err();
    assert_eq!(error.attempts(), 3);
}

/// Each request waits this long for its turn, except for the first ones.
#[derive(Debug)]
struct Limited {
    inner: ScriptedTransport,
    free: AtomicUsize,
    wait: Duration,
}

#[async_trait]
impl Transport for Limited {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        self.inner.send(request).await
    }

    fn turn(&self) -> Option<Turn<'_>> {
        let free = self
            .free
            .fetch_update(Relaxed, Relaxed, |free| free.checked_sub(1));
        free.is_err().then(|| Box::pin(sleep(self.wait)) as _)
    }
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_turn_is_no_part_of_an_attempt() {
    for (replies, free, wait, outcome) in [
        (vec![200], 0, 59, Ok(59)),
        (vec![200], 1, 59, Ok(0)),
        (vec![429, 200], 1, 55, Ok(57)),
        (vec![], 0, 61, Err((0, false))),
        (vec![503], 1, 61, Err((1, true))),
    ] {
        let inner = ScriptedTransport::new();
        replies.iter().for_each(|status| inner.reply(*status, "{}"));
        let (free, wait) = (AtomicUsize::new(free), Duration::from_secs(wait));
        let started = Instant::now();
        let called = pipeline(Limited { inner, free, wait })
            .call(&read(), &Anonymous, read_body)
            .await;
        match (called, outcome) {
            (Ok(_), Ok(seconds)) => assert!(started.elapsed() <= Duration::from_secs(seconds)),
            (Err(error), Err((attempts, may_have_run))) => {
                assert_eq!(error.kind(), ErrorKind::RateLimited);
                assert_eq!(error.attempts(), attempts);
                assert_eq!(error.may_have_run(), may_have_run);
                assert!(error.message().contains("within 60s"), "{error}");
                assert_eq!(started.elapsed(), Duration::from_secs(60));
            }
            (called, _) => panic!("{called:?}"),
        }
    }
}

#[derive(Debug)]
struct Hanging;

#[async_trait]
impl Transport for Hanging {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_outlives_the_deadline() {
    let started = Instant::now();
    let error = pipeline(Hanging)
        .call(&read(), &Anonymous, read_body)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(started.elapsed(), Duration::from_secs(60));
    assert!(error.may_have_run());
    let zero = built(
        "https://a.example",
        ClientSettings::new()
            .transport(Hanging)
            .deadline(Duration::ZERO),
    );
    assert_eq!(zero.unwrap_err().field(), Some("deadline"));
}

#[tokio::test(start_paused = true)]
async fn a_sick_vendor_is_not_hammered_beyond_the_budget() {
    let script = ScriptedTransport::new();
    let pipeline = built(
        "https://a.example",
        ClientSettings::new()
            .transport(script.clone())
            .retry(RetryPolicy::default().budget(10).seed(1)),
    )
    .unwrap();
    for _ in 0..50 {
        let _ = pipeline.call(&read(), &Anonymous, read_body).await;
    }
    assert_eq!(script.requests().len(), 50 + 10);
}

/// A credential made of numbered tokens, of which only some are valid.
#[derive(Debug, Default)]
struct Numbered(AtomicU64);

#[async_trait]
impl Authorize for Numbered {
    async fn authorize(&self, outgoing: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        let number = self.0.load(Ordering::SeqCst);
        outgoing.field("token", &SecretString::from(format!("c4n4ry/{number}")));
        Ok(CredentialVersion(number))
    }

    async fn refused(&self, version: CredentialVersion) -> bool {
        self.0.store(version.0 + 1, Ordering::SeqCst);
        true
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        for number in 0..=self.0.load(Ordering::SeqCst) {
            each(&format!("c4n4ry/{number}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_even_for_a_write() {
    let script = ScriptedTransport::new();
    script.reply(401, "token");
    script.reply(200, "fine");
    let credential = Numbered::default();
    let body = pipeline(script.clone())
        .call(&write(), &credential, read_body)
        .await
        .unwrap();
    assert_eq!(body, "fine");
    let targets: Vec<_> = script
        .requests()
        .iter()
        .map(|sent| sent.uri().to_string())
        .collect();
    assert_eq!(
        targets,
        [
            "https://api.example/base/write?token=c4n4ry%2F0",
            "https://api.example/base/write?token=c4n4ry%2F1"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn refused_again_is_an_error_that_says_so_without_the_token() {
    let script = ScriptedTransport::new();
    script.reply(401, "bad c4n4ry/0");
    script.reply(401, "bad token=c4n4ry%2F1 c4n4ry/1");
    script.reply(200, "too late");
    let error = pipeline(script.clone())
        .call(&read(), &Numbered::default(), read_body)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(
        error
            .message()
            .starts_with("refused again with a new token")
    );
    assert_eq!(script.requests().len(), 2);
    for text in [
        format!("{error}"),
        format!("{error:?}"),
        format!("{error:#?}"),
    ] {
        assert!(!text.contains("c4n4ry"), "{text}");
        assert!(text.contains("***"), "{text}");
    }
}

#[derive(Debug)]
struct Tokenless(ErrorKind, AtomicU64);

#[async_trait]
impl Authorize for Tokenless {
    async fn authorize(&self, _: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Err(Error::new(self.0, "no token"))
    }

    fn secrets(&self, _: &mut dyn FnMut(&str)) {}
}

#[tokio::test(start_paused = true)]
async fn without_a_token_nothing_is_sent() {
    for (kind, asked) in [(ErrorKind::Server, 3), (ErrorKind::Unauthenticated, 1)] {
        let script = ScriptedTransport::new();
        let credential = Tokenless(kind, AtomicU64::new(0));
        let error = pipeline(script.clone())
            .call(&write(), &credential, read_body)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(credential.1.load(Ordering::SeqCst), asked);
        assert!(!error.may_have_run());
        assert_eq!((error.attempts(), script.requests().len()), (0, 0));
        // The call was not sent, but the reader sees that the token was asked for several times.
        let text = error.to_string();
        assert_eq!(
            text.ends_with(": no token (3 attempts)"),
            asked == 3,
            "{text}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_response_over_the_limit_is_not_read_further() {
    let script = ScriptedTransport::new();
    script.reply(200, "x".repeat(2000));
    let pipeline = built(
        "https://a.example",
        ClientSettings::new().transport(script).body_limit(1000),
    )
    .unwrap();
    let error = pipeline
        .call(&read(), &Anonymous, read_body)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("1000 bytes"));
}

#[tokio::test(start_paused = true)]
async fn a_response_that_announces_too_much_is_not_read_at_all() {
    let script = ScriptedTransport::new();
    let mut large = http::Response::new(Body::from_stream(Silence));
    large
        .headers_mut()
        .insert("content-length", "200000000".parse().unwrap());
    script.respond(Ok(large));
    let started = Instant::now();
    let error = pipeline(script)
        .call(&read(), &Anonymous, read_body)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(started.elapsed(), Duration::ZERO);
}

struct Silence;

impl futures_core::Stream for Silence {
    type Item = Result<Bytes, TransportError>;
    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_can_have_a_deadline_attempts_and_headers_of_its_own() {
    let started = Instant::now();
    let shared = pipeline(Hanging);
    let options = CallOptions::new().deadline(Duration::from_millis(300));
    let error = shared
        .with_options(options)
        .call(&write(), &Anonymous, read_body)
        .await
        .unwrap_err();
    assert_eq!(started.elapsed(), Duration::from_millis(300));
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.may_have_run());
    assert_eq!(
        error.to_string(),
        "test write: timed out waiting for api.example: no response within 300ms"
    );

    let script = ScriptedTransport::new();
    let shared = pipeline(script.clone());
    let options = CallOptions::new().max_attempts(1);
    let options = options.header("x-request-id".parse().unwrap(), "7".parse().unwrap());
    let once = shared.with_options(options.unwrap());
    let error = once.call(&read(), &Anonymous, read_body).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert_eq!(script.requests()[0].headers()["x-request-id"], "7");
    let error = shared
        .call(&read(), &Anonymous, read_body)
        .await
        .unwrap_err();
    assert_eq!(error.attempts(), 3, "the shared client is as it was");
    assert!(!script.requests()[3].headers().contains_key("x-request-id"));

    for reserved in ["authorization", "host", "content-length"] {
        let refused = CallOptions::new().header(reserved.parse().unwrap(), "x".parse().unwrap());
        assert_eq!(refused.unwrap_err().field(), Some(reserved));
    }
}

#[tokio::test(start_paused = true)]
async fn an_encoding_that_was_not_asked_for_is_refused_by_name() {
    for (encoding, refused) in [
        ("br", true),
        ("gzip", true),
        ("identity", false),
        ("", false),
    ] {
        let script = ScriptedTransport::new();
        let mut response = http::Response::new(Body::from(Bytes::from_static(b"abc")));
        response
            .headers_mut()
            .insert("content-encoding", encoding.parse().unwrap());
        script.respond(Ok(response));
        let outcome = pipeline(script).call(&read(), &Anonymous, read_body).await;
        assert_eq!(outcome.is_err(), refused, "{encoding}");
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(
                error.message().contains(&format!("`{encoding}`")),
                "{error}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_part_of_a_response_is_not_taken_for_the_whole() {
    let script = ScriptedTransport::new();
    let mut response = http::Response::new(Body::from(Bytes::from_static(b"[]")));
    *response.status_mut() = http::StatusCode::PARTIAL_CONTENT;
    script.respond(Ok(response));
    let outcome = pipeline(script).call(&read(), &Anonymous, read_body).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.status(), Some(http::StatusCode::PARTIAL_CONTENT));
    assert!(error.message().contains("HTTP 206"), "{error}");
}
