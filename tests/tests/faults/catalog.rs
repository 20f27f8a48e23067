//! The faults: what the server does, and which outcomes are allowed.

use std::net::SocketAddr;
use std::sync::Arc;

use adcore::ErrorKind::{self, Interrupted};

use crate::server::{Door, Play, Seen};

mod bodies;
mod connections;
mod framing;
mod statuses;

/// An allowed outcome of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// The healthy outcome, as if nothing had happened.
    Same,
    /// A success that differs from the healthy one in what the fault added.
    More,
    /// A success without a row, of a call that returns a list.
    Empty,
    /// An error of this kind.
    Kind(ErrorKind),
    /// The outcome of an unreadable response with status 200.
    Unreadable,
    /// Anything, as long as it contains no secret.
    Anything,
}

/// How much time a call has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Enough.
    Ample,
    /// Too little for one attempt, enough for three.
    Attempt,
    /// Too little for all attempts together.
    Deadline,
}

/// The response of a healthy server.
#[derive(Debug, Clone)]
pub(crate) struct Good {
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

impl Good {
    pub(crate) fn json(body: impl Into<Vec<u8>>) -> Self {
        let content_type = "application/json; charset=utf-8";
        Self {
            content_type,
            body: body.into(),
        }
    }

    pub(crate) fn play(&self) -> Play {
        Play::Respond(self.with(&self.body))
    }

    fn with(&self, body: &[u8]) -> Vec<u8> {
        http("200 OK", &[("Content-Type", self.content_type)], body)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns a head that announces the whole body.
    fn head(&self) -> Vec<u8> {
        let mut whole = self.with(&self.body);
        whole.truncate(whole.len() - self.body.len());
        whole
    }

    fn half(&self) -> Vec<u8> {
        let mut whole = self.with(&self.body);
        whole.truncate(whole.len() - self.body.len().div_ceil(2));
        whole
    }
}

/// Returns a complete response with its length.
pub(crate) fn http(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !status.starts_with("204") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut response = head.into_bytes();
    response.extend_from_slice(body);
    response
}

type Act = Arc<dyn Fn(&Good, &Seen) -> Play + Send + Sync>;

/// One row of the matrix.
#[derive(Clone)]
pub(crate) struct Fault {
    pub(crate) name: String,
    pub(crate) door: Door,
    pub(crate) pace: Pace,
    pub(crate) wants: Vec<Want>,
    /// The server asks to wait longer than the deadline, so that nothing is repeated.
    pub(crate) forbids_retry: bool,
    /// The body is JSON of some kind.
    pub(crate) is_json: bool,
    /// The body is over the limit.
    pub(crate) is_large: bool,
    /// The operation ran once before, and the fault hits its connection.
    pub(crate) again: bool,
    pub(crate) act: Act,
}

impl Fault {
    fn new(
        name: impl Into<String>,
        wants: impl Into<Vec<Want>>,
        act: impl Fn(&Good, &Seen) -> Play + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            door: Door::Open,
            pace: Pace::Ample,
            wants: wants.into(),
            forbids_retry: false,
            is_json: false,
            is_large: false,
            again: false,
            act: Arc::new(act),
        }
    }

    pub(crate) fn none() -> Self {
        Self::new("none", [Want::Same], |good, _| good.play())
    }
}

pub(crate) struct Catalog(pub(crate) Vec<Fault>);

impl Catalog {
    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        wants: impl Into<Vec<Want>>,
        act: impl Fn(&Good, &Seen) -> Play + Send + Sync + 'static,
    ) -> &mut Fault {
        self.0.push(Fault::new(name, wants, act));
        self.0.last_mut().unwrap()
    }

    fn door(&mut self, name: &str, kinds: &[ErrorKind], door: Door) {
        let wants: Vec<Want> = kinds.iter().copied().map(Want::Kind).collect();
        self.add(name, wants, |good, _| good.play()).door = door;
    }

    fn broken(&mut self, name: &str, act: impl Fn(&Good, &Seen) -> Play + Send + Sync + 'static) {
        self.add(name, [Want::Kind(Interrupted)], act);
    }

    /// Adds a slow fault twice: limited by the attempt timeout, and by the deadline.
    fn slow(
        &mut self,
        name: &str,
        wants: &[Want],
        act: impl Fn(&Good, &Seen) -> Play + Clone + Send + Sync + 'static,
    ) {
        self.add(name, wants, act.clone()).pace = Pace::Attempt;
        self.add(format!("{name}, deadline"), wants, act).pace = Pace::Deadline;
    }

    /// Adds a response with status 200 and another body.
    fn body(
        &mut self,
        name: &str,
        wants: &[Want],
        body: impl Fn(&Good) -> Vec<u8> + Send + Sync + 'static,
    ) -> &mut Fault {
        self.add(name, wants, move |good, _| {
            Play::Respond(good.with(&body(good)))
        })
    }

    fn status(
        &mut self,
        status: &str,
        kind: ErrorKind,
        headers: &[(&'static str, String)],
    ) -> &mut Fault {
        let shown: Vec<String> = headers
            .iter()
            .map(|(name, value)| format!(" {name}: {value}"))
            .collect();
        let line = status.to_owned();
        let headers = headers.to_vec();
        self.add(
            format!("{status}{}", shown.concat()),
            [Want::Kind(kind)],
            move |_, _| {
                let headers: Vec<(&str, &str)> = headers
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                Play::Respond(http(&line, &headers, b"<html>busy</html>"))
            },
        )
    }
}

/// Returns all faults; redirects lead to `trap`.
pub(crate) fn catalog(trap: SocketAddr) -> Vec<Fault> {
    let mut all = Catalog(Vec::new());
    connections::connections(&mut all);
    connections::time(&mut all);
    framing::framing(&mut all);
    statuses::statuses(&mut all, trap);
    statuses::spoiled(&mut all);
    bodies::json(&mut all);
    bodies::xml(&mut all);
    all.0
}
