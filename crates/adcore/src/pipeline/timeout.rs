//! Time limits of a streamed body.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use tokio::time::{Instant, Sleep, sleep, timeout};

use crate::transport::{Body, TransportError, TransportErrorKind};
use crate::{Error, ErrorKind};

/// The rest of the [stream deadline](crate::ClientSettings::stream_deadline) of one stream.
///
/// A stream may consist of several responses, which share it. Returned by
/// [`Pipeline::stream_time`](super::Pipeline::stream_time); clones share the time.
#[derive(Debug, Clone)]
pub struct StreamTime {
    limit: Duration,
    left_nanos: Arc<AtomicU64>,
}

impl StreamTime {
    pub(super) fn new(limit: Duration) -> Self {
        let nanos = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
        Self {
            limit,
            left_nanos: Arc::new(AtomicU64::new(nanos)),
        }
    }

    fn left(&self) -> Duration {
        Duration::from_nanos(self.left_nanos.load(Ordering::Relaxed))
    }

    fn spend(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let subtract = |left: u64| Some(left.saturating_sub(nanos));
        let (store, load) = (Ordering::Relaxed, Ordering::Relaxed);
        let _ = self.left_nanos.fetch_update(store, load, subtract);
    }

    /// Returns whether no time is left.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }

    /// Runs `work`, such as a wait and another request, and subtracts its duration from the time.
    ///
    /// # Errors
    /// Those of `work`, or `Timeout` if it takes more than what is left.
    pub async fn run<T>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<T, Error> {
        let (started, left) = (Instant::now(), self.left());
        let outcome = timeout(left, work).await;
        // A response that `work` opens has already subtracted its part.
        let taken = left.saturating_sub(self.left());
        self.spend(started.elapsed().saturating_sub(taken));
        outcome.unwrap_or_else(|_| {
            let limit = self.limit;
            let message = format!("the stream kept its reader waiting for {limit:?}");
            Err(Error::new(ErrorKind::Timeout, message))
        })
    }
}

/// A body with two time limits: for each pause, and for the total time its reader waits.
///
/// The time that the reader spends between two reads counts towards neither.
pub(super) struct StreamTimeout {
    body: Body,
    idle: Duration,
    time: StreamTime,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    over: bool,
}

impl StreamTimeout {
    pub(super) fn new(body: Body, idle: Duration, time: StreamTime) -> Self {
        Self {
            body,
            idle,
            time,
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
                this.time.spend(since.elapsed());
            }
            return Poll::Ready(chunk);
        }
        let (since, alarm) = this.waiting.get_or_insert_with(|| {
            let wait = this.idle.min(this.time.left());
            (Instant::now(), Box::pin(sleep(wait)))
        });
        alarm.as_mut().poll(cx).map(|()| {
            this.time.spend(since.elapsed());
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
            StreamTime::new(Duration::from_secs(60)),
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
            StreamTime::new(Duration::from_millis(3500)),
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

    #[tokio::test(start_paused = true)]
    async fn the_stream_deadline_counts_over_several_responses_and_the_waits_between() {
        let started = Instant::now();
        let time = StreamTime::new(Duration::from_secs(12));
        let mut ends = Vec::new();
        while !time.is_over() {
            let silent = StreamTimeout::new(
                Body::from_stream(Silent),
                Duration::from_secs(5),
                time.clone(),
            );
            let mut body = Body::from_stream(silent);
            let opened = time.run(async {
                sleep(Duration::from_secs(1)).await;
                // The time that a response takes while it is opened counts only once.
                body.chunk().await.unwrap().map_err(Error::from)
            });
            let error = opened.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Timeout);
            ends.push(started.elapsed().as_secs());
        }
        assert_eq!(ends, [6, 12]);
        let over = time.run(async {
            sleep(Duration::from_secs(1)).await;
            Ok(())
        });
        assert!(over.await.unwrap_err().message().contains("12s"));
        assert_eq!(started.elapsed(), Duration::from_secs(12));
    }
}
