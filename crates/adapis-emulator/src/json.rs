//! JSON written straight into a buffer, and bodies of any length made of it.

use std::convert::Infallible;
use std::fmt::Display;
use std::io::Write as _;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;

const CHUNK: usize = 64 << 10;

/// A JSON object on its way into a buffer.
pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Object<'a> {
    pub(crate) fn open(out: &'a mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, first: true }
    }

    /// A member whose value is already JSON.
    pub(crate) fn raw(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.name(name);
        let _ = write!(self.out, "{value}");
        self
    }

    /// A member with a string.
    pub(crate) fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name);
        string(self.out, value);
        self
    }

    /// A number, or the same digits as a string.
    pub(crate) fn number(&mut self, name: &str, value: impl Display, quoted: bool) -> &mut Self {
        if quoted {
            self.raw(name, format_args!("\"{value}\""))
        } else {
            self.raw(name, value)
        }
    }

    /// A member whose value is written by the caller.
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

/// A body whose pieces are appended by `next` until it says that there are no more.
///
/// A short one is sent whole with its length, a longer one in chunks as it is read.
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
