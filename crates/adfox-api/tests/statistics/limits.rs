//! The limits of an account: requests per minute, and reports at once.

use std::time::Duration;

use adfox_api::{CallOptions, ErrorKind, StatisticsSettings};
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use crate::vendor::Vendor;
use crate::{client, january, report};

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_its_turn_within_the_deadline_of_its_call() {
    let vendor = Vendor::new(|_| 1);
    for (per_minute, requests) in [(2, 2), (1, 2), (100, 100)] {
        let settings = StatisticsSettings::new().requests_per_minute(per_minute);
        // Longer than the distance of two requests, while an attempt has 30 s.
        let patient = CallOptions::new().deadline(Duration::from_secs(61));
        let client = client(&vendor, settings).with_options(patient);
        let statistics = client.statistics();
        let report = report(january());
        let before = vendor.requests();
        let tasks = (0..requests).map(|_| statistics.create_task(&report));
        for task in join_all(tasks).await {
            assert!(task.is_ok(), "{per_minute}: {task:?}");
        }
        assert_eq!(vendor.requests() - before, requests, "each once");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_whose_turn_does_not_come_is_not_sent_and_takes_no_turn() {
    let vendor = Vendor::new(|_| 1);
    let settings = StatisticsSettings::new().requests_per_minute(1);
    let client = client(&vendor, settings);
    let hasty = client.with_options(CallOptions::new().deadline(Duration::from_secs(5)));
    let started = Instant::now();
    assert!(client.statistics().saved_reports().await.is_ok());
    for _ in 0..3 {
        let error = hasty.statistics().saved_reports().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert!(!error.may_have_run());
        assert_eq!(error.attempts(), 0);
        assert!(error.message().contains("turn"), "{error}");
    }
    let statistics = client.statistics();
    let dropped = timeout(Duration::from_secs(5), statistics.saved_reports());
    assert!(dropped.await.is_err());
    assert_eq!(vendor.requests(), 1);
    assert!(client.statistics().saved_reports().await.is_ok());
    // The next turn is that of the first request that is sent.
    assert_eq!(started.elapsed().as_secs(), 60);
}
