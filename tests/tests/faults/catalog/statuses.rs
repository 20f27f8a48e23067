//! Status lines other than 200.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use adcore::ErrorKind::{
    Decode, NotFound, PermissionDenied, RateLimited, Rejected, Server, Timeout, Unauthenticated,
};

use super::{Catalog, Pace, Want, http};
use crate::server::Play;

pub(super) fn statuses(all: &mut Catalog, trap: SocketAddr) {
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
    all.add("100 before the response", [Want::Same], |good, _| {
        Play::Respond([b"HTTP/1.1 100 Continue\r\n\r\n", &good.with(&good.body)[..]].concat())
    });
    all.add("103 before the response", [Want::Same], |good, _| {
        let hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n";
        Play::Respond([&hint[..], &good.with(&good.body)].concat())
    });
    let flood = [Want::Kind(Timeout), Want::Kind(Decode)];
    all.slow("endless 100", &flood, |_, _| {
        Play::Endless(Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())
    });
    all.add("204", [Want::Unreadable], |_, _| {
        Play::Respond(http("204 No Content", &[], b""))
    });
}

/// Errors by status whose bodies are wrong: the status counts.
pub(super) fn spoiled(all: &mut Catalog) {
    for (status, kind) in [
        ("403 Forbidden", PermissionDenied),
        ("429 Too Many Requests", RateLimited),
        ("503 Service Unavailable", Server),
    ] {
        let head = |more: &str| format!("HTTP/1.1 {status}\r\n{more}\r\n\r\n").into_bytes();
        let wants = [Want::Kind(kind)];
        let long = [head("Content-Length: 999"), b"<html>bu".to_vec()].concat();
        let hanging = long.clone();
        all.add(format!("{status} that breaks off"), wants, move |_, _| {
            Play::Close(long.clone())
        });
        all.add(format!("{status} that stalls"), wants, move |_, _| {
            Play::Hang(hanging.clone())
        })
        .pace = Pace::Attempt;
        let chunked = head("Transfer-Encoding: chunked");
        let chunk = format!("1000\r\n{}\r\n", "busy".repeat(1024)).into_bytes();
        all.add(format!("endless {status}"), wants, move |_, _| {
            Play::Endless(chunked.clone(), chunk.clone())
        });
        for (name, encoding) in [("unknown", "br"), ("wrong", "gzip")] {
            let line = status.to_owned();
            all.add(
                format!("{status} in a {name} encoding"),
                wants,
                move |_, _| {
                    let headers = [("Content-Encoding", encoding)];
                    Play::Respond(http(&line, &headers, b"<html>busy</html>"))
                },
            );
        }
    }
}
