//! Files of the tracker under the address of the site: what its landing pages are made of, and where
//! its relative redirects lead.

use std::sync::Arc;
use std::time::Duration;

use adapis::Transport;
use adapis::core::{TransportError, TransportErrorKind};
use adapis::keitaro::Client;
use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CONTENT_LENGTH, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, IF_RANGE, RANGE, REFERER, SET_COOKIE, USER_AGENT,
};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Uri, Version};
use keitaro_click::layer::Rules;
use tokio::time::timeout;

use super::headers::{X_FORWARDED_FOR, remove_hop_by_hop};
use super::response::{Body, full, method_not_allowed, plain};
use super::settings::Settings;

/// What the tracker may know of a visitor who fetches a file; no cookies are among it.
static FORWARDED: [HeaderName; 8] = [
    ACCEPT,
    ACCEPT_LANGUAGE,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_RANGE,
    RANGE,
    REFERER,
    USER_AGENT,
];

/// The paths of `--tracker-path`, and the tracker that serves them.
pub(super) struct TrackerFiles {
    paths: Vec<String>,
    tracker: String,
    transport: Arc<dyn Transport>,
    limit: usize,
    timeout: Duration,
}

impl TrackerFiles {
    pub(super) fn new(
        settings: &Settings,
        client: &Client,
        transport: &Arc<dyn Transport>,
    ) -> Self {
        Self {
            paths: settings.tracker_paths().to_vec(),
            tracker: client.endpoint().to_string(),
            transport: Arc::clone(transport),
            limit: settings.body_limit(),
            timeout: settings.upstream_timeout(),
        }
    }

    /// Whether a request is for a file of the tracker.
    pub(super) fn have(&self, parts: &Parts) -> bool {
        let path = parts.uri.path();
        let mut paths = self.paths.iter();
        paths.any(|pattern| Rules::path_matches(pattern, path))
    }

    /// Fetches a file for the visitor at this address.
    pub(super) async fn fetch(&self, parts: &Parts, visitor: Option<String>) -> Response<Body> {
        if ![Method::GET, Method::HEAD].contains(&parts.method) {
            return method_not_allowed(
                "GET, HEAD",
                "405 Method Not Allowed: files of the tracker can only be fetched\n",
            );
        }
        let Some(request) = self.request(parts, visitor) else {
            return plain(StatusCode::BAD_REQUEST, "400 Bad Request: invalid path\n");
        };
        let fetched = async {
            let (mut head, body) = self.transport.send(request).await?.into_parts();
            if head.status.is_informational() {
                return Err(TransportError::new(TransportErrorKind::Malformed));
            }
            let body = body.collect(self.limit).await?;
            remove_hop_by_hop(&mut head.headers);
            head.headers.remove(SET_COOKIE);
            head.version = Version::HTTP_11;
            if parts.method != Method::HEAD {
                head.headers.remove(CONTENT_LENGTH);
            }
            Ok(Response::from_parts(head, full(body)))
        };
        match timeout(self.timeout, fetched).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                tracing::warn!(%error, "no file from the tracker");
                plain(
                    StatusCode::BAD_GATEWAY,
                    "502 Bad Gateway: no file from the tracker\n",
                )
            }
            Err(_) => plain(
                StatusCode::GATEWAY_TIMEOUT,
                "504 Gateway Timeout: the tracker took too long to respond\n",
            ),
        }
    }

    /// `None` if the path could leave the allowed ones.
    fn request(&self, parts: &Parts, visitor: Option<String>) -> Option<Request<Bytes>> {
        let target = parts.uri.path_and_query()?;
        if climbs(target.path()) {
            return None;
        }
        let mut request = Request::new(Bytes::new());
        request.method_mut().clone_from(&parts.method);
        let directory = self.tracker.trim_end_matches('/');
        *request.uri_mut() = format!("{directory}{target}").parse::<Uri>().ok()?;
        for name in &FORWARDED {
            if let Some(value) = parts.headers.get(name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        if let Some(visitor) = visitor.and_then(|visitor| HeaderValue::try_from(visitor).ok()) {
            request.headers_mut().insert(X_FORWARDED_FOR, visitor);
        }
        Some(request)
    }
}

/// Whether a server could read a segment of the path as that above.
fn climbs(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let path = path.replace("%2e", ".").replace("%2f", "/");
    let path = path.replace("%5c", "/").replace('\\', "/");
    path.split('/').any(|segment| matches!(segment, "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_climbs_is_known_in_every_writing() {
        for path in [
            "/lander/../admin",
            "/lander/%2e%2E/admin",
            "/lander/..%2Fadmin",
            "/lander\\..\\admin",
            "/lander/%5C..%5Cadmin",
            "/lander/.",
        ] {
            assert!(climbs(path), "{path}");
        }
        for path in ["/lander/a..b/c.css", "/lander/...", "/lander/.a", "/"] {
            assert!(!climbs(path), "{path}");
        }
    }
}
