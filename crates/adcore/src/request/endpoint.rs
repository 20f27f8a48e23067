//! The base URL of an API.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};

use crate::Error;

/// The base URL of a vendor's API: scheme, host, port and directory, without credentials or query.
///
/// The scheme must be `https://`. Plain `http://` is accepted for loopback only, because every
/// request carries a credential.
///
/// ```
/// use adcore::Endpoint;
///
/// let endpoint = Endpoint::parse("https://tracker.example:8443/sub/")?;
/// assert_eq!(endpoint.to_string(), "https://tracker.example:8443/sub/");
/// assert!(Endpoint::parse("http://tracker.example/").is_err());
/// assert!(Endpoint::parse("http://127.0.0.1:8080").is_ok());
/// # Ok::<(), adcore::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    path: String,
    /// Length of the path without trailing slashes.
    directory: usize,
}

impl Endpoint {
    /// Parses an absolute URL.
    ///
    /// # Errors
    /// `InvalidInput` naming `endpoint` when the URL is not absolute, holds a user, a query or a
    /// fragment, or would send credentials in the clear. The error does not repeat the URL.
    pub fn parse(url: &str) -> Result<Self, Error> {
        Self::read(url, false)
    }

    /// Reads an absolute URL that may be `http://` to any host.
    ///
    /// For servers in a private network, with a transport that connects to no other address: the
    /// host may be a name, which says nothing about where it leads.
    ///
    /// ```
    /// assert!(adcore::Endpoint::parse_with_http("http://tracker.internal/").is_ok());
    /// ```
    ///
    /// # Errors
    /// As [`parse`](Self::parse), except for credentials in the clear.
    pub fn parse_with_http(url: &str) -> Result<Self, Error> {
        Self::read(url, true)
    }

    fn read(url: &str, with_http: bool) -> Result<Self, Error> {
        let wrong = |must: &str| Error::invalid_input("endpoint", must);
        let url = url.trim();
        if url.is_empty() {
            return Err(wrong("must be a URL, but is empty"));
        }
        if url.contains('#') {
            return Err(wrong("must have no fragment (#…)"));
        }
        let uri: Uri = url
            .parse()
            .map_err(|_| wrong("must be an absolute URL such as https://host/path"))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(wrong("must be an absolute URL such as https://host/path"));
        };
        if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
            return Err(wrong("must begin with https:// (or http:// to loopback)"));
        }
        if authority.as_str().contains('@') {
            return Err(wrong(
                "must not contain a user or password; give them as credentials",
            ));
        }
        if authority.host().is_empty() || authority.as_str().ends_with(':') {
            return Err(wrong("must name a host"));
        }
        let path = parts
            .path_and_query
            .unwrap_or_else(|| PathAndQuery::from_static("/"));
        if path.query().is_some() {
            return Err(wrong("must have no query (?…); give tokens as credentials"));
        }
        if scheme == Scheme::HTTP && !with_http && !is_loopback(authority.host()) {
            return Err(wrong(
                "must begin with https://: credentials would travel in the clear (http:// is for loopback only)",
            ));
        }
        let path = path.path().to_owned();
        Ok(Self {
            scheme,
            authority,
            directory: path.trim_end_matches('/').len(),
            path,
        })
    }

    /// Returns whether requests are encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Returns the host, with the port if given.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// Returns the host and the port of the connection, without brackets around an IPv6 address.
    pub(crate) fn host_and_port(&self) -> (&str, u16) {
        let host = self.authority.host();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let default = if self.is_https() { 443 } else { 80 };
        (host, self.authority.port_u16().unwrap_or(default))
    }

    /// Appends the path of `suffix` under this endpoint; an empty suffix is the endpoint itself.
    pub(crate) fn join(&self, suffix: &str, into: &mut Vec<u8>) {
        into.extend_from_slice(self.base(suffix));
        into.extend_from_slice(suffix.as_bytes());
    }

    /// Returns the length of that path.
    pub(crate) fn joined(&self, suffix: &str) -> usize {
        self.base(suffix).len() + suffix.len()
    }

    fn base(&self, suffix: &str) -> &[u8] {
        let length = if suffix.is_empty() {
            self.path.len()
        } else {
            self.directory
        };
        &self.path.as_bytes()[..length]
    }

    /// Returns this endpoint's origin with another path and query.
    pub(crate) fn uri(&self, target: PathAndQuery) -> Result<Uri, Error> {
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(target);
        Uri::from_parts(parts)
            .map_err(|_| Error::invalid_input("request", "does not make a valid URL"))
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_refuses_what_would_leak_or_mislead() {
        for bad in [
            "",
            "tracker.example",
            "/click_api/v3",
            "ftp://tracker.example",
            "http://tracker.example",
            "http://127.0.0.1.evil.example/",
            "https://user:password@tracker.example",
            "https://tracker.example/?token=s3cret",
            "https://tracker.example/#x",
            "https://",
            "https:// tracker",
        ] {
            let error = Endpoint::parse(bad).unwrap_err();
            assert_eq!(error.field(), Some("endpoint"), "{bad}");
            assert!(!error.to_string().contains("s3cret"), "{error}");
            assert!(!error.to_string().contains("password@"), "{error}");
        }
        for good in [
            "https://tracker.example:8443/sub",
            "http://localhost:1",
            "http://127.9.0.1/",
            "http://[::1]:80/api",
        ] {
            assert!(Endpoint::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn join_keeps_port_and_directory() {
        let join = |base: &str, suffix: &str| {
            let mut target = Vec::new();
            Endpoint::parse(base).unwrap().join(suffix, &mut target);
            String::from_utf8(target).unwrap()
        };
        assert_eq!(
            join("https://t:1/dir/", "/click_api/v3"),
            "/dir/click_api/v3"
        );
        assert_eq!(join("https://t", "/token"), "/token");
        assert_eq!(join("https://t/api/v2/", ""), "/api/v2/");
        assert_eq!(join("https://t/v1/API.php", ""), "/v1/API.php");
        assert_eq!(join("https://t", ""), "/");
    }
}
