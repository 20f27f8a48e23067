//! Status lines other than 200.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use adcore::ErrorKind::{
    Decode, NotFound, PermissionDenied, RateLimited, Rejected, Server, Timeout, Unauthenticated,
};

use super::{Catalog, Want, http};
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
    all.add("204", [Want::Unreadable], |_, _| {
        Play::Respond(http("204 No Content", &[], b""))
    });
}
