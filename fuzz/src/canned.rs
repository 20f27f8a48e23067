//! A transport that responds with the fuzzer's bytes, in the fuzzer's chunks.

use std::fmt;
use std::future::Future;
use std::sync::Mutex;

use adcore::{Body, RetryPolicy, Transport, TransportError};
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};

pub(crate) const ORIGIN: &str = "http://127.0.0.1:9";

/// Runs a future that never waits.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

pub(crate) fn once() -> RetryPolicy {
    RetryPolicy::never()
}

/// Responds with status 200 and these bytes.
pub(crate) struct Canned {
    /// Whether the bytes are the response to token requests instead of calls.
    pub(crate) token: bool,
    pub(crate) headers: http::HeaderMap,
    pub(crate) chunks: Vec<Bytes>,
    /// The call that was sent, if any.
    pub(crate) sent: Mutex<Option<Request<Bytes>>>,
}

impl Canned {
    pub(crate) fn new(body: &[u8]) -> Self {
        Self::chunked(vec![Bytes::copy_from_slice(body)])
    }

    pub(crate) fn chunked(chunks: Vec<Bytes>) -> Self {
        Self {
            token: false,
            headers: http::HeaderMap::new(),
            chunks,
            sent: Mutex::default(),
        }
    }

    pub(crate) fn token(body: &[u8]) -> Self {
        Self {
            token: true,
            ..Self::new(body)
        }
    }
}

impl fmt::Debug for Canned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Canned")
    }
}

#[adcore::async_trait]
impl Transport for Canned {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        let asks_token = request.uri().path() == "/token"
            || request.body().windows(11).any(|at| at == b"\"user.auth\"");
        if asks_token && !self.token {
            let tokens =
                r#"{"access_token":"a","refresh_token":"r","result":{"access_token":"a"},"id":1}"#;
            return Ok(Response::new(Body::from(Bytes::from(tokens))));
        }
        if request.uri().path() == "/api/v2/reports/done" {
            let state = r#"{"result":{"taskId":"done","status":"SUCCESS"}}"#;
            return Ok(Response::new(Body::from(Bytes::from(state))));
        }
        if !asks_token {
            *self.sent.lock().unwrap() = Some(request);
            if self.token {
                return Ok(Response::new(Body::from(Bytes::from("[]"))));
            }
        }
        let chunks = self.chunks.clone().into_iter().map(Ok);
        let mut response = Response::new(Body::from_stream(stream::iter(chunks)));
        *response.headers_mut() = self.headers.clone();
        Ok(response)
    }
}
