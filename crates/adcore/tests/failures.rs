//! Responses whose status is an error, whatever happens to their bodies.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use adcore::{
    Anonymous, Body, ClientSettings, Endpoint, Error, ErrorKind, Pipeline, Request, Response,
    ResponseReader, RetryPolicy, Transport, TransportError, TransportErrorKind, async_trait,
};
use bytes::Bytes;
use futures_core::Stream;
use http::Method;
use tokio::time::Instant;

/// How the body of the error is spoiled.
#[derive(Debug, Clone, Copy)]
enum Spoiled {
    BreaksOff,
    Stalls,
    NeverEnds,
    HasAnotherEncoding,
    AnnouncesMore,
}

/// The words of an error, and then what spoils them.
struct Words {
    spoiled: Spoiled,
    are_said: bool,
}

impl Stream for Words {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.are_said {
            self.are_said = true;
            return Poll::Ready(Some(Ok(Bytes::from_static(b"so sorry"))));
        }
        match self.spoiled {
            Spoiled::BreaksOff => {
                let broken = TransportError::new(TransportErrorKind::Interrupted);
                Poll::Ready(Some(Err(broken)))
            }
            Spoiled::Stalls => Poll::Pending,
            Spoiled::NeverEnds => {
                let more = Bytes::from_static(&[b' '; 64 * 1024]);
                Poll::Ready(Some(Ok(more)))
            }
            Spoiled::HasAnotherEncoding | Spoiled::AnnouncesMore => Poll::Ready(None),
        }
    }
}

/// Refuses the first calls with a spoiled body, and answers the next one.
#[derive(Debug)]
struct Refusing {
    status: u16,
    spoiled: Spoiled,
    calls: AtomicUsize,
    refusals: usize,
}

#[async_trait]
impl Transport for Refusing {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        if self.calls.fetch_add(1, Ordering::SeqCst) >= self.refusals {
            return Ok(http::Response::new(Body::from(Bytes::from("fine"))));
        }
        let body = Body::from_stream(Words {
            spoiled: self.spoiled,
            are_said: false,
        });
        let response = http::Response::builder().status(self.status);
        let response = match self.spoiled {
            Spoiled::HasAnotherEncoding => response.header("content-encoding", "br"),
            Spoiled::AnnouncesMore => response.header("content-length", "999999999999"),
            _ => response,
        };
        Ok(response.body(body).unwrap())
    }
}

/// Reads a response as the readers of streams do.
struct Reader;

impl ResponseReader for Reader {
    type Output = Bytes;

    async fn read(&self, response: http::Response<Body>) -> Result<Bytes, Error> {
        read(&Response::collected(response).await)
    }
}

fn read(response: &Response) -> Result<Bytes, Error> {
    if response.status.is_success() {
        return Ok(response.body.clone());
    }
    Err(Error::from_status(response.status, &response.headers))
}

/// Makes a call that may not be sent twice, collected or streamed.
async fn call(
    status: u16,
    spoiled: Spoiled,
    refusals: usize,
    streams: bool,
) -> Result<Bytes, Error> {
    let transport = Refusing {
        status,
        spoiled,
        calls: AtomicUsize::new(0),
        refusals,
    };
    let settings = ClientSettings::new()
        .transport(transport)
        .attempt_timeout(Duration::from_secs(20))
        .retry(RetryPolicy::default().seed(1));
    let endpoint = Endpoint::parse("https://api.example/base").unwrap();
    let pipeline = Pipeline::new("test", endpoint, settings).unwrap();
    let write = Request::new("write", Method::POST, "/write");
    if streams {
        return pipeline.open(&write, &Anonymous, &Reader).await;
    }
    let reader = |response: Response| read(&response);
    pipeline.call(&write, &Anonymous, reader).await
}

const SPOILED: [Spoiled; 5] = [
    Spoiled::BreaksOff,
    Spoiled::Stalls,
    Spoiled::NeverEnds,
    Spoiled::HasAnotherEncoding,
    Spoiled::AnnouncesMore,
];

/// A refusal by status has not run the call, and a call that was not run can be sent again.
#[tokio::test(start_paused = true)]
async fn the_status_counts_whatever_becomes_of_the_body() {
    for spoiled in SPOILED {
        for streams in [false, true] {
            for (status, kind) in [
                (400, ErrorKind::Rejected),
                (403, ErrorKind::PermissionDenied),
                (404, ErrorKind::NotFound),
                (401, ErrorKind::Unauthenticated),
            ] {
                let error = call(status, spoiled, 1, streams).await.unwrap_err();
                let outcome = (error.kind(), error.may_have_run(), error.attempts());
                assert_eq!(
                    outcome,
                    (kind, false, 1),
                    "{spoiled:?} {streams}: {error:?}"
                );
                assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
            }
            let repeated = call(429, spoiled, 1, streams).await;
            assert_eq!(repeated.unwrap(), "fine", "{spoiled:?} {streams}");
            let error = call(503, spoiled, 1, streams).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.may_have_run()),
                (ErrorKind::Server, true)
            );
        }
    }
}

/// The words of an error have half of the attempt to arrive.
#[tokio::test(start_paused = true)]
async fn a_stalled_error_leaves_time_for_another_attempt() {
    let started = Instant::now();
    let error = call(400, Spoiled::Stalls, 1, false).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert_eq!(started.elapsed(), Duration::from_secs(10));
}
