//! SPOTS statistics against the emulator: windows, streams, sums, faults.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use adapis_emulator::{Emulator, Fault, FaultPlan, FaultPoint, Settings};
use futures_util::StreamExt;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use spots_rpc::calls::{Group, SiteId, Statistics, StatisticsRow};
use spots_rpc::{Client, ClientBuilder, Credentials, Error, ErrorKind, RetryPolicy};

mod counting;

use counting::Counting;

const STATISTICS: &str = "spots.platform.getStatistics";

fn builder(emulator: &Emulator) -> ClientBuilder {
    let spots = &emulator.credentials().spots;
    let credentials = Credentials::new(spots.login.clone(), spots.password.clone());
    Client::builder(&emulator.spots_url(), credentials)
        .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
}

fn year() -> Statistics {
    Statistics::new(date(2025, 1, 1), date(2025, 12, 31))
}

async fn streamed(client: &Client, request: &Statistics) -> Result<Vec<StatisticsRow>, Error> {
    let rows: Vec<_> = client.statistics_stream(request).collect().await;
    rows.into_iter().collect()
}

fn sent(emulator: &Emulator) -> u64 {
    emulator.requests().of(STATISTICS).received
}

/// A transport that counts the calls in flight and the bytes read.
#[tokio::test]
async fn the_examples_of_the_page() {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    let from = date(2023, 8, 23);
    let by_domain = Statistics::new(from, date(2023, 8, 24))
        .site("test1.ru")
        .site("test2.ru")
        .group(Group::Site);
    let rows = client.statistics(&by_domain).await.unwrap();
    assert_eq!(rows[0].shows, Some(71_385));
    assert_eq!(rows[0].income, Some("3143.356472008".parse().unwrap()));
    let by_id = Statistics::new(from, date(2023, 10, 24)).group(Group::SiteId);
    let rows = client.statistics(&by_id).await.unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[2].site_name.as_deref(), Some("test1.ru/forum"));
    let one = client
        .statistics(&by_id.site_id(SiteId::new(750)))
        .await
        .unwrap();
    assert_eq!(one.len(), 2);
}

#[tokio::test]
async fn a_long_range_comes_once_and_in_order_whatever_the_window() {
    let emulator = Emulator::start().await.unwrap();
    let whole = builder(&emulator).window_days(400).build().unwrap();
    for (groups, dated) in [
        (vec![Group::DateDay, Group::Site], true),
        (vec![Group::DateDay, Group::SiteId, Group::Placement], true),
        (vec![Group::DateDay], true),
        (vec![Group::SiteId], true),
        (vec![Group::Site], false),
        (vec![Group::Placement], false),
        (vec![Group::Site, Group::Placement], false),
        (vec![], false),
    ] {
        let quarter = Statistics::new(date(2025, 1, 1), date(2025, 2, 15));
        let request = groups.iter().cloned().fold(quarter, Statistics::group);
        let expected = whole.statistics(&request).await.unwrap();
        assert!(!expected.is_empty(), "{groups:?}");
        assert!(
            expected.iter().all(|row| row.date_day.is_some() == dated),
            "{groups:?}"
        );
        assert!(expected.is_sorted_by_key(|row| row.date_day), "{groups:?}");
        let expected = sorted(expected);
        for days in [1, 31, 45] {
            let cut = builder(&emulator).window_days(days).build().unwrap();
            let rows = cut.statistics(&request).await.unwrap();
            assert_eq!(sorted(rows), expected, "{groups:?} {days}");
            let rows = streamed(&cut, &request).await.unwrap();
            assert!(
                rows.is_sorted_by_key(|row| row.date_day),
                "{groups:?} {days}"
            );
            assert_eq!(sorted(rows), expected, "{groups:?} {days}");
        }
    }
}

/// Sorts sums: they come in the order in which their groups first occur, which windows may change.
fn sorted(mut rows: Vec<StatisticsRow>) -> Vec<StatisticsRow> {
    rows.sort_by_cached_key(|row| {
        (
            row.date_day,
            row.site.clone(),
            row.site_id,
            row.placement.clone(),
        )
    });
    rows
}

#[tokio::test]
async fn sums_of_days_equal_the_sum() {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    let mut by_site: BTreeMap<String, (u64, Decimal)> = BTreeMap::new();
    let daily = year().group(Group::DateDay).group(Group::Site);
    for row in streamed(&client, &daily).await.unwrap() {
        let sum = by_site.entry(row.site.unwrap()).or_default();
        sum.0 += row.shows.unwrap();
        sum.1 += row.income.unwrap();
    }
    let rows = client.statistics(&year().group(Group::Site)).await.unwrap();
    assert_eq!(rows.len(), 40);
    for row in rows {
        let sum = by_site[row.site.as_ref().unwrap()];
        assert_eq!(
            (row.shows, row.income),
            (Some(sum.0), Some(sum.1)),
            "{row:?}"
        );
    }
}

