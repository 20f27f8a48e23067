//! How much of a message waits in the gateway for a peer that reads slowly.
//!
//! hyper has one setting for the longest header and for its buffers, of which a page goes through
//! five. These types keep the buffers small without making the header short.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Buf;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, Take};

/// The bytes of a response that hyper holds for a visitor.
#[derive(Clone, Default)]
pub(super) struct Backlog(Arc<AtomicUsize>);

impl Backlog {
    /// At this many bytes the visitor must read before there are more. Less than a small read, so that
    /// one of them fills it; small pieces are still sent together.
    const FULL: usize = 4 * 1024;

    fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    fn is_full(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= Self::FULL
    }
}

/// A body that waits while the backlog is full.
///
/// No task is woken when there is room again: the task that clears the backlog is the one that polls
/// the body, which it does after each flush.
pub(super) struct Paced<B> {
    body: B,
    backlog: Backlog,
}

impl<B> Paced<B> {
    pub(super) fn new(body: B, backlog: Backlog) -> Self {
        Self { body, backlog }
    }
}

impl<B: Body + Unpin> Body for Paced<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        if self.backlog.is_full() {
            return Poll::Pending;
        }
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.backlog.add(data.remaining());
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A socket that is read in small pieces once a message turns out to be long.
///
/// Whenever a read fills hyper's buffer, hyper doubles it, up to the header limit; after reads of one
/// byte less than its first size, hyper shrinks it again. A long header still fits, because the buffer
/// grows for it. The beginning of a message is read as fast as hyper likes: most messages end there, and
/// each part wakes two tasks.
pub(super) struct SmallReads<S> {
    socket: Take<S>,
    /// Bytes that may still be read fast.
    beginning: u64,
}

/// One less than hyper's first buffer.
const SMALL: u64 = 8 * 1024 - 1;

/// Bytes of a message that are read fast; one less than hyper's second size.
const BEGINNING: u64 = 16 * 1024 - 1;

impl<S: AsyncRead> SmallReads<S> {
    pub(super) fn new(socket: S) -> Self {
        Self {
            socket: AsyncReadExt::take(socket, SMALL),
            beginning: BEGINNING,
        }
    }

    pub(super) fn get_ref(&self) -> &S {
        self.socket.get_ref()
    }

    /// For a write: sending begins a message, or makes the peer begin one.
    fn written(&mut self) -> Pin<&mut S>
    where
        S: Unpin,
    {
        self.beginning = BEGINNING;
        Pin::new(self.socket.get_mut())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for SmallReads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let limit = self.beginning.max(SMALL);
        self.socket.set_limit(limit);
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        let bytes = limit - self.socket.limit();
        self.beginning = self.beginning.saturating_sub(bytes);
        read
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for SmallReads<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.written().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.written().poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.get_ref().is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.socket.get_mut()).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.socket.get_mut()).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[tokio::test]
    async fn little_is_read_at_a_time_of_a_long_message_and_everything_in_the_end() {
        let page = vec![b'x'; 100_000];
        let mut socket = SmallReads::new(&page[..]);
        let (mut all, mut buffer) = (0, vec![0; 64 * 1024]);
        loop {
            let read = socket.read(&mut buffer).await.unwrap();
            if read == 0 {
                break;
            }
            assert!(read < 8 * 1024 || all < 16 * 1024, "{read}");
            all += read;
        }
        assert_eq!(all, page.len());
    }

    /// A body without end.
    struct Endless;

    impl Body for Endless {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[0; 8000])))))
        }
    }

    #[test]
    fn a_full_backlog_holds_the_body_up() {
        let backlog = Backlog::default();
        let mut body = Paced::new(Endless, backlog.clone());
        let mut poll = || {
            let mut cx = Context::from_waker(std::task::Waker::noop());
            Pin::new(&mut body).poll_frame(&mut cx).is_ready()
        };
        assert!(poll());
        assert!(!poll());
        backlog.clear();
        assert!(poll());
    }
}
