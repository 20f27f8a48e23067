//! One connection and how it ends: the socket under HTTP, where faults cut.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// How a connection ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// FIN after what was written.
    Close,
    /// RST.
    Reset,
    /// Nothing more is written until the peer goes.
    Hang,
}

/// What the next written bytes are replaced by.
#[derive(Debug)]
struct Script {
    first: Bytes,
    repeated: Bytes,
    limit: usize,
    end: End,
}

/// The handle through which an answer's fault reaches the socket.
#[derive(Debug, Default)]
pub(crate) struct Link {
    scripted: AtomicBool,
    ending: AtomicBool,
    reset: AtomicBool,
    script: Mutex<Option<Script>>,
    ended: Notify,
}

impl Link {
    /// Ends the connection as soon as what is under way is flushed.
    pub(crate) fn end(&self, end: End) {
        if end == End::Hang {
            return;
        }
        self.reset.store(end == End::Reset, Ordering::Release);
        self.ending.store(true, Ordering::Release);
        self.ended.notify_one();
    }

    /// Lets `limit` more bytes out, then ends.
    pub(crate) fn cut_after(&self, limit: usize, end: End) {
        self.follow(Script {
            first: Bytes::new(),
            repeated: Bytes::new(),
            limit,
            end,
        });
    }

    /// Writes these bytes instead of the answer, the second ones without end.
    pub(crate) fn replace(&self, first: Bytes, repeated: Bytes) {
        self.follow(Script {
            first,
            repeated,
            limit: 0,
            end: End::Close,
        });
    }

    fn follow(&self, script: Script) {
        *self.script.lock().unwrap_or_else(PoisonError::into_inner) = Some(script);
        self.scripted.store(true, Ordering::Release);
    }

    /// Whether the connection is about to end, so that nothing more is answered on it.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// Resolves when a fault has ended the connection.
    pub(crate) async fn ended(&self) {
        self.ended.notified().await;
    }
}

/// The socket as the HTTP connection sees it.
pub(crate) struct Wire {
    stream: TcpStream,
    link: Arc<Link>,
}

impl Wire {
    pub(crate) const fn new(stream: TcpStream, link: Arc<Link>) -> Self {
        Self { stream, link }
    }

    fn poll_scripted(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let link = Arc::clone(&self.link);
        let mut script = link.script.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(script) = script.as_mut() else {
            return Pin::new(&mut self.stream).poll_write(cx, bytes);
        };
        loop {
            if !script.first.is_empty() {
                let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &script.first))?;
                script.first = script.first.slice(written..);
            } else if script.limit > 0 {
                let allowed = &bytes[..bytes.len().min(script.limit)];
                let written = ready!(Pin::new(&mut self.stream).poll_write(cx, allowed))?;
                script.limit -= written;
                return Poll::Ready(Ok(written));
            } else if !script.repeated.is_empty() {
                script.first = script.repeated.clone();
            } else {
                link.end(script.end);
                return self.poll_gone(cx);
            }
        }
    }

    /// Pending until the peer has closed its side.
    fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut byte = [0];
        let mut peeked = ReadBuf::new(&mut byte);
        match self.stream.poll_peek(cx, &mut peeked) {
            Poll::Ready(Ok(0)) => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(_)) | Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.link.reset.load(Ordering::Acquire) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.link.scripted.load(Ordering::Acquire) {
            return self.poll_scripted(cx, bytes);
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.link.scripted.load(Ordering::Acquire) {
            let first = slices.iter().find(|slice| !slice.is_empty());
            return self.poll_scripted(cx, first.map_or(&[], |slice| &**slice));
        }
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
