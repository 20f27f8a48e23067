//! A transport that responds with the fuzzer's bytes, in the fuzzer's chunks.

use std::fmt;
use std::future::Future;
use std::sync::Mutex;

use adcore::{Body, RetryPolicy, Transport, TransportError};
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};

use crate::targets::cut;

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

/// What a server of pages does with the limit of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The maximum number of rows of a page.
    pub(crate) most: usize,
    /// Whether page N begins after N times the requested limit instead of the smaller one.
    pub(crate) by_requested: bool,
}

/// Responds to the requests of Hybrid 3.0 with pages of these rows.
pub(crate) struct Pages {
    pub(crate) rows: Vec<Bytes>,
    /// See `cut`.
    pub(crate) cuts: Vec<u8>,
    pub(crate) limits: Limits,
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages")
    }
}

impl Pages {
    fn page(&self, query: &str) -> Vec<u8> {
        let number = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let value = pairs.find(|(known, _)| *known == name);
            value.and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
        };
        let requested: usize = number("limit");
        let limit = requested.min(self.limits.most);
        let size = if self.limits.by_requested {
            requested
        } else {
            limit
        };
        let begin = number("page") * size;
        let rows: Vec<&[u8]> = self
            .rows
            .iter()
            .skip(begin)
            .take(limit)
            .map(AsRef::as_ref)
            .collect();
        [b"{\"Statistic\":[", rows.join(&b',').as_slice(), b"]}"].concat()
    }
}

#[adcore::async_trait]
impl Transport for Pages {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        let body = match request.uri().query() {
            Some(query) => self.page(query),
            None => br#"{"access_token":"a"}"#.to_vec(),
        };
        let chunks = cut(&body, &self.cuts).into_iter().map(Ok);
        Ok(Response::new(Body::from_stream(stream::iter(chunks))))
    }
}
