//! A model of the statistics API as a transport: tasks, states, limits and totals.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use adcore::{Body, Transport, TransportError, TransportErrorKind, async_trait};
use adfox_api::calls::statistics::{Cell, DateRange, ReportRow};
use bytes::Bytes;
use futures_util::stream;
use jiff::civil::Date;
use serde_json::{Value, json};

type Count = Box<dyn Fn(Date) -> u64 + Send>;

/// Makes reports with this many rows per day.
#[derive(Clone)]
pub(crate) struct Vendor(Arc<Mutex<Model>>);

pub(crate) struct Model {
    count: Count,
    /// Longer ranges are refused, and further rows left out.
    pub(crate) max_days: u32,
    pub(crate) max_rows: u64,
    /// Whether it returns more rows than a report asks for.
    pub(crate) ignores_limit: bool,
    /// Whether rows are by day.
    pub(crate) has_date: bool,
    /// How often a task is not ready yet.
    pub(crate) polls: usize,
    /// The lengths after which the next results break.
    pub(crate) breaks: Vec<usize>,
    tasks: Vec<Task>,
    ends: VecDeque<String>,
    made: usize,
    requests: usize,
    most_at_once: usize,
}

struct Task {
    body: Value,
    polls: usize,
    end: String,
}

impl Vendor {
    pub(crate) fn new(count: impl Fn(Date) -> u64 + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Model {
            count: Box::new(count),
            max_days: 365,
            max_rows: 1_000_000,
            ignores_limit: false,
            has_date: true,
            polls: 0,
            breaks: Vec::new(),
            tasks: Vec::new(),
            ends: VecDeque::new(),
            made: 0,
            requests: 0,
            most_at_once: 0,
        })))
    }

    pub(crate) fn set(&self, set: impl FnOnce(&mut Model)) {
        set(&mut self.0.lock().unwrap());
    }

    /// The next tasks end like this, instead of with success, and are then forgotten.
    pub(crate) fn end(&self, ends: &[&str]) {
        self.set(|model| {
            model.tasks.clear();
            model.ends = ends.iter().map(ToString::to_string).collect();
        });
    }

    /// The rows of a report that is not cut.
    pub(crate) fn rows(&self, range: DateRange) -> Vec<ReportRow> {
        let model = self.0.lock().unwrap();
        let rows = model.rows(range).into_iter().map(|(day, site, loads)| {
            let loads = Cell::Integer(i64::try_from(loads).unwrap());
            vec![Cell::Text(day), Cell::Text(site), loads].into()
        });
        rows.collect()
    }

    pub(crate) fn made(&self) -> usize {
        self.0.lock().unwrap().made
    }

    pub(crate) fn requests(&self) -> usize {
        self.0.lock().unwrap().requests
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.0.lock().unwrap().most_at_once
    }
}

pub(crate) fn days(range: DateRange) -> impl Iterator<Item = Date> {
    range
        .from
        .series(jiff::Span::new().days(1))
        .take_while(move |day| *day <= range.to)
}

fn refused(status: u16, code: &str) -> (u16, Value) {
    let error = json!({"code": code, "message": format!("No '{code}'")});
    (status, json!({"error": error}))
}

fn ok(result: Value) -> (u16, Value) {
    let mut body = json!({});
    body["result"] = result;
    (200, body)
}

impl Model {
    fn rows(&self, range: DateRange) -> Vec<(String, String, u64)> {
        let rows = days(range).flat_map(|day| {
            (0..(self.count)(day)).map(move |at| {
                let site = format!("a site with a long name, number {at}");
                (day.to_string(), site, at + 1)
            })
        });
        rows.collect()
    }

