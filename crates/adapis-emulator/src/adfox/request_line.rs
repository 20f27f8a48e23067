//! Request lines as old programs write them, mended before HTTP reads them.
//!
//! Programs put blanks, quotes and windows-1251 letters into a URL as they are; the vendors' servers
//! take them. An HTTP parser does not, so those bytes are percent-coded on their way in.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A request line that is longer is passed on as it is.
const LONGEST_LINE: usize = 1 << 20;

/// A connection whose request lines are mended as they are read.
pub(crate) struct RequestLines<S> {
    stream: S,
    mender: Mender,
    ready: Vec<u8>,
}

impl<S> RequestLines<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            mender: Mender::default(),
            ready: Vec::new(),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for RequestLines<S> {
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
                this.ready = this.mender.rest();
                break;
            }
            this.ready = this.mender.pass(read);
            buffer.set_filled(before);
        }
        let fits = this.ready.len().min(buffer.remaining());
        buffer.put_slice(&this.ready[..fits]);
        this.ready.drain(..fits);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for RequestLines<S> {
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

/// Follows a connection's requests far enough to know where the next request line starts.
#[derive(Default)]
struct Mender {
    at: At,
    line: Vec<u8>,
}

#[derive(Default)]
enum At {
    #[default]
    RequestLine,
    /// Among the headers; the length of the body, `None` for chunks.
    Headers(Option<usize>),
    Body(usize),
    /// Chunks are not followed: whoever sends them writes proper request lines.
    Unknown,
}

impl Mender {
    /// The bytes to read instead of these.
    fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut passed = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while !rest.is_empty() {
            match self.at {
                At::Unknown => {
                    passed.extend_from_slice(rest);
                    break;
                }
                At::Body(left) => {
                    let (body, after) = rest.split_at(left.min(rest.len()));
                    passed.extend_from_slice(body);
                    self.at = match left - body.len() {
                        0 => At::RequestLine,
                        left => At::Body(left),
                    };
                    rest = after;
                }
                At::RequestLine | At::Headers(_) => {
                    let end = rest.iter().position(|&byte| byte == b'\n');
                    let (line, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
                    self.line.extend_from_slice(line);
                    rest = after;
                    if end.is_some() {
                        passed.append(&mut self.whole_line());
                    } else if self.line.len() > LONGEST_LINE {
                        self.at = At::Unknown;
                        passed.append(&mut self.line);
                    }
                }
            }
        }
        passed
    }

    /// What was held back when the connection ends.
    fn rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.line)
    }

    fn whole_line(&mut self) -> Vec<u8> {
        let line = std::mem::take(&mut self.line);
        let text = line.trim_ascii();
        match self.at {
            At::RequestLine if text.is_empty() => line,
            At::RequestLine => {
                self.at = At::Headers(Some(0));
                mended(&line)
            }
            At::Headers(length) => {
                self.at = match length {
                    _ if !text.is_empty() => At::Headers(length_after(text, length)),
                    Some(0) => At::RequestLine,
                    Some(length) => At::Body(length),
                    None => At::Unknown,
                };
                line
            }
            At::Body(_) | At::Unknown => line,
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

/// `METHOD target HTTP/1.1` with every byte of the target that no URL may hold percent-coded.
fn mended(line: &[u8]) -> Vec<u8> {
    let method = line.iter().position(|&byte| byte == b' ').map(|at| at + 1);
    let version = line.windows(6).rposition(|window| window == b" HTTP/");
    let (Some(start), Some(end)) = (method, version) else {
        return line.to_vec();
    };
    let Some(target) = line.get(start..end) else {
        return line.to_vec();
    };
    let mut mended = line[..start].to_vec();
    for &byte in target {
        if byte > b' ' && byte < 0x7F && !matches!(byte, b'"' | b'<' | b'>') {
            mended.push(byte);
        } else {
            mended.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    mended.extend_from_slice(&line[end..]);
    mended
}

#[cfg(test)]
mod tests {
    use super::Mender;

    #[test]
    fn every_request_line_of_a_connection_is_mended_and_nothing_else() {
        let sent = b"POST /a?b=c d&e=\"\xcf\" HTTP/1.1\r\nContent-Length: 12\r\n\r\n\
                     A b HTTP/1\r\nGET /x y HTTP/1.1\r\nHost: \xcf h\r\n\r\n\r\n\
                     POST / \xcf HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n\r\nrest";
        let expected = b"POST /a?b=c%20d&e=%22%CF%22 HTTP/1.1\r\nContent-Length: 12\r\n\r\n\
                         A b HTTP/1\r\nGET /x%20y HTTP/1.1\r\nHost: \xcf h\r\n\r\n\r\n\
                         POST /%20%CF HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n\r\nrest";
        for size in [1, 2, 7, 64, sent.len()] {
            let mut mender = Mender::default();
            let mut read: Vec<u8> = sent
                .chunks(size)
                .flat_map(|piece| mender.pass(piece))
                .collect();
            read.extend(mender.rest());
            assert_eq!(read, expected, "in pieces of {size}");
        }
    }
}
