//! The streams of SPOTS.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use adapis_emulator::{Change, Emulator, Fault, FaultPlan, Revision, StatisticsVendor};
use adapis_pull::{Calls, Format, Probe, RunOptions, Selection, Step};

use crate::support::{
    at, day, files, folder, month_rows, rows, run_at, spots_config, spots_emulator, spots_pull,
    spots_row, sum,
};

const ALL: &str = "\"day\", \"site-day\", \"placement-day\", \"domain-day\"";

#[tokio::test]
async fn sums_are_those_of_the_vendor_to_the_last_digit() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = spots_config(root.path(), "", "2025-10-15", ALL);
    let pull = spots_pull(config, &emulator);
    let now = "2025-12-10T03:00:00Z";
    let plan = pull.plan(&Selection::default(), at(now)).unwrap();
    let summary = run_at(&pull, now).await;
    let source = &summary.sources[0];
    assert_eq!(
        (summary.exit_code, source.errors.len()),
        (0, 0),
        "{source:?}"
    );
    let totals = emulator.totals(day("2025-10-15"), day("2025-12-09"));
    let expected = &totals.spots[0];
    for stream in [
        "spots.day",
        "spots.site-day",
        "spots.placement-day",
        "spots.domain-day",
    ] {
        let rows = rows(root.path(), stream, "publisher", Format::Parquet);
        assert_eq!(sum(&rows, "shows"), expected.shows.into(), "{stream}");
        assert_eq!(sum(&rows, "clicks"), expected.clicks.into(), "{stream}");
        assert_eq!(sum(&rows, "income"), expected.income, "{stream}");
        assert!(rows.iter().all(|row| row["account"] == "publisher"));
    }
    assert_eq!(
        rows(
            root.path(),
            "spots.placement-day",
            "publisher",
            Format::Parquet
        )
        .len() as u64,
        expected.rows
    );
    // Three months, of which each stream but the first is compared: 3 + 6 + 9 + 6.
    assert_eq!(plan[0].calls, Calls::exactly(24));
    let requests = emulator.requests();
    assert_eq!(requests.of("spots.platform.getStatistics").received, 24);
    assert_eq!(source.days_due, 4 * 56);
    assert_eq!(source.days_done, source.days_due);
    assert_eq!(source.reconciled, 3 * 56);
    assert_eq!(source.retries, 0);
    assert!(source.calls >= 24);
    let names: Vec<String> = files(root.path()).into_keys().collect();
    assert_eq!(names.len(), 12);
    assert!(names.contains(&"spots.day/source=publisher/month=2025-10-01/rows.parquet".to_owned()));
    assert!(names.iter().all(|name| name.ends_with("/rows.parquet")));
}

#[tokio::test]
async fn final_days_are_asked_for_no_more_and_equal_days_are_equal_files() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = spots_config(root.path(), "lookback = 3", "2025-10-01", "\"site-day\"");
    let pull = spots_pull(config, &emulator);
    run_at(&pull, "2025-12-05T03:00:00Z").await;
    let first = emulator
        .requests()
        .of("spots.platform.getStatistics")
        .received;
    assert_eq!(first, 6);
    let summary = run_at(&pull, "2025-12-05T03:00:00Z").await;
    assert_eq!(summary.exit_code, 0);
    assert_eq!(summary.sources[0].changed_days, 0);
    // December only: November settled with its third day after.
    assert_eq!(
        emulator
            .requests()
            .of("spots.platform.getStatistics")
            .received,
        first + 2
    );
    let status = pull.status(at("2025-12-05T03:00:00Z")).unwrap();
    let stream = &status[0].streams[0];
    assert!(stream.gaps.is_empty());
    assert_eq!(stream.open, [(day("2025-12-02"), day("2025-12-04"))]);
    assert_eq!(stream.final_days, 62);
    assert_eq!(stream.sparkline().chars().count(), 30);
}

#[tokio::test]
async fn days_can_be_partitions_and_a_month_is_joined_from_them() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let stream = "{ name = \"placement-day\", partition = \"day\" }";
    let config = spots_config(root.path(), "", "2025-11-20", stream);
    let pull = spots_pull(config, &emulator);
    let summary = run_at(&pull, "2025-12-10T03:00:00Z").await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert_eq!(files(root.path()).len(), 20);
    // One window of twenty days, compared twice.
    assert_eq!(
        emulator
            .requests()
            .of("spots.platform.getStatistics")
            .received,
        3
    );
    let totals = emulator.totals(day("2025-11-20"), day("2025-12-09"));
    let rows = rows(
        root.path(),
        "spots.placement-day",
        "publisher",
        Format::Parquet,
    );
    assert_eq!(sum(&rows, "income"), totals.spots[0].income);
}

