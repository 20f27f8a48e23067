//! Connections to the site behind the gateway.

use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tower::Service;

use super::backlog::SmallReads;
use super::retry::Used;
use crate::error::CliError;

/// Opens connections to the site.
pub(super) type Connector = HttpsConnector<TcpConnector>;

/// Opens the sockets.
#[derive(Clone)]
pub(super) struct TcpConnector(HttpConnector);

impl Service<Uri> for TcpConnector {
    type Response = TokioIo<SmallReads<TcpStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.poll_ready(cx).map_err(io::Error::other)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async move {
            let stream = connecting.await.map_err(io::Error::other)?;
            Ok(TokioIo::new(SmallReads::new(stream.into_inner())))
        })
    }
}

impl Connection for SmallReads<TcpStream> {
    fn connected(&self) -> Connected {
        self.get_ref().connected().extra(Used::default())
    }
}

/// A connector for the site.
///
/// Loading the platform's root certificates takes a while, so it is skipped for `http://` sites.
pub(super) fn connector(secure: bool) -> Result<Connector, CliError> {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    http.set_connect_timeout(Some(Duration::from_secs(5)));
    http.enforce_http(false);
    let config = tls_config(secure)
        .map_err(|error| CliError::local("cannot set up TLS", io::Error::other(error)))?;
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(TcpConnector(http)))
}

/// What an error of a connection is about; what is around it says only who met it.
pub(super) fn cause<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause
}

/// TLS with the certificates of the platform, or with none at all.
pub(crate) fn tls_config(secure: bool) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    Ok(if secure {
        let verifier = Arc::new(Verifier::new(provider)?);
        config
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth()
    } else {
        config
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth()
    })
}
