//! Connections: accepted, counted, answered, ended.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::adfox::RequestLines;
use crate::faults::Faults;
use crate::ledger::Ledger;
use crate::link::{Link, Wire};
use crate::operation;
use crate::strike::strike;

const MAX_BODY: usize = 64 << 20;
/// Time for the last bytes before a connection is ended.
const LAST_BYTES: Duration = Duration::from_millis(20);
/// Time for calls under way when the server stops.
const LAST_CALLS: Duration = Duration::from_secs(2);

/// A request whose credential a fault plan has declared run out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpiredToken;

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What stands before the vendors: the control resource, the fault plans, the ledger.
pub(crate) struct Front {
    pub(crate) vendors: Router,
    pub(crate) control: Router,
    pub(crate) faults: Arc<Faults>,
    pub(crate) ledger: Arc<Ledger>,
    /// The sub-directory of the tracker.
    pub(crate) mount: String,
}

/// Serves until told to stop, then lets calls under way finish for two seconds.
pub(crate) async fn serve(listener: TcpListener, front: Front, mut stop: watch::Receiver<bool>) {
    let front = Arc::new(front);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let peer = Peer(peer.ip());
                    connections.spawn(connection(stream, peer, Arc::clone(&front), stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "accept failed");
                    tokio::time::sleep(LAST_BYTES).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    let _ = tokio::time::timeout(LAST_CALLS, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
}

async fn connection(
    stream: TcpStream,
    peer: Peer,
    front: Arc<Front>,
    mut stop: watch::Receiver<bool>,
) {
    let _open = front.ledger.connection();
    let _ = stream.set_nodelay(true);
    let link = Arc::new(Link::default());
    let is_adfox = tokio::select! {
        beginning = beginning(&stream) => operation::is_adfox(&beginning),
        _ = stop.changed() => return,
    };
    let wire = Wire::new(stream, Arc::clone(&link));
    if is_adfox {
        drive(RequestLines::new(wire), peer, &front, &link, stop).await;
    } else {
        drive(wire, peer, &front, &link, stop).await;
    }
}

/// The first bytes of the first request line, left unread.
async fn beginning(stream: &TcpStream) -> Vec<u8> {
    let mut bytes = [0; 32];
    let length = stream.peek(&mut bytes).await.unwrap_or_default();
    bytes[..length].to_vec()
}

async fn drive(
    io: impl AsyncRead + AsyncWrite + Unpin,
    peer: Peer,
    front: &Arc<Front>,
    link: &Arc<Link>,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(|request| {
        let front = Arc::clone(front);
        let link = Arc::clone(link);
        async move { Ok::<_, Infallible>(front.answer(&link, peer, request).await) }
    });
    let mut http = pin!(http1::Builder::new().serve_connection(TokioIo::new(io), service));
    let mut stopping = false;
    loop {
        tokio::select! {
            _ = http.as_mut() => return,
            () = link.ended() => {
                let _ = tokio::time::timeout(LAST_BYTES, http.as_mut()).await;
                return;
            }
            _ = stop.changed(), if !stopping => {
                stopping = true;
                http.as_mut().graceful_shutdown();
            }
        }
    }
}

impl Front {
    async fn answer(
        &self,
        link: &Arc<Link>,
        peer: Peer,
        request: Request<Incoming>,
    ) -> Response<Body> {
        if link.is_ending() {
            return std::future::pending().await;
        }
        if request.uri().path().starts_with("/_emulator") {
            return route(&self.control, request.map(Body::new)).await;
        }
        let (parts, body) = request.into_parts();
        let Some(bytes) = whole(body).await else {
            return status(StatusCode::PAYLOAD_TOO_LARGE);
        };
        let operation = operation::name(&parts, &bytes, &self.mount);
        let fault = self.faults.next(&operation);
        let path = operation::public_path(&operation, parts.uri.path());
        let method = parts.method.clone();
        self.ledger.received(&operation, fault.is_some());
        let mut request = Request::from_parts(parts, Body::from(bytes));
        request.extensions_mut().insert(peer);
        let answered = match &fault {
            None => Some(route(&self.vendors, request).await),
            Some(fault) => {
                tracing::debug!(%operation, "fault of a plan");
                if fault.expired_token {
                    request.extensions_mut().insert(ExpiredToken);
                }
                let run = self.run(&operation, request);
                strike(fault, link, run).await
            }
        };
        self.ledger.finished(
            method,
            path,
            operation,
            answered.as_ref().map(|response| response.status().as_u16()),
            fault.is_some(),
        );
        match answered {
            Some(response) => response,
            None => std::future::pending().await,
        }
    }

    /// The vendor's answer, or its refusal where the vendor has no tokens that run out.
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

async fn whole(body: Incoming) -> Option<Bytes> {
    if hyper::body::Body::is_end_stream(&body) {
        return Some(Bytes::new());
    }
    let collected = Limited::new(body, MAX_BODY).collect().await.ok()?;
    Some(collected.to_bytes())
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
