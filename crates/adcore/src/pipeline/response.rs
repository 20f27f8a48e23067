//! Responses, and the readers that turn them into output.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use tokio::time::timeout;

use crate::transport::{Body, TransportError, TransportErrorKind};
use crate::{Error, ErrorKind};

/// A complete response: status, headers and collected body.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: StatusCode,
    /// The HTTP headers.
    pub headers: HeaderMap,
    /// The body, at most as long as the client's `body_limit`.
    pub body: Bytes,
}

impl Response {
    /// Collects a response that is an error by its status, which a pipeline holds in memory.
    pub async fn collected(response: http::Response<Body>) -> Self {
        let (head, body) = response.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body: body.collect(usize::MAX).await.unwrap_or_default(),
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (status, length) = (self.status.as_u16(), self.body.len());
        write!(f, "Response({status}, {length} bytes)")
    }
}

/// Turns a response that is still arriving into output, or into the vendor's error.
///
/// It runs inside the retry loop, so an error found before the first row is retried like any other.
///
/// ```
/// use adcore::{Body, Error, ErrorKind, ResponseReader};
///
/// /// Reads the length of a response without keeping it.
/// struct Length;
///
/// impl ResponseReader for Length {
///     type Output = usize;
///
///     async fn read(&self, response: http::Response<Body>) -> Result<usize, Error> {
///         if !response.status().is_success() {
///             return Err(Error::new(ErrorKind::Server, "no success").with_status(response.status()));
///         }
///         let mut body = response.into_body();
///         let mut length = 0;
///         while let Some(chunk) = body.chunk().await {
///             length += chunk?.len();
///         }
///         Ok(length)
///     }
/// }
/// ```
pub trait ResponseReader: Sync {
    /// The result of a successful response, such as a stream of rows.
    type Output: Send;

    /// Reads as much of the body as is needed to distinguish success from failure.
    ///
    /// The body of a response that is an error by its status is in memory. It is empty if it was longer
    /// than 1 MiB, broke off or did not arrive: the status is the error.
    ///
    /// # Errors
    /// The vendor's error, or what is wrong with the response.
    fn read(
        &self,
        response: http::Response<Body>,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

pub(super) struct Collect<F> {
    pub(super) limit: usize,
    pub(super) reader: F,
}

impl<T: Send, F: Fn(Response) -> Result<T, Error> + Sync> ResponseReader for Collect<F> {
    type Output = T;

    async fn read(&self, response: http::Response<Body>) -> Result<T, Error> {
        let (head, body) = response.into_parts();
        let announced = head
            .headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        let body = if announced.is_some_and(|length| length > self.limit) {
            Err(TransportError::new(TransportErrorKind::TooLarge))
        } else {
            body.collect(self.limit).await
        };
        let body = body.map_err(|error| {
            let too_large = error.kind() == TransportErrorKind::TooLarge;
            let error = Error::from(error).with_status(head.status);
            if !too_large {
                return error;
            }
            let limit = self.limit;
            let message = format!("the response is larger than the limit of {limit} bytes");
            error.with_message(message)
        })?;
        (self.reader)(Response {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

/// Collects the body of a response that is an error by its status, of at most `limit` bytes.
///
/// It only adds words to the error, and is left out if it does not arrive in this `time`. What is wrong
/// with it must not hide the status, which determines whether the call has run.
pub(super) async fn collect_failure(
    response: http::Response<Body>,
    limit: usize,
    time: Duration,
) -> http::Response<Body> {
    let is_readable = refuse_unasked(&response).is_ok();
    let (mut head, body) = response.into_parts();
    // It may have announced more than is left.
    head.headers.remove(CONTENT_LENGTH);
    let body = timeout(time, body.collect(limit)).await;
    let body = body.ok().and_then(Result::ok).filter(|_| is_readable);
    http::Response::from_parts(head, body.unwrap_or_default().into())
}

/// Refuses a partial body, or a content encoding that the transport has not removed.
pub(super) fn refuse_unasked(response: &http::Response<Body>) -> Result<(), Error> {
    let mut encodings = response.headers().get_all(CONTENT_ENCODING).iter();
    let is_plain = |name: &[u8]| name.is_empty() || name.eq_ignore_ascii_case(b"identity");
    let unasked = encodings.find(|name| !is_plain(name.as_bytes()));
    let message = if response.status() == StatusCode::PARTIAL_CONTENT {
        "the response is only a part of the whole (HTTP 206), which was not requested".to_owned()
    } else if let Some(encoding) = unasked {
        let encoding = String::from_utf8_lossy(encoding.as_bytes());
        format!("the response has the encoding `{encoding}`, which was not requested")
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Decode, message).with_status(response.status()))
}
