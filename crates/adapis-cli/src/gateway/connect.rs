//! Connections to the site behind the gateway.

use std::sync::Arc;
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::error::CliError;

/// Opens connections to the site.
pub(super) type Connector = HttpsConnector<HttpConnector>;

/// A connector for the site.
///
/// Loading the platform's root certificates takes a while, so it is skipped for `http://` sites.
pub(super) fn connector(secure: bool) -> Result<Connector, CliError> {
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    http.set_connect_timeout(Some(Duration::from_secs(5)));
    http.enforce_http(false);
    let config = tls_config(secure)
        .map_err(|error| CliError::local("cannot set up TLS", std::io::Error::other(error)))?;
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http))
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
