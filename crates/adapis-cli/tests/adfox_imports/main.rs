//! `adapis adfox add --from` and `modify --from`: nothing is added twice, whatever happens meanwhile.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic"
)]

mod sheets;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use adapis_emulator::{Emulator, Fault, FaultPlan, FaultPoint};
use serde_json::{Value, json};

const ADD: &str = "adfox.account.add.zone";
const LIST: &str = "adfox.account.list.zone";

fn command(emulator: &Emulator, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adapis"));
    command
        .arg("adfox")
        .args(line.split_whitespace())
        .args(["--endpoint", &emulator.adfox_url(), "--attempts", "1"])
        .env("ADAPIS_ADFOX_LOGIN", "test")
        .env("ADAPIS_ADFOX_PASSWORD", "Secret-Passw0rd")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(emulator: &Emulator, line: &str) -> Output {
    // The emulator runs on the same threads.
    tokio::task::block_in_place(|| command(emulator, line).output().unwrap())
}

/// The rows that a command printed, its exit code, and what it said.
fn rows(emulator: &Emulator, line: &str) -> (Vec<Value>, i32, String) {
    let output = run(emulator, &format!("{line} --format ndjson"));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let said = String::from_utf8(output.stderr).unwrap();
    (rows.collect(), output.status.code().unwrap(), said)
}

fn states(rows: &[Value]) -> Vec<&str> {
    rows.iter()
        .map(|row| row["state"].as_str().unwrap())
        .collect()
}

fn write_csv(path: &Path, rows: usize) {
    let mut text = String::from("name\n");
    for row in 1..=rows {
        writeln!(text, "Зона {row}").unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// How many zones have each name of the file.
fn zones(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    let (listed, ..) = rows(emulator, "list zone --all");
    for row in listed {
        let name = row["name"].as_str().unwrap_or_default();
        if name.starts_with("Зона ") {
            *names.entry(name.to_owned()).or_default() += 1;
        }
    }
    names
}

fn counts(emulator: &Emulator) -> Vec<usize> {
    zones(emulator).into_values().collect()
}

fn import(csv: &Path, settle: f64) -> String {
    format!(
        "add zone --from {} siteID=5001 --settle {settle}",
        csv.display()
    )
}

fn late(milliseconds: u64) -> Fault {
    Fault::processed_after(milliseconds)
}

/// Hangs until the client is gone, and runs all the same.
fn late_hang(milliseconds: u64) -> Fault {
    let mut fault = Fault::hang(FaultPoint::BeforeHeaders);
    fault.processed_after_ms = Some(milliseconds);
    fault
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_that_runs_after_its_response_was_lost_is_found() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 3);
    emulator
        .faults(FaultPlan::new(ADD).healthy().fault(late(700)))
        .unwrap();
    let (printed, code, said) = rows(&emulator, &import(&csv, 20.0));
    assert_eq!(code, 0, "{said}");
    assert_eq!(states(&printed), ["added", "found", "added"]);
    assert_eq!(emulator.requests().of(ADD).received, 3);
    assert_eq!(counts(&emulator), [1; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_add_that_runs_later_than_that_is_told_as_a_double() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 2);
    // The first add runs while the second row is waited for.
    let plan = FaultPlan::new(ADD).fault(late(1500)).healthy();
    emulator.faults(plan.fault(late(2500))).unwrap();
    let (printed, code, said) = rows(&emulator, &import(&csv, 0.2));
    assert_eq!(states(&printed)[0], "added");
    if counts(&emulator)[0] > 1 {
        assert_eq!(code, 7, "{said}");
    }
    // Once all has settled, a repeated run sees it for certain.
    tokio::time::sleep(Duration::from_millis(2600)).await;
    emulator.clear_faults();
    std::fs::write(&csv, "name\nЗона 1\nЗона 2\nЗона 3\n").unwrap();
    let (_, code, said) = rows(&emulator, &import(&csv, 0.2));
    assert_eq!(code, 7, "{said}");
    assert!(said.contains("may be a duplicate"), "{said}");
    assert!(said.contains("added twice"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_lost_twice_is_unknown_until_the_next_run() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 3);
    let plan = FaultPlan::new(ADD).healthy().fault(Fault::status(504));
    emulator.faults(plan.fault(Fault::status(504))).unwrap();
    let (printed, code, said) = rows(&emulator, &import(&csv, 0.3));
    assert_eq!(states(&printed), ["added", "unknown", "added"], "{said}");
    assert_eq!(code, 7, "{said}");
    assert!(said.contains("unknown whether 1 of 3 rows"), "{said}");
    let (printed, code, said) = rows(&emulator, &import(&csv, 0.3));
    assert_eq!(states(&printed), ["done before", "added", "done before"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(counts(&emulator), [1; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_looked_up_is_not_sent_again() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 2);
    emulator
        .faults(FaultPlan::new(ADD).fault(Fault::status(502).processed()))
        .unwrap();
    let list = FaultPlan::new(LIST).healthy();
    let list = (0..30).fold(list, |list, _| list.fault(Fault::status(503)));
    emulator.faults(list).unwrap();
    let (_, code, said) = rows(&emulator, &import(&csv, 0.5));
    assert_eq!(code, 7, "{said}");
    assert!(said.contains("line 2: it is unknown whether"), "{said}");
    assert_eq!(emulator.requests().of(ADD).received, 1);
    emulator.clear_faults();
    let (printed, code, said) = rows(&emulator, &import(&csv, 0.5));
    assert_eq!(
        (states(&printed), code),
        (vec!["found", "added"], 0),
        "{said}"
    );
    assert_eq!(counts(&emulator), [1; 2]);
}

/// Runs an import until it succeeds; kills it at random moments.
async fn import_killed_at_random(seed: u64) {
    const LONGEST_DELAY: u64 = 400;
    const SETTLE: f64 = 0.8;
    let mut random = fastrand::Rng::with_seed(seed);
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    let count = random.usize(3..7);
    write_csv(&csv, count);
    let mut plan = FaultPlan::new(ADD);
    for _ in 0..random.usize(4..10) {
        let delay = random.u64(0..LONGEST_DELAY);
        plan = match random.u8(0..6) {
            0 => plan.healthy(),
            1 => plan.fault(late(delay)),
            2 => plan.fault(late_hang(delay)),
            3 => plan.fault(Fault::status(502)),
            4 => plan.fault(Fault::reset(FaultPoint::BeforeHeaders).processed()),
            _ => plan.fault(Fault::truncate(random.u64(0..60)).processed()),
        };
    }
    emulator.faults(plan).unwrap();
    let line = import(&csv, SETTLE);
    let begin = Instant::now();
    let mut kills = 0;
    loop {
        assert!(begin.elapsed() < Duration::from_secs(60), "seed {seed}");
        let mut child = command(&emulator, &line).spawn().unwrap();
        let patience = if kills < 6 {
            Duration::from_millis(random.u64(20..1200))
        } else {
            // Long enough for all rows, too short for a call that hangs.
            Duration::from_secs(8)
        };
        let end = Instant::now() + patience;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if Instant::now() >= end {
                child.kill().unwrap();
                child.wait().unwrap();
                kills += 1;
                break None;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        if status.is_some_and(|status| status.success()) {
            break;
        }
    }
    tokio::time::sleep(Duration::from_millis(LONGEST_DELAY + 100)).await;
    assert_eq!(
        counts(&emulator),
        vec![1; count],
        "seed {seed}, {kills} kills"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn imports_that_are_killed_at_random_add_nothing_twice() {
    let runs: u64 = std::env::var("ADAPIS_KILLED_IMPORTS")
        .ok()
        .and_then(|runs| runs.parse().ok())
        .unwrap_or(12);
    let seeds: Vec<u64> = (0..runs).collect();
    for some in seeds.chunks(6) {
        let tasks = some
            .iter()
            .map(|seed| tokio::spawn(import_killed_at_random(*seed)));
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unless_exists_with_a_journal_waits_out_a_run_that_was_killed() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("one.journal");
    let line = format!(
        "add zone name=Once siteID=5001 --unless-exists --settle 2 --journal {}",
        journal.display()
    );
    emulator
        .faults(FaultPlan::new(ADD).fault(late_hang(900)))
        .unwrap();
    let mut child = command(&emulator, &line).spawn().unwrap();
    while emulator.requests().of(ADD).received == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (done, code, said) = rows(&emulator, &line);
    assert_eq!((code, &done[0]["added"]), (0, &json!(false)), "{said}");
    tokio::time::sleep(Duration::from_millis(1000)).await;
    let (listed, ..) = rows(&emulator, "list zone --all --where name=Once");
    assert_eq!(listed.len(), 1);
    let (_, code, said) = rows(&emulator, "add zone name=x siteID=5001 --journal x");
    assert_eq!(code, 2, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_journal_of_this_import_stays_as_it_is() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 2);
    let diary = folder.path().join("diary.txt");
    std::fs::write(&diary, "Dear diary,\nno line end").unwrap();
    let line = |journal: &Path| format!("{} --journal {}", import(&csv, 0.1), journal.display());
    let (_, code, said) = rows(&emulator, &line(&diary));
    assert_eq!(code, 2, "{said}");
    assert_eq!(
        std::fs::read_to_string(&diary).unwrap(),
        "Dear diary,\nno line end"
    );
    // The journal of another file.
    let (_, code, said) = rows(&emulator, &import(&csv, 0.1));
    assert_eq!(code, 0, "{said}");
    let journal = folder.path().join("zones.csv.journal");
    let before = std::fs::read(&journal).unwrap();
    std::fs::write(&csv, "name\nЗона 1\nother\n").unwrap();
    let (printed, code, said) = rows(&emulator, &import(&csv, 0.1));
    assert_eq!((printed.len(), code), (0, 2), "{said}");
    assert!(said.contains("row 2 has changed"), "{said}");
    assert_eq!(std::fs::read(&journal).unwrap(), before);
    assert_eq!(counts(&emulator), [1; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_as_spreadsheets_write_it_is_read_also_from_standard_input() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    std::fs::write(&csv, b"name;siteID\r\n\xc7\xee\xed\xe0 1;5001\r\n;;\r\n").unwrap();
    let line = format!("add zone --from {} --settle 0", csv.display());
    let (_, code, said) = rows(&emulator, &line);
    assert_eq!(code, 2);
    assert!(said.contains("line 2 is not UTF-8"), "{said}");
    let (_, code, said) = rows(&emulator, &format!("{line} --encoding cp1251"));
    assert_eq!(code, 0, "{said}");
    assert_eq!(counts(&emulator), [1]);

    let (_, code, said) = rows(&emulator, "add zone --from -");
    assert_eq!(code, 2);
    assert!(said.contains("--journal"), "{said}");
    let journal = folder.path().join("journal");
    let line = format!("add zone --from - --journal {}", journal.display());
    let mut child = command(&emulator, &line)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, "name\tsiteID\nЗона 2\t5001\n".as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(counts(&emulator), [1; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn modify_from_a_file_changes_each_row_once() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    std::fs::write(&csv, "ID,name\n5101,Зона 1\n99,Зона 9\n5102,Зона 2\n").unwrap();
    let line = format!("modify zone --from {}", csv.display());
    const MODIFY: &str = "adfox.zone.modify";
    let (printed, code, said) = rows(&emulator, &line);
    assert_eq!(
        states(&printed),
        ["modified", "refused", "modified"],
        "{said}"
    );
    assert_eq!(code, 6, "{said}");
    assert!(
        printed[1]["error"].as_str().unwrap().contains("line 3"),
        "{printed:?}"
    );
    assert_eq!(counts(&emulator), [1; 2]);
    let sent = emulator.requests().of(MODIFY).received;
    let (printed, ..) = rows(&emulator, &line);
    assert_eq!(states(&printed), ["done before", "refused", "done before"]);
    assert_eq!(emulator.requests().of(MODIFY).received, sent + 1);

    for (text, words) in [
        ("name\nx\n", "column ID"),
        (
            "ID,name\n5101,x\n5101,y\n",
            "line 3: ID 5101 is in line 2 too",
        ),
        ("ID,name\nx,y\n", "line 2: ID must be a number"),
        ("ID,name\n5101,\n", "line 2 changes nothing"),
    ] {
        std::fs::write(&csv, text).unwrap();
        let (_, code, said) = rows(&emulator, &line);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(words), "{said}");
    }
}
