//! Hybrid 3.0 against the emulator: whole statistics, whatever the windows and pages.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod pages;
mod tokens;

use std::collections::BTreeSet;
use std::time::Duration;

use adapis_emulator::{
    Emulator, Fault, FaultPlan, HybridNames, HybridNumbers, HybridTotal, Settings,
};
use hybrid_rest::calls::v3::{Split, Statistics, StatisticsRow};
use hybrid_rest::calls::{AdvertiserId, AdvertiserStatistics};
use hybrid_rest::{Client, ClientBuilder, Credentials, Error, RetryPolicy, V3};
use jiff::Span;
use jiff::civil::{Date, date};
use proptest::prelude::{any, prop_assert_eq};
use proptest::test_runner::{Config, TestRunner};
use rust_decimal::Decimal;

const YEAR: [Date; 2] = [date(2025, 1, 1), date(2025, 12, 31)];

async fn emulator(change: impl FnOnce(&mut Settings)) -> Emulator {
    let mut settings = Settings::default();
    change(&mut settings);
    let builder = Emulator::builder().settings(settings);
    builder.start().await.unwrap()
}

fn builder(emulator: &Emulator) -> ClientBuilder {
    let hybrid = &emulator.credentials().hybrid;
    let credentials = Credentials::new(hybrid.client_id.clone(), hybrid.client_secret.clone());
    Client::builder(&emulator.hybrid_url(), credentials)
        .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
}

/// Returns an advertiser with campaigns of a whole year.
async fn busy(v3: &V3) -> AdvertiserId {
    for advertiser in v3.advertisers().await.unwrap() {
        if v3.campaigns(Some(&advertiser.id)).await.unwrap().len() > 10 {
            return advertiser.id;
        }
    }
    unreachable!("the default data have one")
}

async fn all(v3: &V3, call: &Statistics) -> Result<Vec<StatisticsRow>, Error> {
    let mut rows = v3.statistics_stream(call);
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        all.push(row?);
    }
    Ok(all)
}

fn sums(rows: &[StatisticsRow]) -> (i64, i64, Decimal) {
    let mut sums = (0, 0, Decimal::ZERO);
    for row in rows {
        sums.0 += row.impression_count.unwrap();
        sums.1 += row.click_count.unwrap();
        sums.2 += row.total_sum.unwrap();
    }
    sums
}

/// The sums of version 1.0.
async fn expected(client: &Client, id: &AdvertiserId) -> (i64, i64, Decimal) {
    let client = client.for_advertiser(id.clone()).unwrap();
    let call = AdvertiserStatistics::new(YEAR[0], YEAR[1], [id.clone()]);
    let mut rows = client.advertiser_statistics_stream(&call);
    let mut sums = (0, 0, Decimal::ZERO);
    while let Some(row) = rows.next().await {
        let row = row.unwrap();
        sums.0 += row.impression_count.unwrap();
        sums.1 += row.click_count.unwrap();
        sums.2 += row.cost.unwrap();
    }
    sums
}

#[tokio::test]
async fn a_year_is_the_same_in_any_windows_and_pages_and_in_version_1() {
    let emulator = emulator(|settings| settings.hybrid.v3.total = HybridTotal::All).await;
    let client = builder(&emulator).build().unwrap();
    let id = busy(&client.v3()).await;
    let expected = expected(&client, &id).await;
    let call = Statistics::of_advertiser(YEAR[0], YEAR[1], id);
    let by_day = call.clone().split(Split::Campaign).split(Split::Day);
    for (days, page) in [(90, 10_000), (90, 777), (31, 100), (7, 50), (1, 1000)] {
        let builder = builder(&emulator).window_days(days).page_size(page);
        let client = builder.build().unwrap();
        let rows = all(&client.v3(), &by_day).await.unwrap();
        assert_eq!(sums(&rows), expected, "{days} days, pages of {page}");
        let keys: BTreeSet<_> = rows
            .iter()
            .map(|row| (row.campaign_id.clone(), row.day.unwrap()))
            .collect();
        assert_eq!(keys.len(), rows.len(), "a key appears twice");
        assert!(
            rows.iter()
                .all(|row| row.from <= row.day.unwrap() && row.day.unwrap() <= row.to)
        );
    }
    for split in [Split::Month, Split::Campaign, Split::OS] {
        let rows = all(&client.v3(), &call.clone().split(split)).await.unwrap();
        assert_eq!(sums(&rows), expected);
    }
}

