//! The body of the site's response on its way to the visitor.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use super::admin::Admin;
use super::response;
use super::upload::Progress;

/// A body that ends with an error when the site sends nothing for a time.
///
/// The time in which the visitor does not read does not count, and neither does that in which the site waits
/// for the rest of the visitor's own body.
pub(super) struct SiteBody {
    body: Incoming,
    timeout: Duration,
    progress: Progress,
    admin: Arc<Admin>,
    timer: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
}

impl SiteBody {
    pub(super) fn new(
        body: Incoming,
        timeout: Duration,
        progress: Progress,
        admin: Arc<Admin>,
    ) -> Self {
        Self {
            body,
            timeout,
            progress,
            admin,
            timer: None,
            is_waiting: false,
        }
    }

    /// Waits until the site has been silent for too long.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let timeout = self.timeout;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(timeout)));
        if !self.is_waiting {
            self.is_waiting = true;
            timer.as_mut().reset(Instant::now() + timeout);
        }
        while timer.as_mut().poll(cx).is_ready() {
            let until = self.progress.since() + timeout;
            if until <= Instant::now() {
                return Poll::Ready(());
            }
            timer.as_mut().reset(until);
        }
        Poll::Pending
    }

    fn fail(&self, error: response::Error) -> response::Error {
        // Without the rest of the visitor's body, the connection to the site ends too.
        if self.progress.failure().is_none() {
            self.admin.count_upstream_failure();
            tracing::warn!(%error, "the site broke off a response");
        }
        error
    }
}

impl Body for SiteBody {
    type Data = Bytes;
    type Error = response::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, response::Error>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                this.is_waiting = false;
                let frame = frame.map(|frame| frame.map_err(|error| this.fail(error.into())));
                Poll::Ready(frame)
            }
            Poll::Pending => this.poll_silence(cx).map(|()| {
                let message = format!(
                    "nothing arrived for {:?} (--upstream-timeout; --tunnel-timeout for events)",
                    this.timeout
                );
                let silence = io::Error::new(io::ErrorKind::TimedOut, message);
                Some(Err(this.fail(silence.into())))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Whether a response is a stream of events, between which much time may pass.
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    const EVENTS: &[u8] = b"text/event-stream";
    let kind = headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes());
    let kind = kind.and_then(|kind| kind.get(..EVENTS.len()));
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case(EVENTS))
}
