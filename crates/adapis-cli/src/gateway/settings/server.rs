//! The bounds of the gateway as a server, and what of them a reload leaves alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http::uri::Authority;
use http::{HeaderName, HeaderValue};

use super::Settings;
use crate::error::CliError;
use crate::gateway::limits::{Limits, MIN_HEADER, default_connections};

impl Settings {
    /// Refuses times that are over at once, or so long that no clock shows their end.
    fn check_times(&self) -> Result<(), CliError> {
        const YEAR: u64 = 365 * 24 * 60 * 60;
        let seconds = self.deadline.map(|millis| millis.div_ceil(1000));
        for (flag, seconds) in [
            ("deadline", seconds),
            ("upstream-timeout", self.upstream_timeout),
            ("receive-timeout", self.receive_timeout),
            ("send-timeout", self.send_timeout),
            ("tunnel-timeout", self.tunnel_timeout),
        ] {
            if seconds.is_some_and(|seconds| !(1..=YEAR).contains(&seconds)) {
                let message = format!("--{flag} must be more than 0, and at most a year");
                return Err(CliError::input(flag, message));
            }
        }
        Ok(())
    }

    /// The host that the site is asked for; `None` for the visitor's.
    pub(in crate::gateway) fn upstream_host(&self) -> Result<Option<HeaderValue>, CliError> {
        let name = self.upstream_host.as_deref();
        let Some(name) = name.filter(|name| *name != "visitor") else {
            return Ok(None);
        };
        let wrong = || {
            let message = format!("--upstream-host must be a host or `visitor`, not '{name}'");
            CliError::input("upstream-host", message)
        };
        let host = name.parse::<Authority>().map_err(|_| wrong())?;
        if host.as_str().contains('@') {
            return Err(wrong());
        }
        let host = HeaderValue::from_str(host.as_str());
        host.map(Some).map_err(|_| wrong())
    }

    /// The URL at which the site reaches the server of the metrics, which listens on this address.
    pub(in crate::gateway) fn metrics_url(&self, at: SocketAddr) -> Result<String, CliError> {
        if let Some(url) = &self.metrics_url {
            if !["http://", "https://"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
            {
                let message =
                    format!("--metrics-url must begin with http:// or https://, not '{url}'");
                return Err(CliError::input("metrics-url", message));
            }
            return Ok(url.trim_end_matches('/').to_owned());
        }
        let host = match at.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        Ok(format!("http://{}", SocketAddr::new(host, at.port())))
    }

    /// The headers of the trusted proxies that the site gets besides those that the gateway sets.
    pub(in crate::gateway) fn forwarded_headers(&self) -> Result<Vec<HeaderName>, CliError> {
        let parse = |name: &String| {
            let wrong = || {
                let message = format!(
                    "--forwarded-header must begin with X-Forwarded-, and the gateway sets \
                     X-Forwarded-For and X-Forwarded-Proto itself, not '{name}'"
                );
                CliError::input("forwarded-header", message)
            };
            let name = HeaderName::try_from(name).map_err(|_| wrong())?;
            let is_own = ["x-forwarded-for", "x-forwarded-proto"].contains(&name.as_str());
            let is_known = name.as_str().starts_with("x-forwarded-") && !is_own;
            is_known.then_some(name).ok_or_else(wrong)
        };
        self.forwarded_header.iter().map(parse).collect()
    }

    /// The bounds of the gateway as a server.
    pub(in crate::gateway) fn limits(&self) -> Result<Limits, CliError> {
        self.check_times()?;
        let header = self.header_limit.map_or(32 * 1024, |bytes| bytes as usize);
        if header < MIN_HEADER {
            let message = format!("--header-limit must be at least {MIN_HEADER}");
            return Err(CliError::input("header-limit", message));
        }
        let seconds = |seconds: Option<u64>, usual| Duration::from_secs(seconds.unwrap_or(usual));
        Ok(Limits {
            connections: self
                .max_connections
                .map_or_else(default_connections, |number| number.max(1) as usize),
            per_address: self
                .max_connections_per_address
                .map(|number| number.max(1) as usize),
            header,
            request: self.request_limit.unwrap_or(64 * 1024 * 1024),
            receive: seconds(self.receive_timeout, 60),
            send: seconds(self.send_timeout, 60),
            tunnel: seconds(self.tunnel_timeout, 600),
        })
    }

    /// What stays as it was when the settings are loaded again, by flag.
    pub(in crate::gateway) fn fixed(&self) -> Result<[(&'static str, String); 13], CliError> {
        let limits = self.limits()?;
        let log = self.access_log_file.as_deref();
        Ok([
            ("--access-log", format!("{:?}", self.access_log)),
            ("--access-log-file", format!("{log:?}")),
            ("--grace", format!("{:?}", self.grace())),
            ("--header-limit", limits.header.to_string()),
            ("--listen", self.listen().to_owned()),
            ("--max-connections", limits.connections.to_string()),
            (
                "--max-connections-per-address",
                format!("{:?}", limits.per_address),
            ),
            ("--metrics", self.metrics().to_owned()),
            ("--metrics-url", format!("{:?}", self.metrics_url)),
            ("--receive-timeout", format!("{:?}", limits.receive)),
            ("--request-limit", limits.request.to_string()),
            ("--send-timeout", format!("{:?}", limits.send)),
            ("--tunnel-timeout", format!("{:?}", limits.tunnel)),
        ])
    }
}
