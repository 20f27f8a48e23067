//! What lies between the pace of an account and the network.

use std::sync::Arc;
use std::time::Duration;

use adapis::core::{Body, TransportError, TransportErrorKind, Turn, async_trait};
use adapis::{ReqwestTransport, Transport};
use bytes::Bytes;

use crate::context::Context;
use crate::error::CliError;

/// How long a vendor may take to begin its answer.
const LONGEST_ANSWER: Duration = Duration::from_secs(120);

/// A transport that limits the time until an answer begins.
///
/// The deadline of a call includes its wait for a turn and for the end of a pause, which may take an hour. They
/// cannot distinguish a vendor that makes us wait from one that is silent; this can.
#[derive(Debug)]
pub(super) struct Bounded {
    inner: Arc<dyn Transport>,
    /// Whether to ignore the vendor's clock, because ours is not the real one.
    is_undated: bool,
}

impl Bounded {
    /// The transport of all sources, which share its connections.
    pub(super) fn new(ctx: &Context, is_undated: bool) -> Result<Self, CliError> {
        let inner = match ctx.paced_transport()? {
            Some(transport) => transport,
            None => Arc::new(ReqwestTransport::new()?),
        };
        Ok(Self { inner, is_undated })
    }
}

#[async_trait]
impl Transport for Bounded {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let answer = tokio::time::timeout(LONGEST_ANSWER, self.inner.send(request)).await;
        let mut response =
            answer.unwrap_or_else(|_| Err(TransportError::new(TransportErrorKind::Timeout)))?;
        if self.is_undated {
            response.headers_mut().remove(http::header::DATE);
        }
        Ok(response)
    }

    fn turn(&self) -> Option<Turn<'_>> {
        self.inner.turn()
    }
}
