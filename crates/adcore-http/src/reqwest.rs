//! The default transport over reqwest.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_core::Stream;
use http::header::HOST;

use crate::malformed::is_malformed;
#[cfg(feature = "rustls")]
use crate::tls::{Roots, client_config};
use adcore::Endpoint;
use adcore::Error;
use adcore::{Body, Transport, TransportError, TransportErrorKind};

mod proxy;
mod urls;

use urls::Urls;

/// The default transport, built on reqwest.
///
/// It speaks HTTP/1.1, follows no redirects, does not retry, and uses a proxy from the environment
/// only if created by [`with_env_proxy`](Self::with_env_proxy). Connecting may take five seconds;
/// idle connections are dropped after 20 seconds, before servers drop them.
///
/// Creating one with TLS reads the platform's certificates, so create one per program and pass
/// clones, which share the pool, to the builders of the clients.
///
/// ```no_run
/// use adcore::ClientSettings;
/// use adcore_http::ReqwestTransport;
///
/// // Both clients that these settings are given to share connections.
/// let settings = ClientSettings::new().transport(ReqwestTransport::new()?);
/// # Ok::<(), adcore::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    client: reqwest::Client,
    urls: Arc<Urls>,
}

impl ReqwestTransport {
    /// Creates a transport for `https://` and for `http://` to loopback.
    ///
    /// # Errors
    /// `InvalidInput` if TLS cannot be set up, for instance on a machine without certificates.
    pub fn new() -> Result<Self, Error> {
        Self::build(with_tls(Self::builder())?)
    }

    /// Creates a transport that sends `https://` requests through the proxy of the environment.
    ///
    /// The variables are read now: `HTTPS_PROXY`, or else `ALL_PROXY`, names the proxy, and
    /// `NO_PROXY` the hosts to reach directly; lower-case names work too. Without a proxy in the
    /// environment all hosts are reached directly. The proxy sees a `CONNECT` to the endpoint's
    /// host but not what goes through the tunnel. `http://`, which is for loopback only, never goes
    /// through a proxy.
    ///
    /// # Errors
    /// As for [`new`](Self::new), and `InvalidInput` when the proxy is not an `http://` or
    /// `https://` URL.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), adcore::Error> {
    /// let transport = adcore_http::ReqwestTransport::with_env_proxy()?;
    /// # drop(transport);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_env_proxy() -> Result<Self, Error> {
        let builder = with_tls(Self::builder())?;
        Self::build(match proxy::of_environment()? {
            Some(proxy) => builder.proxy(proxy),
            None => builder,
        })
    }

    /// Creates a transport for one endpoint; skips loading certificates for an `http://` endpoint.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn for_endpoint(endpoint: &Endpoint) -> Result<Self, Error> {
        if endpoint.is_https() {
            Self::new()
        } else {
            Self::build(without_tls(Self::builder()))
        }
    }

    fn builder() -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            // No retries at all, so that no request is copied for one.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .referer(false)
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .pool_idle_timeout(Duration::from_secs(20))
            .tcp_nodelay(true)
    }

    fn build(builder: reqwest::ClientBuilder) -> Result<Self, Error> {
        let client = builder.build().map_err(|error| {
            Error::invalid_input("transport", "could not be set up")
                .with_source(error.without_url())
        })?;
        Ok(Self {
            client,
            urls: Arc::default(),
        })
    }
}

#[cfg(feature = "rustls")]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder.tls_backend_preconfigured(client_config(&Roots::Platform)?))
}

#[cfg(feature = "rustls")]
fn without_tls(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    match client_config(&Roots::None) {
        Ok(config) => builder.tls_backend_preconfigured(config),
        Err(_) => builder,
    }
}

#[cfg(all(not(feature = "rustls"), feature = "rustls-no-provider"))]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        return Err(Error::invalid_input(
            "transport",
            "needs a rustls crypto provider: install one before building a client (feature rustls-no-provider)",
        ));
    }
    Ok(builder)
}

#[cfg(not(any(feature = "rustls", feature = "rustls-no-provider")))]
fn with_tls(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    if cfg!(feature = "native-tls") {
        Ok(builder)
    } else {
        Err(Error::invalid_input(
            "transport",
            "has no TLS: enable the feature rustls or native-tls for https://",
        ))
    }
}

#[cfg(not(feature = "rustls"))]
fn without_tls(builder: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    builder
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let (request, body) = request.into_parts();
        let target = self.urls.of(&request.uri);
        let (url, host) = target.ok_or_else(|| TransportError::new(TransportErrorKind::Request))?;
        let mut outgoing = reqwest::Request::new(request.method, url);
        let headers = outgoing.headers_mut();
        *headers = request.headers;
        headers.entry(HOST).or_insert(host);
        *outgoing.body_mut() = Some(body.into());
        let mut received = self
            .client
            .execute(outgoing)
            .await
            .map_err(|error| from_reqwest(error, true))?;
        // Nothing else is kept: reqwest's extensions hold the URL, which includes credentials.
        let (status, version) = (received.status(), received.version());
        let headers = std::mem::take(received.headers_mut());
        let mut response = http::Response::new(Body::from_stream(Chunks(received)));
        *response.status_mut() = status;
        *response.version_mut() = version;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

struct Chunks(reqwest::Response);

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // The future of a chunk holds no state, so none is lost when it is dropped.
        let chunk = ready!(pin!(self.0.chunk()).poll(cx));
        Poll::Ready(
            chunk
                .map_err(|error| from_reqwest(error, false))
                .transpose(),
        )
    }
}

fn from_reqwest(error: reqwest::Error, head: bool) -> TransportError {
    let kind = if error.is_builder() {
        TransportErrorKind::Request
    } else if head && error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if is_malformed(&error) {
        TransportErrorKind::Malformed
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind).with_source(error.without_url())
}

#[cfg(test)]
mod tests {
    use super::*;
    use adcore::ErrorKind;

    #[tokio::test]
    async fn a_refused_connection_is_connect_and_tells_no_url() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!(
            "http://{}/path?token=canary",
            listener.local_addr().unwrap()
        );
        drop(listener);
        let endpoint = Endpoint::parse("http://127.0.0.1").unwrap();
        let transport = ReqwestTransport::for_endpoint(&endpoint).unwrap();
        let request = http::Request::get(&url).body(Bytes::new()).unwrap();
        let error = transport.send(request).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Connect);
        let error = Error::from(error);
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(!format!("{error:?} {error:#?}").contains("canary"));
    }
}
