//! What the vendor does not publish of its totals: whichever way it is, a complete report passes.

use adapis_emulator::AdfoxTotalsOf;
use adfox_api::ErrorKind;
use adfox_api::calls::statistics::Report;

use super::{
    JANUARY, change, emulator, expected, fast, statistics, statistics_with, sums, sums_by,
};

#[tokio::test]
async fn totals_are_of_all_rows_or_of_the_returned_ones() {
    for totals in [AdfoxTotalsOf::AllRows, AdfoxTotalsOf::ReturnedRows] {
        let emulator = emulator(|settings| settings.totals = totals).await;
        let report = sums_by(JANUARY, &["date", "campaign_id"]);
        let whole = statistics(&emulator)
            .report(&report)
            .collect()
            .await
            .unwrap();
        assert_eq!(sums(&whole), expected(&emulator, JANUARY), "{totals:?}");
        let limited = report.clone().limit(7);
        let first = statistics(&emulator)
            .report(&limited)
            .collect()
            .await
            .unwrap();
        assert_eq!(first.rows, whole.rows[..7], "{totals:?}");
        // As another process, with and without the limit of the task.
        let statistics = statistics(&emulator);
        let task = statistics.create_task(&limited).await.unwrap();
        let again = statistics.task_rows(&task.id).limit(7).collect().await;
        assert_eq!(again.unwrap().rows, first.rows);
        let unlimited = statistics.task_rows(&task.id).collect().await;
        let is_whole = totals == AdfoxTotalsOf::ReturnedRows;
        assert_eq!(unlimited.is_ok(), is_whole, "{totals:?}");
        // Rows that the vendor cuts off are found by their number, whatever the totals say.
        change(&emulator, |settings| settings.max_rows = 200);
        let small = statistics_with(&emulator, fast().max_rows(200));
        assert_eq!(small.report(&report).collect().await.unwrap(), whole);
    }
}

#[tokio::test]
async fn ratios_may_have_totals() {
    for ratio_totals in [false, true] {
        let emulator = emulator(|settings| settings.ratio_totals = ratio_totals).await;
        let report = ["ecpm", "ctr", "viewability", "reach", "clicks_total"]
            .into_iter()
            .fold(Report::new(JANUARY), |report, name| report.metric(name))
            .dimension("campaign_id");
        let mut rows = statistics(&emulator).report(&report);
        while let Some(row) = rows.next().await {
            row.unwrap();
        }
        assert_eq!(rows.doubts(), [""; 0], "{ratio_totals}");
        let summed = statistics_with(&emulator, fast().summed(["ecpm"]));
        let ended = summed.report(&report).collect().await;
        assert_eq!(ended.is_err(), ratio_totals, "{ended:?}");
    }
}

#[tokio::test]
async fn money_may_have_a_format_and_be_rounded() {
    for money_format in [None, Some("float".to_owned())] {
        for money_decimals in [None, Some(2), Some(0)] {
            let emulator = emulator(|settings| {
                settings.money_format = money_format.clone();
                settings.money_decimals = money_decimals;
                settings.rows_multiplier = 3;
            })
            .await;
            let report = sums_by(JANUARY, &["campaign_id"]);
            for settings in [fast(), fast().summed(["income"])] {
                let statistics = statistics_with(&emulator, settings);
                let table = statistics.report(&report).collect().await;
                assert!(
                    table.is_ok(),
                    "{money_format:?} {money_decimals:?}: {table:?}"
                );
            }
            // Rows that are missing are found by money alone, if it is compared.
            change(&emulator, |settings| settings.max_rows = 10);
            let report = Report::new(JANUARY)
                .metric("income")
                .dimension("campaign_id");
            for (settings, is_found) in [
                (fast(), money_format.is_none()),
                (fast().summed(["income"]), true),
                (fast().not_summed(["income"]), false),
            ] {
                let statistics = statistics_with(&emulator, settings);
                let task = statistics.create_task(&report.clone().limit(10)).await;
                let rows = statistics.task_rows(&task.unwrap().id).collect().await;
                let kind = rows.err().map(|error| error.kind());
                assert_eq!(
                    kind,
                    is_found.then_some(ErrorKind::Decode),
                    "{money_format:?}"
                );
            }
        }
    }
}
