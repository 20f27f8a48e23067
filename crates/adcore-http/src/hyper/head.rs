//! A limit on the bytes before the body of a response.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many bytes may precede a response's body: its headers, and interim responses such as
/// `100 Continue`.
const MAX_HEAD: usize = 256 * 1024;

/// How many bytes may still arrive before the response; shared by the two halves of a connection.
#[derive(Clone)]
pub(super) struct HeadBudget(Arc<AtomicUsize>);

impl HeadBudget {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicUsize::new(MAX_HEAD)))
    }

    /// Starts counting: a request is about to be sent.
    pub(super) fn start(&self) {
        self.0.store(MAX_HEAD, Ordering::Relaxed);
    }

    /// Stops counting: the response has arrived, and its body is limited elsewhere.
    pub(super) fn end(&self) {
        self.0.store(usize::MAX, Ordering::Relaxed);
    }
}

/// A connection on which a server cannot send interim responses forever.
///
/// hyper reads them in a loop that no timer interrupts while bytes keep arriving.
pub(super) struct HeadLimit<S> {
    socket: S,
    budget: HeadBudget,
}

impl<S> HeadLimit<S> {
    pub(super) fn new(socket: S, budget: HeadBudget) -> Self {
        Self { socket, budget }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for HeadLimit<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let left = self.budget.0.load(Ordering::Relaxed);
        if left == usize::MAX {
            return Pin::new(&mut self.socket).poll_read(cx, buffer);
        }
        if left == 0 {
            let message = "the server sends too many bytes before the response";
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, message)));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        // Bytes of the body count too, but after them nothing is read until the head is handed out.
        let length = buffer.filled().len() - before;
        let left = left.saturating_sub(length);
        self.budget.0.store(left, Ordering::Relaxed);
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for HeadLimit<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
