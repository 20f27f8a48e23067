//! Compressed responses over any transport.

use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use flate2::write::MultiGzDecoder;
use futures_core::Stream;
use http::Response;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue};

use adcore::{Body, Transport, TransportError, TransportErrorKind, Turn};
use async_trait::async_trait;

/// Adds compression to any transport: requests gzip and inflates the response while it arrives.
///
/// A request that sets `Accept-Encoding` itself is left as it is.
#[derive(Debug, Clone)]
pub struct Gzip<T>(T);

impl<T: Transport> Gzip<T> {
    /// Wraps `transport`.
    pub fn new(transport: T) -> Self {
        Self(transport)
    }
}

#[async_trait]
impl<T: Transport> Transport for Gzip<T> {
    async fn send(
        &self,
        mut request: http::Request<Bytes>,
    ) -> Result<Response<Body>, TransportError> {
        ask(request.headers_mut());
        self.0.send(request).await.map(unpack)
    }

    fn turn(&self) -> Option<Turn<'_>> {
        self.0.turn()
    }
}

/// Requests gzip, unless the request already has an `Accept-Encoding`.
fn ask(headers: &mut HeaderMap) {
    headers
        .entry(ACCEPT_ENCODING)
        .or_insert(HeaderValue::from_static("gzip"));
}

/// Inflates the body of a response that is marked as gzip.
fn unpack(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    let packed = headers.get(CONTENT_ENCODING).is_some_and(|encoding| {
        let encoding = encoding.as_bytes();
        encoding.eq_ignore_ascii_case(b"gzip") || encoding.eq_ignore_ascii_case(b"x-gzip")
    });
    if !packed {
        return response;
    }
    headers.remove(CONTENT_ENCODING);
    headers.remove(CONTENT_LENGTH);
    response.map(|packed| {
        Body::from_stream(Inflated {
            packed,
            rest: Bytes::new(),
            decoder: Some(MultiGzDecoder::new(Vec::new())),
        })
    })
}

/// The inflated body, in chunks of bounded size however far one packed chunk expands.
struct Inflated {
    packed: Body,
    rest: Bytes,
    decoder: Option<MultiGzDecoder<Vec<u8>>>,
}

impl Inflated {
    /// Inflates one chunk; empty if it needs more of the packed body.
    fn step(&mut self) -> std::io::Result<Vec<u8>> {
        let Some(decoder) = &mut self.decoder else {
            return Ok(Vec::new());
        };
        while !self.rest.is_empty() && decoder.get_ref().is_empty() {
            match decoder.write(&self.rest)? {
                0 => self.rest.clear(),
                taken => self.rest.advance(taken),
            }
        }
        Ok(std::mem::take(decoder.get_mut()))
    }
}

impl Stream for Inflated {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let malformed =
            |error| TransportError::new(TransportErrorKind::Malformed).with_source(error);
        loop {
            let inflated = self.step();
            match inflated {
                Ok(chunk) if chunk.is_empty() => {}
                Ok(chunk) => return Poll::Ready(Some(Ok(chunk.into()))),
                Err(error) => {
                    self.decoder = None;
                    return Poll::Ready(Some(Err(malformed(error))));
                }
            }
            match ready!(Pin::new(&mut self.packed).poll_next(cx)) {
                Some(Ok(packed)) => self.rest = packed,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    let Some(decoder) = self.decoder.take() else {
                        return Poll::Ready(None);
                    };
                    match decoder.finish() {
                        Ok(last) if last.is_empty() => return Poll::Ready(None),
                        Ok(last) => return Poll::Ready(Some(Ok(last.into()))),
                        Err(error) => return Poll::Ready(Some(Err(malformed(error)))),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    struct Pieces(VecDeque<Bytes>);

    impl Stream for Pieces {
        type Item = Result<Bytes, TransportError>;
        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.pop_front().map(Ok))
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn packed_response(packed: &[u8], piece: usize) -> Response<Body> {
        let pieces = packed.chunks(piece).map(Bytes::copy_from_slice).collect();
        let mut response = Response::new(Body::from_stream(Pieces(pieces)));
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("GZIP"));
        headers.insert(CONTENT_LENGTH, packed.len().into());
        response
    }

    #[tokio::test]
    async fn any_pieces_are_inflated() {
        let text: Vec<u8> = (0..50_000_u32).flat_map(u32::to_le_bytes).collect();
        let packed = gzip(&text);
        for piece in [1, 7, 4096, packed.len()] {
            let response = unpack(packed_response(&packed, piece));
            assert!(response.headers().is_empty());
            let body = response.into_body().collect(text.len()).await.unwrap();
            assert!(body == text, "{piece}");
        }
        let empty = unpack(packed_response(&gzip(b""), 5)).into_body();
        assert_eq!(empty.collect(0).await.unwrap(), "");
    }

    #[tokio::test]
    async fn members_follow_each_other_and_nothing_else_does() {
        let (first, second) = (vec![b'a'; 5_000], vec![b'b'; 7_000]);
        let members = [gzip(&first), gzip(b""), gzip(&second)].concat();
        for piece in [1, 7, members.len()] {
            let body = unpack(packed_response(&members, piece)).into_body();
            let text = body.collect(20_000).await.unwrap();
            assert!(text == [&first[..], &second].concat(), "{piece}");
        }
        for after in [&b"<html>"[..], b"x", &gzip(&second)[..30]] {
            for piece in [1, 7, 10_000] {
                let packed = [&gzip(&first)[..], after].concat();
                let body = unpack(packed_response(&packed, piece)).into_body();
                let error = body.collect(20_000).await.unwrap_err();
                assert_eq!(error.kind(), TransportErrorKind::Malformed, "{piece}");
            }
        }
    }

    #[tokio::test]
    async fn a_bomb_bursts_at_the_limit_and_comes_in_small_chunks() {
        let packed = gzip(&vec![0; 64 << 20]);
        let body = || unpack(packed_response(&packed, packed.len())).into_body();
        let error = body().collect(1 << 20).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::TooLarge);
        let mut body = body();
        let mut length = 0;
        while let Some(chunk) = body.chunk().await.transpose().unwrap() {
            assert!(chunk.len() <= 128 << 10, "{}", chunk.len());
            length += chunk.len();
        }
        assert_eq!(length, 64 << 20);
    }

    #[tokio::test]
    async fn what_is_cut_or_no_gzip_is_malformed() {
        let mut packed = gzip(&[b'a'; 5000]);
        let cut = packed.len() - 1;
        packed[cut] ^= 1;
        for wrong in [&packed[..], &packed[..cut], &packed[..20], b"plain text"] {
            let body = unpack(packed_response(wrong, 9)).into_body();
            let error = body.collect(1 << 20).await.unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Malformed);
        }
    }

    #[tokio::test]
    async fn the_old_name_of_gzip_is_known() {
        let mut response = packed_response(&gzip(b"abc"), 5);
        let old = HeaderValue::from_static("x-gzip");
        response.headers_mut().insert(CONTENT_ENCODING, old);
        assert_eq!(
            unpack(response).into_body().collect(3).await.unwrap(),
            "abc"
        );
    }

    #[test]
    fn what_is_not_packed_is_left_alone() {
        let mut response = Response::new(Body::empty());
        response.headers_mut().insert(CONTENT_LENGTH, 7.into());
        assert_eq!(unpack(response).headers().len(), 1);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        ask(&mut headers);
        assert_eq!(headers[ACCEPT_ENCODING], "identity");
    }
}
