//! Writes JSON directly into a buffer, and streams it as a response body.
//!
//! Responses can be larger than memory, so rows are written one by one instead of as a document.

use std::convert::Infallible;
use std::fmt::Display;
use std::io::Write as _;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;

/// Size at which a chunk is sent.
const CHUNK: usize = 64 << 10;

/// Writes the members of a JSON object into a buffer.
pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    /// Writes a member whose value is already JSON.
    pub(crate) fn raw(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.name(name);
        let _ = write!(self.out, "{value}");
        self
    }

    /// Writes a string member.
    pub(crate) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name);
        string(self.out, value);
        self
    }

    /// Writes a number, or the same digits as a string.
    pub(crate) fn number(&mut self, name: &str, value: impl Display, quoted: bool) -> &mut Self {
        if quoted {
            self.raw(name, format_args!("\"{value}\""))
        } else {
            self.raw(name, value)
        }
    }

    /// Writes the name of a member and returns the buffer for its value.
    pub(crate) fn value(&mut self, name: &str) -> &mut Vec<u8> {
        self.name(name);
        self.out
    }

    pub(crate) fn close(&mut self) {
        self.out.push(b'}');
    }

    fn name(&mut self, name: &str) {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        string(self.out, name);
        self.out.push(b':');
    }
}

/// Appends a JSON string.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    let plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    if text.bytes().all(plain) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        let _ = serde_json::to_writer(out, text);
    }
}

/// Returns a body of the pieces that `next` appends until it returns `false`.
///
/// A short body is sent at once with its length, a longer one in chunks as it is read.
pub(crate) fn body(mut next: impl FnMut(&mut Vec<u8>) -> bool + Send + 'static) -> Body {
    let mut chunk = move || {
        let mut out = Vec::with_capacity(1024);
        let mut more = true;
        while more && out.len() < CHUNK {
            more = next(&mut out);
        }
        (Bytes::from(out), more)
    };
    let (first, more) = chunk();
    if !more {
        return Body::from(first);
    }
    let rest = stream::unfold(true, move |more| {
        let piece = more.then(&mut chunk);
        async move { piece.map(|(bytes, more)| (Ok::<_, Infallible>(bytes), more)) }
    });
    let first = stream::once(async move { Ok(first) });
    Body::from_stream(futures_util::StreamExt::chain(first, rest))
}
