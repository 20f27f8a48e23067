//! Reading ahead, so that short responses are retried as a whole.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use adcore::{Body, Error, Response, TransportError};
use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, timeout_at};

/// How many bytes of a response are read ahead.
const AHEAD: usize = 1024 * 1024;
/// How long reading ahead may take; after that, the response is handed out as it is.
const AHEAD_TIME: Duration = Duration::from_secs(10);

/// The beginning of a response, read ahead inside the retry loop.
///
/// Up to 1 MiB is read, for at most ten seconds. If the connection breaks during that time, the
/// pipeline repeats the request before anyone has seen a row, so a short response either arrives
/// completely or not at all. For breaks in the rest of a longer response, see
/// [`ResumingRows`](crate::ResumingRows).
#[derive(Debug)]
pub struct Beginning {
    status: StatusCode,
    headers: HeaderMap,
    ahead: VecDeque<Bytes>,
    rest: Option<Body>,
}

impl Beginning {
    /// Reads the beginning of `response`, whatever its status.
    ///
    /// # Errors
    /// An error of the transport, with the status of the response.
    pub async fn read(response: http::Response<Body>) -> Result<Self, Error> {
        let (head, mut body) = response.into_parts();
        let until = Instant::now() + AHEAD_TIME;
        let mut ahead = VecDeque::new();
        let mut length = 0;
        let mut rest = None;
        loop {
            if length >= AHEAD {
                rest = Some(body);
                break;
            }
            match timeout_at(until, body.chunk()).await {
                Ok(Some(Ok(chunk))) => {
                    length += chunk.len();
                    ahead.push_back(chunk);
                }
                Ok(Some(Err(error))) => return Err(Error::from(error).with_status(head.status)),
                Ok(None) => break,
                Err(_) => {
                    rest = Some(body);
                    break;
                }
            }
        }
        Ok(Self {
            status: head.status,
            headers: head.headers,
            ahead,
            rest,
        })
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns whether the whole response has been read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.rest.is_none()
    }

    /// Returns a body of what was read ahead, for examining it without consuming it.
    #[must_use]
    pub fn peek(&self) -> Body {
        let ahead = self.ahead.clone();
        Body::from_stream(Chunks { ahead, rest: None })
    }

    /// Converts what was read ahead into a response, for reading a vendor's error from it.
    #[must_use]
    pub fn into_response(self) -> Response {
        Response {
            status: self.status,
            headers: self.headers,
            body: match self.ahead.len() {
                1 => self.ahead.into_iter().next().unwrap_or_default(),
                _ => self.ahead.into_iter().flatten().collect(),
            },
        }
    }

    /// Converts this into the whole body: what was read ahead, then what is still arriving.
    #[must_use]
    pub fn into_body(self) -> Body {
        Body::from_stream(Chunks {
            ahead: self.ahead,
            rest: self.rest,
        })
    }
}

struct Chunks {
    ahead: VecDeque<Bytes>,
    rest: Option<Body>,
}

impl Stream for Chunks {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(chunk) = self.ahead.pop_front() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        match &mut self.rest {
            Some(rest) => Pin::new(rest).poll_next(cx),
            None => Poll::Ready(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use adcore::TransportErrorKind;
    use futures_util::{StreamExt, stream};

    use super::*;

    type Items = Vec<Result<Bytes, TransportError>>;

    fn response(items: Items) -> http::Response<Body> {
        http::Response::new(Body::from_stream(stream::iter(items)))
    }

    fn chunks(count: usize, length: usize) -> Items {
        (0..count)
            .map(|_| Ok(Bytes::from(vec![b'x'; length])))
            .collect()
    }

    fn breaking(mut items: Items) -> Items {
        items.push(Err(TransportError::new(TransportErrorKind::Interrupted)));
        items
    }

    #[tokio::test]
    async fn a_break_within_the_first_mebibyte_is_an_error_of_the_attempt() {
        for items in [chunks(0, 1), chunks(3, 10), chunks(15, 64 * 1024)] {
            let error = Beginning::read(response(breaking(items)))
                .await
                .unwrap_err();
            assert!(error.is_transient());
            assert_eq!(error.status(), Some(StatusCode::OK));
        }
        let items = breaking(chunks(16, 64 * 1024));
        let beginning = Beginning::read(response(items)).await.unwrap();
        assert!(!beginning.is_whole());
        assert_eq!(
            beginning.peek().collect(usize::MAX).await.unwrap().len(),
            AHEAD
        );
        let error = beginning.into_body().collect(usize::MAX).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Interrupted);
    }

    #[tokio::test]
    async fn it_is_handed_on_whole_and_in_order() {
        for count in [0, 1, 2, 100] {
            let items: Items = (0..count)
                .map(|n| Ok(Bytes::from(vec![n; 20_000])))
                .collect();
            let expected: Vec<u8> = items.iter().flatten().flatten().copied().collect();
            let beginning = Beginning::read(response(items)).await.unwrap();
            let body = beginning.into_body().collect(usize::MAX).await.unwrap();
            assert_eq!(body, expected);
        }
        let beginning = Beginning::read(response(chunks(3, 4))).await.unwrap();
        assert!(beginning.is_whole());
        assert_eq!(beginning.into_response().body, "xxxxxxxxxxxx");
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_response_is_handed_out_after_ten_seconds() {
        let first = stream::iter(chunks(1, 10));
        let silent = stream::once(pending::<Result<Bytes, TransportError>>());
        let body = Body::from_stream(first.chain(silent));
        let started = Instant::now();
        let beginning = Beginning::read(http::Response::new(body)).await.unwrap();
        assert_eq!(started.elapsed(), AHEAD_TIME);
        assert!(!beginning.is_whole());
        let first = beginning.into_body().chunk().await.unwrap().unwrap();
        assert_eq!(first.len(), 10);
    }
}
