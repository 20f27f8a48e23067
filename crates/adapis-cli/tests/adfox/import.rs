//! Imports of CSV files: `add --from`, its journal, and its result.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use adapis_emulator::{Emulator, Fault, FaultPlan, FaultPoint};
use serde_json::{Value, json};

use super::{ADD, command, printed, refused, run};

fn write_csv(path: &Path, rows: usize) {
    let mut text = String::from("name,categoryID\n");
    for row in 1..=rows {
        writeln!(
            text,
            "\"Зона, {row}\",{}",
            if row % 2 == 0 { "301" } else { "" }
        )
        .unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// How many zones have each name.
fn zones(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    for row in printed(emulator, "list zone --all").as_array().unwrap() {
        let name = row["name"].as_str().unwrap();
        if name.starts_with("Зона, ") {
            *names.entry(name.to_owned()).or_default() += 1;
        }
    }
    names
}

fn import(csv: &Path) -> String {
    format!("add zone --from {} siteID=5001 --settle 1", csv.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_prints_a_row_for_each_row_and_is_done_once() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 12);
    let results = printed(&emulator, &import(&csv));
    let results = results.as_array().unwrap();
    assert_eq!(results.len(), 12);
    assert_eq!(
        (&results[4]["row"], &results[4]["state"]),
        (&json!(5), &json!("added"))
    );
    let again = printed(&emulator, &import(&csv));
    assert!(
        again
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["state"] == "done before")
    );
    assert_eq!(again[4]["ID"], results[4]["ID"]);
    assert_eq!(
        zones(&emulator).values().copied().collect::<Vec<_>>(),
        [1; 12]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_row_is_told_and_the_others_are_added() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    std::fs::write(
        &csv,
        "name,siteID\n\"Зона, 1\",5001\n\"Зона, 2\",99\n,5001\n\"Зона, 3\",5001\n",
    )
    .unwrap();
    let line = format!("add zone --from {} --format ndjson", csv.display());
    let output = run(&emulator, &line);
    assert_eq!(output.status.code(), Some(6));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let states: Vec<_> = rows
        .iter()
        .map(|row| row["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["added", "refused", "refused", "added"]);
    assert!(
        rows[1]["error"].as_str().unwrap().contains("siteID"),
        "{text}"
    );
    std::fs::write(
        &csv,
        "name,siteID\n\"Зона, 1\",5001\n\"Зона, 2\",5001\n\"Зона, x\",5001\n\"Зона, 3\",5001\n",
    )
    .unwrap();
    let output = run(&emulator, &line);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(
        zones(&emulator).values().copied().collect::<Vec<_>>(),
        [1; 4]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_row_that_was_added_stops_the_import() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 2);
    printed(&emulator, &import(&csv));
    std::fs::write(&csv, "name,categoryID\nOther,\n").unwrap();
    let (code, error) = refused(&emulator, &import(&csv));
    assert_eq!(code, 2);
    assert!(
        error["message"].as_str().unwrap().contains("row 1"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_on_after_a_broken_answer_without_a_double() {
    for fault in [
        Fault::reset(FaultPoint::BeforeHeaders),
        Fault::truncate(10),
        Fault::status(502),
    ] {
        for fault in [fault.clone(), fault.processed()] {
            let emulator = Emulator::start().await.unwrap();
            let folder = tempfile::tempdir().unwrap();
            let csv = folder.path().join("zones.csv");
            write_csv(&csv, 4);
            emulator
                .faults(FaultPlan::new(ADD).healthy().fault(fault.clone()))
                .unwrap();
            printed(&emulator, &import(&csv));
            assert_eq!(
                zones(&emulator).values().copied().collect::<Vec<_>>(),
                [1; 4],
                "{fault:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_import_resumes_without_a_double() {
    for (at, processed) in [(0, true), (3, true), (3, false), (7, true)] {
        let emulator = Emulator::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let csv = folder.path().join("zones.csv");
        write_csv(&csv, 8);
        let mut plan = FaultPlan::new(ADD);
        for _ in 0..at {
            plan = plan.healthy();
        }
        let hang = Fault::hang(FaultPoint::BeforeHeaders);
        emulator
            .faults(plan.fault(if processed { hang.processed() } else { hang }))
            .unwrap();
        let line = import(&csv);
        let words: Vec<&str> = line.split_whitespace().collect();
        let before = emulator.requests().of(ADD).received;
        let mut child = command(&emulator, &words).spawn().unwrap();
        while emulator.requests().of(ADD).received < before + at + 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            assert!(child.try_wait().unwrap().is_none(), "it hangs at row {at}");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        emulator.clear_faults();
        let results = printed(&emulator, &line);
        let results = results.as_array().unwrap();
        assert_eq!(results.len(), 8);
        let state = results[usize::try_from(at).unwrap()]["state"]
            .as_str()
            .unwrap();
        assert_eq!(state, if processed { "found" } else { "added" });
        let counts = zones(&emulator);
        assert_eq!(
            counts.values().copied().collect::<Vec<_>>(),
            [1; 8],
            "{at} {counts:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_names_of_other_objects_are_not_taken_for_an_interrupted_row() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    // Site 5001 already has a zone Главная, and the file has it twice.
    std::fs::write(&csv, "name\nГлавная\nГлавная\n").unwrap();
    emulator
        .faults(
            FaultPlan::new(ADD)
                .healthy()
                .fault(Fault::reset(FaultPoint::BeforeHeaders)),
        )
        .unwrap();
    printed(&emulator, &import(&csv));
    let rows = printed(&emulator, "list zone actionObjectID2=5001 --all");
    let same = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["name"] == "Главная")
        .count();
    assert_eq!(same, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_cut_off_in_the_journal_is_forgotten() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 3);
    printed(&emulator, &import(&csv));
    let journal = folder.path().join("zones.csv.journal");
    let whole = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &whole[..whole.len() - 20]).unwrap();
    let results = printed(&emulator, &import(&csv));
    assert_eq!(
        results[2]["state"], "found",
        "the last line was lost, not its zone"
    );
    assert_eq!(
        zones(&emulator).values().copied().collect::<Vec<_>>(),
        [1; 3]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_at_once_do_not_share_a_journal() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    write_csv(&csv, 2);
    emulator
        .faults(FaultPlan::new(ADD).fault(Fault::hang(FaultPoint::BeforeHeaders)))
        .unwrap();
    let line = import(&csv);
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut first = command(&emulator, &words).spawn().unwrap();
    while emulator.requests().of(ADD).received + emulator.requests().of(ADD).faulted == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (code, error) = refused(&emulator, &line);
    assert_eq!((code, &error["field"]), (2, &json!("journal")), "{error}");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("another import is running"),
        "{error}"
    );
    first.kill().unwrap();
    first.wait().unwrap();
    // The interrupted import continues.
    printed(&emulator, &line);
    assert_eq!(zones(&emulator).into_values().collect::<Vec<_>>(), [1; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_result_of_an_import_is_whole_although_a_row_was_refused() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("zones.csv");
    std::fs::write(&csv, "name,siteID\n\"Зона, 1\",5001\n\"Зона, 2\",99\n").unwrap();
    let result = folder.path().join("result.csv");
    let (csv, shown) = (csv.display(), result.display());
    let output = run(
        &emulator,
        &format!("add zone --from {csv} --output {shown}"),
    );
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let text = std::fs::read_to_string(&result).unwrap();
    assert!(
        text.starts_with("row,state,ID,message,error\n1,added,"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 3, "{text}");
}
