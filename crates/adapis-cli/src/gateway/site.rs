//! The site behind the gateway: an upstream server or one file.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName, HeaderValue, TRAILER, TRANSFER_ENCODING,
};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use keitaro_click::layer::{ClickLayer, ClickResult, Network, Rules};
use tokio::time::{Instant, sleep_until};
use tower::Service;

use super::admin::Admin;
use super::connect::{self, Connector};
use super::connection::Connection;
use super::early_hints::EarlyHints;
use super::headers;
use super::limits::{Limits, MAX_HEADERS};
use super::response::{Body, full, plain};
use super::retry;
use super::settings::Settings;
use super::site_body::{SiteBody, is_event_stream};
use super::socket;
use super::upload::{Progress, Upload};
use crate::error::CliError;

/// The service that answers a request after the tracker let it pass.
#[derive(Clone)]
pub(super) struct Site(Arc<Inner>);

struct Inner {
    source: Arc<Source>,
    layer: ClickLayer,
    trusted: Vec<Network>,
    address_header: Option<HeaderName>,
    forwarded_headers: Vec<HeaderName>,
    /// The host that the site is asked for; the visitor's if it is `None`.
    host: Option<HeaderValue>,
    early_hints: bool,
    log_header: bool,
    timeout: Duration,
    limits: Limits,
    admin: Arc<Admin>,
}

/// Where the pages come from.
pub(super) enum Source {
    Page(Bytes, HeaderValue),
    Upstream {
        client: Client<Connector, Upload>,
        url: Upstream,
    },
}

/// Idle connections to the site that are kept.
const MAX_IDLE: usize = 128;

pub(super) struct Upstream {
    scheme: Scheme,
    authority: Authority,
    path_prefix: String,
}

impl Source {
    pub(super) fn new(settings: &Settings, limits: Limits) -> Result<Self, CliError> {
        match (&settings.upstream, &settings.page) {
            (Some(url), None) => upstream(url, limits),
            (None, Some(path)) => {
                let page = std::fs::read(path).map_err(|error| {
                    let path = path.display();
                    CliError::input("page", format!("cannot read the page {path}: {error}"))
                })?;
                Ok(Self::Page(page.into(), content_type(path)))
            }
            _ => Err(CliError::input(
                "upstream",
                "either --upstream or --page must be given",
            )),
        }
    }

    /// Whether other settings may keep using it: a page and trusted certificates may have changed.
    pub(super) fn lasts(&self) -> bool {
        matches!(self, Self::Upstream { url, .. } if url.scheme == Scheme::HTTP)
    }
}

impl Site {
    pub(super) fn new(
        settings: &Settings,
        limits: Limits,
        source: Arc<Source>,
        trusted: Vec<Network>,
        layer: ClickLayer,
        admin: Arc<Admin>,
    ) -> Result<Self, CliError> {
        Ok(Self(Arc::new(Inner {
            source,
            layer,
            trusted,
            address_header: settings.address_header()?,
            forwarded_headers: settings.forwarded_headers()?,
            host: settings.upstream_host()?,
            early_hints: settings.early_hints,
            log_header: settings.log,
            timeout: settings.upstream_timeout(),
            limits,
            admin,
        })))
    }
}

fn upstream(url: &str, limits: Limits) -> Result<Source, CliError> {
    let wrong = || {
        let message =
            format!("--upstream must be a URL such as http://127.0.0.1:3000, not '{url}'");
        CliError::input("upstream", message)
    };
    let parts = url.parse::<Uri>().map_err(|_| wrong())?.into_parts();
    let scheme = parts
        .scheme
        .filter(|scheme| [Scheme::HTTP, Scheme::HTTPS].contains(scheme));
    let scheme = scheme.ok_or_else(wrong)?;
    let connector = connect::connector(scheme == Scheme::HTTPS)?;
    Ok(Source::Upstream {
        client: Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(MAX_IDLE)
            .http1_max_buf_size(limits.header)
            .http1_max_headers(MAX_HEADERS)
            .build(connector),
        url: Upstream {
            scheme,
            authority: parts.authority.ok_or_else(wrong)?,
            path_prefix: parts.path_and_query.map_or_else(String::new, |path| {
                path.path().trim_end_matches('/').to_owned()
            }),
        },
    })
}

