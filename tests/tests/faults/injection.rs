//! Any text in any field of any request stays within that field.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use adcore::{Body, Error, ErrorKind, RetryPolicy, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;
use http::{Request, Response};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::operations::token;
use crate::server::Seen;

mod adfox;
mod hybrid;
mod keitaro;
mod pairs;
mod spots;
mod wire;

use pairs::{Pairs, decompose};
use wire::Wire;

const ORIGIN: &str = "http://127.0.0.1:9";
/// A harmless placeholder for the text in a field.
const MARK: &str = "x0x";

/// Records the first request, and does not respond to it.
struct Recorder {
    kept: Mutex<Option<Request<Bytes>>>,
    /// Token requests are recorded too, instead of being answered.
    keeps_tokens: bool,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

#[adcore::async_trait]
impl Transport for Recorder {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        let seen = Seen {
            head: format!("{} {} HTTP/1.1", request.method(), request.uri().path()),
            body: request.body().to_vec(),
            ..Seen::default()
        };
        if seen.asks_token() && !self.keeps_tokens {
            return Ok(Response::new(Body::from(Bytes::from(token(&seen, 1).body))));
        }
        self.kept.lock().unwrap().get_or_insert(request);
        Err(TransportError::new(TransportErrorKind::Interrupted))
    }
}

fn never() -> RetryPolicy {
    RetryPolicy::never()
}

type Call = Pin<Box<dyn Future<Output = Result<(), Error>>>>;
type Make = Box<dyn Fn(Arc<dyn Transport>, String) -> Call>;

/// A field of a request value, and a call that sets it.
struct Slot {
    name: &'static str,
    /// Line ends and tabs are allowed.
    multiline: bool,
    /// The text is a path, which may contain slashes.
    path: bool,
    /// Control characters are data there: JSON escapes them.
    free: bool,
    /// The text is a header's, in which a tab counts as white space.
    header: bool,
    /// The text is sent in the token request.
    of_token: bool,
    call: Make,
}

impl Slot {
    fn new<F>(name: &'static str, call: impl Fn(Arc<dyn Transport>, String) -> F + 'static) -> Self
    where
        F: Future<Output = Result<(), Error>> + 'static,
    {
        let call: Make = Box::new(move |transport, text| Box::pin(call(transport, text)));
        Self {
            name,
            multiline: false,
            path: false,
            free: false,
            header: false,
            of_token: false,
            call,
        }
    }

    fn multiline(mut self) -> Self {
        self.multiline = true;
        self
    }

    fn path(mut self) -> Self {
        self.path = true;
        self
    }

    fn header(mut self) -> Self {
        self.header = true;
        self
    }

    fn of_token(mut self) -> Self {
        self.of_token = true;
        self
    }

    fn free(mut self) -> Self {
        self.free = true;
        self
    }

    /// Returns what is sent with this text in the field, or why nothing is sent.
    async fn send(&self, text: &str) -> Result<Request<Bytes>, Error> {
        let recorder = Arc::new(Recorder {
            kept: Mutex::default(),
            keeps_tokens: self.of_token,
        });
        let outcome = (self.call)(recorder.clone(), text.to_owned()).await;
        let sent = recorder.kept.lock().unwrap().take();
        match (sent, outcome) {
            (Some(request), _) => Ok(request),
            (None, Err(error)) => Err(error),
            (None, Ok(())) => panic!("{}: nothing was sent", self.name),
        }
    }

    fn allows(&self, text: &str) -> bool {
        let fits = |c| match c {
            '\t' => self.multiline || self.header,
            c if self.header => !c.is_ascii_control(),
            '\r' | '\n' => self.multiline,
            c => !c.is_control(),
        };
        self.free || text.chars().all(fits)
    }
}

fn replaced(bytes: &[u8], text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest
        .windows(MARK.len())
        .position(|at| at == MARK.as_bytes())
    {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(text);
        rest = &rest[at + MARK.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Escapes quotes and line ends in the head of a part, as browsers do.
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"%22"),
            b'\r' => out.extend_from_slice(b"%0D"),
            b'\n' => out.extend_from_slice(b"%0A"),
            other => out.push(*other),
        }
    }
    out
}

