//! Bodies that stop arriving.

use std::time::Duration;

use adcore::{Body, TransportError, TransportErrorKind};
use futures_util::stream::unfold;
use tokio::time::timeout;

/// How long a response may be silent before the next piece of it.
const LONGEST: Duration = Duration::from_secs(120);

/// Ends a body that is silent for too long.
///
/// The limits of a call include the time that it is queued or paused, which may take an hour, so that they
/// cannot distinguish a vendor that makes us wait from one that has fallen silent.
pub(crate) fn bounded(body: Body) -> Body {
    Body::from_stream(unfold(Some(body), |body| async {
        let mut body = body?;
        match timeout(LONGEST, body.chunk()).await {
            Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(body))),
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(_) => Some((Err(TransportError::new(TransportErrorKind::Timeout)), None)),
        }
    }))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_util::StreamExt;
    use futures_util::stream::{iter, pending};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_that_falls_silent_ends_with_an_error() {
        let pieces = || iter([Ok(Bytes::from_static(b"ab")), Ok(Bytes::from_static(b"c"))]);
        let whole = bounded(Body::from_stream(pieces()));
        assert_eq!(whole.collect(9).await.unwrap(), "abc");
        let silent = bounded(Body::from_stream(pieces().chain(pending())));
        let error = silent.collect(9).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Timeout);
        let broken = Err(TransportError::new(TransportErrorKind::Interrupted));
        let broken = bounded(Body::from_stream(pieces().chain(iter([broken]))));
        let error = broken.collect(9).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Interrupted);
    }
}
