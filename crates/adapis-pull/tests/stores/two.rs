//! Several runs at once with one store.

use std::time::Duration;

use adapis_pull::RunOptions;

use crate::support::{NOW, days, open, pull, roots, rows, unbroken};
use crate::vendor::{at, spots_emulator};

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_leave_no_gap_and_no_double() {
    let vendor = spots_emulator(days(100)).await;
    let expected = unbroken(&vendor).await;
    let mut random = fastrand::Rng::with_seed(5);
    for base in roots("two") {
        for number in 0..4 {
            let root = format!("{base}/{number}");
            let (first, second) = (pull(open(&root), &vendor), pull(open(&root), &vendor));
            let mut options = RunOptions::default();
            options.wait = Duration::from_secs(if random.bool() { 20 } else { 0 });
            let delay = Duration::from_millis(random.u64(0..60));
            let (patient, now) = (options.clone(), at(NOW));
            // On a separate thread, because a call to a store blocks.
            let other = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = { runtime }.enable_all().build().unwrap();
                std::thread::sleep(delay);
                runtime.block_on(second.run(&patient, &at(NOW))).unwrap()
            });
            let first = first.run(&options, &now).await.unwrap();
            let second = other.join().unwrap();
            let codes = [first.exit_code, second.exit_code];
            assert!(
                codes.contains(&0) && codes.iter().all(|code| [0, 10].contains(code)),
                "{root}: {first:?} {second:?}"
            );
            assert_eq!(rows(&open(&root)), expected, "{root}");
        }
    }
}

/// The program may have one thread only, which then waits for the store.
#[tokio::test]
async fn a_run_on_one_thread_goes_through_too() {
    let vendor = spots_emulator(days(100)).await;
    let expected = unbroken(&vendor).await;
    for root in roots("thread") {
        let pull = pull(open(&root), &vendor);
        let later = at("2025-12-20T03:00:00Z");
        for _ in 0..2 {
            let summary = pull.run(&RunOptions::default(), &later).await.unwrap();
            assert_eq!(summary.exit_code, 0, "{root}: {summary:?}");
        }
        assert_eq!(rows(&open(&root)), expected, "{root}");
        // A state that is lost is rebuilt from the footers.
        let plan = || {
            let plan = pull.plan(&adapis_pull::Selection::default(), later);
            serde_json::to_string(&plan.unwrap()).unwrap()
        };
        let known = plan();
        let store = open(&root);
        adapis_pull::Store::remove(&store, ".adapis/state/publisher/spots.site-day.json").unwrap();
        assert_eq!(plan(), known, "{root}");
        assert!(!known.contains("2025-11-29"), "{root}: {known}");
    }
}
