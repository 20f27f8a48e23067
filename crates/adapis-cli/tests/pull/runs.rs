//! Runs: what they publish, what they print, and that sources are independent.

use std::time::Duration;

use serde_json::Value;

use crate::{ADSERVER, AGENCY, Home, NOW, emulator, failure, publisher, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_publishes_all_vendors_and_the_next_one_has_only_open_days() {
    let emulator = emulator().await;
    let sources = publisher("\"day\", \"site-day\"") + AGENCY + ADSERVER;
    let home = Home::new(&emulator, &sources);
    let summary = home.json(&format!("pull --now {NOW}"));
    assert_eq!(summary["exit_code"], 0, "{summary}");
    let publisher = &summary["sources"][0];
    assert_eq!(publisher["source"], "publisher");
    assert_eq!(publisher["days_due"], 30, "two streams of fifteen days");
    assert_eq!(publisher["days_done"], 30);
    // 15 days and 40 sites; a row of each by day.
    assert!(publisher["rows"].as_u64().unwrap() > 500, "{publisher}");
    assert!(
        publisher["warnings"].as_array().unwrap().is_empty(),
        "{publisher}"
    );
    let files = home.files();
    for file in [
        "spots.site-day/source=publisher/month=2025-12-01/rows.parquet",
        "adfox.campaign/source=adserver/snapshot=2025-12-05/rows.parquet",
    ] {
        assert!(files.iter().any(|known| known == file), "{files:?}");
    }
    assert!(
        files
            .iter()
            .any(|known| known.starts_with("hybrid.campaign-day/source=agency."))
    );

    emulator.advance(Duration::from_secs(86_400)).unwrap();
    let summary = home.json("pull --now 2025-12-06T03:00:00Z --source publisher");
    let publisher = &summary["sources"][0];
    assert_eq!(summary["sources"].as_array().unwrap().len(), 1);
    assert_eq!(publisher["days_due"], 16, "the lookback of both streams");
    assert_eq!(publisher["changed_days"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_has_a_row_per_source_and_a_file_is_written_whole() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    let output = home.run(&format!("pull --now {NOW} --format table"));
    assert!(output.status.success(), "{output:?}");
    let table = text(&output.stdout);
    assert!(
        table.lines().next().unwrap().starts_with("source"),
        "{table}"
    );
    assert!(table.contains("publisher"), "{table}");
    // A header, a line and the source.
    assert_eq!(table.lines().count(), 3, "{table}");
    let output = home.run(&format!("pull --now {NOW} --output run.json"));
    assert!(output.status.success(), "{output:?}");
    let json = std::fs::read(home.folder.path().join("run.json")).unwrap();
    let summary: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(summary["sources"][0]["source"], "publisher");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_without_credentials_stops_no_other() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &(AGENCY.to_owned() + &publisher("\"day\"")));
    home.edit("client_secret = ", "client_secret_file = ");
    let output = home.run(&format!("pull --now {NOW} --format json"));
    let (code, line) = failure(&output);
    assert_eq!(code, 2);
    assert!(line.contains("client_secret"), "{line}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["sources"][0]["exit_code"], 2);
    assert_eq!(summary["sources"][1]["days_done"], 15);
    // What fails is the source's own; others are not even read.
    let output = home.run(&format!(
        "pull --now {NOW} --source publisher --format json"
    ));
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_of_calls_leaves_days_for_the_next_run() {
    let emulator = emulator().await;
    let home = Home::new(
        &emulator,
        &publisher("\"day\", \"site-day\", \"placement-day\""),
    );
    let (code, line) = failure(&home.run(&format!("pull --now {NOW} --max-calls 1")));
    assert_eq!(code, 2, "{line}");
    assert!(line.contains("the limit of 1 requests"), "{line}");
    assert!(home.files().is_empty());
    let summary = home.json(&format!("pull --now {NOW} --max-calls 4"));
    let publisher = &summary["sources"][0];
    assert!(
        publisher["days_done"].as_u64() < publisher["days_due"].as_u64(),
        "{publisher}"
    );
    assert!(
        publisher["warnings"][0]
            .as_str()
            .unwrap()
            .contains("limit of requests")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_keep_the_pace_of_the_account() {
    let emulator = emulator().await;
    let sources = publisher("\"day\", \"site-day\"") + "calls-per-minute = 120\n";
    let home = Home::new(&emulator, &sources);
    let begin = std::time::Instant::now();
    let summary = home.json(&format!("pull --now {NOW}"));
    let calls = summary["sources"][0]["calls"].as_u64().unwrap();
    assert!(
        begin.elapsed() >= Duration::from_millis(500 * (calls - 1)),
        "{calls} calls"
    );
    assert!(summary["sources"][0]["waited_seconds"].as_f64().unwrap() > 0.0);
}
