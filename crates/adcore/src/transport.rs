//! The trait that an HTTP stack implements, with its bodies and errors.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_core::Stream;

/// Sends one HTTP request and returns the response; implement it to use another HTTP stack.
///
/// The pipeline adds deadlines, retries and credentials, so a transport must not retry or follow
/// redirects, and must depend on nothing but the request. A response of any status is `Ok`.
///
/// ```
/// use adcore::{Body, Transport, TransportError};
/// use bytes::Bytes;
///
/// #[derive(Debug)]
/// struct AlwaysEmpty;
///
/// #[adcore::async_trait]
/// impl Transport for AlwaysEmpty {
///     async fn send(
///         &self,
///         _request: http::Request<Bytes>,
///     ) -> Result<http::Response<Body>, TransportError> {
///         Ok(http::Response::new(Body::empty()))
///     }
/// }
/// ```
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends `request` and returns the head of the response, whose body is still arriving.
    ///
    /// # Errors
    /// When there is no HTTP response. [`TransportErrorKind::Connect`] and
    /// [`TransportErrorKind::Request`] promise that nothing was sent; the pipeline relies on it
    /// when it repeats a write.
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError>;

    /// Returns the wait until the next request may be sent; `None` if it need not wait.
    ///
    /// A transport that limits its requests waits here and not in [`send`](Self::send), whose time is
    /// that of an attempt: the pipeline waits within the deadline of the call. A wait that is dropped
    /// must not count as a request. A transport that wraps another one returns that one's turn.
    fn turn(&self) -> Option<Turn<'_>> {
        None
    }
}

/// The wait of [`Transport::turn`].
pub type Turn<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send<'a, 'b>(
        &'a self,
        request: http::Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<http::Response<Body>, TransportError>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        (**self).send(request)
    }

    fn turn(&self) -> Option<Turn<'_>> {
        (**self).turn()
    }
}

type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// The body of a response: a stream of bytes that can be collected up to a limit.
pub struct Body(Inner);

enum Inner {
    Full(Option<Bytes>),
    Chunks(Chunks),
}

impl Body {
    /// Creates a body without bytes.
    #[must_use]
    pub fn empty() -> Self {
        Self(Inner::Full(None))
    }

    /// Creates a body that arrives chunk by chunk.
    pub fn from_stream(
        chunks: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        Self(Inner::Chunks(Box::pin(chunks)))
    }

    /// Returns the next chunk, or `None` at the end.
    pub async fn chunk(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// Reads the whole body into memory.
    ///
    /// # Errors
    /// [`TransportErrorKind::TooLarge`] as soon as more than `limit` bytes have arrived, or an
    /// error of the transport.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, TransportError> {
        let mut whole = Bytes::new();
        while let Some(chunk) = self.chunk().await.transpose()? {
            if whole.len() + chunk.len() > limit {
                return Err(TransportError::new(TransportErrorKind::TooLarge));
            }
            // The first chunk is often the only one and is not copied; a buffer with one owner grows in place.
            whole = if whole.is_empty() {
                chunk
            } else {
                let mut longer = BytesMut::from(whole);
                longer.extend_from_slice(&chunk);
                longer.freeze()
            };
        }
        Ok(whole)
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Full(Some(bytes)))
    }
}

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.0 {
            Inner::Full(bytes) => Poll::Ready(bytes.take().map(Ok)),
            Inner::Chunks(chunks) => chunks.as_mut().poll_next(cx),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}

/// How an exchange failed below HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection was made; nothing was sent.
    Connect,
    /// The transport's own time limit ran out.
    Timeout,
    /// The connection broke after the request may have been sent.
    Interrupted,
    /// The response is larger than allowed.
    TooLarge,
    /// The response is not valid HTTP.
    Malformed,
    /// The request could not be built; nothing was sent.
    Request,
}

/// Why an exchange failed below HTTP. It holds no URL, header or body, and so no secret.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl TransportError {
    /// Creates an error without a cause.
    #[must_use]
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Adds the cause. It must not contain the URL, which may hold a credential.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns how the exchange failed.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Connect => "connection failed",
            TransportErrorKind::Timeout => "time limit reached",
            TransportErrorKind::Interrupted => "exchange interrupted",
            TransportErrorKind::TooLarge => "response too large",
            TransportErrorKind::Malformed => "malformed HTTP response",
            TransportErrorKind::Request => "request could not be built",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Chunked(Vec<&'static str>);

    impl Stream for Chunked {
        type Item = Result<Bytes, TransportError>;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(
                self.0
                    .pop()
                    .map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))),
            )
        }
    }

    #[tokio::test]
    async fn collect_joins_chunks_and_stops_at_the_limit() {
        let body = || Body::from_stream(Chunked(vec!["ef", "cd", "ab"]));
        assert_eq!(body().collect(6).await.unwrap(), "abcdef");
        let error = body().collect(5).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::TooLarge);
        assert_eq!(Body::empty().collect(0).await.unwrap(), "");
        let full = Body::from(Bytes::from_static(b"abc"));
        assert_eq!(
            full.collect(2).await.unwrap_err().kind(),
            TransportErrorKind::TooLarge
        );
    }
}
