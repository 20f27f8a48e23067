//! Runs that are killed or suspended, in separate processes.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adapis_pull::{Probe, RunOptions, Step};

use crate::support::{NOW, days, open, pull, roots, rows, unbroken};
use crate::vendor::{at, run_at, spots_emulator};

const ROOT: &str = "ADAPIS_STORE_TEST_ROOT";
const STEP: &str = "ADAPIS_STORE_TEST_STEP";
const MARK: &str = "ADAPIS_STORE_TEST_MARK";

/// Plays the run that is broken; does nothing unless another test starts it.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    let Ok(root) = std::env::var(ROOT) else {
        return;
    };
    let step = std::env::var(STEP).unwrap();
    let (name, nth) = step.split_once(' ').unwrap();
    let (name, nth) = (name.to_owned(), nth.parse::<usize>().unwrap());
    let vendor = spots_emulator(days(100)).await;
    let seen = AtomicUsize::new(0);
    let probe = Probe::new(move |at, _| {
        if format!("{at:?}") == name && seen.fetch_add(1, Ordering::Relaxed) == nth {
            let Ok(mark) = std::env::var(MARK) else {
                std::process::abort();
            };
            // The other test suspends this process meanwhile.
            std::fs::write(mark, "").unwrap();
            std::thread::sleep(Duration::from_secs(2));
        }
        Ok(())
    });
    let summary = run_at(&pull(open(&root), &vendor).probe(probe), NOW).await;
    println!("{summary:?}");
    std::process::exit(i32::from(summary.exit_code));
}

fn start(root: &str, step: Step, nth: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["kill::victim", "--exact", "--nocapture"])
        .env(ROOT, root)
        .env(STEP, format!("{step:?} {nth}"))
        .stdout(Stdio::piped());
    command
}

fn waiting() -> RunOptions {
    let mut options = RunOptions::default();
    options.wait = Duration::from_secs(30);
    options
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_leaves_whole_objects_and_the_next_one_takes_over() {
    let vendor = spots_emulator(days(100)).await;
    let expected = unbroken(&vendor).await;
    for base in roots("kill") {
        for (step, nth) in Step::ALL
            .map(|step| (step, 0))
            .into_iter()
            .chain([(Step::Publish, 1)])
        {
            let root = format!("{base}/{step:?}-{nth}");
            let status = start(&root, step, nth).output().unwrap().status;
            assert!(!status.success(), "{root}");
            assert!(
                rows(&open(&root)).iter().all(|row| expected.contains(row)),
                "{root}"
            );
            let pull = pull(open(&root), &vendor);
            let summary = pull.run(&waiting(), &at(NOW)).await.unwrap();
            assert_eq!(summary.exit_code, 0, "{root}: {summary:?}");
            assert_eq!(rows(&open(&root)), expected, "{root}");
            let status = pull.status(at(NOW)).unwrap();
            assert!(status[0].streams[0].gaps.is_empty(), "{root}");
        }
    }
}

/// A machine that sleeps renews nothing. When it wakes up, another run has its lock.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_lease_was_taken_over_publishes_nothing() {
    let signal = |child: &Child, name: &str| {
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &id])
                .status()
                .unwrap()
                .success()
        );
    };
    let newer = spots_emulator(days(120)).await;
    let expected = unbroken(&newer).await;
    for root in roots("lease") {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let victim = start(&root, Step::Publish, 0)
            .env(MARK, &mark)
            .spawn()
            .unwrap();
        for _ in 0..600 {
            if mark.exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        signal(&victim, "-STOP");
        let later = "2025-12-04T03:30:00Z";
        let summary = pull(open(&root), &newer)
            .run(&waiting(), &at(later))
            .await
            .unwrap();
        signal(&victim, "-CONT");
        let output = victim.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(summary.exit_code, 0, "{root}: {summary:?}");
        assert_eq!(output.status.code(), Some(1), "{root}: {text}");
        assert!(text.contains("is no longer this run's"), "{root}: {text}");
        assert_eq!(rows(&open(&root)), expected, "{root}");
    }
}
