//! Responses, and the readers that turn them into output.

use std::fmt;
use std::future::Future;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue};

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

    /// Reads as much of the body as is needed to tell success from failure.
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
            .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        let limit = u64::try_from(self.limit).unwrap_or(u64::MAX);
        let body = if announced.is_some_and(|length| length > limit) {
            Err(TransportError::new(TransportErrorKind::TooLarge))
        } else {
            body.collect(self.limit).await
        };
        let body = body.map_err(|error| {
            let too_large = error.kind() == TransportErrorKind::TooLarge;
            let error = Error::from(error).with_status(head.status);
            if too_large {
                let limit = self.limit;
                error.with_message(format!(
                    "the response is larger than the limit of {limit} bytes"
                ))
            } else {
                error
            }
        })?;
        (self.reader)(Response {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

/// Refuses a partial body, or a content encoding that the transport has not removed.
pub(super) fn refuse_unasked(response: &http::Response<Body>) -> Result<(), Error> {
    let encoding = response.headers().get(CONTENT_ENCODING);
    let encoding = encoding.map(HeaderValue::as_bytes).unwrap_or_default();
    let message = if response.status() == StatusCode::PARTIAL_CONTENT {
        "the response is only a part of the whole (HTTP 206), which was not requested".to_owned()
    } else if encoding.is_empty() || encoding.eq_ignore_ascii_case(b"identity") {
        return Ok(());
    } else {
        let encoding = String::from_utf8_lossy(encoding);
        format!("the response has the encoding `{encoding}`, which was not requested")
    };
    Err(Error::new(ErrorKind::Decode, message).with_status(response.status()))
}
