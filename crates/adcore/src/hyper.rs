use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::Uri;
use http_body::Body as _;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::{Sleep, sleep};
use tower_service::Service;

use crate::Error;
use crate::request::Endpoint;
use crate::transport::{Body, Transport, TransportError, TransportErrorKind, is_malformed};

#[cfg(feature = "hyper-rustls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "hyper-rustls"))]
type Connector = HttpConnector;

/// A leaner transport: hyper-util's pool with nothing in between.
///
/// HTTP/1.1, no redirects, no proxy, no compression, five seconds to connect (TLS included), idle
/// connections dropped after 20 seconds. Cheap to clone; build it once a program.
#[derive(Debug, Clone)]
pub struct HyperTransport {
    client: Client<Timed<Connector>, Full<Bytes>>,
}

impl HyperTransport {
    /// A transport for `https://` (feature `hyper-rustls`) and loopback `http://`.
    ///
    /// # Errors
    /// `InvalidInput` when TLS cannot be set up or is not compiled in.
    pub fn new() -> Result<Self, Error> {
        Ok(Self::build(secure()?))
    }

    /// A transport for one endpoint: it spares the certificates where `http://` needs none.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn for_endpoint(endpoint: &Endpoint) -> Result<Self, Error> {
        if endpoint.is_https() {
            Self::new()
        } else {
            Ok(Self::build(plain()?))
        }
    }

    fn build(connector: Connector) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .build(Timed(connector));
        Self { client }
    }
}

fn tcp() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.enforce_http(false);
    connector
}

#[cfg(feature = "hyper-rustls")]
fn tls(roots: crate::tls::Roots) -> Result<Connector, Error> {
    Ok(hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(crate::tls::client_config(roots)?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp()))
}

#[cfg(feature = "hyper-rustls")]
fn secure() -> Result<Connector, Error> {
    tls(crate::tls::Roots::Platform)
}

#[cfg(feature = "hyper-rustls")]
fn plain() -> Result<Connector, Error> {
    tls(crate::tls::Roots::None)
}

#[cfg(not(feature = "hyper-rustls"))]
fn secure() -> Result<Connector, Error> {
    Err(Error::invalid_input(
        "transport",
        "has no TLS: enable the feature hyper-rustls for https://",
    ))
}

#[cfg(not(feature = "hyper-rustls"))]
#[expect(clippy::unnecessary_wraps, reason = "the twin with TLS can fail")]
fn plain() -> Result<Connector, Error> {
    Ok(tcp())
}

#[async_trait]
impl Transport for HyperTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let response = self
            .client
            .request(request.map(Full::new))
            .await
            .map_err(from_client)?;
        Ok(response.map(|incoming| Body::from_stream(Frames(incoming))))
    }
}

fn from_client(error: hyper_util::client::legacy::Error) -> TransportError {
    let kind = if error.is_connect() {
        TransportErrorKind::Connect
    } else if is_malformed(&error) {
        TransportErrorKind::Malformed
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind).with_source(error)
}

struct Frames(Incoming);

impl Stream for Frames {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let frame = match Pin::new(&mut self.0).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => frame,
                Poll::Ready(Some(Err(error))) => {
                    let kind = if is_malformed(&error) {
                        TransportErrorKind::Malformed
                    } else {
                        TransportErrorKind::Interrupted
                    };
                    return Poll::Ready(Some(Err(TransportError::new(kind).with_source(error))));
                }
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            };
            if let Ok(data) = frame.into_data() {
                return Poll::Ready(Some(Ok(data)));
            }
        }
    }
}

/// A connector whose whole work, TLS included, has a time limit.
#[derive(Debug, Clone)]
struct Timed<C>(C);

type BoxError = Box<dyn std::error::Error + Send + Sync>;

impl<C> Service<Uri> for Timed<C>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
    C::Future: Unpin,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Connecting<C::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        const LIMIT: Duration = Duration::from_secs(5);
        Connecting {
            connection: self.0.call(uri),
            alarm: Box::pin(sleep(LIMIT)),
        }
    }
}

struct Connecting<F> {
    connection: F,
    alarm: Pin<Box<Sleep>>,
}

impl<F, T, E> Future for Connecting<F>
where
    F: Future<Output = Result<T, E>> + Unpin,
    E: Into<BoxError>,
{
    type Output = Result<T, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Poll::Ready(result) = Pin::new(&mut self.connection).poll(cx) {
            return Poll::Ready(result.map_err(Into::into));
        }
        self.alarm.as_mut().poll(cx).map(|()| {
            Err(io::Error::new(io::ErrorKind::TimedOut, "connecting took too long").into())
        })
    }
}

impl From<HyperTransport> for std::sync::Arc<dyn Transport> {
    fn from(transport: HyperTransport) -> Self {
        std::sync::Arc::new(transport)
    }
}
