//! The two HTTP servers of the gateway: for visitors and for monitoring.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use keitaro_click::layer::ClickBody;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::Service;

use super::access_log::{AccessLog, Entry, Logged};
use super::addresses::{Addresses, Place};
use super::admin::Admin;
use super::backlog::{Backlog, Paced, SmallReads};
use super::connection::Connection;
use super::early_hints::Hinting;
use super::headers::has_known_framing;
use super::limits::{Limits, MAX_HEADERS, MIN_HEADER};
use super::live::Current;
use super::pending::Pending;
use super::response::{Body, method_not_allowed, plain};
use super::socket::SendTimeout;
use crate::shutdown::Shutdown;

/// How long a visitor may take to send the header of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// After this time without a packet the system asks a visitor whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(60);

/// Connections to the metrics at once, fewer than the descriptors that are reserved; others wait.
const MAX_ADMIN: usize = 32;

/// A site that answers TRACE would show the visitor what the gateway writes into the request.
const REFUSED: [Method; 2] = [Method::CONNECT, Method::TRACE];

/// The other methods of HTTP; further ones, such as those of WebDAV, are passed on too.
const ALLOWED: &str = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

/// The pause after a failed `accept`, such as when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An address has as many connections as it may.
struct TooMany;

/// The service for one visitor: access control, then the click layer of a route, then the site.
#[derive(Clone)]
pub(super) struct Gateway {
    shared: Arc<Shared>,
}

struct Shared {
    limits: Limits,
    addresses: Addresses,
    current: Current,
    admin: Arc<Admin>,
    log: Option<Arc<AccessLog>>,
}

impl Gateway {
    pub(super) fn new(
        current: Current,
        admin: Arc<Admin>,
        limits: Limits,
        log: Option<Arc<AccessLog>>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                limits,
                addresses: Addresses::default(),
                current,
                admin,
                log,
            }),
        }
    }

    /// The place of a connection among those of its address, if these are limited.
    fn place_of(&self, peer: IpAddr) -> Result<Option<Place>, TooMany> {
        let Some(limit) = self.shared.limits.per_address else {
            return Ok(None);
        };
        if self.shared.current.get().trusts(peer) {
            return Ok(None);
        }
        let place = self.shared.addresses.take(peer, limit);
        place.map(Some).ok_or(TooMany)
    }

    async fn serve(
        self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
        connection: Arc<Connection>,
    ) -> Result<Response<Logged<ClickBody<Body>>>, Infallible> {
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(connection);
        let (mut parts, body) = request.into_parts();
        let live = self.shared.current.get();
        let checked = normalize_host(&mut parts).and_then(|()| self.shared.check_body(&parts));
        let line = self.shared.log.clone().map(|log| {
            let entry = Entry::new(&parts, live.layer().address(&parts));
            (log, Box::new(entry))
        });
        let pending = Pending::new(Arc::clone(&self.shared.admin), line);
        let response = if REFUSED.contains(&parts.method) {
            method_not_allowed(ALLOWED, "405 Method Not Allowed\n").map(ClickBody::page)
        } else if let Err((status, reason)) = checked {
            plain(status, reason).map(ClickBody::page)
        } else if live.is_denied(&parts) {
            plain(StatusCode::FORBIDDEN, "403 Forbidden\n").map(ClickBody::page)
        } else if let Some(files) = live.files(&parts) {
            let visitor = live.layer().address(&parts);
            let visitor = visitor.map(|visitor| visitor.to_string());
            files.fetch(&parts, visitor).await.map(ClickBody::page)
        } else {
            let mut site = live.route(&parts).site.clone();
            site.call(Request::from_parts(parts, body)).await?
        };
        self.shared.admin.count_response(response.status());
        Ok(Logged::new(response, pending.answered()))
    }
}

impl Shared {
    /// Refuses a body that is too large, or in an encoding that would be lost on the way.
    fn check_body(&self, parts: &Parts) -> Result<(), (StatusCode, &'static str)> {
        let length = parts.headers.get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if length.is_some_and(|length| length > self.limits.request) {
            return Err((
                StatusCode::PAYLOAD_TOO_LARGE,
                "413 Content Too Large: the body of the request is over the limit\n",
            ));
        }
        if !has_known_framing(&parts.headers) {
            return Err((
                StatusCode::NOT_IMPLEMENTED,
                "501 Not Implemented: only the transfer encoding `chunked` is known, once\n",
            ));
        }
        Ok(())
    }
}

