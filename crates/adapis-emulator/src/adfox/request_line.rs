//! Percent-encodes invalid request lines before the HTTP parser reads them.
//!
//! Old programs put spaces, quotes and windows-1251 letters into URLs without encoding them. The
//! vendor's servers accept that, but an HTTP parser does not.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A longer request line is passed on unchanged.
const MAX_LINE: usize = 1 << 20;

/// A connection that encodes request lines while they are read.
pub(crate) struct LenientRequestLines<S> {
    stream: S,
    encoder: Encoder,
    ready: Vec<u8>,
}

impl<S> LenientRequestLines<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            encoder: Encoder::default(),
            ready: Vec::new(),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for LenientRequestLines<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.ready.is_empty() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
            let read = &buffer.filled()[before..];
            if read.is_empty() {
                this.ready = this.encoder.finish();
                break;
            }
            this.ready = this.encoder.process(read);
            buffer.set_filled(before);
        }
        let fits = this.ready.len().min(buffer.remaining());
        buffer.put_slice(&this.ready[..fits]);
        this.ready.drain(..fits);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for LenientRequestLines<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Follows the requests of a connection to find where each request line starts.
#[derive(Default)]
struct Encoder {
    position: Position,
    line: Vec<u8>,
}

#[derive(Default)]
enum Position {
    #[default]
    RequestLine,
    /// In the headers, with the length of the body; `None` if it is chunked.
    Headers(Option<usize>),
    Body(usize),
    /// Chunked bodies are not followed: programs that send them write valid request lines.
    Unknown,
}

impl Encoder {
    /// Returns the bytes to read instead of `bytes`.
    fn process(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut passed = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.position {
                Position::Unknown => {
                    passed.extend_from_slice(rest);
                    break;
                }
                Position::Body(left) => {
                    let (body, after) = rest.split_at(left.min(rest.len()));
                    passed.extend_from_slice(body);
                    self.position = match left - body.len() {
                        0 => Position::RequestLine,
                        left => Position::Body(left),
                    };
                    rest = after;
                }
                Position::RequestLine | Position::Headers(_) => {
                    let end = rest.iter().position(|&byte| byte == b'\n');
                    let (line, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
                    self.line.extend_from_slice(line);
                    rest = after;
                    if end.is_some() {
                        passed.append(&mut self.complete_line());
                    } else if self.line.len() > MAX_LINE {
                        self.position = Position::Unknown;
                        passed.append(&mut self.line);
                    }
                }
            }
        }
        passed
    }

    /// Returns the bytes of an incomplete line at the end of the connection.
    fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.line)
    }

    fn complete_line(&mut self) -> Vec<u8> {
        let line = std::mem::take(&mut self.line);
        let text = line.trim_ascii();
        match self.position {
            Position::RequestLine if text.is_empty() => line,
            Position::RequestLine => {
                self.position = Position::Headers(Some(0));
                encoded(&line)
            }
            Position::Headers(length) => {
                self.position = match length {
                    _ if !text.is_empty() => Position::Headers(length_after(text, length)),
                    Some(0) => Position::RequestLine,
                    Some(length) => Position::Body(length),
                    None => Position::Unknown,
                };
                line
            }
            Position::Body(_) | Position::Unknown => line,
        }
    }
}

fn length_after(header: &[u8], length: Option<usize>) -> Option<usize> {
    let header = String::from_utf8_lossy(header).to_ascii_lowercase();
    match header.split_once(':') {
        Some(("content-length", value)) => value.trim().parse().ok(),
        Some(("transfer-encoding" | "upgrade", _)) => None,
        _ => length,
    }
}

/// Percent-encodes the bytes of the target that a URL must not contain.
fn encoded(line: &[u8]) -> Vec<u8> {
    let method = line.iter().position(|&byte| byte == b' ').map(|at| at + 1);
    let version = line.windows(6).rposition(|window| window == b" HTTP/");
    let (Some(start), Some(end)) = (method, version) else {
        return line.to_vec();
    };
    let Some(target) = line.get(start..end) else {
        return line.to_vec();
    };
    let mut encoded = line[..start].to_vec();
    for &byte in target {
        if byte > b' ' && byte < 0x7F && !matches!(byte, b'"' | b'<' | b'>') {
            encoded.push(byte);
        } else {
            encoded.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    encoded.extend_from_slice(&line[end..]);
    encoded
}

#[cfg(test)]
mod tests {
    use super::Encoder;

    #[test]
    fn all_request_lines_are_encoded_and_nothing_else() {
        let sent = b"POST /a?b=c d&e=\"\xcf\" HTTP/1.1\r\nContent-Length: 12\r\n\r\n\
                     A b HTTP/1\r\nGET /x y HTTP/1.1\r\nHost: \xcf h\r\n\r\n\r\n\
                     POST / \xcf HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n\r\nrest";
        let expected = b"POST /a?b=c%20d&e=%22%CF%22 HTTP/1.1\r\nContent-Length: 12\r\n\r\n\
                         A b HTTP/1\r\nGET /x%20y HTTP/1.1\r\nHost: \xcf h\r\n\r\n\r\n\
                         POST /%20%CF HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n\r\nrest";
        for size in [1, 2, 7, 64, sent.len()] {
            let mut encoder = Encoder::default();
            let mut read: Vec<u8> = sent
                .chunks(size)
                .flat_map(|piece| encoder.process(piece))
                .collect();
            read.extend(encoder.finish());
            assert_eq!(read, expected, "in pieces of {size}");
        }
    }
}