#[tokio::test]
async fn formats_are_twins() {
    let emulator = Emulator::start().await.unwrap();
    let mut all = Vec::new();
    for format in Format::ALL {
        let root = folder();
        let more = format!("format = \"{format}\"");
        let config = spots_config(root.path(), &more, "2025-12-01", "\"site-day\"");
        let pull = spots_pull(config, &emulator);
        let summary = run_at(&pull, "2025-12-04T03:00:00Z").await;
        assert_eq!(summary.exit_code, 0, "{summary:?}");
        all.push(rows(root.path(), "spots.site-day", "publisher", format));
    }
    assert_eq!(all[0].len(), 120);
    assert_eq!(all[0], all[1]);
    assert_eq!(all[1], all[2]);
}

#[tokio::test]
async fn today_is_provisional_and_replaced() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = spots_config(
        root.path(),
        "today = \"provisional\"\nlookback = 0",
        "2025-12-01",
        "\"day\"",
    );
    let pull = spots_pull(config, &emulator);
    run_at(&pull, "2025-12-03T10:00:00Z").await;
    assert_eq!(month_rows(root.path(), "spots.day", "2025-12-01"), 3);
    let status = pull.status(at("2025-12-03T10:00:00Z")).unwrap();
    assert_eq!(
        status[0].streams[0].open,
        [(day("2025-12-03"), day("2025-12-03"))]
    );
    run_at(&pull, "2025-12-03T22:00:00Z").await;
    let status = pull.status(at("2025-12-03T22:00:00Z")).unwrap();
    assert_eq!(status[0].streams[0].final_days, 3);
}

#[tokio::test]
async fn days_without_data_have_an_empty_file() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = spots_config(root.path(), "", "2026-02-01", "\"day\"");
    let pull = spots_pull(config, &emulator);
    let summary = run_at(&pull, "2026-03-20T10:00:00Z").await;
    assert_eq!((summary.exit_code, summary.sources[0].files), (0, 2));
    assert_eq!(month_rows(root.path(), "spots.day", "2026-02-01"), 0);
    assert_eq!(files(root.path()).len(), 2);
    let plan = pull
        .plan(&Selection::default(), at("2026-03-20T10:00:00Z"))
        .unwrap();
    assert_eq!(plan[0].streams[0].windows.len(), 1);
}

#[tokio::test]
async fn the_vendors_examples_disagree_and_that_is_said() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = spots_config(root.path(), "", "2023-08-23", "\"site-day\"");
    let pull = spots_pull(config, &emulator);
    let mut options = RunOptions::default();
    options.selection.from = Some(day("2023-08-23"));
    options.selection.to = Some(day("2023-08-24"));
    let summary = pull
        .run(&options, &at("2023-08-25T03:00:00Z"))
        .await
        .unwrap();
    let source = &summary.sources[0];
    // Open days were asked for once more, and a difference of an open day is no failure.
    assert_eq!(
        emulator
            .requests()
            .of("spots.platform.getStatistics")
            .received,
        4
    );
    assert!(!source.differences.is_empty(), "{source:?}");
    assert_eq!(summary.exit_code, 0);
    options.strict = true;
    let summary = pull
        .run(&options, &at("2023-08-25T03:00:00Z"))
        .await
        .unwrap();
    assert_eq!(summary.exit_code, 9);
    options.strict = false;
    let summary = pull
        .run(&options, &at("2023-09-25T03:00:00Z"))
        .await
        .unwrap();
    assert_eq!(summary.exit_code, 9);
    let text = summary.sources[0].differences[0].to_string();
    assert!(
        text.contains("(final)") && text.contains("by spots.day"),
        "{text}"
    );
}