fn content_type(path: &std::path::Path) -> HeaderValue {
    let extension = path.extension().and_then(|extension| extension.to_str());
    HeaderValue::from_static(match extension {
        Some("txt") => "text/plain; charset=utf-8",
        Some("json") => "application/json",
        _ => "text/html; charset=utf-8",
    })
}

impl Service<Request<Incoming>> for Site {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            Ok(match &*inner.source {
                Source::Page(page, content_type) => {
                    let mut response = Response::new(full(page.clone()));
                    let headers = response.headers_mut();
                    headers.insert(CONTENT_TYPE, content_type.clone());
                    response
                }
                Source::Upstream { client, url } => inner.forward(client, url, request).await,
            })
        })
    }
}

impl Inner {
    async fn forward(
        &self,
        client: &Client<Connector, Upload>,
        url: &Upstream,
        request: Request<Incoming>,
    ) -> Response<Body> {
        let failed = |status, reason: &'static str| {
            self.admin.count_upstream_failure();
            plain(status, reason)
        };
        let takes_hints = self.early_hints && takes_hints(&request);
        let Some((mut request, upgrade)) = self.outgoing(url, request) else {
            return plain(
                StatusCode::BAD_REQUEST,
                "400 Bad Request: this request cannot be forwarded\n",
            );
        };
        let connection = request.extensions().get::<Arc<Connection>>().cloned();
        let hints = connection.as_ref().filter(|_| takes_hints);
        let hints = hints.map(|connection| connection.hints.clone());
        // Closed at the end of this function, before the response begins.
        let _open = hints.as_ref().map(EarlyHints::open);
        if let Some(hints) = hints.clone() {
            hyper::ext::on_informational(&mut request, move |interim| {
                if interim.status() == StatusCode::EARLY_HINTS {
                    hints.add(interim.headers());
                }
            });
        }
        let progress = Progress::now();
        let limits = self.limits;
        let request =
            request.map(|body| Upload::new(body, progress.clone(), limits.request, limits.receive));
        let again = retry::copy_of(&request);
        let mut outcome = self.send(client, request, &progress, hints.as_ref()).await;
        if let (Some(Err(error)), Some(again)) = (&outcome, again)
            && retry::is_lost_idle(error)
        {
            outcome = self.send(client, again, &progress, None).await;
        }
        let mut response = match outcome {
            Some(Ok(response)) => {
                retry::note(&response);
                response
            }
            Some(Err(error)) => {
                if let Some(failure) = progress.failure() {
                    return failure.response();
                }
                let cause = connect::cause(&error);
                tracing::warn!(connect = error.is_connect(), %cause, "no response from the site");
                return failed(
                    StatusCode::BAD_GATEWAY,
                    "502 Bad Gateway: no response from the site\n",
                );
            }
            None => {
                return failed(
                    StatusCode::GATEWAY_TIMEOUT,
                    "504 Gateway Timeout: the site took too long to respond\n",
                );
            }
        };
        if !headers::has_known_framing(response.headers()) {
            return failed(
                StatusCode::BAD_GATEWAY,
                "502 Bad Gateway: the site used a transfer encoding without being asked\n",
            );
        }
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let Some(visitor) = upgrade else {
                return failed(
                    StatusCode::BAD_GATEWAY,
                    "502 Bad Gateway: the site switched protocols without being asked\n",
                );
            };
            let site = hyper::upgrade::on(&mut response);
            let timeout = limits.tunnel;
            tokio::spawn(async move {
                // Held to be counted, and to be waited for when the gateway stops.
                let _connection = connection;
                if let Ok((visitor, site)) = tokio::try_join!(visitor, site) {
                    socket::tunnel(TokioIo::new(visitor), TokioIo::new(site), timeout).await;
                }
            });
        } else {
            if response.headers().contains_key(TRANSFER_ENCODING) {
                // Chunks count, not a length beside them (RFC 9112 section 6.3).
                response.headers_mut().remove(CONTENT_LENGTH);
            }
            let wanted = headers::wanted_protocol(&response);
            headers::remove_hop_by_hop(response.headers_mut());
            if let Some(protocol) = wanted {
                headers::ask_for_upgrade(response.headers_mut(), protocol);
            }
        }
        *response.version_mut() = http::Version::HTTP_11;
        let timeout = if is_event_stream(response.headers()) {
            limits.tunnel
        } else {
            self.timeout
        };
        let admin = Arc::clone(&self.admin);
        response.map(|body| SiteBody::new(body, timeout, progress, admin).boxed_unsync())
    }

    /// Returns `None` when the site takes longer than the timeout, counted from the visitor's last byte.
    async fn send(
        &self,
        client: &Client<Connector, Upload>,
        request: Request<Upload>,
        progress: &Progress,
        hints: Option<&EarlyHints>,
    ) -> Option<Result<Response<Incoming>, ClientError>> {
        let mut response = pin!(client.request(request));
        let hinted = async || match hints {
            Some(hints) => hints.arrived().await,
            None => std::future::pending().await,
        };
        loop {
            tokio::select! {
                outcome = &mut response => return Some(outcome),
                // This is the task of the visitor's connection, which flushes its socket now.
                () = hinted() => {}
                () = sleep_until(progress.since() + self.timeout) => {
                    if progress.since() + self.timeout <= Instant::now() {
                        return None;
                    }
                }
            }
        }
    }

    /// The request for the site, and the visitor's side of the connection if an upgrade is requested.
    ///
    /// Returns `None` if the target of the request is not valid below the upstream URL.
    fn outgoing(
        &self,
        url: &Upstream,
        mut request: Request<Incoming>,
    ) -> Option<(Request<Incoming>, Option<hyper::upgrade::OnUpgrade>)> {
        let protocol = headers::asked_protocol(&request);
        let upgrade = protocol.is_some().then(|| hyper::upgrade::on(&mut request));
        let (mut parts, body) = request.into_parts();
        let peer = *parts.extensions.get::<SocketAddr>()?;
        let trusted = self
            .trusted
            .iter()
            .any(|network| network.contains(peer.ip()));
        let origin = headers::Origin {
            peer,
            chain: self.layer.address_chain(&parts),
            https: self.layer.is_https(&parts),
            trusted,
            known: &self.forwarded_headers,
        };
        let is_rewritten = self.layer.rewrites(&parts) && !Rules::is_asset(parts.uri.path());
        let is_chunked = parts.headers.contains_key(TRANSFER_ENCODING);
        let target = match parts.uri.path_and_query() {
            Some(target) if url.path_prefix.is_empty() || target == "*" => target.clone(),
            Some(target) => format!("{}{target}", url.path_prefix).parse().ok()?,
            None => PathAndQuery::from_static("/"),
        };
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(url.scheme.clone());
        uri.authority = Some(url.authority.clone());
        uri.path_and_query = Some(target);
        parts.uri = Uri::from_parts(uri).ok()?;
        parts.version = http::Version::HTTP_11;
        let click = parts.extensions.remove::<ClickResult>();
        headers::remove_hop_by_hop(&mut parts.headers);
        if is_chunked {
            // hyper expects no body of a GET, and would send none.
            let chunked = HeaderValue::from_static("chunked");
            parts.headers.insert(TRANSFER_ENCODING, chunked);
        }
        // Those of a visitor end here, see `Upload`.
        parts.headers.remove(TRAILER);
        headers::set_forwarded(&mut parts.headers, &origin, self.address_header.as_ref());
        headers::set_click(
            &mut parts.headers,
            click.as_ref(),
            self.log_header,
            |content_type, body| self.admin.keep_content(content_type, body),
        );
        if let Some(host) = &self.host {
            parts.headers.insert(HOST, host.clone());
        }
        if is_rewritten {
            headers::request_plain_page(&mut parts.headers);
        }
        if let Some(protocol) = protocol {
            headers::ask_for_upgrade(&mut parts.headers, protocol);
        }
        Some((Request::from_parts(parts, body), upgrade))
    }
}

/// Whether a visitor understands interim responses: only browsers that load a page surely do.
fn takes_hints(request: &Request<Incoming>) -> bool {
    let mode = request.headers().get("sec-fetch-mode");
    request.version() >= http::Version::HTTP_11 && mode.is_some_and(|mode| mode == "navigate")
}
