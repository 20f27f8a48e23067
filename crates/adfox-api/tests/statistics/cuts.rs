//! Reports that are cut by days have no gap and no double.

use adcore::testing::ScriptedTransport;
use adfox_api::calls::statistics::{DateRange, Report};
use adfox_api::{ErrorKind, StatisticsSettings, date};
use jiff::Span;
use jiff::civil::Date;
use proptest::option;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use serde_json::json;

use crate::vendor::Vendor;
use crate::{builder, client, drain, january, report};

#[tokio::test(start_paused = true)]
async fn long_ranges_are_cut_and_full_results_are_halved() {
    let vendor = Vendor::new(|day| u64::try_from(day.day()).unwrap() % 4);
    let settings = StatisticsSettings::new().window_days(10).max_rows(7);
    vendor.set(|vendor| (vendor.max_days, vendor.max_rows) = (10, 7));
    let client = client(&vendor, settings);
    let (rows, error) = drain(client.statistics().report(&report(january()))).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(rows, vendor.rows(january()));
    // A result that was cut off is not shown, but its task was made.
    assert!(vendor.made() > 4);
}

#[tokio::test(start_paused = true)]
async fn totals_find_rows_that_the_vendor_left_out_silently() {
    let vendor = Vendor::new(|_| 3);
    // It cuts at fewer rows than it says.
    vendor.set(|vendor| vendor.max_rows = 10);
    let plain = client(&vendor, StatisticsSettings::new());
    let (rows, error) = drain(plain.statistics().report(&report(january()))).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(rows, vendor.rows(january()));
    // A day alone has too many.
    vendor.set(|vendor| vendor.max_rows = 2);
    let one = DateRange::new(date(2024, 1, 1), date(2024, 1, 1));
    for range in [january(), one] {
        let (rows, error) = drain(plain.statistics().report(&report(range))).await;
        let error = error.unwrap();
        assert_eq!((rows.len(), error.kind()), (2, ErrorKind::Decode));
        assert!(error.message().contains("column `loads`"), "{error}");
        assert_eq!(
            error.message().contains("(2024-01-01 to"),
            range != one,
            "{error}"
        );
        assert_eq!(error.operation(), Some("statistics.result"));
    }
    let unchecked = StatisticsSettings::new().check_totals(false);
    let (rows, error) = drain(client(&vendor, unchecked).statistics().report(&report(one))).await;
    assert!(rows.len() == 2 && error.is_none());
    let excepted = StatisticsSettings::new().not_summed(["loads"]);
    let (rows, error) = drain(client(&vendor, excepted).statistics().report(&report(one))).await;
    assert!(rows.len() == 2 && error.is_none());
}

