//! The body of a response: the tracker's content or the site's page.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};

use super::rewrite::Filler;

pin_project_lite::pin_project! {
    /// The body of a response of [`ClickService`](super::ClickService): the tracker's content or the
    /// site's page.
    pub struct ClickBody<B> {
        #[pin]
        page: Option<B>,
        tracker: Option<Bytes>,
        filling: Option<Filling>,
    }
}

/// A page whose placeholders are being replaced.
struct Filling {
    filler: Filler,
    trailers: Option<Frame<Bytes>>,
    over: bool,
}

impl<B> ClickBody<B> {
    pub(super) fn tracker(bytes: Bytes) -> Self {
        Self {
            page: None,
            tracker: (!bytes.is_empty()).then_some(bytes),
            filling: None,
        }
    }

    /// Creates a body that is the site's page, unchanged.
    pub fn page(body: B) -> Self {
        Self {
            page: Some(body),
            tracker: None,
            filling: None,
        }
    }

    pub(super) fn filled(body: B, filler: Filler) -> Self {
        Self {
            page: Some(body),
            tracker: None,
            filling: Some(Filling {
                filler,
                trailers: None,
                over: false,
            }),
        }
    }
}

impl<B> fmt::Debug for ClickBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClickBody(..)")
    }
}

impl<B> Default for ClickBody<B> {
    fn default() -> Self {
        Self::tracker(Bytes::new())
    }
}

impl<B: Body> Body for ClickBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let whole = |mut data: B::Data| data.copy_to_bytes(data.remaining());
        let this = self.project();
        let Some(mut page) = this.page.as_pin_mut() else {
            return Poll::Ready(this.tracker.take().map(|bytes| Ok(Frame::data(bytes))));
        };
        let Some(filling) = this.filling else {
            return page
                .poll_frame(cx)
                .map(|frame| frame.map(|frame| frame.map(|frame| frame.map_data(whole))));
        };
        loop {
            if let Some(trailers) = filling.trailers.take() {
                return Poll::Ready(Some(Ok(trailers)));
            }
            if filling.over {
                return Poll::Ready(None);
            }
            let filled = match ready!(page.as_mut().poll_frame(cx)) {
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => filling.filler.fill(&whole(data)),
                    Err(trailers) => {
                        filling.trailers = Some(trailers.map_data(whole));
                        filling.filler.finish()
                    }
                },
                None => {
                    let rest = filling.filler.finish();
                    filling.over = true;
                    return Poll::Ready((!rest.is_empty()).then(|| Ok(Frame::data(rest))));
                }
            };
            if !filled.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(filled))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match (&self.page, &self.filling) {
            (None, _) => self.tracker.is_none(),
            (Some(page), None) => page.is_end_stream(),
            (Some(_), Some(_)) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.page, &self.filling) {
            (None, _) => {
                let length = self.tracker.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
            }
            (Some(page), None) => page.size_hint(),
            (Some(_), Some(_)) => SizeHint::default(),
        }
    }
}
