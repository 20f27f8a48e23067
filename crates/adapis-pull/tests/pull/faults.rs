//! Outages, refusals, limits, and steps that fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adapis_emulator::{Emulator, Fault, FaultPlan};
use adapis_pull::{Clients, LocalStore, Pace, Probe, Pull, RunOptions, Selection, Step, Store};

use crate::support::{
    at, day, files, folder, retry, run_at, spots_client, spots_config, spots_emulator, spots_pull,
    spots_row, transport,
};

const STATISTICS: &str = "spots.platform.getStatistics";
const NOW: &str = "2025-12-10T03:00:00Z";

#[tokio::test]
async fn an_outage_leaves_days_that_the_next_run_pulls() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let mut config = spots_config(root.path(), "", "2025-10-01", "\"day\"");
    // Otherwise the third window may take a fault that is meant for the second.
    config.sources[0].concurrency = 1;
    let pull = spots_pull(config, &emulator);
    // Three attempts for each of the first two windows.
    let mut plan = FaultPlan::new(STATISTICS);
    for _ in 0..6 {
        plan = plan.fault(Fault::status(503));
    }
    emulator.faults(plan).unwrap();
    let summary = run_at(&pull, NOW).await;
    assert_eq!(summary.exit_code, 7, "{summary:?}");
    let source = &summary.sources[0];
    assert_eq!(
        (source.errors.len(), source.files, source.retries),
        (2, 1, 6)
    );
    assert!(
        source.errors[0]
            .what
            .starts_with("spots.day of publisher, 2025-1")
    );
    assert!(source.days_done < source.days_due);
    let summary = run_at(&pull, NOW).await;
    assert_eq!((summary.exit_code, summary.sources[0].files), (0, 2));
    assert_eq!(files(root.path()).len(), 3);
}

#[tokio::test]
async fn five_failures_in_a_row_end_a_source() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = spots_config(root.path(), "", "2025-01-01", "\"day\"");
    let pull = spots_pull(config, &emulator);
    emulator
        .faults(
            FaultPlan::new(STATISTICS)
                .fault(Fault::status(500))
                .forever(),
        )
        .unwrap();
    let summary = run_at(&pull, NOW).await;
    let source = &summary.sources[0];
    // Two windows at a time, so that one more may have begun.
    assert!((5..=6).contains(&source.errors.len()), "{source:?}");
    assert!(
        source.warnings[0].contains("5 windows failed in a row"),
        "{source:?}"
    );
}

#[tokio::test]
async fn a_refused_credential_ends_its_source_only() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let text = format!(
        "[pull]\nroot = '{}'\n[[pull.source]]\nname = \"wrong\"\nspots = {{ profile = \"p\" }}\nfrom = 2025-10-01\n\
         streams = [\"day\"]\n[[pull.source]]\nname = \"publisher\"\nspots = {{ profile = \"p\" }}\n\
         from = 2025-10-01\nstreams = [\"day\"]\n",
        root.path().display()
    );
    let config = adapis_pull::Config::parse(&text).unwrap();
    let pace = Pace::new(None);
    let wrong = spots_rpc::Credentials::new("publisher@example.com", "s3cret-and-wrong");
    let wrong = spots_rpc::Client::builder(&emulator.spots_url(), wrong)
        .transport(transport(&emulator.spots_url()))
        .retry(retry())
        .build()
        .unwrap();
    let clients = Clients::new()
        .spots("publisher", spots_client(&emulator, &pace))
        .spots("wrong", wrong);
    let pull = Pull::new(config, clients).unwrap();
    let summary = run_at(&pull, NOW).await;
    assert_eq!(summary.exit_code, 3, "{summary:?}");
    assert_eq!(
        (summary.sources[0].errors.len(), summary.sources[0].files),
        (1, 0)
    );
    assert_eq!(
        (summary.sources[1].exit_code, summary.sources[1].files),
        (0, 3)
    );
    let text = serde_json::to_string(&summary).unwrap();
    assert!(!text.contains("s3cret"), "{text}");
    for entry in LocalStore::new(root.path()).list(".adapis/log").unwrap() {
        let log =
            std::fs::read_to_string(root.path().join(".adapis/log").join(entry.name)).unwrap();
        assert!(
            !log.contains("s3cret") && log.contains("\"event\":\"published\""),
            "{log}"
        );
    }
}

#[tokio::test]
async fn retry_after_and_limits_are_waited_for() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = spots_config(root.path(), "", "2025-11-01", "\"day\"");
    let pull = spots_pull(config, &emulator);
    let busy = Fault::status(429).retry_after("1");
    emulator
        .faults(FaultPlan::new(STATISTICS).fault(busy))
        .unwrap();
    let summary = run_at(&pull, NOW).await;
    let source = &summary.sources[0];
    assert_eq!(
        (summary.exit_code, source.retries, source.files),
        (0, 1, 2),
        "{source:?}"
    );
}