/// The total of a mean, of people and of money whose rows were all rounded down are no missing rows.
#[tokio::test]
async fn differences_that_may_be_right_are_doubts() {
    let columns = [
        ("loads", "integer"),
        ("people", "integer"),
        ("ecpm", "number"),
        ("income", "number"),
    ];
    let columns = columns.map(|(name, kind)| json!({"name": name, "type": kind}));
    let rows = vec![json!([2, 1, 3.5, 0.33]); 1000];
    for (totals, error) in [
        (json!([2000, 400, 3.5, 333.33]), None),
        (json!([2001, 400, 3.5, 333.33]), Some("column `loads`")),
        (json!([2000, 1001, 3.5, 333.33]), Some("column `people`")),
        (json!([null, 400, 3.5, 333.33]), Some("add a counter")),
    ] {
        let transport = ScriptedTransport::new();
        transport.reply(200, r#"{"result":{"taskId":"a","status":"SUCCESS"}}"#);
        let result = json!({"columns": &columns, "rows": &rows, "totals": totals});
        transport.reply(200, json!({"result": result}).to_string());
        let client = builder(StatisticsSettings::new()).transport(transport);
        let statistics = client.build().unwrap().statistics();
        let mut found = statistics.report(&Report::new(january()).metric("loads"));
        let mut ended = None;
        while let Some(row) = found.next().await {
            ended = row.err();
        }
        match error {
            Some(says) => assert!(ended.unwrap().message().contains(says)),
            None => {
                assert!(ended.is_none(), "{ended:?}");
                let doubts = found.doubts();
                assert_eq!(doubts.len(), 2, "{doubts:?}");
                assert!(doubts[0].contains("`people` add up to 1000,"));
                assert!(doubts[1].contains("`income` add up to 330.00,"));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn rows_of_two_parts_are_never_merged() {
    let vendor = Vendor::new(|_| 1);
    let client = client(&vendor, StatisticsSettings::new().max_rows(5));
    let statistics = client.statistics();
    let year = DateRange::new(date(2023, 1, 1), date(2024, 1, 1));
    let without = |range| Report::new(range).metric("loads").dimension("site");
    let (rows, error) = drain(statistics.report(&without(year))).await;
    let error = error.unwrap();
    assert!(rows.is_empty() && vendor.requests() == 0);
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::InvalidInput, Some("dimensions"))
    );
    assert!(error.message().contains("reach, CTR"), "{error}");
    // Its dimensions are known only afterwards.
    vendor.set(|vendor| vendor.has_date = false);
    let (rows, error) = drain(statistics.report(&Report::saved("mine", year))).await;
    assert!(rows.is_empty() && vendor.made() == 1);
    assert_eq!(error.unwrap().field(), Some("dimensions"));
    let (rows, error) = drain(statistics.report(&without(january()))).await;
    let error = error.unwrap();
    assert_eq!((rows.len(), error.field()), (5, Some("dimensions")));
    vendor.set(|vendor| vendor.has_date = true);
    let saved = StatisticsSettings::new();
    let saved = self::client(&vendor, saved).statistics();
    let (rows, error) = drain(saved.report(&Report::saved("mine", year))).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(rows.len(), 366);
}

#[tokio::test(start_paused = true)]
async fn a_limit_is_for_the_whole_report() {
    let vendor = Vendor::new(|_| 3);
    vendor.set(|vendor| (vendor.max_days, vendor.max_rows) = (5, 8));
    let settings = StatisticsSettings::new().window_days(5).max_rows(8);
    let statistics = client(&vendor, settings).statistics();
    for limit in [1, 2, 8, 9, 16, 50, 92, 93, 94, 1000] {
        let report = report(january()).limit(limit);
        let (rows, error) = drain(statistics.report(&report)).await;
        assert!(error.is_none(), "{limit}: {error:?}");
        let all = vendor.rows(january());
        let wanted = all.len().min(usize::try_from(limit).unwrap());
        assert_eq!(rows, all[..wanted], "{limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_with_a_limit_is_read_with_the_same_one() {
    let vendor = Vendor::new(|_| 3);
    let statistics = client(&vendor, StatisticsSettings::new()).statistics();
    let all = vendor.rows(january());
    for limit in [1, 3, 92, 93, 94] {
        let report = report(january()).limit(limit);
        let id = statistics.create_task(&report).await.unwrap().id;
        let (rows, error) = drain(statistics.task_rows(&id).limit(limit)).await;
        assert!(error.is_none(), "{limit}: {error:?}");
        let wanted = all.len().min(usize::try_from(limit).unwrap());
        assert_eq!(rows, all[..wanted], "{limit}");
        let (rows, error) = drain(statistics.task_rows(&id)).await;
        assert_eq!(rows.len(), wanted);
        assert_eq!(error.is_some(), wanted < all.len(), "{error:?}");
        if let Some(error) = error {
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.message().ends_with("with the same limit"), "{error}");
        }
    }
    // Fewer rows than the limit are still checked.
    vendor.set(|vendor| vendor.max_rows = 10);
    let report = report(january()).limit(50);
    let id = statistics.create_task(&report).await.unwrap().id;
    let (rows, error) = drain(statistics.task_rows(&id).limit(50)).await;
    assert_eq!((rows.len(), error.unwrap().kind()), (10, ErrorKind::Decode));
}

#[tokio::test(start_paused = true)]
async fn a_limit_holds_for_a_vendor_that_ignores_it() {
    let vendor = Vendor::new(|_| 3);
    vendor.set(|vendor| vendor.ignores_limit = true);
    let settings = StatisticsSettings::new().window_days(5);
    let statistics = client(&vendor, settings).statistics();
    for (limit, tasks) in [(1, 1), (15, 1), (16, 2), (93, 7), (94, 7)] {
        let all = vendor.rows(january());
        let wanted = &all[..all.len().min(limit)];
        let limit = u64::try_from(limit).unwrap();
        // The body of a saved report is not documented.
        for report in [report(january()), Report::saved("mine", january())] {
            vendor.end(&[]);
            let made = vendor.made();
            let (rows, error) = drain(statistics.report(&report.limit(limit))).await;
            assert!(error.is_none(), "{limit}: {error:?}");
            assert_eq!(rows, wanted, "{limit}");
            assert_eq!(vendor.made() - made, tasks, "{limit}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn long_results_are_checked_before_their_first_row_and_resumed() {
    let vendor = Vendor::new(|_| 2000);
    let statistics = client(&vendor, StatisticsSettings::new()).statistics();
    // Both responses, the one that is checked and the one that is returned, break after 1.2 MB.
    vendor.set(|vendor| vendor.breaks = vec![1_200_000, 1_300_000]);
    let (rows, error) = drain(statistics.report(&report(january()))).await;
    assert!(error.is_none(), "{error:?}");
    assert!(rows == vendor.rows(january()));
    assert_eq!(vendor.made(), 1);
    vendor.set(|vendor| vendor.max_rows = 50_000);
    let (rows, error) = drain(statistics.report(&report(january()))).await;
    assert!(error.is_none(), "{error:?}");
    assert!(rows == vendor.rows(january()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// For any number of rows per day, limit of the vendor, window and length there is no gap and no
    /// double, or an error because one day alone is too much.
    #[test]
    fn any_report_is_whole(
        counts in proptest::collection::vec(0_u64..6, 1..40),
        window in 1_u32..20,
        max_rows in 1_u64..40,
        silent in any::<bool>(),
        limit in option::of(1_u64..100),
    ) {
        let from = date(2024, 2, 20);
        let length = i64::try_from(counts.len()).unwrap() - 1;
        let range = DateRange::new(from, from.checked_add(Span::new().days(length)).unwrap());
        let most = counts.iter().copied().max().unwrap();
        let count = move |day: Date| counts[usize::try_from((day - from).get_days()).unwrap()];
        let vendor = Vendor::new(count);
        vendor.set(|vendor| (vendor.max_days, vendor.max_rows) = (window, max_rows));
        let settings = StatisticsSettings::new().window_days(window);
        // A silent vendor cuts at fewer rows than it is asked for; only the totals show it.
        let settings = if silent { settings } else { settings.max_rows(max_rows) };
        let mut report = Report::new(range).metric("loads").dimension("date");
        report.limit = limit;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let statistics = client(&vendor, settings).statistics();
        let (rows, error) = runtime.block_on(drain(statistics.report(&report)));
        let all = vendor.rows(range);
        let wanted = limit.map_or(all.len(), |limit| all.len().min(usize::try_from(limit).unwrap()));
        match error {
            None => prop_assert_eq!(rows, &all[..wanted]),
            Some(error) => {
                prop_assert!(most >= max_rows, "{}", error);
                prop_assert_eq!(&rows, &all[..rows.len()]);
            }
        }
    }
}
