//! Each exit code, from the real program.

use std::time::Duration;

use adapis_emulator::{Change, Fault, FaultPlan, Revision, StatisticsVendor};
use adapis_pull::{LocalStore, Store as _};
use serde_json::Value;

use crate::{ADSERVER, Home, NOW, emulator, failure, publisher, text};

const STATISTICS: &str = "spots.platform.getStatistics";

/// Runs once with a fault of each request, without a second attempt.
async fn with_fault(fault: Fault) -> (i32, String) {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    emulator
        .faults(FaultPlan::new(STATISTICS).fault(fault).forever())
        .unwrap();
    failure(&home.run(&format!("pull --now {NOW} --attempts 1")))
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_a_vendor_have_the_codes_of_all_commands() {
    for (fault, code) in [
        (Fault::status(429), 5),
        (Fault::status(403), 6),
        (Fault::status(500), 7),
    ] {
        let shown = format!("{fault:?}");
        let (found, line) = with_fault(fault).await;
        assert_eq!(found, code, "{shown}: {line}");
        assert!(
            line.starts_with("error: publisher: spots.day of publisher"),
            "{line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_no_answer_is_8() {
    let (code, line) = with_fault(Fault::garbage("<html>busy</html>")).await;
    assert_eq!(code, 8, "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_3_and_no_server_is_4() {
    let emulator = emulator().await;
    let home = Home::with_password(&emulator, &publisher("\"day\""), "wrong");
    let (code, line) = failure(&home.run(&format!("pull --now {NOW}")));
    assert_eq!(code, 3, "{line}");
    let home = Home::new(&emulator, &publisher("\"day\""));
    // The port of a service that no longer runs.
    home.edit(&emulator.spots_url(), "http://127.0.0.1:9/");
    let (code, line) = failure(&home.run(&format!("pull --now {NOW} --attempts 1")));
    assert_eq!(code, 4, "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_cannot_be_written_is_1() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    std::fs::write(home.root(), "a file").unwrap();
    let (code, line) = failure(&home.run(&format!("pull --now {NOW}")));
    assert_eq!(code, 1, "{line}");
    let (code, _) = failure(&home.run(&format!("pull check --now {NOW}")));
    assert_eq!(code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_are_held_back_are_9_until_they_are_accepted() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"site-day\""));
    home.json(&format!("pull --now {NOW}"));
    let published = home.files();
    // Two days that have settled lose all of their rows.
    let later = "2025-12-14T03:00:00Z";
    emulator.set_now(later.parse::<jiff::Timestamp>().unwrap());
    for day in ["2025-12-02", "2025-12-03"] {
        let day = day.parse().unwrap();
        let revision = Revision::new(StatisticsVendor::Spots, day, Change::Empty);
        emulator.revise(revision).unwrap();
    }
    let output = home.run(&format!("pull --now {later} --format json"));
    let (code, line) = failure(&output);
    assert_eq!(code, 9, "{line}");
    let error: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(error["error"]["kind"], "held_back");
    assert!(
        line.contains("1 files are held back, such as") && line.contains("month=2025-12-01"),
        "{line}"
    );
    assert_eq!(home.files(), published);
    let status = home.json(&format!("pull status --now {later}"));
    assert_eq!(
        status[0]["suspects"][0]["partition"], "month=2025-12-01",
        "{status}"
    );
    let checked = home.run(&format!("pull status --now {later} --check"));
    let (code, line) = failure(&checked);
    assert_eq!(code, 9, "{line}");
    assert!(
        line.contains("month=2025-12-01 is held back: ") && line.contains("2025-12-03"),
        "{line}"
    );
    assert!(text(&checked.stdout).contains("month=2025-12-01"));
    let table = home.run(&format!("pull status --now {later} --format table"));
    assert!(
        String::from_utf8(table.stdout)
            .unwrap()
            .contains("month=2025-12-01")
    );

    let accept = "--accept 2025-12-02 --accept 2025-12-03";
    let summary = home.json(&format!("pull --now {later} {accept}"));
    assert_eq!(summary["exit_code"], 0, "{summary}");
    let status = home.json(&format!("pull status --now {later}"));
    assert_eq!(status[0]["suspects"].as_array().unwrap().len(), 0);
    home.json(&format!(
        "pull status --now {later} --check --stream site-day"
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_final_day_that_was_not_compared_is_9_until_it_is() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"site-day\""));
    home.edit("streams = ", "concurrency = 1\nstreams = ");
    let later = "2025-12-20T03:00:00Z";
    emulator.set_now(later.parse::<jiff::Timestamp>().unwrap());
    let rows_only = FaultPlan::new(STATISTICS).healthy();
    let plan = (0..9).fold(rows_only, |plan, _| plan.fault(Fault::status(500)));
    emulator.faults(plan).unwrap();
    let failed = home.run(&format!("pull --now {later} --attempts 1"));
    assert_eq!(failure(&failed).0, 7);
    let checked = home.run(&format!("pull status --now {later} --check"));
    let (code, line) = failure(&checked);
    assert_eq!(code, 9, "{line}");
    assert!(
        line.contains("2025-11-20 was not compared with the vendor's own sums"),
        "{line}"
    );
    emulator.clear_faults();
    home.json(&format!("pull --now {later}"));
    home.json(&format!("pull status --now {later} --check"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_is_checked_for_what_was_never_pulled() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &(publisher("\"day\"") + ADSERVER));
    let check = |line: &str| failure(&home.run(&format!("pull status --check {line}")));
    let (code, line) = check(&format!("--now {NOW}"));
    assert_eq!(code, 9, "{line}");
    assert!(
        line.contains("2025-11-20 to 2025-12-04 have never been pulled (and 1 more)"),
        "{line}"
    );
    home.json(&format!("pull --now {NOW}"));
    home.json(&format!("pull status --now {NOW} --check"));
    for (stream, missing) in [
        ("day", "2025-12-05 has never been pulled"),
        ("adfox.campaign", "there is no snapshot of 2025-12-06"),
    ] {
        let (code, line) = check(&format!("--now 2025-12-06T03:00:00Z --stream {stream}"));
        assert_eq!(code, 9, "{line}");
        assert!(line.contains(missing), "{line}");
    }
}

/// The store is asked on a thread that nothing else can end.
#[cfg(feature = "object-store")]
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_never_answers_is_4_when_the_time_is_over() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let local = format!("root = \"{}\"", home.root().display());
    home.edit(&local, "root = \"s3://bucket/prefix\"");
    for command in [
        "pull",
        "pull plan",
        "pull status",
        "pull check",
        "report --source publisher",
    ] {
        let mut command = home.command(&format!("{command} --timeout 1"));
        command.envs([
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test-secret"),
            ("AWS_REGION", "us-east-1"),
        ]);
        let (code, line) = failure(&command.output().unwrap());
        assert_eq!(code, 4, "{command:?}: {line}");
        assert!(
            line.contains("did not end within 1s"),
            "{command:?}: {line}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_run_that_holds_the_lock_is_10_and_can_be_waited_for() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    let store = LocalStore::new(home.root());
    let lock = store.lock("publisher").unwrap();
    let output = home.run(&format!("pull --now {NOW} --format json"));
    let (code, line) = failure(&output);
    assert_eq!(code, 10, "{line}");
    assert!(line.contains("\"locked\""), "{line}");
    let released = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(1));
        drop(lock);
    });
    let output = home.run(&format!("pull --now {NOW} --wait 60"));
    assert!(output.status.success(), "{output:?}");
    released.join().unwrap();
}
