//! Time limits of a streamed body.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use tokio::time::{Instant, Sleep, sleep};

use crate::transport::{Body, TransportError, TransportErrorKind};

/// A body with two time limits: for each pause, and for the total time its reader waits.
///
/// The time that the reader spends between two reads counts towards neither.
pub(super) struct StreamTimeout {
    body: Body,
    idle: Duration,
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    over: bool,
}

impl StreamTimeout {
    pub(super) fn new(body: Body, idle: Duration, total: Duration) -> Self {
        Self {
            body,
            idle,
            left: total,
            waiting: None,
            over: false,
        }
    }
}

impl Stream for StreamTimeout {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.over {
            return Poll::Ready(None);
        }
        if let Poll::Ready(chunk) = Pin::new(&mut this.body).poll_next(cx) {
            if let Some((since, _)) = this.waiting.take() {
                this.left = this.left.saturating_sub(since.elapsed());
            }
            return Poll::Ready(chunk);
        }
        let (_, alarm) = this.waiting.get_or_insert_with(|| {
            let wait = this.idle.min(this.left);
            (Instant::now(), Box::pin(sleep(wait)))
        });
        alarm.as_mut().poll(cx).map(|()| {
            this.over = true;
            Some(Err(TransportError::new(TransportErrorKind::Timeout)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Silent;

    impl Stream for Silent {
        type Item = Result<Bytes, TransportError>;
        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }

    struct Dripping(Pin<Box<Sleep>>);

    impl Stream for Dripping {
        type Item = Result<Bytes, TransportError>;
        fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.0.as_mut().poll(cx).map(|()| {
                self.0 = Box::pin(sleep(Duration::from_secs(1)));
                Some(Ok(Bytes::from_static(b"x")))
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_body_ends_after_the_idle_time() {
        let started = Instant::now();
        let silent = Body::from_stream(Silent);
        let mut body = Body::from_stream(StreamTimeout::new(
            silent,
            Duration::from_secs(5),
            Duration::from_secs(60),
        ));
        let error = body.chunk().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Timeout);
        assert_eq!(started.elapsed(), Duration::from_secs(5));
        assert!(body.chunk().await.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_dripping_body_ends_after_the_stream_deadline_of_waiting() {
        let drip = Body::from_stream(Dripping(Box::pin(sleep(Duration::from_secs(1)))));
        let mut body = Body::from_stream(StreamTimeout::new(
            drip,
            Duration::from_secs(5),
            Duration::from_millis(3500),
        ));
        let mut chunks = 0;
        let error = loop {
            match body.chunk().await.unwrap() {
                Ok(_) => chunks += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), TransportErrorKind::Timeout);
        assert_eq!(chunks, 3);
    }
}
