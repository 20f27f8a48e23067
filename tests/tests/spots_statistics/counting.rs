//! A transport that counts the responses that are read at the same time, and their bytes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use adapis_emulator::Emulator;
use adcore::{Body, Endpoint, Transport, TransportError, async_trait};
use adcore_http::ReqwestTransport;
use futures_util::Stream;

#[derive(Debug)]
pub(crate) struct Counting {
    inner: ReqwestTransport,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) under_way: AtomicUsize,
    pub(crate) most: AtomicUsize,
    pub(crate) bytes: AtomicUsize,
}

impl Counting {
    pub(crate) fn new(emulator: &Emulator) -> (Arc<Self>, Arc<Counts>) {
        let counts = Arc::new(Counts::default());
        let endpoint = Endpoint::parse(&emulator.spots_url()).unwrap();
        let inner = ReqwestTransport::for_endpoint(&endpoint).unwrap();
        let transport = Self {
            inner,
            counts: Arc::clone(&counts),
        };
        (Arc::new(transport), counts)
    }
}

#[async_trait]
impl Transport for Counting {
    async fn send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let guard = UnderWay::new(&self.counts);
        let response = self.inner.send(request).await?;
        Ok(response.map(|body| Body::from_stream(CountedBody { body, guard })))
    }
}

struct UnderWay(Arc<Counts>);

impl UnderWay {
    fn new(counts: &Arc<Counts>) -> Self {
        let now = counts.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        counts.most.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(counts))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

struct CountedBody {
    body: Body,
    guard: UnderWay,
}

impl Stream for CountedBody {
    type Item = Result<bytes::Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = Pin::new(&mut self.body).poll_next(cx);
        if let Poll::Ready(Some(Ok(chunk))) = &chunk {
            self.guard.0.bytes.fetch_add(chunk.len(), Ordering::SeqCst);
        }
        chunk
    }
}
