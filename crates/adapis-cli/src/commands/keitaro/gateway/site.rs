use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, UPGRADE};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use keitaro_click::layer::{Click, ClickLayer, Network, Rules};
use tokio::time::{Instant, timeout_at};
use tower::Service;

use super::admin::Admin;
use super::connect::{self, Connector};
use super::headers;
use super::settings::Settings;
use super::upload::{Pulse, Upload};
use crate::error::CliError;

pub(super) type Body = UnsyncBoxBody<Bytes, hyper::Error>;

/// What stands behind the gateway.
#[derive(Clone)]
pub(super) struct Site(Arc<Inner>);

struct Inner {
    source: Source,
    layer: ClickLayer,
    trusted: Vec<Network>,
    address_header: Option<HeaderName>,
    rewrite: bool,
    timeout: Duration,
    admin: Arc<Admin>,
}

enum Source {
    Page(Bytes, HeaderValue),
    Upstream {
        client: Client<Connector, Upload>,
        url: Upstream,
    },
}

struct Upstream {
    scheme: Scheme,
    authority: Authority,
    directory: String,
}

impl Site {
    pub(super) fn new(
        settings: &Settings,
        trusted: Vec<Network>,
        layer: ClickLayer,
        admin: Arc<Admin>,
    ) -> Result<Self, CliError> {
        let source = match (&settings.upstream, &settings.page) {
            (Some(url), None) => upstream(url)?,
            (None, Some(path)) => {
                let page = std::fs::read(path).map_err(|error| {
                    CliError::input(
                        "page",
                        format!("{} cannot be read: {error}", path.display()),
                    )
                })?;
                Source::Page(page.into(), content_type(path))
            }
            _ => {
                return Err(CliError::input(
                    "upstream",
                    "or a page must be given, not both",
                ));
            }
        };
        Ok(Self(Arc::new(Inner {
            source,
            layer,
            trusted,
            address_header: settings.address_header()?,
            rewrite: settings.rewrite,
            timeout: settings.upstream_timeout(),
            admin,
        })))
    }
}

fn upstream(url: &str) -> Result<Source, CliError> {
    let wrong = || CliError::input("upstream", "must be a URL such as http://127.0.0.1:3000");
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
            .build(connector),
        url: Upstream {
            scheme,
            authority: parts.authority.ok_or_else(wrong)?,
            directory: parts.path_and_query.map_or_else(String::new, |path| {
                path.path().trim_end_matches('/').to_owned()
            }),
        },
    })
}