    fn respond(&mut self, request: &http::Request<Bytes>) -> (u16, Value) {
        self.requests += 1;
        let path = request.uri().path();
        let Some(path) = path.strip_prefix("/api/v2/reports") else {
            return refused(404, "NO_SUCH_PATH");
        };
        let path = path.strip_prefix('/').unwrap_or_default();
        match (request.method().as_str(), path) {
            ("POST", _) => self.make(serde_json::from_slice(request.body()).unwrap()),
            (_, "metadata") => ok(json!({"dimensions": [{"name": "date"}]})),
            (_, "available-dates") => ok(json!({"dateFrom": "2021-01-01"})),
            (_, "list") => ok(json!({"fixed": [], "custom": [{"name": "mine"}]})),
            (_, "report-info/mine") => ok(json!({"fields": ["date"]})),
            (_, path) => {
                let (id, is_result) = match path.strip_suffix("/result") {
                    Some(id) => (id, true),
                    None => (path, false),
                };
                let at = id.parse().unwrap_or(usize::MAX);
                match self.tasks.get(at) {
                    Some(task) if task.end == "NOT FOUND" => refused(404, "TASK_NOT_FOUND"),
                    Some(task) if is_result && task.end == "GONE" => refused(404, "TASK_NOT_FOUND"),
                    Some(_) if is_result => self.result(at),
                    Some(_) => self.poll(at),
                    None => refused(404, "TASK_NOT_FOUND"),
                }
            }
        }
    }

    fn make(&mut self, body: Value) -> (u16, Value) {
        self.made += 1;
        let range: DateRange = serde_json::from_value(body["dateRange"].clone()).unwrap();
        if range.days() > self.max_days {
            return refused(400, "DATE_RANGE_TOO_LONG");
        }
        let is_same = |task: &Task| task.body == body && task.end == "SUCCESS";
        if let Some(at) = self.tasks.iter().position(is_same) {
            return self.state(at, "PENDING");
        }
        let end = self.ends.pop_front();
        self.tasks.push(Task {
            body,
            polls: self.polls,
            end: end.unwrap_or_else(|| "SUCCESS".to_owned()),
        });
        let under_way = self.tasks.iter().filter(|task| task.polls > 0);
        self.most_at_once = self.most_at_once.max(under_way.count());
        self.state(self.tasks.len() - 1, "PENDING")
    }

    fn state(&self, at: usize, status: &str) -> (u16, Value) {
        ok(json!({"taskId": at.to_string(), "status": status}))
    }

    fn poll(&mut self, at: usize) -> (u16, Value) {
        let task = &mut self.tasks[at];
        if task.polls > 0 {
            task.polls -= 1;
            if task.polls > 0 {
                return self.state(at, "RUNNING");
            }
        }
        let end = task.end.clone();
        let shown = if end == "GONE" {
            "SUCCESS"
        } else {
            end.as_str()
        };
        let (status, mut state) = self.state(at, shown);
        if end == "FAILURE" {
            let error = json!({"code": "UNKNOWN_ERROR", "message": "Unexpected error"});
            state["result"]["error"] = error;
        }
        (status, state)
    }

    fn result(&self, at: usize) -> (u16, Value) {
        let body = &self.tasks[at].body;
        let range = serde_json::from_value(body["dateRange"].clone()).unwrap();
        let mut rows = self.rows(range);
        let total: u64 = rows.iter().map(|(_, _, loads)| loads).sum();
        let limit = body["limit"].as_u64().filter(|_| !self.ignores_limit);
        let limit = limit.unwrap_or(u64::MAX).min(self.max_rows);
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let first = if self.has_date { "date" } else { "week" };
        ok(json!({
            "taskId": at.to_string(),
            "columns": [
                {"name": first, "type": "string"},
                {"name": "site", "type": "string"},
                {"name": "loads", "type": "integer"},
            ],
            "rows": rows,
            "totals": [null, null, total],
        }))
    }
}

#[async_trait]
impl Transport for Vendor {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let mut model = self.0.lock().unwrap();
        let (status, body) = model.respond(&request);
        let bytes = serde_json::to_vec(&body).unwrap();
        let is_result = request.uri().path().ends_with("/result");
        let broken = if is_result { model.breaks.pop() } else { None };
        let chunks = bytes[..broken.unwrap_or(bytes.len()).min(bytes.len())].chunks(16 * 1024);
        let mut chunks: Vec<_> = chunks
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        if broken.is_some() {
            chunks.push(Err(TransportError::new(TransportErrorKind::Interrupted)));
        }
        let mut response = http::Response::new(Body::from_stream(stream::iter(chunks)));
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        Ok(response)
    }
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vendor(..)")
    }
}
