#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod malformed;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(any(feature = "rustls", feature = "hyper-rustls"))]
mod tls;

use std::sync::Arc;

use adcore::{Endpoint, Error, Transport};

#[cfg(feature = "gzip")]
pub use crate::gzip::Gzip;
#[cfg(feature = "hyper")]
pub use crate::hyper::HyperTransport;
#[cfg(feature = "reqwest")]
pub use crate::reqwest::ReqwestTransport;

/// Returns the transport that a client uses when it is given none.
///
/// It is reqwest's if the feature `reqwest` (or one of the TLS features that include it) is
/// enabled, otherwise hyper's.
///
/// # Errors
/// `InvalidInput` if neither is compiled in, or when TLS cannot be set up for an `https://`
/// endpoint.
pub fn default_transport(endpoint: &Endpoint) -> Result<Arc<dyn Transport>, Error> {
    #[cfg(feature = "reqwest")]
    return Ok(Arc::new(ReqwestTransport::for_endpoint(endpoint)?));
    #[cfg(all(not(feature = "reqwest"), feature = "hyper"))]
    return Ok(Arc::new(HyperTransport::for_endpoint(endpoint)?));
    #[cfg(not(any(feature = "reqwest", feature = "hyper")))]
    {
        let _ = endpoint;
        Err(Error::invalid_input(
            "transport",
            "must be set: no default transport is compiled in (enable rustls, native-tls or hyper-rustls)",
        ))
    }
}
