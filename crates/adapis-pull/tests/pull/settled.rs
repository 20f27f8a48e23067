//! The night on which a day can no longer change: what is wrong then stays due until it is right.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use adapis_emulator::{Change, Emulator, Fault, FaultPlan, Revision, StatisticsVendor};
use adapis_pull::{Finding, Probe, Pull, RunOptions, Step, Summary};
use tempfile::TempDir;

use crate::support::{
    at, day, files, folder, run_at, spots_config, spots_emulator, spots_pull, spots_row,
};

const DAY: &str = "2025-12-01";
const OPEN: &str = "2025-12-03T03:00:00Z";
const SETTLED: &str = "2025-12-09T03:00:00Z";
const NEXT: &str = "2025-12-10T03:00:00Z";
const STATISTICS: &str = "spots.platform.getStatistics";

async fn vendor() -> Arc<Emulator> {
    Arc::new(spots_emulator(vec![spots_row(DAY, 1, 1000), spots_row(DAY, 2, 500)]).await)
}

fn pull(root: &TempDir, emulator: &Emulator) -> Pull {
    let config = spots_config(root.path(), "", DAY, "\"site-day\"");
    spots_pull(config, emulator)
}

fn revise(emulator: &Emulator, change: Change) {
    let revision = Revision::new(StatisticsVendor::Spots, day(DAY), change);
    emulator.revise(revision).unwrap();
}

/// Makes the vendor's rows and its own sums disagree: its day changes at `begin` and is restored at `end`.
fn wrong_between(emulator: &Arc<Emulator>, begin: Step, end: Step, change: Change) -> Probe {
    let emulator = Arc::clone(emulator);
    let is_changed = AtomicBool::new(false);
    Probe::new(move |step, _| {
        if step == begin && !is_changed.swap(true, Ordering::Relaxed) {
            revise(&emulator, change.clone());
        }
        if step == end && is_changed.swap(false, Ordering::Relaxed) {
            revise(&emulator, Change::Restore);
        }
        Ok(())
    })
}

fn half(emulator: &Arc<Emulator>) -> Probe {
    let half = Change::Scale("0.5".parse().unwrap());
    wrong_between(emulator, Step::Fetch, Step::Reconcile, half)
}

async fn run_accepting(pull: &Pull, now: &str) -> Summary {
    let mut options = RunOptions::default();
    options.accept = BTreeSet::from([day(DAY)]);
    pull.run(&options, &at(now)).await.unwrap()
}

#[tokio::test]
async fn a_file_that_agreed_is_not_replaced_by_one_that_does_not() {
    let (root, emulator) = (folder(), vendor().await);
    assert_eq!(run_at(&pull(&root, &emulator), OPEN).await.exit_code, 0);
    let agreed = files(root.path());
    let broken = pull(&root, &emulator).probe(half(&emulator));
    let summary = run_at(&broken, SETTLED).await;
    assert_eq!(summary.exit_code, 9, "{summary:?}");
    let source = &summary.sources[0];
    assert!(
        matches!(&source.suspects[0].finding, Finding::Differs(difference) if difference.is_final),
        "{source:?}"
    );
    assert_eq!(source.suspects.len(), 1, "one finding a day: {source:?}");
    assert_eq!(files(root.path()), agreed);
    let pull = pull(&root, &emulator);
    let status = pull.status(at(SETTLED)).unwrap();
    assert!(!status[0].streams[0].suspects.is_empty(), "{status:?}");

    let summary = run_at(&pull, NEXT).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert!(summary.sources[0].reconciled > 0, "{summary:?}");
    let status = pull.status(at(NEXT)).unwrap();
    assert!(status[0].streams[0].suspects.is_empty(), "{status:?}");
}

#[tokio::test]
async fn an_accepted_difference_is_published_and_asked_for_no_more() {
    let (root, emulator) = (folder(), vendor().await);
    run_at(&pull(&root, &emulator), OPEN).await;
    // The vendor's rows and its sums disagree for good.
    let broken = || pull(&root, &emulator).probe(half(&emulator));
    assert_eq!(run_at(&broken(), SETTLED).await.exit_code, 9);
    let agreed = files(root.path());
    let summary = run_accepting(&broken(), SETTLED).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert_ne!(files(root.path()), agreed);
    let status = broken().status(at(SETTLED)).unwrap();
    let stream = &status[0].streams[0];
    assert!(
        stream.suspects.is_empty() && stream.doubts.is_empty(),
        "{status:?}"
    );
    // The other days of the month are pulled again, and this one with them.
    let summary = run_at(&broken(), NEXT).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    let rows_only = FaultPlan::new(STATISTICS).healthy();
    let plan = (0..20).fold(rows_only, |plan, _| plan.fault(Fault::status(500)));
    emulator.faults(plan).unwrap();
    assert_eq!(run_at(&broken(), NEXT).await.exit_code, 7);
    emulator.clear_faults();
    let summary = run_at(&broken(), NEXT).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
}

