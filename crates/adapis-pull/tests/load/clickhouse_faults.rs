//! Requests to ClickHouse that break, each before it arrives and after it was done.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use adapis_pull::{ClickHouse, LoadErrorKind, LoadOptions, LocalStore};
use adcore::{Body, Transport, TransportError, TransportErrorKind};
use bytes::Bytes;

use crate::clickhouse::{PASSWORD, Server, USER};
use crate::files::{month, write_month};
use crate::support::{dated_transport, folder};

/// Breaks after a number of requests: the next one is lost, or its answer is.
#[derive(Debug)]
struct Breaking {
    inner: adcore_http::HyperTransport,
    whole: usize,
    is_answer_lost: bool,
    sent: Arc<AtomicUsize>,
}

#[adcore::async_trait]
impl Transport for Breaking {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        if number < self.whole {
            return self.inner.send(request).await;
        }
        if number == self.whole && self.is_answer_lost {
            let response = self.inner.send(request).await?;
            response.into_body().collect(1 << 20).await?;
        }
        Err(TransportError::new(TransportErrorKind::Connect))
    }
}

const STATE: &str = "SELECT count(), min(shows), max(shows) FROM ads.spots_day";

#[tokio::test]
async fn a_request_that_breaks_anywhere_leaves_the_old_or_the_new_partition() {
    let Some(server) = Server::start() else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    write_month(&store, "a", "2025-12-01", 0);
    server.load(&store).await;
    let (mut old, mut first) = (0, 0);
    for is_answer_lost in [false, true] {
        for whole in 0.. {
            first += 100;
            write_month(&store, "a", "2025-12-01", first);
            let sent = Arc::new(AtomicUsize::new(0));
            let breaking = Breaking {
                inner: dated_transport(&server.url),
                whole,
                is_answer_lost,
                sent: Arc::clone(&sent),
            };
            let target = ClickHouse::new(&server.url, breaking).unwrap();
            let target = target.user(USER, PASSWORD).database("ads").unwrap();
            let error = match target.load(&store, &LoadOptions::default()).await {
                Ok(summary) => summary.problems.into_iter().next(),
                Err(error) => Some(error),
            };
            if let Some(error) = &error {
                assert_eq!(error.kind, LoadErrorKind::Connection, "{error}");
            }
            let state = server.value(STATE).await;
            let shown = |first: i64| format!("28 {first} {}", first + 27);
            assert!(
                state == shown(old) || state == shown(first),
                "request {whole}, answer lost: {is_answer_lost}: {state}"
            );
            let summary = server.load(&store).await;
            assert_eq!(summary.exit_code(), 0, "{summary:?}");
            assert_eq!(server.value(STATE).await, shown(first));
            assert_eq!(server.load(&store).await.unchanged, 1);
            old = first;
            if sent.load(Ordering::Relaxed) <= whole {
                assert!(whole > 6 && error.is_none(), "{whole}");
                break;
            }
        }
    }
    std::fs::remove_file(
        root.path()
            .join(month("a", "2025-12-01").path())
            .join("rows.parquet"),
    )
    .unwrap();
    assert_eq!(server.load(&store).await.left.len(), 1);
}
