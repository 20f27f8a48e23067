//! Runs that are killed: the process ends at a step, without a chance to tidy up.

use std::process::Command;

use adapis_pull::{Probe, Step};

use crate::support::{
    at, files, folder, rows, run_at, spots_config, spots_emulator, spots_pull, spots_row,
};

const ROOT: &str = "ADAPIS_PULL_TEST_ROOT";
const STEP: &str = "ADAPIS_PULL_TEST_STEP";
const NOW: &str = "2025-12-04T03:00:00Z";

fn vendor() -> Vec<adapis_emulator::SpotsRow> {
    let days = ["2025-11-29", "2025-11-30", "2025-12-01", "2025-12-02"];
    days.iter()
        .flat_map(|day| [spots_row(day, 1, 100), spots_row(day, 2, 70)])
        .collect()
}

/// Plays the run that is killed; does nothing unless the other test starts it.
#[tokio::test]
async fn victim() {
    let Ok(root) = std::env::var(ROOT) else {
        return;
    };
    let step = std::env::var(STEP).unwrap();
    let (name, nth) = step.split_once(' ').unwrap();
    let nth: usize = nth.parse().unwrap();
    let name = name.to_owned();
    let emulator = spots_emulator(vendor()).await;
    let config = spots_config(
        root.as_ref(),
        "",
        "2025-11-29",
        "\"site-day\", \"placement-day\"",
    );
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let probe = Probe::new(move |at, _| {
        if format!("{at:?}") == name
            && seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == nth
        {
            std::process::abort();
        }
        Ok(())
    });
    run_at(&spots_pull(config, &emulator).probe(probe), NOW).await;
}

#[tokio::test]
async fn a_killed_run_leaves_whole_files_and_the_next_one_needs_nobody() {
    let emulator = spots_emulator(vendor()).await;
    let streams = "\"site-day\", \"placement-day\"";
    let unbroken = folder();
    run_at(
        &spots_pull(
            spots_config(unbroken.path(), "", "2025-11-29", streams),
            &emulator,
        ),
        NOW,
    )
    .await;
    let all = |root: &tempfile::TempDir| {
        ["spots.site-day", "spots.placement-day"].map(|stream| {
            rows(
                root.path(),
                stream,
                "publisher",
                adapis_pull::Format::Parquet,
            )
        })
    };
    let expected = all(&unbroken);
    for step in Step::ALL {
        for nth in [0, 1] {
            let root = folder();
            let status = Command::new(std::env::current_exe().unwrap())
                .args(["kill::victim", "--exact", "--nocapture"])
                .env(ROOT, root.path())
                .env(STEP, format!("{step:?} {nth}"))
                .output()
                .unwrap()
                .status;
            let is_once = matches!(step, Step::Lock | Step::Sweep);
            assert_eq!(status.success(), is_once && nth > 0, "{step:?}");
            // Nothing but whole files lies in the folders of the streams.
            for (name, _) in files(root.path()) {
                assert!(name.ends_with("/rows.parquet"), "{name}");
            }
            for (published, whole) in all(&root).iter().zip(&expected) {
                assert!(published.iter().all(|row| whole.contains(row)), "{step:?}");
            }
            let config = spots_config(root.path(), "", "2025-11-29", streams);
            let pull = spots_pull(config, &emulator);
            let summary = run_at(&pull, NOW).await;
            assert_eq!(summary.exit_code, 0, "{step:?}: {summary:?}");
            assert_eq!(all(&root), expected, "{step:?} {nth}");
            let temp = root.path().join(".adapis/tmp");
            let left: Vec<_> = std::fs::read_dir(temp).unwrap().collect();
            assert!(left.is_empty(), "{step:?} {nth}: {left:?}");
            assert!(
                pull.status(at(NOW)).unwrap()[0]
                    .streams
                    .iter()
                    .all(|stream| stream.gaps.is_empty())
            );
        }
    }
}
