use std::io;
use std::net::SocketAddr;
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

/// The time limit of a connection, name resolution and TLS included.
const LIMIT: Duration = Duration::from_secs(5);

/// Opens connections.
#[derive(Clone)]
pub(super) struct Connector {
    #[cfg(feature = "hyper-rustls")]
    tls: tokio_rustls::TlsConnector,
}

/// A TCP or TLS connection.
trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

impl Connector {
    #[cfg(feature = "hyper-rustls")]
    pub(super) fn secure() -> Result<Self, Error> {
        Self::with_roots(crate::tls::Roots::Platform)
    }

    #[cfg(feature = "hyper-rustls")]
    pub(super) fn plain() -> Result<Self, Error> {
        Self::with_roots(crate::tls::Roots::None)
    }

    #[cfg(feature = "hyper-rustls")]
    fn with_roots(roots: crate::tls::Roots) -> Result<Self, Error> {
        let config = crate::tls::client_config(roots)?;
        Ok(Self {
            tls: std::sync::Arc::new(config).into(),
        })
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
        Ok(Self {})
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
        let tcp = dial(host, port.unwrap_or(if origin.https { 443 } else { 80 })).await?;
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

/// Tries the addresses of the host in turn, each for its share of the time.
async fn dial(host: &str, port: u16) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
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
