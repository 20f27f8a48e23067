//! Wrong heads, chunks and encodings.

use std::io::Write;

use adcore::ErrorKind::{Decode, Interrupted};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Catalog, Want, http};
use crate::server::Play;

pub(super) fn framing(all: &mut Catalog) {
    let decode = [Want::Kind(Decode)];
    all.add("bad chunk", decode, |_, _| {
        Play::Close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n".to_vec())
    });
    all.add("chunk shorter than announced", decode, |_, _| {
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
        let mut response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for chunk in good.body.chunks(3) {
            response.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            response.extend_from_slice(chunk);
            response.extend_from_slice(b"\r\n");
        }
        response.extend_from_slice(b"0\r\n\r\n");
        Play::Respond(response)
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
    heads(all);
    all.add("length that is not a number", decode, |_, _| {
        Play::Close(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n[]".to_vec())
    });
    all.add("two lengths", decode, |_, _| {
        Play::Close(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]".to_vec())
    });
    all.add("healthy gzip", [Want::Same], |good, _| {
        Play::Respond(gzipped(good.content_type, &gzip(&good.body)))
    });
    let broken = [Want::Kind(Decode), Want::Kind(Interrupted)];
    all.add("gzip that is not gzip", broken, |good, _| {
        Play::Respond(gzipped(good.content_type, &good.body))
    });
    all.add("gzip cut short", broken, |good, _| {
        let packed = gzip(&good.body);
        Play::Respond(gzipped(good.content_type, &packed[..packed.len() - 9]))
    });
    let bomb = gzip(&vec![b' '; 24 << 20]);
    all.add("gzip bomb", decode, move |good, _| {
        Play::Respond(gzipped(good.content_type, &bomb))
    });
}

/// Heads that are odd: harmless ones change nothing, and those of which nobody knows what they mean are
/// refused.
fn heads(all: &mut Catalog) {
    let same = [Want::Same];
    for (name, line, more, wants) in [
        ("status without words", "200", "Via: 1.1 proxy", same),
        (
            "status of another version",
            "200 OK",
            "Via: 3.0 proxy",
            same,
        ),
        ("header in windows-1251", "200 OK", "X-Name: \u{ff}", same),
        (
            "header without a value",
            "200 OK",
            "Content-Language:",
            same,
        ),
        (
            "header named twice",
            "200 OK",
            "Content-Type: text/plain",
            [Want::Anything],
        ),
        (
            "encoding named twice",
            "200 OK",
            "Content-Encoding: identity\r\nContent-Encoding: br",
            [Want::Kind(Decode)],
        ),
        (
            "two encodings",
            "200 OK",
            "Content-Encoding: identity, br",
            [Want::Kind(Decode)],
        ),
        (
            "NUL in a header",
            "200 OK",
            "X-Name: a\0b",
            [Want::Kind(Decode)],
        ),
        (
            "header with blanks before its colon",
            "200 OK",
            "X-Name : a",
            [Want::Kind(Decode)],
        ),
        (
            "folded header",
            "200 OK",
            "X-Name: a\r\n b",
            [Want::Kind(Decode)],
        ),
    ] {
        all.add(name, wants, move |good, _| {
            let (kind, length) = (good.content_type, good.body.len());
            let head = format!("HTTP/1.1 {line}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n\r\n");
            // One byte for a character, as the servers of its day.
            let head = head.chars().map(|c| u8::try_from(c).unwrap_or(b'?'));
            Play::Respond(head.chain(good.body.iter().copied()).collect())
        });
    }
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
