//! The faults: what the server does, and what may come of it.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use adcore::ErrorKind::{
    self, Connect, Decode, Interrupted, NotFound, PermissionDenied, RateLimited, Rejected, Server,
    Timeout, Unauthenticated,
};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::server::{Door, Play, Seen};

mod bodies;

/// What may come of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// The healthy answer, as if nothing had been.
    Same,
    /// A success that differs from the healthy one in what the fault added.
    More,
    /// An error of this kind.
    Kind(ErrorKind),
    /// Whatever an answer of status 200 means that cannot be read.
    Unreadable,
    /// Whatever it may be, as long as it tells no secret.
    Anything,
}

/// How much time a call has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Enough.
    Ample,
    /// Little for an attempt, enough for three.
    Attempt,
    /// Little for all attempts.
    Deadline,
}

/// The answer of a healthy server.
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
        Play::Answer(self.with(&self.body))
    }

    fn with(&self, body: &[u8]) -> Vec<u8> {
        http("200 OK", &[("Content-Type", self.content_type)], body)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A head that promises the whole body.
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

/// A whole answer with its length.
pub(crate) fn http(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !status.starts_with("204") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut answer = head.into_bytes();
    answer.extend_from_slice(body);
    answer
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
    pub(crate) act: Act,
}

pub(crate) struct Catalog(pub(crate) Vec<Fault>);

impl Catalog {
    pub(crate) fn add(
        &mut self,
        name: impl Into<String>,
        wants: impl Into<Vec<Want>>,
        act: impl Fn(&Good, &Seen) -> Play + Send + Sync + 'static,
    ) -> &mut Fault {
        self.0.push(Fault {
            name: name.into(),
            door: Door::Open,
            pace: Pace::Ample,
            wants: wants.into(),
            forbids_retry: false,
            is_json: false,
            is_large: false,
            act: Arc::new(act),
        });
        self.0.last_mut().unwrap()
    }

    fn door(&mut self, name: &str, kinds: &[ErrorKind], door: Door) {
        let wants: Vec<Want> = kinds.iter().copied().map(Want::Kind).collect();
        self.add(name, wants, |good, _| good.play()).door = door;
    }

    fn broken(&mut self, name: &str, act: impl Fn(&Good, &Seen) -> Play + Send + Sync + 'static) {
        self.add(name, [Want::Kind(Interrupted)], act);
    }

    /// A fault that takes time, once bounded by the attempt and once by the deadline.
    fn slow(
        &mut self,
        name: &str,
        wants: &[Want],
        act: impl Fn(&Good, &Seen) -> Play + Clone + Send + Sync + 'static,
    ) {
        self.add(name, wants, act.clone()).pace = Pace::Attempt;
        self.add(format!("{name}, deadline"), wants, act).pace = Pace::Deadline;
    }

    /// A 200 with another body.
    fn body(
        &mut self,
        name: &str,
        wants: &[Want],
        body: impl Fn(&Good) -> Vec<u8> + Send + Sync + 'static,
    ) -> &mut Fault {
        self.add(name, wants, move |good, _| {
            Play::Answer(good.with(&body(good)))
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
                Play::Answer(http(&line, &headers, b"<html>busy</html>"))
            },
        )
    }
}

/// All faults; `trap` is where redirects lead.
pub(crate) fn catalog(trap: SocketAddr) -> Vec<Fault> {
    let mut all = Catalog(Vec::new());
    connections(&mut all);
    time(&mut all);
    framing(&mut all);
    statuses(&mut all, trap);
    bodies::json(&mut all);
    bodies::xml(&mut all);
    all.0
}

fn connections(all: &mut Catalog) {
    all.door("refused", &[Connect], Door::Refused);
    all.door("reset on accept", &[Interrupted, Connect], Door::Reset);
    all.door("closed on accept", &[Interrupted, Connect], Door::Shut);
    all.broken("reset before the headers", |_, _| Play::Reset(Vec::new()));
    all.broken("closed before the headers", |_, _| Play::Close(Vec::new()));
    for (place, cut) in [("status line", 7), ("headers", 30)] {
        all.broken(&format!("reset in the {place}"), move |good, _| {
            Play::Reset(good.head()[..cut].to_vec())
        });
        all.broken(&format!("closed in the {place}"), move |good, _| {
            Play::Close(good.head()[..cut].to_vec())
        });
    }
    all.broken("reset after the headers", |good, _| {
        Play::Reset(good.head())
    });
    all.broken("closed after the headers", |good, _| {
        Play::Close(good.head())
    });
    all.broken("reset mid-body", |good, _| Play::Reset(good.half()));
    all.broken("truncated Content-Length", |good, _| {
        Play::Close(good.half())
    });
    all.add("closed without saying so", [Want::Same], |good, _| {
        Play::Close(good.with(&good.body))
    });
    all.add("Connection: close", [Want::Same], |good, _| {
        Play::Close(http("200 OK", &[("Connection", "close")], &good.body))
    });
}

fn time(all: &mut Catalog) {
    let timeout = [Want::Kind(Timeout)];
    all.slow("hang before the headers", &timeout, |_, _| {
        Play::Hang(Vec::new())
    });
    all.slow("hang in the headers", &timeout, |good, _| {
        Play::Hang(good.head()[..20].to_vec())
    });
    all.slow("hang after the headers", &timeout, |good, _| {
        Play::Hang(good.head())
    });
    all.slow("hang mid-body", &timeout, |good, _| Play::Hang(good.half()));
    all.slow("headers byte by byte", &timeout, |good, _| {
        Play::Drip(Vec::new(), good.with(&good.body))
    });
    all.slow("body byte by byte", &timeout, |good, _| {
        Play::Drip(good.head(), [&good.body[..], &[b' '; 64]].concat())
    });
    let flood = [Want::Kind(Timeout), Want::Kind(Decode)];
    all.slow("endless blanks", &flood, |_, _| {
        Play::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), b" ".to_vec())
    });
    all.slow("endless chunks", &flood, |_, _| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        Play::Endless(head.to_vec(), b"4\r\n    \r\n".to_vec())
    });
    all.slow("endless chunk extension", &flood, |_, _| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;";
        Play::Endless(head.to_vec(), b"x".to_vec())
    });
    all.slow("endless trailers", &flood, |_, _| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n";
        Play::Endless(head.to_vec(), b"X-Filler: aaaaaaaaaaaaaaaa\r\n".to_vec())
    });
}

