use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::Uri;
use http::header::HOST;
use http_body::Body as _;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;

use crate::malformed::is_malformed;
use adcore::Endpoint;
use adcore::Error;
use adcore::{Body, Transport, TransportError, TransportErrorKind};

mod connect;
mod head;
mod pool;

use connect::Connector;
use head::HeadBudget;
use pool::{Lease, Origin, Pool};

type Unsent = http::Request<Full<Bytes>>;
type TrySendError = hyper::client::conn::TrySendError<Unsent>;

/// Our end of a connection.
struct Sender {
    requests: http1::SendRequest<Full<Bytes>>,
    head: HeadBudget,
}

impl Sender {
    async fn send(&mut self, request: Unsent) -> Result<http::Response<Incoming>, TrySendError> {
        self.head.start();
        let response = self.requests.try_send_request(request).await;
        self.head.end();
        response
    }

    fn is_closed(&self) -> bool {
        self.requests.is_closed()
    }
}

/// A leaner transport: HTTP/1.1 connections of hyper and a small pool, and nothing else.
///
/// It follows no redirects, uses no proxy and no compression, connects within five seconds (TLS
/// included), and drops idle connections after 20 seconds. Cheap to clone; create one per program.
#[derive(Clone)]
pub struct HyperTransport {
    connector: Connector,
    pool: Arc<Pool>,
}

impl HyperTransport {
    /// Creates a transport for `https://` (feature `hyper-rustls`) and loopback `http://`.
    ///
    /// # Errors
    /// `InvalidInput` if TLS cannot be set up or is not compiled in.
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            connector: Connector::secure()?,
            pool: Arc::default(),
        })
    }

    /// Creates a transport for one endpoint; loads no certificates for an `http://` endpoint.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn for_endpoint(endpoint: &Endpoint) -> Result<Self, Error> {
        if endpoint.is_https() {
            return Self::new();
        }
        Ok(Self {
            connector: Connector::plain()?,
            pool: Arc::default(),
        })
    }
}

/// A request with its origin, and a connection to it if one is idle.
type Addressed = (Unsent, Arc<Origin>, Option<Sender>);

impl HyperTransport {
    /// Takes the origin from the request's URL, or returns `None` if it has none.
    fn address(&self, mut request: http::Request<Bytes>) -> Option<Addressed> {
        let target = std::mem::take(request.uri_mut()).into_parts();
        let (origin, kept) = self.pool.take(&target.scheme?, &target.authority?)?;
        if let Some(path) = target.path_and_query {
            *request.uri_mut() = Uri::from(path);
        }
        let headers = request.headers_mut();
        headers.entry(HOST).or_insert_with(|| origin.host.clone());
        Some((request.map(Full::new), origin, kept))
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HyperTransport(..)")
    }
}

#[async_trait]
impl Transport for HyperTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let addressed = self.address(request);
        let (mut request, origin, mut kept) =
            addressed.ok_or_else(|| TransportError::new(TransportErrorKind::Request))?;
        loop {
            let reused = kept.is_some();
            let mut sender = match kept {
                Some(sender) => sender,
                // Boxed, because it is rare and large: each call would carry room for it.
                None => Box::pin(self.connector.open(&origin)).await?,
            };
            let unsent = match sender.requests.ready().await {
                Ok(()) => match sender.send(request).await {
                    Ok(response) => {
                        let lease = Lease::new(&self.pool, origin, sender);
                        return Ok(response.map(|incoming| body(incoming, lease)));
                    }
                    Err(mut error) => match error.take_message() {
                        Some(unsent) if reused => unsent,
                        _ => return Err(from_hyper(error.into_error())),
                    },
                },
                Err(_) if reused => request,
                Err(error) => return Err(from_hyper(error)),
            };
            request = unsent;
            kept = self.pool.next(&origin);
        }
    }
}

fn from_hyper(error: hyper::Error) -> TransportError {
    let kind = if is_malformed(&error) {
        TransportErrorKind::Malformed
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind).with_source(error)
}

fn body(incoming: Incoming, lease: Lease) -> Body {
    if incoming.is_end_stream() {
        lease.end();
        return Body::empty();
    }
    Body::from_stream(Frames {
        incoming,
        lease: Some(lease),
    })
}

/// A body that returns its connection to the pool at its end, and closes it if dropped earlier.
struct Frames {
    incoming: Incoming,
    lease: Option<Lease>,
}

impl Frames {
    fn end(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.end();
        }
    }
}

impl Stream for Frames {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.lease.is_some() {
            let frame = match Pin::new(&mut self.incoming).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => frame,
                Poll::Ready(Some(Err(error))) => {
                    self.lease = None;
                    return Poll::Ready(Some(Err(from_hyper(error))));
                }
                Poll::Ready(None) => {
                    self.end();
                    return Poll::Ready(None);
                }
                Poll::Pending => return Poll::Pending,
            };
            if self.incoming.is_end_stream() {
                self.end();
            }
            if let Ok(data) = frame.into_data() {
                return Poll::Ready(Some(Ok(data)));
            }
        }
        Poll::Ready(None)
    }
}
