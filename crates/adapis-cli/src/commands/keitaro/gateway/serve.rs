use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::{HOST, HeaderValue};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use keitaro_click::layer::{ClickBody, ClickLayer, ClickService, Network};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::Service;

use super::admin::Admin;
use super::site::{Body, Site, plain};
use crate::error::CliError;

/// How long a visitor may take to send the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// Who is let in at all.
pub(super) struct Gate {
    denied: Vec<Network>,
    layer: ClickLayer,
    admin: Arc<Admin>,
}

impl Gate {
    pub(super) fn new(denied: Vec<Network>, layer: ClickLayer, admin: Arc<Admin>) -> Self {
        Self {
            denied,
            layer,
            admin,
        }
    }
}

/// The gateway as one service: the gate, the layer, the site.
#[derive(Clone)]
pub(super) struct Front {
    site: ClickService<Site>,
    gate: Arc<Gate>,
}

impl Front {
    pub(super) fn new(site: ClickService<Site>, gate: Gate) -> Self {
        Self {
            site,
            gate: Arc::new(gate),
        }
    }

    async fn serve(
        mut self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
    ) -> Result<Response<ClickBody<Body>>, Infallible> {
        request.extensions_mut().insert(peer);
        let (mut parts, body) = request.into_parts();
        if let Err((status, why)) = addressed(&mut parts) {
            self.gate.admin.answered(status);
            return Ok(plain(status, why).map(ClickBody::page));
        }
        let visitor = self.gate.layer.address(&parts);
        let denied = visitor.is_some_and(|visitor| {
            self.gate
                .denied
                .iter()
                .any(|network| network.contains(visitor))
        });
        let response = if denied {
            plain(StatusCode::FORBIDDEN, "403 Forbidden\n").map(ClickBody::page)
        } else {
            self.site.call(Request::from_parts(parts, body)).await?
        };
        self.gate.admin.answered(response.status());
        Ok(response)
    }
}

/// Refuses what is no request to one host; of two names for it the target's counts.
fn addressed(parts: &mut Parts) -> Result<(), (StatusCode, &'static str)> {
    if parts.method == Method::CONNECT {
        let why = "405 Method Not Allowed\n";
        return Err((StatusCode::METHOD_NOT_ALLOWED, why));
    }
    let hosts = parts.headers.get_all(HOST).iter().count();
    let needed = parts.version >= Version::HTTP_11;
    if hosts > 1 || (needed && hosts == 0) {
        return Err((StatusCode::BAD_REQUEST, "one Host is needed\n"));
    }
    if let Some(authority) = parts.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str());
        let target = parts.uri.path_and_query().cloned();
        parts.uri = target.map_or_else(Uri::default, Uri::from);
        if let Ok(host) = host {
            parts.headers.insert(HOST, host);
        }
    }
    let named = parts.headers.get(HOST).map(HeaderValue::as_bytes);
    let valid = named.unwrap_or_default().iter().all(|byte| {
        byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(byte) || *byte >= 0x80
    });
    if !valid {
        return Err((StatusCode::BAD_REQUEST, "the Host is none\n"));
    }
    Ok(())
}

/// Serves visitors until the wish to end, and those under way for the time of grace.
pub(super) async fn visitors(
    listener: TcpListener,
    front: Front,
    stop: &mut Stop,
    admin: &Admin,
    grace: Duration,
) {
    let (end, _) = watch::channel(false);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a visitor");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = stop.wait() => break,
        };
        let connection = connection(stream, peer, front.clone(), end.subscribe());
        tokio::spawn(connection);
    }
    drop(listener);
    admin.ending();
    let _ = end.send(true);
    tokio::select! {
        () = end.closed() => {}
        () = tokio::time::sleep(grace) => tracing::warn!("visitors under way were cut off"),
        () = stop.wait() => {}
    }
}

/// Serves one visitor's connection; after the end it finishes what is under way.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    front: Front,
    mut end: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| front.clone().serve(request, peer));
    let connection = builder().serve_connection(nodelay(stream), service);
    let mut connection = pin!(connection.with_upgrades());
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = ended(&mut end) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = outcome {
        tracing::debug!(%error, "a visitor's connection broke");
    }
}

async fn ended(end: &mut watch::Receiver<bool>) {
    let _ = end.wait_for(|end| *end).await;
}

/// Serves `/metrics` and `/healthz`.
pub(super) async fn watchers(listener: TcpListener, admin: Arc<Admin>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let admin = Arc::clone(&admin);
        let service = service_fn(move |request: Request<Incoming>| {
            let answer = admin.answer(request.uri().path());
            async move { Ok::<_, Infallible>(answer) }
        });
        tokio::spawn(async move {
            let _ = builder().serve_connection(nodelay(stream), service).await;
        });
    }
}

fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME);
    builder
}

fn nodelay(stream: TcpStream) -> TokioIo<TcpStream> {
    let _ = stream.set_nodelay(true);
    TokioIo::new(stream)
}

/// The wish of the person or the system to end the program.
pub(super) struct Stop {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
}

impl Stop {
    #[cfg(unix)]
    pub(super) fn listen() -> Result<Self, CliError> {
        use tokio::signal::unix::{SignalKind, signal};
        let deaf = |error| CliError::local("cannot listen to signals", error);
        Ok(Self {
            signals: [
                signal(SignalKind::interrupt()).map_err(deaf)?,
                signal(SignalKind::terminate()).map_err(deaf)?,
            ],
        })
    }

    #[cfg(unix)]
    async fn wait(&mut self) {
        let [interrupt, terminate] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }

    #[cfg(not(unix))]
    pub(super) fn listen() -> Result<Self, CliError> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