#[tokio::test]
async fn a_second_look_that_fails_leaves_what_the_first_one_did_in_the_summary() {
    let emulator = Emulator::start().await.unwrap();
    let healthy = FaultPlan::new("spots.platform.getStatistics");
    let healthy = healthy.healthy().healthy();
    let plan = (0..20).fold(healthy, |plan, _| plan.fault(Fault::status(500)));
    emulator.faults(plan).unwrap();
    let root = folder();
    let config = spots_config(root.path(), "", "2023-08-23", "\"site-day\"");
    let summary = run_at(&spots_pull(config, &emulator), "2023-08-25T03:00:00Z").await;
    let source = &summary.sources[0];
    assert_eq!(summary.exit_code, 7, "{source:?}");
    assert_eq!((source.files, source.days_done), (1, 2), "{source:?}");
    assert!(!source.differences.is_empty(), "{source:?}");
}

#[tokio::test]
async fn what_is_published_before_a_step_fails_is_in_the_summary() {
    let emulator = Emulator::start().await.unwrap();
    let stream = "{ name = \"site-day\", partition = \"day\" }";
    // The sums of these two days differ, so that they are looked at twice, and published once.
    for fails in [0, 1] {
        let published = fails as u64;
        let root = folder();
        let config = spots_config(root.path(), "", "2023-08-23", stream);
        let seen = AtomicUsize::new(0);
        let probe = Probe::new(move |at, _| {
            let breaks = at == Step::Publish && seen.fetch_add(1, Ordering::Relaxed) == fails;
            if breaks {
                Err("broken by the test".to_owned())
            } else {
                Ok(())
            }
        });
        let pull = spots_pull(config, &emulator).probe(probe);
        let summary = run_at(&pull, "2023-08-25T03:00:00Z").await;
        let source = &summary.sources[0];
        assert_eq!(summary.exit_code, 1, "{fails}: {source:?}");
        assert_eq!(source.errors.len(), 1, "{fails}: {source:?}");
        assert_eq!(
            (source.files, source.days_done),
            (published, published),
            "{fails}: {source:?}"
        );
        assert_eq!(files(root.path()).len() as u64, published, "{fails}");
        assert_eq!(source.differences.is_empty(), published == 0, "{fails}");
    }
}

/// A day that grows between the rows and the sums is looked at once more, and the other day of the window with it.
#[tokio::test]
async fn a_second_look_counts_each_day_once_and_takes_back_what_was_held_back() {
    let rows = ["2025-12-01", "2025-12-07"].map(|day| spots_row(day, 1, 1000));
    let emulator = Arc::new(spots_emulator(rows.to_vec()).await);
    let root = folder();
    let stream = "{ name = \"site-day\", partition = \"day\" }";
    let config = || spots_config(root.path(), "", "2025-12-01", stream);
    run_at(&spots_pull(config(), &emulator), "2025-12-08T03:00:00Z").await;
    let revise = |emulator: &Emulator, date: &str, change| {
        let revision = Revision::new(StatisticsVendor::Spots, day(date), change);
        emulator.revise(revision).unwrap();
    };
    let twice = || Change::Scale(2.into());
    revise(&emulator, "2025-12-01", Change::Empty);
    revise(&emulator, "2025-12-07", twice());
    let vendor = Arc::clone(&emulator);
    let looks = AtomicUsize::new(0);
    let probe = Probe::new(move |at, _| {
        if at == Step::Reconcile && looks.fetch_add(1, Ordering::Relaxed) == 0 {
            revise(&vendor, "2025-12-01", Change::Restore);
            revise(&vendor, "2025-12-07", twice());
        }
        Ok(())
    });
    let pull = spots_pull(config(), &emulator).probe(probe);
    let summary = run_at(&pull, "2025-12-10T03:00:00Z").await;
    let source = &summary.sources[0];
    assert!(source.suspects.is_empty(), "{source:?}");
    assert!(source.differences.is_empty(), "{source:?}");
    assert_eq!(
        (summary.exit_code, source.changed_days, source.days_done),
        (0, 1, 9),
        "{source:?}"
    );
    let status = pull.status(at("2025-12-10T03:00:00Z")).unwrap();
    assert!(status[0].streams[0].suspects.is_empty(), "{status:?}");
}

#[tokio::test]
async fn a_run_can_be_spawned() {
    let root = folder();
    let emulator = Emulator::start().await.unwrap();
    let config = spots_config(root.path(), "", "2025-12-01", "\"site-day\"");
    let pull = spots_pull(config, &emulator);
    let run = tokio::spawn(async move {
        let now = at("2025-12-05T03:00:00Z");
        pull.run(&RunOptions::default(), &now).await
    });
    let summary = run.await.unwrap().unwrap();
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert_eq!(summary.sources[0].days_done, 4);
}
