//! `103 Early Hints` of the site, on their way to a visitor who waits for the page.
//!
//! hyper reads interim responses of a site, but a server of hyper cannot send any. Here the socket
//! does: while a request waits for its response, hyper has nothing else to write.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use http::header::HeaderMap;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

use super::headers::remove_hop_by_hop;

/// What the site has hinted at, for one connection to a visitor.
#[derive(Clone, Default)]
pub(super) struct EarlyHints(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// `None` unless a request waits for its response: hints that come later belong to no request,
    /// and could get into the middle of a page.
    waiting: Mutex<Option<Vec<u8>>>,
    arrived: Notify,
}

impl EarlyHints {
    /// Bytes that wait for a visitor; further hints are dropped.
    const MAX_BYTES: usize = 8 * 1024;

    fn waiting(&self) -> MutexGuard<'_, Option<Vec<u8>>> {
        let waiting = self.0.waiting.lock();
        waiting.unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes hints on until the guard is dropped, which must be before the response begins.
    pub(super) fn open(&self) -> OpenHints {
        *self.waiting() = Some(Vec::new());
        OpenHints(self.clone())
    }

    /// Adds a hint of the site.
    pub(super) fn add(&self, headers: &HeaderMap) {
        let mut headers = headers.clone();
        remove_hop_by_hop(&mut headers);
        let mut hint = b"HTTP/1.1 103 Early Hints\r\n".to_vec();
        for (name, value) in &headers {
            for piece in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                hint.extend_from_slice(piece);
            }
        }
        hint.extend_from_slice(b"\r\n");
        if let Some(waiting) = &mut *self.waiting()
            && waiting.len() + hint.len() <= Self::MAX_BYTES
        {
            waiting.append(&mut hint);
            self.0.arrived.notify_one();
        }
    }

    /// Waits for a hint. The task that waits is the one that writes to the visitor.
    pub(super) async fn arrived(&self) {
        self.0.arrived.notified().await;
    }

    fn take(&self) -> Vec<u8> {
        self.waiting()
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }
}

/// While it exists, hints are passed on.
pub(super) struct OpenHints(EarlyHints);

impl Drop for OpenHints {
    fn drop(&mut self) {
        *self.0.waiting() = None;
    }
}

/// The socket of a visitor, which sends hints between the messages of hyper.
pub(super) struct Hinting<S> {
    socket: S,
    hints: EarlyHints,
    /// What is being sent.
    sending: Vec<u8>,
    sent: usize,
}

impl<S: AsyncWrite + Unpin> Hinting<S> {
    pub(super) fn new(socket: S, hints: EarlyHints) -> Self {
        Self {
            socket,
            hints,
            sending: Vec::new(),
            sent: 0,
        }
    }

    /// Sends the rest of a hint that was started.
    fn poll_rest(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.sending.len() {
            let rest = &self.sending[self.sent..];
            match ready!(Pin::new(&mut self.socket).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.sent += written,
            }
        }
        self.sending = Vec::new();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Hinting<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Hinting<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(cx))?;
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(cx))?;
        Pin::new(&mut self.socket).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper flushes when it has written all that it holds: what comes next is a new message.
        ready!(self.poll_rest(cx))?;
        self.sending = self.hints.take();
        ready!(self.poll_rest(cx))?;
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_rest(cx))?;
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