fn content_type(path: &std::path::Path) -> HeaderValue {
    let ending = path.extension().and_then(|ending| ending.to_str());
    HeaderValue::from_static(match ending {
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
            Ok(match &inner.source {
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
        let failed = |status, what: &'static str| {
            self.admin.upstream_failed();
            plain(status, what)
        };
        let Some((request, upgrade)) = self.outgoing(url, request) else {
            return plain(
                StatusCode::BAD_REQUEST,
                "this request cannot be passed on\n",
            );
        };
        let pulse = Pulse::now();
        let request = request.map(|body| Upload::new(body, pulse.clone()));
        let again = once_more(&request);
        let mut answer = self.send(client, request, &pulse).await;
        if let (Some(Err(error)), Some(again)) = (&answer, again)
            && broke_off(error)
        {
            // A kept connection may end just as the request is sent.
            answer = self.send(client, again, &pulse).await;
        }
        let mut response = match answer {
            Some(Ok(response)) => response,
            Some(Err(error)) => {
                tracing::warn!(connect = error.is_connect(), "the site does not answer");
                return failed(StatusCode::BAD_GATEWAY, "the site does not answer\n");
            }
            None => return failed(StatusCode::GATEWAY_TIMEOUT, "the site is out of time\n"),
        };
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            let Some(visitor) = upgrade else {
                return failed(StatusCode::BAD_GATEWAY, "the site switched unasked\n");
            };
            let site = hyper::upgrade::on(&mut response);
            tokio::spawn(join(visitor, site));
        } else {
            headers::strip_hops(response.headers_mut());
        }
        *response.version_mut() = http::Version::HTTP_11;
        response.map(|body| body.boxed_unsync())
    }

    /// `None` when the site is out of time, counted from the visitor's last byte.
    async fn send(
        &self,
        client: &Client<Connector, Upload>,
        request: Request<Upload>,
        pulse: &Pulse,
    ) -> Option<Result<Response<Incoming>, ClientError>> {
        let mut answer = pin!(client.request(request));
        loop {
            let until = pulse.last() + self.timeout;
            if let Ok(answer) = timeout_at(until, &mut answer).await {
                return Some(answer);
            }
            if pulse.last() + self.timeout <= Instant::now() {
                return None;
            }
        }
    }

    /// The request as the site gets it, and the visitor's side of an upgrade if he asks for one.
    fn outgoing(
        &self,
        url: &Upstream,
        mut request: Request<Incoming>,
    ) -> Option<(Request<Incoming>, Option<hyper::upgrade::OnUpgrade>)> {
        let protocol = request.headers().get(UPGRADE);
        let protocol = protocol.filter(|protocol| !is_http(protocol)).cloned();
        let upgrade = protocol.is_some().then(|| hyper::upgrade::on(&mut request));
        let (mut parts, body) = request.into_parts();
        let peer = *parts.extensions.get::<SocketAddr>()?;
        let trusted = self
            .trusted
            .iter()
            .any(|network| network.contains(peer.ip()));
        let origin = headers::Origin {
            peer,
            visitor: self.layer.address(&parts),
            https: self.layer.is_https(&parts),
            trusted,
            address_header: self.address_header.as_ref(),
        };
        let target = match parts.uri.path_and_query() {
            Some(target) if url.directory.is_empty() || target == "*" => target.clone(),
            Some(target) => format!("{}{target}", url.directory).parse().ok()?,
            None => PathAndQuery::from_static("/"),
        };
        let mut uri = http::uri::Parts::default();
        uri.scheme = Some(url.scheme.clone());
        uri.authority = Some(url.authority.clone());
        uri.path_and_query = Some(target);
        parts.uri = Uri::from_parts(uri).ok()?;
        parts.version = http::Version::HTTP_11;
        let click = parts.extensions.remove::<Click>();
        headers::strip_hops(&mut parts.headers);
        headers::forwarded(&mut parts.headers, &origin);
        headers::click(&mut parts.headers, click.as_ref());
        if self.rewrite && !Rules::is_asset(parts.uri.path()) {
            headers::plain_pages(&mut parts.headers);
        }
        if let Some(protocol) = protocol {
            parts.headers.insert(UPGRADE, protocol);
            parts
                .headers
                .insert(CONNECTION, HeaderValue::from_static("upgrade"));
        }
        Some((Request::from_parts(parts, body), upgrade))
    }
}

/// Whether the connection ended, which says nothing about what the site answers.
fn broke_off(error: &ClientError) -> bool {
    let inner = error.source().and_then(|source| source.downcast_ref());
    !error.is_connect() && inner.is_some_and(|error: &hyper::Error| !error.is_parse())
}

/// The request again, where that can do no harm: nothing changes and no byte of a body is gone.
fn once_more(request: &Request<Upload>) -> Option<Request<Upload>> {
    if !request.method().is_safe() || request.headers().contains_key(UPGRADE) {
        return None;
    }
    let mut again = Request::new(request.body().again()?);
    again.method_mut().clone_from(request.method());
    again.uri_mut().clone_from(request.uri());
    again.headers_mut().clone_from(request.headers());
    Some(again)
}

/// Whether an upgrade asks for another HTTP, under which requests would pass by the gateway.
fn is_http(protocol: &HeaderValue) -> bool {
    let protocol = String::from_utf8_lossy(protocol.as_bytes()).to_ascii_lowercase();
    ["h2", "http", "tls"]
        .iter()
        .any(|other| protocol.contains(other))
}

/// Carries bytes both ways until one side ends.
async fn join(visitor: hyper::upgrade::OnUpgrade, site: hyper::upgrade::OnUpgrade) {
    let Ok((visitor, site)) = tokio::try_join!(visitor, site) else {
        return;
    };
    let (mut visitor, mut site) = (TokioIo::new(visitor), TokioIo::new(site));
    let _ = tokio::io::copy_bidirectional(&mut visitor, &mut site).await;
}

pub(super) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

pub(super) fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}
