use std::fmt;
use std::future::Future;

use bytes::Bytes;
use http::header::HeaderMap;
use http::{Response, StatusCode};

use crate::Error;
use crate::transport::{Body, TransportErrorKind};

/// A whole answer: status, headers and collected body.
#[derive(Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The HTTP headers.
    pub headers: HeaderMap,
    /// The body, within the client's limit.
    pub body: Bytes,
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Answer({}, {} bytes)",
            self.status.as_u16(),
            self.body.len()
        )
    }
}

/// Turns an answer that is still arriving into output, or into the vendor's error.
///
/// It runs inside the retry loop: an error found before the first row is repeated like any other.
pub trait Judge: Sync {
    /// What a good answer becomes, such as a stream of rows.
    type Output: Send;

    /// Reads as much of the body as it needs to tell success from failure.
    fn judge(
        &self,
        response: Response<Body>,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

pub(super) struct Collect<F> {
    pub(super) limit: usize,
    pub(super) judge: F,
}

impl<T: Send, F: Fn(Answer) -> Result<T, Error> + Sync> Judge for Collect<F> {
    type Output = T;

    async fn judge(&self, response: Response<Body>) -> Result<T, Error> {
        let (head, body) = response.into_parts();
        let body = body.collect(self.limit).await.map_err(|error| {
            let too_large = error.kind() == TransportErrorKind::TooLarge;
            let error = Error::from(error).with_status(head.status);
            if too_large {
                error.with_message(format!(
                    "the answer is larger than the limit of {} bytes",
                    self.limit
                ))
            } else {
                error
            }
        })?;
        (self.judge)(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}
