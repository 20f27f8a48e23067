//! The metadata, which is requested once, and the lists beside it.

use std::time::Duration;

use adcore::testing::ScriptedTransport;
use adcore::{Body, Transport, TransportError, async_trait};
use adfox_api::{CallOptions, ErrorKind, StatisticsSettings, date};
use bytes::Bytes;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::vendor::Vendor;
use crate::{builder, client};

#[tokio::test]
async fn metadata_is_requested_once_per_owner() {
    let vendor = Vendor::new(|_| 1);
    let client = client(&vendor, StatisticsSettings::new());
    let clone = client.with_options(CallOptions::new().max_attempts(1));
    for statistics in [client.statistics(), clone.statistics()] {
        let metadata = statistics.metadata().await.unwrap();
        assert_eq!(metadata.dimensions[0].name, "date");
        assert!(statistics.owner(7).metadata().await.is_ok());
    }
    assert_eq!(vendor.requests(), 2);
    let statistics = client.statistics();
    let dates = statistics.available_dates().await.unwrap();
    assert_eq!(dates.date_from, Some(date(2021, 1, 1)));
    let saved = statistics.saved_reports().await.unwrap();
    assert_eq!(saved.custom[0].name, "mine");
    let info = statistics.report_info("mine").await.unwrap();
    assert_eq!(info.fields[0].name, "date");
}

#[tokio::test]
async fn metadata_is_requested_again_when_asked_for() {
    let transport = ScriptedTransport::new();
    for (status, name) in [(200, "old"), (200, "new"), (403, "none")] {
        let body = format!(r#"{{"result":{{"dimensions":["{name}"]}}}}"#);
        transport.reply(status, body);
    }
    let client = builder(StatisticsSettings::new()).transport(transport);
    let statistics = client.build().unwrap().statistics();
    let clone = statistics.clone();
    assert_eq!(clone.metadata().await.unwrap().dimensions[0].name, "old");
    let metadata = statistics.refresh_metadata().await.unwrap();
    assert_eq!(metadata.dimensions[0].name, "new");
    assert_eq!(clone.metadata().await.unwrap(), metadata);
    // What is known is kept if it cannot be requested again.
    assert!(statistics.refresh_metadata().await.is_err());
    assert_eq!(clone.metadata().await.unwrap(), metadata);
}

/// A vendor that responds to nothing.
#[derive(Debug)]
struct Silent;

#[async_trait]
impl Transport for Silent {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn each_call_for_metadata_waits_within_its_own_deadline() {
    let client = builder(StatisticsSettings::new()).transport(Silent);
    let client = client.build().unwrap();
    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_secs(20)));
    let started = Instant::now();
    let calls = (1..=10).flat_map(|owner| [(&client, 1), (&client, owner), (&hasty, 1)]);
    let calls = calls.map(async |(client, owner)| {
        let metadata = client.statistics().owner(owner).metadata().await;
        (metadata.unwrap_err(), started.elapsed().as_secs())
    });
    let mut ends = join_all(calls).await;
    for (error, _) in &ends {
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(error.operation(), Some("statistics.metadata"));
    }
    ends.retain(|(_, seconds)| *seconds > 60);
    assert!(ends.is_empty(), "{ends:?}");
}
