//! Each guard holds a day back, and lets it pass.

use std::collections::BTreeSet;

use adapis_emulator::SpotsRow;
use adapis_pull::{Finding, RunOptions};

use crate::support::{
    at, day, files, folder, month_rows, rows, run_at, spots_config, spots_emulator, spots_pull,
    spots_row, sum,
};

fn state_of(days: &[(&str, u64)]) -> Vec<SpotsRow> {
    let sites =
        |(date, shows): &(&str, u64)| vec![spots_row(date, 1, *shows), spots_row(date, 2, *shows)];
    days.iter().flat_map(sites).collect()
}

const SETTLED: &str = "2025-12-20T03:00:00Z";

#[tokio::test]
async fn a_settled_day_that_vanishes_is_held_back_until_it_is_accepted() {
    let root = folder();
    let config = || spots_config(root.path(), "", "2025-12-01", "\"site-day\"");
    let before = spots_emulator(state_of(&[("2025-12-01", 100), ("2025-12-02", 100)])).await;
    run_at(&spots_pull(config(), &before), "2025-12-05T03:00:00Z").await;
    let published = files(root.path());
    assert_eq!(month_rows(root.path(), "spots.site-day", "2025-12-01"), 4);

    let after = spots_emulator(state_of(&[("2025-12-02", 100)])).await;
    let pull = spots_pull(config(), &after);
    let summary = run_at(&pull, SETTLED).await;
    assert_eq!(summary.exit_code, 9, "{summary:?}");
    let finding = &summary.sources[0].suspects[0].finding;
    assert_eq!(finding.day(), Some(day("2025-12-01")));
    assert!(
        matches!(finding, Finding::Vanished { rows: 2, .. }),
        "{finding}"
    );
    assert_eq!(files(root.path()), published);
    let status = pull.status(at(SETTLED)).unwrap();
    let suspect = &status[0].streams[0].suspects[0];
    assert_eq!(suspect.partition, "month=2025-12-01");

    // Held back again: the days stay due.
    assert_eq!(run_at(&pull, "2025-12-21T03:00:00Z").await.exit_code, 9);
    let mut options = RunOptions::default();
    options.accept = BTreeSet::from([day("2025-12-01")]);
    let summary = pull
        .run(&options, &at("2025-12-21T04:00:00Z"))
        .await
        .unwrap();
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert_eq!(summary.sources[0].vanished_rows, 2);
    assert_eq!(month_rows(root.path(), "spots.site-day", "2025-12-01"), 2);
    let status = pull.status(at("2025-12-21T04:00:00Z")).unwrap();
    assert!(status[0].streams[0].suspects.is_empty());
}

#[tokio::test]
async fn an_open_day_that_vanishes_is_gone_here_too() {
    let root = folder();
    let config = || spots_config(root.path(), "", "2025-12-01", "\"site-day\"");
    let before = spots_emulator(state_of(&[("2025-12-01", 100), ("2025-12-02", 100)])).await;
    run_at(&spots_pull(config(), &before), "2025-12-03T03:00:00Z").await;
    let mut rows_after = state_of(&[("2025-12-02", 100)]);
    rows_after.pop();
    let after = spots_emulator(rows_after).await;
    let pull = spots_pull(config(), &after);
    let summary = run_at(&pull, "2025-12-04T03:00:00Z").await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    let source = &summary.sources[0];
    assert_eq!((source.vanished_rows, source.changed_days), (3, 2));
    assert_eq!(month_rows(root.path(), "spots.site-day", "2025-12-01"), 1);
    let status = pull.status(at("2025-12-04T03:00:00Z")).unwrap();
    let late = status[0].streams[0].late.as_ref().unwrap();
    assert_eq!(
        late.to_string(),
        "days changed until 2 days after their end, by at most 100 %; lookback 7 suffices"
    );
}

#[tokio::test]
async fn a_sum_that_falls_too_far_is_held_back() {
    let root = folder();
    let config = |more: &str| spots_config(root.path(), more, "2025-12-01", "\"site-day\"");
    let before = spots_emulator(state_of(&[("2025-12-01", 100)])).await;
    run_at(&spots_pull(config(""), &before), "2025-12-05T03:00:00Z").await;
    let after = spots_emulator(state_of(&[("2025-12-01", 40)])).await;
    let summary = run_at(&spots_pull(config(""), &after), SETTLED).await;
    assert_eq!(summary.exit_code, 9);
    let finding = summary.sources[0].suspects[0].finding.to_string();
    assert!(
        finding.starts_with("shows of 2025-12-01, which has settled, fell from 200 to 80"),
        "{finding}"
    );
    // A configuration that expects such falls lets it pass.
    let summary = run_at(&spots_pull(config("alert-drop = 0.7"), &after), SETTLED).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    let rows = rows(
        root.path(),
        "spots.site-day",
        "publisher",
        adapis_pull::Format::Parquet,
    );
    assert_eq!(sum(&rows, "shows"), 80.into());
}

#[tokio::test]
async fn a_key_that_repeats_is_held_back() {
    let root = folder();
    let emulator = spots_emulator(state_of(&[("2025-12-01", 100), ("2025-11-30", 100)])).await;
    let mut settings = emulator.settings();
    settings.spots.rows_multiplier = 2;
    emulator.set_settings(settings.clone());
    let config = spots_config(root.path(), "", "2025-11-30", "\"site-day\"");
    let pull = spots_pull(config, &emulator);
    let summary = run_at(&pull, "2025-12-05T03:00:00Z").await;
    assert_eq!(summary.exit_code, 9);
    let source = &summary.sources[0];
    let held: Vec<String> = source
        .suspects
        .iter()
        .map(|held| held.finding.to_string())
        .collect();
    assert!(
        held.contains(&"two rows have the key date_day=2025-12-01 site_id=1".to_owned()),
        "{held:?}"
    );
    assert!(files(root.path()).is_empty());
    settings.spots.rows_multiplier = 1;
    emulator.set_settings(settings);
    let summary = run_at(&pull, "2025-12-05T03:00:00Z").await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert_eq!(month_rows(root.path(), "spots.site-day", "2025-12-01"), 2);
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_held_back_and_named() {
    let root = folder();
    let mut row = spots_row("2025-12-01", 1, 10);
    // More than eighteen digits.
    row.income = "12345678901.123456789".parse().unwrap();
    let emulator = spots_emulator(vec![row, spots_row("2025-11-30", 1, 10)]).await;
    let config = |more: &str| spots_config(root.path(), more, "2025-11-30", "\"site-day\"");
    let summary = run_at(&spots_pull(config(""), &emulator), "2025-12-05T03:00:00Z").await;
    assert_eq!(summary.exit_code, 9, "{summary:?}");
    let held = &summary.sources[0].suspects[0];
    assert!(held.path.ends_with("month=2025-12-01"));
    let finding = held.finding.to_string();
    assert!(finding.contains("row 1, column income"), "{finding}");
    // November was published all the same.
    assert_eq!(month_rows(root.path(), "spots.site-day", "2025-11-01"), 1);
    let root = folder();
    let config = spots_config(
        root.path(),
        "money = \"38,12\"",
        "2025-11-30",
        "\"site-day\"",
    );
    let summary = run_at(&spots_pull(config, &emulator), "2025-12-05T03:00:00Z").await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
}