/// Arbitrary text with many separators of fields, lines and segments.
fn texts() -> impl Strategy<Value = String> {
    let c = prop_oneof![
        4 => any::<char>(),
        3 => prop::sample::select(&b"\r\n\0\t&=%#?/\\.,;:@\"'<>[]{}+ "[..]).prop_map(char::from),
        2 => prop::char::range('\u{0}', '\u{a0}'),
        1 => Just('\u{2028}'),
        1 => Just('\u{202e}'),
        2 => prop::char::range('а', 'я'),
    ];
    prop_oneof![
        6 => prop::collection::vec(c, 0..24).prop_map(String::from_iter),
        1 => prop::sample::select(vec![
            "..", ".", "../../token", "..%2f..%2ftoken", "%2e%2e", "a\r\nX-Evil: 1", "a\0b",
            "a&token=evil", "a#b", "//evil.example", "http://evil.example/", "a b", "é", "\u{feff}",
        ])
        .prop_map(str::to_owned),
    ]
}

fn check(slot: &Slot, baseline: &Pairs, text: &str, sent: Result<Request<Bytes>, Error>) {
    let request = match sent {
        Err(error) => {
            assert_eq!(
                error.kind(),
                ErrorKind::InvalidInput,
                "{} {text:?}: {error}",
                slot.name
            );
            assert!(error.field().is_some(), "{} {text:?}: {error}", slot.name);
            assert_eq!(error.attempts(), 0);
            return;
        }
        Ok(request) => request,
    };
    assert!(slot.allows(text), "{} let {text:?} through", slot.name);
    let mut got = decompose(&request);
    // For text that is not ASCII, ADFOX receives its encoding as an extra field.
    got.retain(|(name, _)| !name.ends_with(b" encoding") && !name.ends_with(b"name=\"encoding\""));
    if slot.path {
        for (_, segment) in got.iter().filter(|(place, _)| place == b"path") {
            assert!(
                segment != b"." && segment != b"..",
                "{text:?} escapes the path"
            );
        }
        return;
    }
    if slot.name == "object" && text.is_empty() {
        return;
    }
    let expected: Pairs = baseline
        .iter()
        .map(|(name, value)| {
            let in_head = name.starts_with(b"Content-Disposition") && slot.name != "file type";
            let shown = if in_head {
                quoted(text.as_bytes())
            } else {
                text.as_bytes().to_vec()
            };
            (replaced(name, &shown), replaced(value, text.as_bytes()))
        })
        .collect();
    assert_eq!(show(&got), show(&expected), "{} {text:?}", slot.name);
}

fn show(pairs: &Pairs) -> Vec<(String, String)> {
    let mut shown: Vec<(String, String)> = pairs
        .iter()
        .map(|(name, value)| {
            (
                name.escape_ascii().to_string(),
                value.escape_ascii().to_string(),
            )
        })
        .collect();
    shown.sort();
    shown
}

fn run(slots: &[Slot]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let cases = std::env::var("PROPTEST_CASES").map_or(96, |cases| cases.parse().unwrap());
    let wire = runtime.block_on(Wire::start());
    for slot in slots {
        let sent = runtime
            .block_on(slot.send(MARK))
            .unwrap_or_else(|error| panic!("{}: {error}", slot.name));
        let baseline = decompose(&sent);
        let shown = |text: &[u8]| text.windows(MARK.len()).any(|at| at == MARK.as_bytes());
        assert!(
            baseline
                .iter()
                .any(|(name, value)| shown(name) || shown(value)),
            "{} is not sent",
            slot.name
        );
        let mut runner = TestRunner::new(Config {
            cases,
            failure_persistence: None,
            ..Config::default()
        });
        let outcome = runner.run(&texts(), |text| {
            let sent = runtime.block_on(slot.send(&text));
            if let Ok(request) = &sent {
                runtime.block_on(wire.check(request));
            }
            check(slot, &baseline, &text, sent);
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{}: {error}", slot.name);
        }
    }
    println!("{} fields × {cases} texts", slots.len());
}

#[test]
fn keitaro_fields() {
    run(&keitaro::slots());
}

#[test]
fn spots_fields() {
    run(&spots::slots());
}

#[test]
fn hybrid_fields() {
    run(&hybrid::slots());
}

#[test]
fn adfox_fields() {
    run(&adfox::slots());
}
