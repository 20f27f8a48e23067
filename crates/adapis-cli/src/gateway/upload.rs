//! The request body of a visitor on its way to the site.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use super::response::{self, plain};

/// Why a visitor's body did not reach the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UploadError {
    /// It is not valid, or the visitor has left.
    Broken,
    /// It is longer than the limit.
    TooLarge,
    /// The visitor has stopped sending.
    TimedOut,
}

impl UploadError {
    /// The response to a visitor whose body did not arrive.
    pub(super) fn response(self) -> Response<response::Body> {
        match self {
            Self::Broken => plain(
                StatusCode::BAD_REQUEST,
                "400 Bad Request: the body of the request is broken\n",
            ),
            Self::TooLarge => plain(
                StatusCode::PAYLOAD_TOO_LARGE,
                "413 Content Too Large: the body of the request is over the limit\n",
            ),
            Self::TimedOut => plain(
                StatusCode::REQUEST_TIMEOUT,
                "408 Request Timeout: the body of the request did not arrive\n",
            ),
        }
    }
}

impl fmt::Display for UploadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broken => "the body of the request is broken",
            Self::TooLarge => "the body of the request is too large",
            Self::TimedOut => "the visitor has stopped sending",
        })
    }
}

impl std::error::Error for UploadError {}

/// The progress of an upload.
#[derive(Clone)]
pub(super) struct Progress(Arc<Mutex<State>>);

struct State {
    /// From when the site takes its time: the visitor's last part, or the limit for the next one.
    since: Instant,
    failure: Option<UploadError>,
}

impl Progress {
    pub(super) fn now() -> Self {
        Self(Arc::new(Mutex::new(State {
            since: Instant::now(),
            failure: None,
        })))
    }

    pub(super) fn since(&self) -> Instant {
        self.state().since
    }

    /// Why the visitor's body did not arrive, if it did not.
    pub(super) fn failure(&self) -> Option<UploadError> {
        self.state().failure
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request body that records when its parts arrive.
///
/// The timeout of the site starts over with each part, and not before the visitor's own is over while
/// the next part is awaited, so a slow upload is not held against it.
pub(super) struct Upload {
    body: Option<Incoming>,
    progress: Progress,
    /// Bytes that may still come.
    left: u64,
    timeout: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Upload {
    pub(super) fn new(body: Incoming, progress: Progress, limit: u64, timeout: Duration) -> Self {
        Self {
            body: (!body.is_end_stream()).then_some(body),
            progress,
            left: limit,
            timeout,
            waiting: None,
        }
    }

    /// A copy to send again; `None` if the body is not empty.
    pub(super) fn retry(&self) -> Option<Self> {
        self.body.is_none().then(|| Self {
            body: None,
            progress: self.progress.clone(),
            left: 0,
            timeout: self.timeout,
            waiting: None,
        })
    }

    fn fail<T>(&mut self, error: UploadError) -> Poll<Option<Result<T, UploadError>>> {
        self.progress.state().failure = Some(error);
        Poll::Ready(Some(Err(error)))
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = UploadError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadError>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        let Poll::Ready(frame) = Pin::new(body).poll_frame(cx) else {
            let (timeout, progress) = (this.timeout, &this.progress);
            let waiting = this.waiting.get_or_insert_with(|| {
                progress.state().since = Instant::now() + timeout;
                Box::pin(sleep(timeout))
            });
            return match waiting.as_mut().poll(cx) {
                Poll::Ready(()) => this.fail(UploadError::TimedOut),
                Poll::Pending => Poll::Pending,
            };
        };
        this.waiting = None;
        this.progress.state().since = Instant::now();
        match frame {
            // A visitor may write X-Keitaro-* into trailers, and some servers add them to the headers.
            Some(Ok(frame)) if frame.is_trailers() => Poll::Ready(None),
            Some(Ok(frame)) => {
                let length = frame.data_ref().map_or(0, |data| data.len() as u64);
                match this.left.checked_sub(length) {
                    Some(left) => {
                        this.left = left;
                        Poll::Ready(Some(Ok(frame)))
                    }
                    None => this.fail(UploadError::TooLarge),
                }
            }
            Some(Err(_)) => this.fail(UploadError::Broken),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Some(body) => body.size_hint(),
            None => SizeHint::with_exact(0),
        }
    }
}