#[tokio::test]
async fn a_limit_of_calls_leaves_windows_for_the_next_run() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = spots_config(root.path(), "", "2025-08-01", "\"site-day\"");
    let pull = spots_pull(config, &emulator);
    let mut options = RunOptions::default();
    options.max_calls = Some(5);
    let summary = pull.run(&options, &at(NOW)).await.unwrap();
    assert_eq!((summary.exit_code, summary.sources[0].files), (0, 2));
    assert!(summary.sources[0].warnings[0].starts_with("3 windows are left"));
    assert_eq!(emulator.requests().of(STATISTICS).received, 4);
    let newest: Vec<String> = files(root.path()).into_keys().collect();
    assert!(newest[1].contains("month=2025-12-01"));
}

#[tokio::test]
async fn another_run_is_waited_for_or_reported() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = spots_config(root.path(), "", "2025-11-01", "\"day\"");
    let pull = spots_pull(config, &emulator);
    let store = LocalStore::new(root.path());
    let lock = store.lock("publisher").unwrap();
    let summary = run_at(&pull, NOW).await;
    assert_eq!(summary.exit_code, 10, "{summary:?}");
    assert!(summary.sources[0].errors[0].error.contains("another run"));
    assert_eq!(emulator.requests().of(STATISTICS).received, 0);
    let release = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(400)).await;
        drop(lock);
    });
    let mut options = RunOptions::default();
    options.wait = Duration::from_secs(20);
    let summary = pull.run(&options, &at(NOW)).await.unwrap();
    release.await.unwrap();
    assert_eq!((summary.exit_code, summary.sources[0].files), (0, 2));
}

/// Whatever step fails, published files stay whole, and the next run ends like one that nothing broke.
#[tokio::test]
async fn a_step_that_fails_keeps_what_was_published() {
    let state = |shows| {
        let days = ["2025-11-29", "2025-11-30", "2025-12-01", "2025-12-02"];
        days.iter()
            .map(|day| spots_row(day, 1, shows))
            .collect::<Vec<_>>()
    };
    let before = spots_emulator(state(100)).await;
    let after = spots_emulator(state(120)).await;
    let unbroken = folder();
    let config =
        |root: &tempfile::TempDir| spots_config(root.path(), "", "2025-11-29", "\"site-day\"");
    run_at(
        &spots_pull(config(&unbroken), &before),
        "2025-12-03T03:00:00Z",
    )
    .await;
    let old: Vec<Vec<u8>> = files(unbroken.path()).into_values().collect();
    let rows_of = |root: &tempfile::TempDir| {
        crate::support::rows(
            root.path(),
            "spots.site-day",
            "publisher",
            adapis_pull::Format::Parquet,
        )
    };
    let old_rows = rows_of(&unbroken);
    run_at(
        &spots_pull(config(&unbroken), &after),
        "2025-12-04T03:00:00Z",
    )
    .await;
    let new_rows = rows_of(&unbroken);
    assert_ne!(old_rows, new_rows);
    assert_eq!(old.len(), 2);
    for step in Step::ALL {
        for nth in 0..2 {
            let root = folder();
            run_at(&spots_pull(config(&root), &before), "2025-12-03T03:00:00Z").await;
            let seen = Arc::new(AtomicUsize::new(0));
            let counter = Arc::clone(&seen);
            let probe = Probe::new(move |at, _| {
                let breaks = at == step && counter.fetch_add(1, Ordering::Relaxed) == nth;
                if breaks {
                    Err("broken by the test".to_owned())
                } else {
                    Ok(())
                }
            });
            let broken = spots_pull(config(&root), &after).probe(probe);
            let summary = run_at(&broken, "2025-12-04T03:00:00Z").await;
            if seen.load(Ordering::Relaxed) > nth {
                assert_eq!(summary.exit_code, 1, "{step:?} {nth}: {summary:?}");
            }
            // Each file is the old one or the new one, whole.
            for row in rows_of(&root) {
                assert!(
                    old_rows.contains(&row) || new_rows.contains(&row),
                    "{step:?}"
                );
            }
            assert_eq!(files(root.path()).len(), 2, "{step:?}");
            let summary = run_at(&spots_pull(config(&root), &after), "2025-12-04T03:00:00Z").await;
            assert_eq!(summary.exit_code, 0, "{step:?}: {summary:?}");
            assert_eq!(rows_of(&root), new_rows, "{step:?} {nth}");
        }
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_read_is_rebuilt_from_the_files() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = || spots_config(root.path(), "", "2025-10-01", "\"day\"");
    run_at(&spots_pull(config(), &emulator), NOW).await;
    let sent = emulator.requests().of(STATISTICS).received;
    let state = root.path().join(".adapis/state/publisher/spots.day.json");
    std::fs::write(&state, "{\"version\":1,").unwrap();
    let pull = spots_pull(config(), &emulator);
    let summary = run_at(&pull, NOW).await;
    assert_eq!(summary.exit_code, 0);
    let warning = &summary.sources[0].warnings[0];
    assert!(
        warning.contains("was not readable") && warning.contains("rebuilt from 3 files"),
        "{warning}"
    );
    // October and, but for three days, November were not asked for again.
    assert_eq!(emulator.requests().of(STATISTICS).received, sent + 1);
    assert!(
        root.path()
            .join(".adapis/state/publisher/spots.day.json.unreadable")
            .exists()
    );
    std::fs::remove_file(&state).unwrap();
    let plan = pull.plan(&Selection::default(), at(NOW)).unwrap();
    assert_eq!(plan[0].streams[0].windows.len(), 1);
}

#[tokio::test]
async fn a_check_names_what_a_run_would_lack() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let config = || spots_config(root.path(), "", "2025-10-01", "\"day\"");
    let pull = spots_pull(config(), &emulator);
    let checked = pull.check(&Selection::default(), at(NOW)).await.unwrap();
    assert!(
        checked.iter().all(|checked| checked.problem.is_none()),
        "{checked:?}"
    );
    assert_eq!(checked.len(), 2);
    emulator
        .faults(
            FaultPlan::new("spots.*")
                .fault(Fault::status(403))
                .forever(),
        )
        .unwrap();
    let checked = pull.check(&Selection::default(), at(NOW)).await.unwrap();
    assert_eq!(
        (checked[0].exit_code, checked[1].exit_code),
        (0, 6),
        "{checked:?}"
    );
    std::fs::write(root.path().join("file"), "").unwrap();
    let mut config = config();
    config.root = root.path().join("file").display().to_string();
    let checked = spots_pull(config, &emulator)
        .check(&Selection::default(), at(NOW))
        .await
        .unwrap();
    assert_eq!(checked[0].exit_code, 1, "{checked:?}");
}

