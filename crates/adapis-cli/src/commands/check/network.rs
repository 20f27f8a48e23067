//! Whether the host can be reached: its name, its port, and TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use adapis::core::Endpoint;
use adapis::{Error, ErrorKind};
use http::Uri;
use rustls::ProtocolVersion;
use rustls::pki_types::ServerName;
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;

use super::{Finding, Problem};
use crate::accounts::without_userinfo;
use crate::config::variable;
use crate::context::Context;
use crate::deadline::Deadline;
use crate::gateway::tls_config;

/// How long one step may take.
const STEP: Duration = Duration::from_secs(15);

/// The time that a step has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit(Option<Deadline>);

impl Limit {
    pub(super) fn new(deadline: Option<Deadline>) -> Self {
        Self(deadline)
    }

    /// The time for a step that begins now; never zero, which the clients refuse.
    pub(super) fn time(self) -> Duration {
        let left = self.0.map_or(STEP, Deadline::remaining).min(STEP);
        left.max(Duration::from_millis(1))
    }

    async fn run<T>(self, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
        let time = self.time();
        tokio::time::timeout(time, step).await.unwrap_or_else(|_| {
            let text = format!("no answer within {} s", time.as_secs_f32());
            Err(io::Error::new(io::ErrorKind::TimedOut, text))
        })
    }
}

/// How the host is reached.
pub(super) struct Route {
    host: String,
    port: u16,
    is_https: bool,
    proxy: Option<Proxy>,
    /// A variable that names a proxy that is not used.
    unused: Option<&'static str>,
}

struct Proxy {
    variable: &'static str,
    url: String,
    /// `None` if the variable holds no URL.
    address: Option<(String, u16)>,
}

impl Route {
    pub(super) fn of(endpoint: &Endpoint, ctx: &Context) -> Self {
        let (host, port) = host_and_port(endpoint.authority(), endpoint.is_https());
        let found = environment_proxy();
        let applies = ctx.uses_env_proxy() && endpoint.is_https() && !is_excepted(&host);
        let (proxy, unused) = match found {
            Some(proxy) if applies => (Some(proxy), None),
            Some(proxy) => (None, Some(proxy.variable)),
            None => (None, None),
        };
        Self {
            host,
            port,
            is_https: endpoint.is_https(),
            proxy,
            unused,
        }
    }

    pub(super) fn proxy(&self) -> Result<String, Problem> {
        Ok(match (&self.proxy, self.unused) {
            (Some(proxy), _) => {
                format!("{} ({})", without_userinfo(&proxy.url), proxy.variable)
            }
            (None, Some(variable)) => {
                format!("none; {variable} is not used here, see --env-proxy and NO_PROXY")
            }
            (None, None) => "none".to_owned(),
        })
    }
}

fn host_and_port(authority: &str, is_https: bool) -> (String, u16) {
    let parsed = authority.parse::<http::uri::Authority>().ok();
    let port = parsed.as_ref().and_then(http::uri::Authority::port_u16);
    let host = parsed.as_ref().map_or(authority, |parsed| parsed.host());
    let host = host.trim_matches(['[', ']']).to_owned();
    (host, port.unwrap_or(if is_https { 443 } else { 80 }))
}

/// The proxy that the environment names, in the order in which the clients look.
fn environment_proxy() -> Option<Proxy> {
    const NAMES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let (name, url) = NAMES
        .into_iter()
        .find_map(|name| variable(name).map(|url| (name, url)))?;
    let url = if url.contains("://") {
        url
    } else {
        format!("http://{url}")
    };
    let parsed = url.parse::<Uri>().ok();
    let authority = parsed.as_ref().and_then(Uri::authority);
    let address = authority.map(|authority| {
        let is_https = url.starts_with("https:");
        host_and_port(authority.as_str(), is_https)
    });
    Some(Proxy {
        variable: name,
        url,
        address,
    })
}

