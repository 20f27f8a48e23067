//! The limits of an account: requests per minute, and reports at once.

use std::time::Duration;

use adfox_api::calls::statistics::DateRange;
use adfox_api::{CallOptions, ErrorKind, StatisticsSettings, date};
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use crate::vendor::Vendor;
use crate::{client, drain, january, report};

fn one_day(day: i8) -> DateRange {
    DateRange::new(date(2024, 1, day), date(2024, 1, day))
}

#[tokio::test(start_paused = true)]
async fn each_owner_has_three_reports_at_once() {
    let vendor = Vendor::new(|_| 1);
    vendor.set(|vendor| vendor.polls = 4);
    let statistics = client(&vendor, StatisticsSettings::new()).statistics();
    let reports = (0..18).map(|at| {
        // Every second one names its owner in the report.
        let owner = 1 + at % 6;
        let report = report(one_day(1 + i8::try_from(at).unwrap()));
        match at % 2 {
            0 => drain(statistics.owner(owner).report(&report)),
            _ => drain(statistics.report(&report.owner(owner))),
        }
    });
    for (rows, error) in join_all(reports).await {
        assert!(rows.len() == 1 && error.is_none(), "{error:?}");
    }
    assert_eq!(vendor.most_at_once(), 18);
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_other_reports_is_no_part_of_the_time_of_a_task() {
    let vendor = Vendor::new(|_| 1);
    // About six minutes each.
    vendor.set(|vendor| vendor.polls = 15);
    let statistics = client(&vendor, StatisticsSettings::new()).statistics();
    let reports = (1..=10).map(|day| drain(statistics.report(&report(one_day(day)))));
    for (rows, error) in join_all(reports).await {
        assert!(rows.len() == 1 && error.is_none(), "{error:?}");
    }

    let settings = StatisticsSettings::new().queue_deadline(Duration::from_secs(60));
    let statistics = client(&vendor, settings).statistics();
    let made = vendor.made();
    let reports = (11..=14).map(|day| drain(statistics.report(&report(one_day(day)))));
    let ends = join_all(reports).await;
    let error = ends[3].1.as_ref().unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(!error.may_have_run());
    assert!(error.message().contains("`queue_deadline`"), "{error}");
    assert!(ends[..3].iter().all(|(_, error)| error.is_none()));
    assert_eq!(vendor.made() - made, 3);
}

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