#[tokio::test]
async fn a_final_day_that_differs_stays_due() {
    let (root, emulator) = (folder(), vendor().await);
    let broken = pull(&root, &emulator).probe(half(&emulator));
    let summary = run_at(&broken, "2025-12-20T03:00:00Z").await;
    assert_eq!(summary.exit_code, 9, "{summary:?}");
    assert_eq!(files(root.path()).len(), 1, "there is no better file");
    let good = pull(&root, &emulator);
    let status = good.status(at("2025-12-20T03:00:00Z")).unwrap();
    let doubts = &status[0].streams[0].doubts;
    assert!(doubts[0].days.contains_key(&day(DAY)), "{status:?}");
    assert_eq!(doubts[0].days.len(), 1, "{status:?}");

    // In the next month nothing else of December is due.
    let later = "2026-01-20T03:00:00Z";
    let summary = run_at(&good, later).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert_eq!(summary.sources[0].changed_days, 1, "{summary:?}");
    let status = good.status(at(later)).unwrap();
    assert!(status[0].streams[0].doubts.is_empty(), "{status:?}");
}

#[tokio::test]
async fn a_day_that_was_not_compared_stays_due() {
    let (root, emulator) = (folder(), vendor().await);
    let plan = FaultPlan::new(STATISTICS).healthy();
    let plan = (0..20).fold(plan, |plan, _| plan.fault(Fault::status(500)));
    emulator.faults(plan).unwrap();
    let config = spots_config(root.path(), "lookback = 0", DAY, "\"site-day\"");
    let good = spots_pull(config, &emulator);
    let january = "2026-01-01T03:00:00Z";
    let summary = run_at(&good, january).await;
    assert_eq!(summary.exit_code, 7, "{summary:?}");
    assert_eq!(files(root.path()).len(), 1, "{summary:?}");
    let status = good.status(at(january)).unwrap();
    assert_eq!(status[0].streams[0].doubts[0].days.len(), 31, "{status:?}");

    emulator.clear_faults();
    let summary = run_at(&good, january).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert_eq!(summary.sources[0].reconciled, 31, "{summary:?}");
    let status = good.status(at(january)).unwrap();
    assert!(status[0].streams[0].doubts.is_empty(), "{status:?}");
}

#[tokio::test]
async fn sums_that_the_vendor_leaves_out_are_no_agreement() {
    let (root, emulator) = (folder(), vendor().await);
    let empty = wrong_between(&emulator, Step::Reconcile, Step::Newer, Change::Empty);
    let summary = run_at(&pull(&root, &emulator).probe(empty), SETTLED).await;
    assert_eq!(summary.exit_code, 9, "{summary:?}");
    let differences = &summary.sources[0].differences;
    assert!(differences.iter().all(|found| found.day == day(DAY)));
    let columns: Vec<&str> = differences.iter().map(|found| found.column).collect();
    assert_eq!(columns, ["shows", "clicks", "income"]);
}

/// `--from` asks for a day that is final, so that nothing else would ever ask for it again.
#[tokio::test]
async fn a_day_that_is_held_back_stays_due_until_it_is_accepted() {
    let (root, emulator) = (folder(), vendor().await);
    run_at(&pull(&root, &emulator), "2026-01-20T03:00:00Z").await;
    revise(&emulator, Change::Empty);
    let pull = pull(&root, &emulator);
    let mut options = RunOptions::default();
    options.selection.from = Some(day(DAY));
    options.selection.to = Some(day(DAY));
    let now = "2026-01-21T03:00:00Z";
    assert_eq!(pull.run(&options, &at(now)).await.unwrap().exit_code, 9);
    assert_eq!(
        run_at(&pull, now).await.exit_code,
        9,
        "it is still held back"
    );
    let summary = run_accepting(&pull, now).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert_eq!(summary.sources[0].vanished_rows, 2, "{summary:?}");
    let status = pull.status(at(now)).unwrap();
    assert!(status[0].streams[0].suspects.is_empty(), "{status:?}");
}
