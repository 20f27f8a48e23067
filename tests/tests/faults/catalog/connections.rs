//! Connections that break, and responses that are slow.

use adcore::ErrorKind::{Connect, Decode, Interrupted, Timeout};

use super::{Catalog, Want, http};
use crate::server::{Door, Play};

pub(super) fn connections(all: &mut Catalog) {
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
    // On a busy machine the client may reuse a connection before it has noticed its end.
    let raced = [Want::Same, Want::Kind(Interrupted)];
    all.add("closed between two calls", raced, |good, _| {
        Play::Close(good.with(&good.body))
    })
    .again = true;
    all.add("reset between two calls", raced, |good, _| {
        Play::Reset(good.with(&good.body))
    })
    .again = true;
    // What nobody asked for must not become the response to the next call of the connection.
    for (name, behind) in [
        ("a success behind the response", http("200 OK", &[], b"[]")),
        (
            "a 408 behind the response",
            http("408 Request Timeout", &[], b""),
        ),
        ("blank lines behind the response", b"\r\n\r\n".to_vec()),
    ] {
        all.add(name, raced, move |good, seen| {
            let healthy = good.with(&good.body);
            Play::Respond(match seen.before {
                0 => [&healthy[..], &behind[..]].concat(),
                _ => healthy,
            })
        })
        .again = true;
    }
    // The transport decides whether a connection that was kept open is reused.
    let dying = [Want::Same, Want::Kind(Interrupted)];
    for (name, end) in [
        (
            "closed as the second call arrives",
            Play::Close as fn(Vec<u8>) -> Play,
        ),
        ("reset as the second call arrives", Play::Reset),
    ] {
        all.add(name, dying, move |good, seen| {
            if seen.before == 1 && seen.reused {
                end(Vec::new())
            } else {
                good.play()
            }
        })
        .again = true;
    }
}

pub(super) fn time(all: &mut Catalog) {
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