fn framing(all: &mut Catalog) {
    let decode = [Want::Kind(Decode)];
    all.add("bad chunk", decode, |_, _| {
        Play::Close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n".to_vec())
    });
    all.add("chunk shorter than told", decode, |_, _| {
        Play::Close(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[]\r\n0\r\n\r\n".to_vec(),
        )
    });
    all.add(
        "chunked twice over",
        [Want::Kind(Decode), Want::Kind(Interrupted)],
        |_, _| {
            let head =
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n[]";
            Play::Close(head.into())
        },
    );
    all.broken("chunks without an end", |_, _| {
        Play::Close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n".to_vec())
    });
    all.add("healthy in chunks", [Want::Same], |good, _| {
        let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for chunk in good.body.chunks(3) {
            answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            answer.extend_from_slice(chunk);
            answer.extend_from_slice(b"\r\n");
        }
        answer.extend_from_slice(b"0\r\n\r\n");
        Play::Answer(answer)
    });
    all.add(
        "healthy to the end of the connection",
        [Want::Same],
        |good, _| Play::Close([b"HTTP/1.0 200 OK\r\n\r\n", &good.body[..]].concat()),
    );
    all.add("endless headers", decode, |_, _| {
        Play::Endless(
            b"HTTP/1.1 200 OK\r\n".to_vec(),
            b"X-Filler: aaaaaaaaaaaaaaaa\r\n".to_vec(),
        )
    });
    all.add("one endless header", decode, |_, _| {
        Play::Endless(b"HTTP/1.1 200 OK\r\nX-Filler: ".to_vec(), b"a".to_vec())
    });
    all.add("another protocol", decode, |_, _| {
        Play::Close(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec())
    });
    all.add("no length that is a number", decode, |_, _| {
        Play::Close(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n[]".to_vec())
    });
    all.add("two lengths", decode, |_, _| {
        Play::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]".to_vec())
    });
    all.add("healthy gzip", [Want::Same], |good, _| {
        Play::Answer(gzipped(good.content_type, &gzip(&good.body)))
    });
    let broken = [Want::Kind(Decode), Want::Kind(Interrupted)];
    all.add("gzip that is none", broken, |good, _| {
        Play::Answer(gzipped(good.content_type, &good.body))
    });
    all.add("gzip cut short", broken, |good, _| {
        let packed = gzip(&good.body);
        Play::Answer(gzipped(good.content_type, &packed[..packed.len() - 9]))
    });
    let bomb = gzip(&vec![b' '; 24 << 20]);
    all.add("gzip bomb", decode, move |good, _| {
        Play::Answer(gzipped(good.content_type, &bomb))
    });
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

fn gzipped(content_type: &str, packed: &[u8]) -> Vec<u8> {
    http(
        "200 OK",
        &[("Content-Type", content_type), ("Content-Encoding", "gzip")],
        packed,
    )
}

fn statuses(all: &mut Catalog, trap: SocketAddr) {
    for status in [
        "300 Multiple Choices",
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        all.status(
            status,
            Rejected,
            &[("Location", format!("http://{trap}/stolen"))],
        );
    }
    all.status(
        "302 Found",
        Rejected,
        &[("Location", format!("//{trap}/stolen"))],
    );
    all.status("302 Found", Rejected, &[]);
    all.status("304 Not Modified", Rejected, &[]);
    for (status, kind) in [
        ("400 Bad Request", Rejected),
        ("401 Unauthorized", Unauthenticated),
        ("402 Payment Required", Rejected),
        ("403 Forbidden", PermissionDenied),
        ("404 Not Found", NotFound),
        ("405 Method Not Allowed", Rejected),
        ("407 Proxy Authentication Required", Rejected),
        ("408 Request Timeout", Timeout),
        ("409 Conflict", Rejected),
        ("410 Gone", Rejected),
        ("413 Too Large", Rejected),
        ("418 I'm a teapot", Rejected),
        ("429 Too Many Requests", RateLimited),
        ("451 Unavailable", Rejected),
        ("500 Oops", Server),
        ("501 Not Implemented", Server),
        ("502 Bad Gateway", Server),
        ("503 Service Unavailable", Server),
        ("504 Gateway Timeout", Server),
        ("599 Own Invention", Server),
        ("999 Beyond", Decode),
    ] {
        all.status(status, kind, &[]);
    }
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let kind = if status.starts_with("429") {
            RateLimited
        } else {
            Server
        };
        let asks = |wait: &str| [("Retry-After", wait.to_owned())];
        let soon = SystemTime::now() + Duration::from_secs(2);
        all.status(status, kind, &asks("0"));
        all.status(status, kind, &asks("1"));
        all.status(status, kind, &asks("Wed, 21 Oct 2015 07:28:00 GMT"));
        all.status(status, kind, &asks(&httpdate::fmt_http_date(soon)));
        all.status(status, kind, &asks("soon, I promise"));
        all.status(status, kind, &asks("999999999999999999999999"))
            .forbids_retry = true;
        all.status(status, kind, &asks("Fri, 31 Dec 9999 23:59:59 GMT"))
            .forbids_retry = true;
    }
    all.add("100 before the answer", [Want::Same], |good, _| {
        Play::Answer([b"HTTP/1.1 100 Continue\r\n\r\n", &good.with(&good.body)[..]].concat())
    });
    all.add("204", [Want::Unreadable], |_, _| {
        Play::Answer(http("204 No Content", &[], b""))
    });
}