/// Whether `NO_PROXY` names the host, or a domain that it is in.
fn is_excepted(host: &str) -> bool {
    let list = variable("NO_PROXY").or_else(|| variable("no_proxy"));
    let list = list.unwrap_or_default();
    list.split(',').map(str::trim).any(|entry| {
        let domain = entry.trim_start_matches('.');
        entry == "*"
            || host.eq_ignore_ascii_case(domain)
            || (!domain.is_empty()
                && host
                    .to_ascii_lowercase()
                    .strip_suffix(&domain.to_ascii_lowercase())
                    .is_some_and(|rest| rest.ends_with('.')))
    })
}

/// Resolves the name, connects, and shakes hands; returns whether all of that worked.
pub(super) async fn reach(route: &Route, limit: Limit, findings: &mut Vec<Finding>) -> bool {
    let proxied = route.proxy.as_ref().map(|proxy| &proxy.address);
    let (host, port) = match proxied {
        None => (route.host.clone(), route.port),
        Some(Some(address)) => address.clone(),
        // The error of the call says what is wrong with the variable.
        Some(None) => return true,
    };
    let found = limit.run(lookup_host((host.as_str(), port))).await;
    let addresses: Vec<SocketAddr> = found.map_or_else(
        |error| {
            let hint = "correct the host, or the name server of this machine";
            findings.push(failed("dns", &host, &error, hint));
            Vec::new()
        },
        Iterator::collect,
    );
    if addresses.is_empty() {
        return false;
    }
    let mut shown: Vec<String> = addresses.iter().map(|a| a.ip().to_string()).collect();
    shown.dedup();
    findings.push(Finding::new("dns", Ok::<_, Problem>(shown.join(" "))));
    let begin = Instant::now();
    let connected = limit.run(TcpStream::connect(addresses.as_slice())).await;
    let stream = match connected {
        Ok(stream) => stream,
        Err(error) => {
            let hint = "correct the port, or open the firewall; for a proxy use --env-proxy";
            findings.push(failed("tcp", &format!("{host}:{port}"), &error, hint));
            return false;
        }
    };
    let peer = stream.peer_addr().map(|peer| peer.to_string());
    let message = format!(
        "connected to {} in {} ms",
        peer.unwrap_or(host),
        begin.elapsed().as_millis()
    );
    findings.push(Finding::new("tcp", Ok::<_, Problem>(message)));
    // Through a proxy, the call itself shows whether TLS works.
    if !route.is_https || route.proxy.is_some() {
        return true;
    }
    match limit.run(handshake(stream, &route.host)).await {
        Ok(version) => {
            findings.push(Finding::new("tls", Ok::<_, Problem>(version)));
            true
        }
        Err(error) => {
            let hint = "check the URL and this machine's clock; a proxy that inspects TLS needs its \
                        certificate in the store of the platform";
            findings.push(failed("tls", &route.host, &error, hint));
            false
        }
    }
}

async fn handshake(stream: TcpStream, host: &str) -> io::Result<&'static str> {
    let config = tls_config(true).map_err(io::Error::other)?;
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let connector = TlsConnector::from(Arc::new(config));
    let stream = connector.connect(name, stream).await?;
    Ok(match stream.get_ref().1.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2, the certificate is valid",
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3, the certificate is valid",
        _ => "the certificate is valid",
    })
}

fn failed(check: &'static str, what: &str, error: &io::Error, hint: &str) -> Finding {
    let kind = if error.kind() == io::ErrorKind::TimedOut {
        ErrorKind::Timeout
    } else {
        ErrorKind::Connect
    };
    let error = Error::new(kind, format!("{what}: {error}"));
    let result = Err::<String, _>(Problem::hint(error.with_may_have_run(false), hint));
    Finding::new(check, result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_host_has_the_port_of_its_scheme() {
        for (authority, is_https, host, port) in [
            ("a.example", true, "a.example", 443),
            ("a.example", false, "a.example", 80),
            ("a.example:8443", true, "a.example", 8443),
            ("[::1]:80", false, "::1", 80),
        ] {
            assert_eq!(
                host_and_port(authority, is_https),
                (host.to_owned(), port),
                "{authority}"
            );
        }
    }
}
