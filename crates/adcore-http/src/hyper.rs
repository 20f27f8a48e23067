//! The lean transport over hyper.

use std::fmt;
use std::net::IpAddr;
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

/// Our end of a connection.
struct Sender {
    requests: http1::SendRequest<Full<Bytes>>,
    head: HeadBudget,
}

impl Sender {
    fn is_closed(&self) -> bool {
        self.requests.is_closed()
    }
}

/// The lean transport: a small pool directly on hyper's HTTP/1.1 connections.
///
/// It follows no redirects and supports neither proxies nor compression. Connecting, including TLS,
/// may take five seconds; idle connections are dropped after 20 seconds. It is cheap to clone, and
/// clones share the pool, so build one per program.
///
/// ```no_run
/// use adcore::ClientSettings;
/// use adcore_http::{Gzip, HyperTransport};
///
/// // Without `Gzip`, responses are not compressed.
/// let settings = ClientSettings::new().transport(Gzip::new(HyperTransport::new()?));
/// # Ok::<(), adcore::Error>(())
/// ```
#[derive(Clone)]
pub struct HyperTransport {
    connector: Connector,
    pool: Arc<Pool>,
}

impl HyperTransport {
    /// Creates a transport for `https://` (feature `hyper-rustls`) and for `http://` to loopback.
    ///
    /// # Errors
    /// `InvalidInput` if TLS cannot be set up or is not compiled in.
    pub fn new() -> Result<Self, Error> {
        Ok(Self {
            connector: Connector::secure()?,
            pool: Arc::default(),
        })
    }

    /// Creates a transport for one endpoint; skips loading certificates for an `http://` endpoint.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
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

impl HyperTransport {
    /// A transport for `https://` that trusts the certificate authorities of a PEM file and no
    /// others.
    ///
    /// # Errors
    /// `InvalidInput` when the text holds no certificates.
    #[cfg(feature = "hyper-rustls")]
    pub fn trusting(pem: &[u8]) -> Result<Self, Error> {
        Ok(Self {
            connector: Connector::trusting(pem)?,
            pool: Arc::default(),
        })
    }

    /// Lets `http://` lead to these addresses besides loopback, such as those of a private network.
    ///
    /// The addresses are checked when a connection is made, so that a name cannot lead elsewhere.
    #[must_use]
    pub fn allow_http_to(
        mut self,
        allowed: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.connector.allow_plain_to(Arc::new(allowed));
        self
    }
}

/// A request without its origin, the origin, and an idle connection to it if there is one.
type Addressed = (Unsent, Arc<Origin>, Option<Sender>);

impl HyperTransport {
    /// Takes the origin out of the request's URL; `None` if the URL is not absolute or has another
    /// scheme.
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
                // Boxed, because it is rare and large: otherwise the future of every call has room
                // for it.
                None => Box::pin(self.connector.open(&origin)).await?,
            };
            let unsent = match sender.requests.ready().await {
                Ok(()) => {
                    sender.head.start();
                    // Awaited here: a function in between would hold a copy of the request.
                    let sent = sender.requests.try_send_request(request).await;
                    sender.head.end();
                    match sent {
                        Ok(response) => {
                            let lease = Lease::new(&self.pool, origin, sender);
                            return Ok(response.map(|incoming| body(incoming, lease)));
                        }
                        Err(mut error) => match error.take_message() {
                            Some(unsent) if reused => unsent,
                            _ => return Err(from_hyper(error.into_error())),
                        },
                    }
                }
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

/// A body that returns its connection to the pool at the end, and closes it if dropped earlier.
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
