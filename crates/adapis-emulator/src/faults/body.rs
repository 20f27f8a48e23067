//! A response body that a fault slows down, cuts short or leaves unfinished.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http_body_util::BodyExt as _;

use super::socket::{End, SocketControl};

/// A body with a fault applied to it.
pub(super) struct FaultyBody {
    pub(super) body: Body,
    /// Bytes left of a body of known length.
    ///
    /// hyper does not poll such a body again once all its bytes are sent, so the connection must
    /// end with the last chunk.
    pub(super) unsent: Option<u64>,
    pub(super) pending: Bytes,
    /// Size of a chunk, and the pause between two chunks.
    pub(super) slow: Option<(usize, Duration)>,
    /// Bytes left before the body is cut.
    pub(super) left: Option<u64>,
    /// Cuts the first frame in half and ends the connection this way.
    pub(super) halve: Option<End>,
    pub(super) end: Option<End>,
    pub(super) socket: Arc<SocketControl>,
}

impl FaultyBody {
    pub(super) fn into_body(self) -> Body {
        Body::from_stream(stream::unfold(self, |mut body| async move {
            let bytes = body.next().await?;
            Some((Ok::<_, Infallible>(bytes), body))
        }))
    }

    async fn next(&mut self) -> Option<Bytes> {
        if self.left == Some(0) {
            return self.finish().await;
        }
        if self.pending.is_empty() {
            let Some(Ok(frame)) = self.body.frame().await else {
                return self.finish().await;
            };
            self.pending = frame.into_data().unwrap_or_default();
            if self.halve.is_some() {
                self.left = Some(self.pending.len() as u64 / 2);
                self.end = self.halve;
            }
        } else if let Some((_, pause)) = self.slow {
            tokio::time::sleep(pause).await;
        }
        let allowed = self.slow.map_or(usize::MAX, |(bytes, _)| bytes);
        let left = self.left.map_or(usize::MAX, |left| {
            usize::try_from(left).unwrap_or(usize::MAX)
        });
        let chunk = self
            .pending
            .split_to(self.pending.len().min(allowed).min(left));
        let sent = chunk.len() as u64;
        if let Some(left) = &mut self.left {
            *left -= sent;
        }
        if let Some(unsent) = &mut self.unsent {
            *unsent -= sent;
            if let (0, None, Some(end)) = (*unsent, self.left, self.end) {
                self.socket.end(end);
            }
        }
        Some(chunk)
    }

    /// Ends the connection, before the body is complete if it is cut.
    async fn finish(&mut self) -> Option<Bytes> {
        let end = self.end?;
        self.socket.end(end);
        if self.left.is_some() {
            std::future::pending::<()>().await;
        }
        None
    }
}
