//! The request body of a visitor on its way to the site.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::Instant;

/// When the visitor last sent a part of the body.
#[derive(Clone)]
pub(super) struct LastActivity(Arc<Mutex<Instant>>);

impl LastActivity {
    pub(super) fn now() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    pub(super) fn time(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn touch(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

/// A request body that records when its parts arrive.
///
/// The timeout of the site starts over with each part, so a slow upload is not held against it.
pub(super) struct Upload {
    body: Option<Incoming>,
    activity: LastActivity,
}

impl Upload {
    pub(super) fn new(body: Incoming, activity: LastActivity) -> Self {
        Self {
            body: (!body.is_end_stream()).then_some(body),
            activity,
        }
    }

    /// A copy to send again; `None` if the body is not empty.
    pub(super) fn retry(&self) -> Option<Self> {
        self.body.is_none().then(|| Self {
            body: None,
            activity: self.activity.clone(),
        })
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        let frame = Pin::new(body).poll_frame(cx);
        if frame.is_ready() {
            self.activity.touch();
        }
        frame
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
