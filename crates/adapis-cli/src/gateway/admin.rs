//! The `/metrics` and `/healthz` pages of the gateway.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use keitaro_click::layer::{CALL_TIME_BUCKETS, CircuitState, Monitor};

use super::access_log::AccessLog;
use super::local::{Contents, LocalCalls};
use super::response::{Body, full, plain};

/// Counters and health of the gateway.
pub(super) struct Admin {
    /// Of each route, with its name; the counters of all are the same.
    monitors: RwLock<Vec<(String, Monitor)>>,
    /// Responses by the first digit of their status.
    responses: [AtomicU64; 6],
    abandoned: AtomicU64,
    upstream_failures: AtomicU64,
    connections: AtomicUsize,
    refused_connections: AtomicU64,
    max_connections: usize,
    log: Option<Arc<AccessLog>>,
    local: RwLock<Option<Arc<LocalCalls>>>,
    contents: Contents,
    /// Where this is served, once it is.
    url: OnceLock<String>,
    draining: AtomicBool,
}

/// A visitor's connection, counted until it is dropped.
pub(super) struct OpenConnection(Arc<Admin>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Admin {
    pub(super) fn new(max_connections: usize, log: Option<Arc<AccessLog>>) -> Self {
        Self {
            monitors: RwLock::default(),
            responses: Default::default(),
            abandoned: AtomicU64::new(0),
            upstream_failures: AtomicU64::new(0),
            connections: AtomicUsize::new(0),
            refused_connections: AtomicU64::new(0),
            max_connections,
            log,
            local: RwLock::default(),
            contents: Contents::default(),
            url: OnceLock::new(),
            draining: AtomicBool::new(false),
        }
    }

    /// Sets the routes that the metrics report, by name.
    pub(super) fn watch(&self, monitors: Vec<(String, Monitor)>) {
        let mut watched = self
            .monitors
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *watched = monitors;
    }

    pub(super) fn count_response(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).min(self.responses.len() - 1);
        self.responses[class].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_abandoned(&self) {
        self.abandoned.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_connection(self: &Arc<Self>) -> OpenConnection {
        self.connections.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(self))
    }

    pub(super) fn count_refused_connection(&self) {
        self.refused_connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_upstream_failure(&self) {
        self.upstream_failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn start_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Sets how the site may report conversions, if it may.
    pub(super) fn set_local(&self, calls: Option<Arc<LocalCalls>>) {
        *self.local.write().unwrap_or_else(PoisonError::into_inner) = calls;
    }

    pub(super) fn set_url(&self, url: &str) {
        let _ = self.url.set(url.to_owned());
    }

    /// Keeps a content of the tracker for the site, and returns its address.
    pub(super) fn keep_content(&self, content_type: &str, body: &[u8]) -> Option<String> {
        let url = self.url.get()?;
        let name = self.contents.keep(content_type, body);
        Some(format!("{url}/keitaro/body/{name}"))
    }

    pub(super) async fn respond(&self, request: Request<Incoming>) -> Response<Body> {
        let path = request.uri().path();
        if let Some(name) = path.strip_prefix("/keitaro/body/") {
            return self.contents.respond(name);
        }
        if matches!(path, "/keitaro/postback" | "/keitaro/update") {
            let calls = self
                .local
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            return match calls {
                Some(calls) => calls.handle(request).await,
                None => plain(
                    StatusCode::NOT_FOUND,
                    "404 Not Found: start the gateway with --local-key-file\n",
                ),
            };
        }
        match path {
            "/healthz" if self.draining.load(Ordering::Relaxed) => {
                plain(StatusCode::SERVICE_UNAVAILABLE, "shutting down\n")
            }
            "/healthz" => plain(StatusCode::OK, "ok\n"),
            "/metrics" => {
                let mut response = Response::new(full(self.metrics()));
                let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
                response.headers_mut().insert(CONTENT_TYPE, text);
                response
            }
            _ => plain(
                StatusCode::NOT_FOUND,
                "404 Not Found: try /metrics or /healthz\n",
            ),
        }
    }

    fn metrics(&self) -> String {
        let monitors = self.monitors.read().unwrap_or_else(PoisonError::into_inner);
        let Some((_, monitor)) = monitors.last() else {
            return String::new();
        };
        let counts = monitor.counts();
        let mut page = Page::default();
        page.head("keitaro_visits_total", "counter", "Requests by outcome.");
        for (outcome, count) in [
            ("redirected", counts.redirects),
            ("replaced", counts.contents),
            ("not_found", counts.not_found),
            ("page", counts.pages),
            ("loop", counts.loops),
            ("restored", counts.restored),
            ("skipped", counts.skipped),
            ("refused", counts.refused),
            ("failed", counts.failed),
            ("timed_out", counts.timeouts),
            ("circuit_open", counts.circuit_open),
            ("overloaded", counts.overloaded),
        ] {
            page.line(
                "keitaro_visits_total",
                &format!("outcome=\"{outcome}\""),
                count,
            );
        }
        page.head(
            "keitaro_visits_without_address_total",
            "counter",
            "Visitors whose address is not known, who click or are denied.",
        );
        page.line(
            "keitaro_visits_without_address_total",
            "",
            counts.without_address,
        );
        page.head(
            "keitaro_circuit_state",
            "gauge",
            "State of the circuit breaker: 0 closed, 1 probing, 2 open.",
        );
        for (name, monitor) in monitors.iter() {
            let state = match monitor.circuit() {
                CircuitState::Closed => 0,
                CircuitState::Probing => 1,
                _ => 2,
            };
            let labels = if monitors.len() > 1 {
                format!("route=\"{}\"", name.replace(['\\', '"', '\n'], "_"))
            } else {
                String::new()
            };
            page.line("keitaro_circuit_state", &labels, state);
        }
        page.head(
            "keitaro_calls_in_flight",
            "gauge",
            "Calls to the tracker in flight.",
        );
        page.line("keitaro_calls_in_flight", "", counts.in_flight);
        page.head(
            "keitaro_call_seconds",
            "histogram",
            "Duration of calls to the tracker in seconds.",
        );
        let mut cumulative = 0;
        for (at, count) in counts.call_times.iter().enumerate() {
            cumulative += count;
            let end = CALL_TIME_BUCKETS.get(at).map_or_else(
                || "+Inf".to_owned(),
                |end| {
                    std::time::Duration::from_millis(*end)
                        .as_secs_f64()
                        .to_string()
                },
            );
            page.line(
                "keitaro_call_seconds_bucket",
                &format!("le=\"{end}\""),
                cumulative,
            );
        }
        page.line(
            "keitaro_call_seconds_sum",
            "",
            counts.call_time.as_secs_f64(),
        );
        page.line("keitaro_call_seconds_count", "", cumulative);
        page.head(
            "gateway_responses_total",
            "counter",
            "Responses by status class.",
        );
        for (class, count) in self.responses.iter().enumerate().skip(1) {
            let count = count.load(Ordering::Relaxed);
            page.line(
                "gateway_responses_total",
                &format!("class=\"{class}xx\""),
                count,
            );
        }
        page.head(
            "gateway_abandoned_requests_total",
            "counter",
            "Requests whose visitors left before the response.",
        );
        let abandoned = self.abandoned.load(Ordering::Relaxed);
        page.line("gateway_abandoned_requests_total", "", abandoned);
        page.head(
            "gateway_upstream_failures_total",
            "counter",
            "Requests that got no valid response from the site, or an incomplete one.",
        );
        let failures = self.upstream_failures.load(Ordering::Relaxed);
        page.line("gateway_upstream_failures_total", "", failures);
        page.head(
            "gateway_connections",
            "gauge",
            "Connections of visitors, tunnels included.",
        );
        let connections = self.connections.load(Ordering::Relaxed);
        page.line("gateway_connections", "", connections);
        page.head(
            "gateway_connections_limit",
            "gauge",
            "Connections at which further visitors wait.",
        );
        page.line("gateway_connections_limit", "", self.max_connections);
        page.head(
            "gateway_connections_refused_total",
            "counter",
            "Connections over the limit of their address.",
        );
        let refused = self.refused_connections.load(Ordering::Relaxed);
        page.line("gateway_connections_refused_total", "", refused);
        if let Some(log) = &self.log {
            page.head(
                "gateway_access_log_dropped_total",
                "counter",
                "Lines of the access log that were lost because the disk was full or too slow.",
            );
            page.line("gateway_access_log_dropped_total", "", log.dropped());
        }
        page.0
    }
}

/// A page in the Prometheus text format.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }
}