/// Leaves the request with a path as its target and one valid `Host`, or says why it cannot be
/// served.
///
/// The host of an absolute target replaces the `Host` header, as RFC 9112 section 3.2.2 demands.
fn normalize_host(parts: &mut Parts) -> Result<(), (StatusCode, &'static str)> {
    if !is_known_target(parts) {
        let reason = "400 Bad Request: the target must be a path or a URL\n";
        return Err((StatusCode::BAD_REQUEST, reason));
    }
    // hyper refuses the others that no URL may contain: `<`, `>` and bytes that are not UTF-8.
    if parts.uri.path().contains('"') {
        let reason = "400 Bad Request: quotes must be percent-encoded\n";
        return Err((StatusCode::BAD_REQUEST, reason));
    }
    let not_one = "400 Bad Request: exactly one Host header is required\n";
    let hosts = parts.headers.get_all(HOST).iter().count();
    let required = parts.version >= Version::HTTP_11;
    if hosts > 1 || (required && hosts == 0) {
        return Err((StatusCode::BAD_REQUEST, not_one));
    }
    if let Some(authority) = parts.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str());
        let target = parts.uri.path_and_query().cloned();
        parts.uri = target.map_or_else(Uri::default, Uri::from);
        if let Ok(host) = host {
            parts.headers.insert(HOST, host);
        }
    }
    let host = parts.headers.get(HOST).map(HeaderValue::as_bytes);
    let is_name = |host: &[u8]| !matches!(host.trim_ascii().first(), None | Some(b':'));
    if required && !host.is_some_and(is_name) {
        return Err((StatusCode::BAD_REQUEST, not_one));
    }
    let valid = host.unwrap_or_default().iter().all(|byte| {
        byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(byte) || *byte >= 0x80
    });
    if !valid {
        let reason = "400 Bad Request: invalid Host header\n";
        return Err((StatusCode::BAD_REQUEST, reason));
    }
    Ok(())
}

/// Whether the target is a path, a URL, or the `*` of OPTIONS; hyper reads `index.html` as a host.
fn is_known_target(parts: &Parts) -> bool {
    let is_host = parts.uri.scheme().is_none() && parts.uri.authority().is_some();
    !is_host && (parts.uri.path() != "*" || parts.method == Method::OPTIONS)
}

/// Serves visitors until shutdown, then waits up to `grace` for the requests in flight.
pub(super) async fn serve_visitors(
    listener: TcpListener,
    gateway: Gateway,
    shutdown: &mut Shutdown,
    admin: &Arc<Admin>,
    grace: Duration,
) {
    let (draining, _) = watch::channel(false);
    let limits = gateway.shared.limits;
    let places = Arc::new(Semaphore::new(limits.connections));
    loop {
        let accepted = async {
            let permit = Arc::clone(&places).acquire_owned().await;
            let permit = permit.map_err(std::io::Error::other)?;
            listener.accept().await.map(|accepted| (accepted, permit))
        };
        let ((stream, peer), permit) = tokio::select! {
            accepted = accepted => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
            () = shutdown.wait() => break,
        };
        let Ok(place) = gateway.place_of(peer.ip()) else {
            admin.count_refused_connection();
            continue;
        };
        let connection = Connection::new(
            permit,
            admin.count_connection(),
            draining.subscribe(),
            place,
        );
        let gateway = gateway.clone();
        let draining = draining.subscribe();
        tokio::spawn(serve_connection(
            stream, peer, gateway, connection, draining,
        ));
    }
    drop(listener);
    admin.start_draining();
    let _ = draining.send(true);
    tokio::select! {
        () = draining.closed() => {}
        () = tokio::time::sleep(grace) => {
            tracing::warn!("grace period over, closing the remaining connections");
        }
        () = shutdown.wait() => {}
    }
}

/// Serves one connection; when draining starts, it finishes the request in flight and closes.
async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    gateway: Gateway,
    connection: Connection,
    mut draining: watch::Receiver<bool>,
) {
    let limits = gateway.shared.limits;
    let connection = Arc::new(connection);
    let hints = connection.hints.clone();
    let backlog = Backlog::default();
    keep_alive(&stream);
    let socket = SendTimeout::new(SmallReads::new(stream), backlog.clone(), limits.send);
    let service = service_fn(move |request| {
        let serving = gateway
            .clone()
            .serve(request, peer, Arc::clone(&connection));
        let backlog = backlog.clone();
        async move {
            let response = serving.await?;
            Ok::<_, Infallible>(response.map(|body| Paced::new(body, backlog)))
        }
    });
    let socket = TokioIo::new(Hinting::new(socket, hints));
    let connection = server(limits.header).serve_connection(socket, service);
    let mut connection = pin!(connection.with_upgrades());
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = started(&mut draining) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "connection to a visitor failed");
    }
}

async fn started(draining: &mut watch::Receiver<bool>) {
    let _ = draining.wait_for(|draining| *draining).await;
}

/// Serves `/metrics` and `/healthz` until the task is aborted.
pub(super) async fn serve_admin(listener: TcpListener, admin: Arc<Admin>, limits: Limits) {
    let places = Arc::new(Semaphore::new(MAX_ADMIN));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let admin = Arc::clone(&admin);
        let service = service_fn(move |request: Request<Incoming>| {
            let admin = Arc::clone(&admin);
            async move { Ok::<_, Infallible>(admin.respond(request).await) }
        });
        tokio::spawn(async move {
            let _place = place;
            let _ = stream.set_nodelay(true);
            let stream = SendTimeout::new(stream, Backlog::default(), limits.send);
            let stream = TokioIo::new(stream);
            let _ = server(MIN_HEADER).serve_connection(stream, service).await;
        });
    }
}

fn server(header_limit: usize) -> http1::Builder {
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(header_limit)
        .max_headers(MAX_HEADERS);
    server
}

/// Sends small packets immediately, and detects visitors that vanished without closing the connection.
fn keep_alive(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let keep_alive = TcpKeepalive::new().with_time(KEEP_ALIVE);
    let _ = SockRef::from(stream).set_tcp_keepalive(&keep_alive);
}
