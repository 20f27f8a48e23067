//! The socket below HTTP, where faults cut, reset or hang a connection.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// How a fault ends a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// FIN, after everything written so far.
    Close,
    /// RST.
    Reset,
    /// Nothing more is written until the peer closes the connection.
    Hang,
}

/// What is sent instead of the bytes that HTTP writes.
#[derive(Debug)]
struct Script {
    first: Bytes,
    /// Sent after `first`, over and over.
    repeated: Bytes,
    /// Bytes of HTTP that still pass.
    limit: usize,
    end: End,
}

/// Lets a fault control the socket of its connection.
#[derive(Debug, Default)]
pub(crate) struct SocketControl {
    scripted: AtomicBool,
    ending: AtomicBool,
    reset: AtomicBool,
    script: Mutex<Option<Script>>,
    ended: Notify,
}

impl SocketControl {
    /// Ends the connection as soon as pending bytes are flushed.
    pub(crate) fn end(&self, end: End) {
        if end == End::Hang {
            return;
        }
        self.reset.store(end == End::Reset, Ordering::Release);
        self.ending.store(true, Ordering::Release);
        self.ended.notify_one();
    }

    /// Sends `limit` more bytes, then ends the connection.
    pub(crate) fn cut_after(&self, limit: usize, end: End) {
        self.follow(Script {
            first: Bytes::new(),
            repeated: Bytes::new(),
            limit,
            end,
        });
    }

    /// Sends these bytes instead of the response, `repeated` endlessly.
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

    /// Whether the connection is about to end, so that no further request is handled.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// Completes when a fault has ended the connection.
    pub(crate) async fn ended(&self) {
        self.ended.notified().await;
    }
}

/// A socket under the control of faults.
pub(crate) struct FaultySocket {
    stream: TcpStream,
    control: Arc<SocketControl>,
}

impl FaultySocket {
    pub(crate) const fn new(stream: TcpStream, control: Arc<SocketControl>) -> Self {
        Self { stream, control }
    }

    fn poll_scripted(&mut self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let control = Arc::clone(&self.control);
        let mut script = control
            .script
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
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
                control.end(script.end);
                return self.poll_peer_closed(cx);
            }
        }
    }

    /// Pending until the peer has closed its side.
    fn poll_peer_closed(&self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut byte = [0];
        let mut peeked = ReadBuf::new(&mut byte);
        match self.stream.poll_peek(cx, &mut peeked) {
            Poll::Ready(Ok(0)) => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(_)) | Poll::Pending => Poll::Pending,
        }
    }
}

impl Drop for FaultySocket {
    fn drop(&mut self) {
        if self.control.reset.load(Ordering::Acquire) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for FaultySocket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for FaultySocket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.control.scripted.load(Ordering::Acquire) {
            return self.poll_scripted(cx, bytes);
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.control.scripted.load(Ordering::Acquire) {
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