#[tokio::test]
async fn banners_by_day_have_the_requested_day() {
    let emulator = emulator(|settings| {
        settings.hybrid.names = HybridNames::Upper;
        settings.hybrid.numbers = HybridNumbers::Strings;
        settings.hybrid.v3.misspelled = true;
    })
    .await;
    let v3 = builder(&emulator).build().unwrap().v3();
    let id = busy(&v3).await;
    let (from, to) = (date(2025, 3, 1), date(2025, 3, 5));
    let call = Statistics::of_advertiser(from, to, id).split(Split::BannerName);
    let rows = all(&v3, &call.clone().each_day()).await.unwrap();
    let days: BTreeSet<_> = rows.iter().filter_map(|row| row.day).collect();
    assert_eq!(days.len(), 5);
    assert!(
        rows.iter()
            .all(|row| row.banner_id.is_some() && row.total_sum.is_none())
    );
    let whole = all(&v3, &call).await.unwrap();
    assert!(
        whole
            .iter()
            .all(|row| row.day.is_none() && (row.from, row.to) == (from, to))
    );
    let count = |rows: &[StatisticsRow]| {
        let counts = rows.iter().filter_map(|row| row.impression_count);
        counts.sum::<i64>()
    };
    assert_eq!(count(&rows), count(&whole));
}

#[tokio::test]
async fn pages_are_repeated_after_faults_and_refused_tokens_are_renewed() {
    let emulator = emulator(|_| ()).await;
    let builder = builder(&emulator).page_size(50).concurrency(1);
    let v3 = builder.build().unwrap().v3();
    let call = Statistics::of_agency(date(2025, 3, 1), date(2025, 3, 31)).split(Split::Campaign);
    let whole = all(&v3, &call).await.unwrap();
    let plan = FaultPlan::new("hybrid.v3.statistic.agency")
        .fault(Fault::status(503))
        .healthy()
        .fault(Fault::expired_token())
        .fault(Fault::truncate(100));
    emulator.faults(plan).unwrap();
    assert_eq!(all(&v3, &call).await.unwrap(), whole);
}

/// For any range, window, page and number of windows at once: no gap and no double.
#[test]
fn any_pages_and_windows_are_whole() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let emulator = runtime.block_on(emulator(|_| ()));
    let whole = builder(&emulator).build().unwrap().v3();
    let id = runtime.block_on(busy(&whole));
    let cases = std::env::var("PROPTEST_CASES").map_or(24, |cases| cases.parse().unwrap());
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let input = (
        0_i64..340,
        0_i64..25,
        1_u32..30,
        1_usize..60,
        1_usize..5,
        any::<bool>(),
    );
    let outcome =
        TestRunner::new(config).run(&input, |(start, length, window, page, at_once, by_day)| {
            let from = YEAR[0] + Span::new().days(start);
            let to = (from + Span::new().days(length)).min(YEAR[1]);
            let call = Statistics::of_advertiser(from, to, id.clone()).split(Split::Campaign);
            let call = if by_day {
                call.split(Split::Day)
            } else {
                call.each_day()
            };
            let expected = runtime.block_on(all(&whole, &call)).unwrap();
            let small = builder(&emulator)
                .window_days(window)
                .page_size(page)
                .concurrency(at_once)
                .build();
            let rows = runtime.block_on(all(&small.unwrap().v3(), &call)).unwrap();
            let keys: BTreeSet<_> = rows
                .iter()
                .map(|row| (row.day, row.campaign_id.clone()))
                .collect();
            prop_assert_eq!(keys.len(), rows.len());
            let sorted = |rows: &[StatisticsRow]| {
                let mut texts: Vec<_> = rows
                    .iter()
                    .map(|row| {
                        format!(
                            "{:?} {:?} {:?} {:?}",
                            row.day, row.campaign_id, row.impression_count, row.total_sum
                        )
                    })
                    .collect();
                texts.sort();
                texts
            };
            prop_assert_eq!(sorted(&rows), sorted(&expected));
            Ok(())
        });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
