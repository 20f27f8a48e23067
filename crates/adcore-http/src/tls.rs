//! The TLS configuration of both transports.

use std::sync::Arc;

use adcore::Error;

/// The certificate authorities that a client trusts.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Roots {
    /// The platform's, which are loaded now.
    Platform,
    /// None, for clients that only use `http://` to loopback.
    None,
    /// These and no others.
    #[cfg(feature = "hyper-rustls")]
    Own(Vec<rustls::pki_types::CertificateDer<'static>>),
}

/// Creates the TLS configuration: rustls with ring, which needs no cmake and no process-wide
/// provider.
///
/// # Errors
/// `InvalidInput` if the platform has no certificates.
pub(crate) fn client_config(roots: &Roots) -> Result<rustls::ClientConfig, Error> {
    build(roots).map_err(|error| {
        Error::invalid_input(
            "transport",
            "could not set up TLS; are certificates installed on this machine?",
        )
        .with_source(error)
    })
}

fn build(roots: &Roots) -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    Ok(match roots {
        Roots::Platform => config
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(rustls_platform_verifier::Verifier::new(
                provider,
            )?))
            .with_no_client_auth(),
        Roots::None => config
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth(),
        #[cfg(feature = "hyper-rustls")]
        Roots::Own(certificates) => {
            let mut roots = rustls::RootCertStore::empty();
            for certificate in certificates {
                roots.add(certificate.clone())?;
            }
            config.with_root_certificates(roots).with_no_client_auth()
        }
    })
}
