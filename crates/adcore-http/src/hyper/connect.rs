//! Opening connections.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Sender;
use super::head::{HeadBudget, HeadLimit};
use super::pool::Origin;
use adcore::Error;
use adcore::{TransportError, TransportErrorKind};

/// Time limit for a connection, including name resolution and TLS.
const LIMIT: Duration = Duration::from_secs(5);

/// Opens TCP and TLS connections.
#[derive(Clone)]
pub(super) struct Connector {
    #[cfg(feature = "hyper-rustls")]
    tls: tokio_rustls::TlsConnector,
    /// The addresses that `http://` may lead to besides loopback.
    plain_to: Option<Allowed>,
}

/// Whether an address may be connected to without TLS.
type Allowed = std::sync::Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// A TCP or TLS connection.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl Connector {
    #[cfg(feature = "hyper-rustls")]
    pub(super) fn secure() -> Result<Self, Error> {
        Self::with_roots(&crate::tls::Roots::Platform)
    }

    #[cfg(feature = "hyper-rustls")]
    pub(super) fn plain() -> Result<Self, Error> {
        Self::with_roots(&crate::tls::Roots::None)
    }

    #[cfg(feature = "hyper-rustls")]
    fn with_roots(roots: &crate::tls::Roots) -> Result<Self, Error> {
        let config = crate::tls::client_config(roots)?;
        Ok(Self {
            tls: std::sync::Arc::new(config).into(),
            plain_to: None,
        })
    }

    #[cfg(feature = "hyper-rustls")]
    pub(super) fn trusting(pem: &[u8]) -> Result<Self, Error> {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject;
        let wrong = || Error::invalid_input("ca", "must be certificates in PEM");
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
            .collect::<Result<_, _>>()
            .map_err(|_| wrong())?;
        if certificates.is_empty() {
            return Err(wrong());
        }
        Self::with_roots(&crate::tls::Roots::Own(certificates))
    }

    #[cfg(not(feature = "hyper-rustls"))]
    pub(super) fn secure() -> Result<Self, Error> {
        Err(Error::invalid_input(
            "transport",
            "has no TLS: enable the feature hyper-rustls for https://",
        ))
    }

    #[cfg(not(feature = "hyper-rustls"))]
    #[expect(clippy::unnecessary_wraps, reason = "the twin with TLS can fail")]
    pub(super) fn plain() -> Result<Self, Error> {
        Ok(Self { plain_to: None })
    }

    pub(super) fn allow_plain_to(&mut self, allowed: Allowed) {
        self.plain_to = Some(allowed);
    }

    /// Whether a connection without TLS may lead to this address.
    fn is_plain_allowed(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let allowed = self.plain_to.as_ref();
        address.is_loopback() || allowed.is_some_and(|allowed| allowed(address))
    }

    pub(super) async fn open(&self, origin: &Origin) -> Result<Sender, TransportError> {
        let failed =
            |error: io::Error| TransportError::new(TransportErrorKind::Connect).with_source(error);
        let wire = timeout(LIMIT, self.wire(origin))
            .await
            .unwrap_or_else(|_| Err(timed_out()))
            .map_err(failed)?;
        let head = HeadBudget::new();
        let wire = HeadLimit::new(wire, head.clone());
        let (requests, connection) = http1::handshake(TokioIo::new(wire))
            .await
            .map_err(|error| failed(io::Error::other(error)))?;
        tokio::spawn(connection);
        Ok(Sender { requests, head })
    }

    async fn wire(&self, origin: &Origin) -> io::Result<Box<dyn Wire>> {
        let host = origin.authority.host();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = origin.authority.port_u16();
        let port = port.unwrap_or(if origin.https { 443 } else { 80 });
        let tcp = dial(host, port, |address| {
            origin.https || self.is_plain_allowed(address)
        })
        .await?;
        if origin.https {
            self.secured(host, tcp).await
        } else {
            Ok(Box::new(tcp))
        }
    }

    #[cfg(feature = "hyper-rustls")]
    async fn secured(&self, host: &str, tcp: TcpStream) -> io::Result<Box<dyn Wire>> {
        let name = rustls::pki_types::ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        Ok(Box::new(self.tls.connect(name, tcp).await?))
    }

    #[cfg(not(feature = "hyper-rustls"))]
    async fn secured(&self, _host: &str, _tcp: TcpStream) -> io::Result<Box<dyn Wire>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Tries the host's addresses in turn, each with an equal share of the time.
async fn dial(host: &str, port: u16, allowed: impl Fn(IpAddr) -> bool) -> io::Result<TcpStream> {
    let found = tokio::net::lookup_host((host, port)).await?;
    let addresses: Vec<SocketAddr> = found.filter(|found| allowed(found.ip())).collect();
    if addresses.is_empty() {
        let message = "the host has no address that may be connected to without TLS";
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    let share = LIMIT / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut outcome = Err(io::ErrorKind::NotFound.into());
    for address in addresses {
        outcome = timeout(share, TcpStream::connect(address))
            .await
            .unwrap_or_else(|_| Err(timed_out()));
        if outcome.is_ok() {
            break;
        }
    }
    let stream = outcome?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn timed_out() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "connecting took too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_leads_only_where_it_may() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        assert!(
            dial("localhost", port, |address| address.is_ipv4())
                .await
                .is_ok()
        );
        let refused = dial("localhost", port, |_| false).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn plain_connections_lead_to_loopback_and_what_is_allowed() {
        let mut connector = Connector::plain().unwrap();
        let allowed =
            |connector: &Connector, text: &str| connector.is_plain_allowed(text.parse().unwrap());
        assert!(allowed(&connector, "127.0.0.9") && allowed(&connector, "::1"));
        assert!(!allowed(&connector, "10.0.0.1") && !allowed(&connector, "8.8.8.8"));
        let private: IpAddr = "10.0.0.1".parse().unwrap();
        connector.allow_plain_to(std::sync::Arc::new(move |address| address == private));
        assert!(allowed(&connector, "::ffff:10.0.0.1") && !allowed(&connector, "10.0.0.2"));
    }
}