#[tokio::test]
async fn windows_are_fetched_side_by_side_but_not_too_many() {
    let emulator = Emulator::start().await.unwrap();
    let (transport, counts) = Counting::new(&emulator);
    let client = builder(&emulator)
        .transport(transport)
        .window_days(7)
        .concurrency(3)
        .build()
        .unwrap();
    client.statistics(&year().group(Group::Site)).await.unwrap();
    assert_eq!(sent(&emulator), 53);
    assert_eq!(counts.most.load(Ordering::SeqCst), 3);
    let mut rows = client.statistics_stream(&year().group(Group::DateDay));
    rows.next().await.unwrap().unwrap();
    drop(rows);
    let gone = async {
        while counts.under_way.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .unwrap();
    assert!(sent(&emulator) <= 53 + 3, "a dropped stream asks no more");
}

#[tokio::test]
async fn a_stream_reads_no_faster_than_its_reader() {
    let mut settings = Settings::default();
    settings.spots.rows_multiplier = 3_000;
    let emulator = Emulator::builder()
        .settings(settings)
        .start()
        .await
        .unwrap();
    let (transport, counts) = Counting::new(&emulator);
    let client = builder(&emulator)
        .transport(transport)
        .concurrency(2)
        .build()
        .unwrap();
    let request = Statistics::new(date(2025, 1, 1), date(2025, 4, 10)).group(Group::DateDay);
    let mut rows = client.statistics_stream(&request);
    let mut count = 0;
    for _ in 0..1000 {
        rows.next().await.unwrap().unwrap();
        count += 1;
    }
    let early = counts.bytes.load(Ordering::SeqCst);
    // The beginnings of two windows have been read ahead.
    assert!(early < 3_000_000, "{early} bytes read for a thousand rows");
    while let Some(row) = rows.next().await {
        row.unwrap();
        count += 1;
    }
    assert_eq!(count, 100 * 3_000);
    let all = counts.bytes.load(Ordering::SeqCst);
    assert!(
        all > 5 * early,
        "{early} of {all} bytes were read for a thousand rows"
    );
}

#[tokio::test]
async fn every_fault_before_the_first_row_is_repeated_unnoticed() {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator)
        .attempt_timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    let request = Statistics::new(date(2025, 1, 1), date(2025, 1, 2)).group(Group::Site);
    let expected = client.statistics(&request).await.unwrap();
    for fault in [
        Fault::status(500),
        Fault::status(503).retry_after("0"),
        Fault::status(429).retry_after("0"),
        Fault::reset(FaultPoint::BeforeHeaders),
        Fault::reset(FaultPoint::DuringHeaders),
        Fault::hang(FaultPoint::BeforeHeaders),
        Fault::truncate(5),
        Fault::expired_token(),
        Fault::status(401),
    ] {
        for stream in [false, true] {
            emulator
                .faults(FaultPlan::new(STATISTICS).fault(fault.clone()))
                .unwrap();
            let rows = if stream {
                streamed(&client, &request).await
            } else {
                client.statistics(&request).await
            };
            assert_eq!(rows.unwrap(), expected, "{fault:?}");
            assert!(emulator.unmet_faults().is_empty(), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_response_that_breaks_off_is_asked_for_again() {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    let request = Statistics::new(date(2025, 1, 1), date(2025, 1, 31))
        .group(Group::DateDay)
        .group(Group::Site);
    let expected = client.statistics(&request).await.unwrap();
    let plan = || FaultPlan::new(STATISTICS).fault(Fault::truncate(5_000));
    emulator.faults(plan()).unwrap();
    assert_eq!(client.statistics(&request).await.unwrap(), expected);
    emulator.faults(plan()).unwrap();
    assert_eq!(streamed(&client, &request).await.unwrap(), expected);
    emulator.faults(plan().fault(Fault::truncate(0))).unwrap();
    let client = builder(&emulator)
        .retry(RetryPolicy::default().max_attempts(2))
        .build()
        .unwrap();
    let mut rows = client.statistics_stream(&request);
    let error = rows.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(error.operation(), Some("platform.getStatistics"));
    assert_eq!(error.attempts(), 2);
    assert!(rows.next().await.is_none(), "a stream ends after an error");
}

#[tokio::test]
async fn responses_that_are_not_statistics_are_protocol_errors() {
    let emulator = Emulator::start().await.unwrap();
    let day = Statistics::new(date(2025, 1, 1), date(2025, 1, 1));
    for body in [
        r#"{"jsonrpc":"2.0","result":{"rows":[]},"id":1}"#,
        r#"{"jsonrpc":"2.0","result":[],"id":2}"#,
        r#"{"jsonrpc":"2.0","id":2,"result":[{"shows":1}]}"#,
        r#"{"jsonrpc":"2.0","result":[],"result":[],"id":1}"#,
        r#"{"jsonrpc":"2.0","result":[],"id":1,"id":1}"#,
        r#"{"jsonrpc":"2.0","result":[],"error":"words","id":1}"#,
        r#"{"jsonrpc":"2.0","id":1}"#,
        r#"{"jsonrpc":"1.0","result":[],"id":1}"#,
        r#"{"jsonrpc":"2.0","result":[5],"id":1}"#,
        r#"{"jsonrpc":"2.0","result":[{"shows":"many"}],"id":1}"#,
        r#"{"jsonrpc":"2.0","result":[],"id":1} junk"#,
        r#"{"jsonrpc":"2.0","result":["#,
        "<html>",
        "null",
        "[]",
        "",
    ] {
        for stream in [false, true] {
            let client = builder(&emulator).build().unwrap();
            let fault = Fault::status(200).body(body);
            emulator
                .faults(FaultPlan::new(STATISTICS).fault(fault))
                .unwrap();
            let error = if stream {
                streamed(&client, &day).await.unwrap_err()
            } else {
                client.statistics(&day).await.unwrap_err()
            };
            assert_eq!(error.kind(), ErrorKind::Decode, "{body} {stream}: {error}");
            assert_eq!(error.attempts().max(1), 1, "{body}");
        }
    }
}

#[tokio::test]
async fn an_error_after_the_rows_ends_a_stream_badly() {
    let emulator = Emulator::start().await.unwrap();
    let day = Statistics::new(date(2025, 1, 1), date(2025, 1, 1));
    for tail in [
        r#""id":2}"#,
        r#""id":1,"error":{"message":"words"}}"#,
        r#""id":1} junk"#,
        r#""id":1"#,
        r#""took":1}"#,
    ] {
        let client = builder(&emulator).build().unwrap();
        let body = format!(r#"{{"jsonrpc":"2.0","result":[{{"shows":1}}],{tail}"#);
        let fault = Fault::status(200).body(body);
        emulator
            .faults(FaultPlan::new(STATISTICS).fault(fault))
            .unwrap();
        let rows: Vec<_> = client.statistics_stream(&day).collect().await;
        assert_eq!(rows.len(), 2, "{tail}");
        assert_eq!(rows[0].as_ref().unwrap().shows, Some(1));
        assert_eq!(
            rows[1].as_ref().unwrap_err().kind(),
            ErrorKind::Decode,
            "{tail}"
        );
    }
}

#[tokio::test]
async fn one_failed_window_fails_the_whole_and_stops_the_others() {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator)
        .window_days(1)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let plan = FaultPlan::new(STATISTICS)
        .healthy()
        .healthy()
        .fault(Fault::status(403));
    emulator.faults(plan).unwrap();
    let error = client
        .statistics(&year().group(Group::Site))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(sent(&emulator) < 20, "{}", sent(&emulator));
}

#[tokio::test]
async fn the_same_rows_in_every_form_of_the_wire() {
    let plain = Emulator::start().await.unwrap();
    let request = year().group(Group::Site);
    let expected = builder(&plain)
        .build()
        .unwrap()
        .statistics(&request)
        .await
        .unwrap();
    for dress in 0..3 {
        let mut settings = Settings::default();
        match dress {
            0 => settings.spots.counters_as_strings = true,
            1 => settings.spots.null_when_empty = true,
            _ => settings.spots.tokens_as_array = true,
        }
        let emulator = Emulator::builder()
            .settings(settings)
            .start()
            .await
            .unwrap();
        let client = builder(&emulator).build().unwrap();
        assert_eq!(client.statistics(&request).await.unwrap(), expected);
        assert_eq!(streamed(&client, &request).await.unwrap(), expected);
        let nothing = Statistics::new(Date::constant(2030, 1, 1), Date::constant(2030, 6, 1));
        assert_eq!(client.statistics(&nothing).await.unwrap(), []);
        assert_eq!(streamed(&client, &nothing).await.unwrap(), []);
    }
}
