//! Reports that are cut by days add up to what the emulator has, to the last digit.

use std::collections::BTreeSet;

use adfox_api::calls::statistics::{Cell, DateRange, Report};
use adfox_api::{ErrorKind, date};
use jiff::Span;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{
    JANUARY, YEAR, change, emulator, expected, fast, statistics, statistics_with, sums, sums_by,
};

#[tokio::test]
async fn a_year_is_the_same_in_any_windows_and_cuts() {
    let emulator = emulator(|_| ()).await;
    let wanted = expected(&emulator, YEAR);
    let report = sums_by(YEAR, &["date", "campaign_id"]);
    let whole = statistics(&emulator)
        .report(&report)
        .collect()
        .await
        .unwrap();
    assert_eq!(sums(&whole), wanted);
    let keys: BTreeSet<_> = whole
        .rows
        .iter()
        .map(|row| format!("{} {}", row[0], row[1]))
        .collect();
    assert_eq!(keys.len(), whole.rows.len(), "a key appears twice");
    for (days, rows) in [(365, 3000), (31, 400)] {
        change(&emulator, |settings| {
            (settings.max_days, settings.max_rows) = (days, rows)
        });
        let small = fast().window_days(days).max_rows(rows);
        let table = statistics_with(&emulator, small)
            .report(&report)
            .collect()
            .await
            .unwrap();
        assert_eq!(table, whole, "{days} days, {rows} rows");
    }
    // If a server omits rows silently, its totals reveal it.
    change(&emulator, |settings| {
        (settings.max_days, settings.max_rows) = (365, 700)
    });
    let refused = statistics(&emulator)
        .report(&report)
        .collect()
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Some("INVALID_LIMIT"), "{refused}");
}

#[tokio::test]
async fn each_day_and_each_dimension_adds_up() {
    let emulator = emulator(|settings| settings.ids_as_strings = true).await;
    let statistics = statistics(&emulator);
    for day in emulator.totals(JANUARY.from, date(2025, 1, 7)).adfox {
        let range = DateRange::new(day.date, day.date);
        let table = statistics
            .report(&sums_by(range, &["banner_id"]))
            .collect()
            .await
            .unwrap();
        assert_eq!(sums(&table), expected(&emulator, range));
        assert!(
            table.rows.iter().all(|row| row[0].as_str().is_some()),
            "ids are texts"
        );
    }
    for dimensions in [
        &[][..],
        &["month"],
        &["campaign_name", "device_type"],
        &[
            "advertiser_id",
            "supercampaign_id",
            "site_id",
            "section_id",
            "place_id",
        ],
    ] {
        let table = statistics
            .report(&sums_by(YEAR, dimensions))
            .collect()
            .await
            .unwrap();
        assert_eq!(sums(&table), expected(&emulator, YEAR), "{dimensions:?}");
    }
}

#[tokio::test]
async fn results_of_many_rows_are_read_in_constant_memory_and_cut() {
    let emulator = emulator(|settings| settings.rows_multiplier = 60).await;
    let report = sums_by(JANUARY, &["date", "campaign_id"]);
    let mut rows = statistics(&emulator).report(&report);
    let mut count = 0_u64;
    while let Some(row) = rows.next().await {
        row.unwrap();
        count += 1;
    }
    let most = count / 4;
    change(&emulator, |settings| settings.max_rows = most);
    let cut = statistics_with(&emulator, fast().max_rows(most)).report(&report);
    let table = cut.collect().await.unwrap();
    assert_eq!(u64::try_from(table.rows.len()).unwrap(), count);
    let wanted = expected(&emulator, JANUARY).map(|sum| sum * rust_decimal::Decimal::from(60));
    assert_eq!(sums(&table), wanted);
}

#[tokio::test]
async fn what_cannot_be_cut_is_an_error() {
    let emulator = emulator(|settings| settings.max_rows = 3).await;
    let statistics = statistics_with(&emulator, fast().max_rows(3));
    let error = statistics
        .report(&sums_by(JANUARY, &["banner_id"]))
        .collect()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::InvalidInput, Some("dimensions"))
    );
    let by_day = sums_by(JANUARY, &["date", "banner_id"]);
    let error = statistics.report(&by_day).collect().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::InvalidInput, Some("filters"))
    );
    assert!(
        error.message().contains("2025-01-01 alone has 3"),
        "{error}"
    );
    let limited = statistics.report(&by_day.limit(3)).collect().await.unwrap();
    assert_eq!(limited.rows.len(), 3);
    let year = DateRange::new(date(2024, 12, 31), date(2025, 12, 31));
    let error = statistics
        .report(&sums_by(year, &["month"]))
        .collect()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

/// For any window, limit of rows, repetition and range: no gap, no double, and the same order.
#[test]
fn any_report_over_sockets_is_whole() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let emulator = runtime.block_on(emulator(|_| ()));
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
        1_u64..9,
        1_u64..4,
        proptest::option::of(1_u64..200),
    );
    let outcome =
        TestRunner::new(config).run(&input, |(start, length, window, most, copies, limit)| {
            // A day has as many rows as campaigns at most, so that its own result is not full.
            let (from, most) = (YEAR.from + Span::new().days(start), copies * 16 * most + 1);
            let range = DateRange::new(from, (from + Span::new().days(length)).min(YEAR.to));
            let mut report: Report = sums_by(range, &["date", "campaign_id"]);
            change(&emulator, |settings| {
                (settings.max_days, settings.max_rows) = (365, 1_000_000);
                settings.rows_multiplier = copies;
            });
            let whole = runtime
                .block_on(statistics(&emulator).report(&report).collect())
                .unwrap();
            let by_day = whole.rows.chunk_by(|a, b| a[0] == b[0]);
            let fullest = by_day.map(<[_]>::len).max().unwrap_or(0);
            prop_assert_eq!(
                sums(&whole),
                expected(&emulator, range).map(|sum| sum * rust_decimal::Decimal::from(copies))
            );
            change(&emulator, |settings| {
                (settings.max_days, settings.max_rows) = (window, most)
            });
            report.limit = limit;
            let small = fast().window_days(window).max_rows(most);
            let cut = runtime.block_on(statistics_with(&emulator, small).report(&report).collect());
            match cut {
                Ok(cut) => {
                    let wanted = limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
                    prop_assert_eq!(&cut.columns, &whole.columns);
                    prop_assert_eq!(&cut.rows, &whole.rows[..whole.rows.len().min(wanted)]);
                }
                Err(error) => prop_assert!(fullest as u64 >= most, "{}", error),
            }
            Ok(())
        });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[tokio::test]
async fn the_vendors_example_has_its_digits() {
    let emulator = emulator(|_| ()).await;
    let report = Report::new(date(2024, 1, 1)..=date(2024, 1, 31))
        .metric("loads_commercial")
        .metric("clicks_total")
        .metric("ctr")
        .dimension("date")
        .filter("campaign_id", "eq", "12345");
    let table = statistics(&emulator)
        .report(&report)
        .collect()
        .await
        .unwrap();
    let row = |day: &str, loads, clicks| {
        let ctr = Cell::Decimal("1.5".parse().unwrap());
        vec![
            Cell::Text(day.to_owned()),
            Cell::Integer(loads),
            Cell::Integer(clicks),
            ctr,
        ]
        .into()
    };
    assert_eq!(
        table.rows,
        [
            row("2024-01-01", 15_000, 225),
            row("2024-01-02", 18_000, 270)
        ]
    );
    assert_eq!(table.columns[3].unit.as_deref(), Some("percent"));
}