/// Two runs at once, begun at random distances: one waits for the other, and nothing is lost or doubled.
/// `ADAPIS_PULL_SCHEDULES` is how often, 20 times by default.
#[tokio::test]
async fn two_runs_at_once_leave_no_gap_and_no_double() {
    let days = ["2025-11-29", "2025-11-30", "2025-12-01", "2025-12-02"];
    let vendor = || {
        days.iter()
            .map(|day| spots_row(day, 1, 100))
            .collect::<Vec<_>>()
    };
    let emulator = spots_emulator(vendor()).await;
    let mut random = fastrand::Rng::with_seed(5);
    let schedules = std::env::var("ADAPIS_PULL_SCHEDULES").map_or(20, |text| text.parse().unwrap());
    for _ in 0..schedules {
        let root = folder();
        let config = || spots_config(root.path(), "", "2025-11-29", "\"site-day\"");
        let (first, second) = (
            spots_pull(config(), &emulator),
            spots_pull(config(), &emulator),
        );
        let mut options = RunOptions::default();
        options.wait = Duration::from_secs(if random.bool() { 20 } else { 0 });
        let delay = Duration::from_micros(random.u64(0..30_000));
        let now = at("2025-12-04T03:00:00Z");
        let (first, second) = tokio::join!(first.run(&options, &now), async {
            tokio::time::sleep(delay).await;
            second.run(&options, &now).await
        });
        let codes = [first.unwrap().exit_code, second.unwrap().exit_code];
        assert!(
            codes.contains(&0) && codes.iter().all(|code| [0, 10].contains(code)),
            "{codes:?}"
        );
        let rows = crate::support::rows(
            root.path(),
            "spots.site-day",
            "publisher",
            adapis_pull::Format::Parquet,
        );
        assert_eq!(rows.len(), 4);
        assert_eq!(files(root.path()).len(), 2);
    }
}

/// A clock that was a year ahead makes all days final, and each file newer than what is pulled from then on.
#[tokio::test]
async fn files_that_were_pulled_in_the_future_are_pulled_again() {
    let vendor = |shows| {
        let days = ["2025-11-29", "2025-11-30", "2025-12-01", "2025-12-02"];
        let rows = days.iter().map(|day| spots_row(day, 1, shows));
        spots_emulator(rows.collect())
    };
    let (before, after) = (vendor(100).await, vendor(120).await);
    let root = folder();
    let config = || spots_config(root.path(), "", "2025-11-29", "\"day\"");
    run_at(&spots_pull(config(), &before), "2026-12-03T03:00:00Z").await;
    let pull = spots_pull(config(), &after);
    const NOW: &str = "2025-12-03T03:00:00Z";
    let status = pull.status(at(NOW)).unwrap();
    assert_eq!(status[0].streams[0].final_days, 0, "{status:?}");
    let summary = run_at(&pull, NOW).await;
    let source = &summary.sources[0];
    assert_eq!(
        (summary.exit_code, source.changed_days),
        (9, 4),
        "{source:?}"
    );
    let warning = &source.errors[0].error;
    assert!(
        warning.starts_with("14 files say that they were pulled in the future, such as month=2025-11-01 of spots.day"),
        "{warning}"
    );
    let summary = run_at(&pull, "2025-12-04T03:00:00Z").await;
    assert_eq!((summary.exit_code, summary.sources[0].days_done), (9, 5));
    let to_come = Some((day("2026-01-01"), day("2026-12-31")));
    assert_eq!(pull.forget("publisher", "day", to_come).unwrap(), 12);
    assert_eq!(run_at(&pull, "2025-12-04T03:00:00Z").await.exit_code, 0);
}
