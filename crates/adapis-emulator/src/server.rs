//! The HTTP server: accepts connections, applies faults and routes requests to the vendors.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::adfox::LenientRequestLines;
use crate::faults::{self, FaultPlans, FaultySocket, SocketControl};
use crate::guard;
use crate::operation;
use crate::page;
use crate::request::{ExpiredToken, Peer};
use crate::request_log::RequestLog;
use crate::revisions::Revisions;

/// Limit of a request body.
const MAX_BODY: usize = 64 << 20;
/// Time to flush pending bytes before a fault ends a connection.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(20);
/// Pause after a failed accept, which usually means that file descriptors are exhausted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);
/// Time for calls in progress when the server stops.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);

/// Everything that handles a request.
pub(crate) struct Server {
    pub(crate) vendors: Router,
    pub(crate) control: Router,
    pub(crate) faults: Arc<FaultPlans>,
    pub(crate) request_log: Arc<RequestLog>,
    pub(crate) revisions: Arc<Revisions>,
    /// Path that the tracker is mounted at.
    pub(crate) mount: String,
}

/// Serves until `stop` changes, then waits up to two seconds for calls in progress.
pub(crate) async fn serve(listener: TcpListener, server: Server, mut stop: watch::Receiver<bool>) {
    let server = Arc::new(server);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let peer = Peer(peer.ip());
                    connections.spawn(connection(stream, peer, Arc::clone(&server), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "accept failed");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
}

async fn connection(
    stream: TcpStream,
    peer: Peer,
    server: Arc<Server>,
    mut stop: watch::Receiver<bool>,
) {
    let _open = server.request_log.connection();
    let _ = stream.set_nodelay(true);
    let control = Arc::new(SocketControl::default());
    let is_adfox = tokio::select! {
        start = peek(&stream) => operation::is_adfox(&start),
        _ = stop.changed() => return,
    };
    let socket = FaultySocket::new(stream, Arc::clone(&control));
    if is_adfox {
        drive(
            LenientRequestLines::new(socket),
            peer,
            &server,
            &control,
            stop,
        )
        .await;
    } else {
        drive(socket, peer, &server, &control, stop).await;
    }
}

/// Returns the first bytes of the first request line without consuming them.
async fn peek(stream: &TcpStream) -> Vec<u8> {
    let mut bytes = [0; 32];
    let length = stream.peek(&mut bytes).await.unwrap_or_default();
    bytes[..length].to_vec()
}

async fn drive(
    io: impl AsyncRead + AsyncWrite + Unpin,
    peer: Peer,
    server: &Arc<Server>,
    control: &Arc<SocketControl>,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(|request| {
        let server = Arc::clone(server);
        let control = Arc::clone(control);
        async move { Ok::<_, Infallible>(server.respond(&control, peer, request).await) }
    });
    let mut http = pin!(http1::Builder::new().serve_connection(TokioIo::new(io), service));
    let mut stopping = false;
    loop {
        tokio::select! {
            _ = http.as_mut() => return,
            () = control.ended() => {
                let _ = tokio::time::timeout(FLUSH_TIMEOUT, http.as_mut()).await;
                return;
            }
            _ = stop.changed(), if !stopping => {
                stopping = true;
                http.as_mut().graceful_shutdown();
            }
        }
    }
}

impl Server {
    async fn respond(
        &self,
        control: &Arc<SocketControl>,
        peer: Peer,
        request: Request<Incoming>,
    ) -> Response<Body> {
        let mut response = self.answer(control, peer, request).await;
        if let Some(now) = self.revisions.date_header().and_then(http_date) {
            // A fault may have set another one; without any, hyper writes the real time.
            response.headers_mut().entry(header::DATE).or_insert(now);
        }
        response
    }

    async fn answer(
        &self,
        control: &Arc<SocketControl>,
        peer: Peer,
        request: Request<Incoming>,
    ) -> Response<Body> {
        if control.is_ending() {
            return std::future::pending().await;
        }
        if page::is_wanted(&request) {
            return page::response();
        }
        if request.uri().path().starts_with("/_emulator") {
            if let Some(refusal) = guard::refusal(&request) {
                return refusal;
            }
            return route(&self.control, request.map(Body::new)).await;
        }
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let Some(bytes) = read_body(body).await else {
            return status(StatusCode::PAYLOAD_TOO_LARGE);
        };
        let operation = operation::name(&parts, &bytes, &self.mount);
        let fault = self.faults.next(&operation);
        let path = operation::public_path(&operation, parts.uri.path());
        let method = parts.method.clone();
        self.request_log.received(&operation, fault.is_some());
        let mut request = Request::from_parts(parts, Body::from(bytes));
        request.extensions_mut().insert(peer);
        let response = match &fault {
            None => Some(route(&self.vendors, request).await),
            Some(fault) => {
                tracing::debug!(%operation, "applying a fault");
                if fault.expired_token {
                    request.extensions_mut().insert(ExpiredToken);
                }
                if let Some(milliseconds) = fault.processed_after_ms {
                    self.run_later(request, Duration::from_millis(milliseconds));
                    let timed_out = async { status(StatusCode::GATEWAY_TIMEOUT) };
                    faults::apply(fault, control, timed_out).await
                } else {
                    let run = self.run(&operation, request);
                    faults::apply(fault, control, run).await
                }
            }
        };
        let answer = response.as_ref().map(|response| response.status().as_u16());
        // The path that is logged has no secrets.
        tracing::info!(
            http.request.method = %method,
            url.path = %path,
            %operation,
            http.response.status_code = answer,
            fault = fault.is_some(),
            elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "request"
        );
        self.request_log
            .finished(method, path, operation, answer, fault.is_some());
        match response {
            Some(response) => response,
            None => std::future::pending().await,
        }
    }

    /// Calls the vendor after a while, independent of the connection.
    fn run_later(&self, request: Request<Body>, after: Duration) {
        let vendors = self.vendors.clone();
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            route(&vendors, request).await;
        });
    }

    /// Calls the vendor, or refuses the credential if the vendor has no tokens that expire.
    async fn run(&self, operation: &str, request: Request<Body>) -> Response<Body> {
        if request.extensions().get::<ExpiredToken>().is_some()
            && let Some(refusal) = operation::refusal(operation)
        {
            return refusal;
        }
        route(&self.vendors, request).await
    }
}

async fn route(router: &Router, request: Request<Body>) -> Response<Body> {
    match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn read_body(body: Incoming) -> Option<Bytes> {
    if hyper::body::Body::is_end_stream(&body) {
        return Some(Bytes::new());
    }
    let collected = Limited::new(body, MAX_BODY).collect().await.ok()?;
    Some(collected.to_bytes())
}

fn http_date(now: Timestamp) -> Option<HeaderValue> {
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    HeaderValue::from_str(&text.ok()?).ok()
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
