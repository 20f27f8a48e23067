//! What targets of Singer make of the rows: the messages themselves, and real targets where they are installed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may panic, and name what they skip"
)]

#[path = "load/files.rs"]
#[allow(dead_code, reason = "the tests of loads use the rest")]
mod files;
#[path = "pull/support.rs"]
#[allow(dead_code, reason = "the tests of pulls use the rest")]
mod support;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use adapis_pull::singer::{self, SingerMoney, SingerOptions};
use adapis_pull::{Format, LocalStore, MoneyType, Partition, PartitionKey, Value};
use serde_json::Value as Json;

use files::{month, remove, report_root, row, stream, write, write_at, write_month};
use support::{day, folder};

const LARGEST: &str = "999999999.999999999";

fn send(store: &LocalStore, options: &SingerOptions) -> (singer::SingerSummary, Vec<u8>) {
    let mut out = Vec::new();
    let summary = singer::write(store, options, &mut out).unwrap();
    (summary, out)
}

fn lines(out: &[u8]) -> Vec<Json> {
    let text = std::str::from_utf8(out).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn of_type<'a>(messages: &'a [Json], kind: &str) -> Vec<&'a Json> {
    messages
        .iter()
        .filter(|message| message["type"] == kind)
        .collect()
}

/// A stream with a key, one without, and snapshots.
fn write_all(store: &LocalStore) {
    write_month(store, "a", "2025-11-01", 10);
    let rows = [
        row("a", day("2025-12-01"), i64::MAX, LARGEST),
        row("a", day("2025-12-02"), -1, "-0.000000001"),
    ];
    write(store, &month("a", "2025-12-01"), &rows);
    for (name, key) in [
        ("hybrid.domain-day", PartitionKey::Month(day("2025-12-01"))),
        ("adfox.zone", PartitionKey::Snapshot(day("2025-12-02"))),
    ] {
        let columns = stream(name).schema;
        let values =
            columns
                .columns
                .iter()
                .map(|column| match (column.name.as_str(), column.nullable) {
                    ("account", _) => Value::from("b"),
                    ("Date", _) => Value::from(day("2025-12-03")),
                    (_, false) => Value::from("Ы \"1\"\n\u{1F600}"),
                    _ => Value::Null,
                });
        let row: Vec<_> = values.collect();
        let partition = Partition {
            stream: name.to_owned(),
            account: "b".to_owned(),
            key,
        };
        write(store, &partition, &[row.clone(), row]);
    }
}

#[test]
fn rows_of_an_older_folder_are_not_sent_after_newer_ones() {
    let store_of = |requested: &str, shows: i64| {
        let root = folder();
        let store = LocalStore::new(root.path());
        let rows = [row("a", day("2025-12-01"), shows, "1.5")];
        let format = (Format::Parquet, MoneyType::Narrow);
        write_at(&store, &month("a", "2025-12-01"), format, requested, &rows);
        (root, store)
    };
    let mut options = SingerOptions::default();
    let (_root, newer) = store_of("2026-01-03T00:00:00Z", 100);
    let (_, out) = send(&newer, &options);
    let state = String::from_utf8(out)
        .unwrap()
        .lines()
        .last()
        .unwrap()
        .to_owned();
    options.state = Some(state);
    let (_root, older) = store_of("2026-01-02T00:00:00Z", 50);
    let (summary, out) = send(&older, &options);
    assert_eq!(
        (summary.records, summary.problems.len()),
        (0, 1),
        "{summary:?}"
    );
    assert!(
        summary.problems[0].contains("--restart spots.day"),
        "{summary:?}"
    );
    assert!(of_type(&lines(&out), "RECORD").is_empty());
    // The state still has the newer rows.
    options.state = Some(String::from_utf8(out).unwrap());
    assert_eq!(send(&newer, &options).0.unchanged, 1);
    options.selection.restart = vec!["spots.day".to_owned()];
    assert_eq!(send(&older, &options).0.records, 1);
}

#[test]
fn the_state_sends_only_what_has_changed() {
    let root = folder();
    let store = LocalStore::new(root.path());
    write_all(&store);
    let (summary, out) = send(&store, &SingerOptions::default());
    assert_eq!(
        (summary.records, summary.written.len(), summary.unchanged),
        (34, 4, 0),
        "{summary:?}"
    );
    let messages = lines(&out);
    let schemas = of_type(&messages, "SCHEMA");
    let keys: Vec<String> = schemas
        .iter()
        .map(|schema| format!("{} {}", schema["stream"], schema["key_properties"]))
        .collect();
    assert_eq!(
        keys,
        [
            "\"spots_day\" [\"account\",\"date_day\"]",
            "\"hybrid_domain_day\" [\"account\",\"adapis_partition\",\"adapis_row\"]",
            "\"adfox_zone\" [\"account\",\"snapshot\",\"ID\"]"
        ]
    );
    // Each record has the members of its schema, and the digits are those of the file.
    for record in of_type(&messages, "RECORD") {
        let schema = schemas
            .iter()
            .find(|schema| schema["stream"] == record["stream"])
            .unwrap();
        let members = |json: &Json| {
            json.as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(
            members(&record["record"]),
            members(&schema["schema"]["properties"])
        );
    }
    let text = String::from_utf8(out).unwrap();
    assert!(
        text.contains(&format!("\"income\":{LARGEST},"))
            && text.contains("\"income\":-0.000000001,"),
        "{text}"
    );
    assert!(text.contains("\"shows\":9223372036854775807,"));
    // With the last state nothing is sent; with a new file only that file.
    let last = text.lines().last().unwrap().to_owned();
    let mut options = SingerOptions::default();
    options.state = Some(last);
    let (summary, out) = send(&store, &options);
    assert_eq!((summary.records, summary.unchanged), (0, 4), "{summary:?}");
    assert_eq!(of_type(&lines(&out), "RECORD").len(), 0);
    write_month(&store, "a", "2025-11-01", 20);
    remove(&store, &month("a", "2025-12-01"));
    // A target that was given the value alone.
    let value = of_type(&lines(&out), "STATE")[0]["value"].to_string();
    options.state = Some(value);
    let (summary, _) = send(&store, &options);
    assert_eq!(
        (summary.records, summary.written.len()),
        (28, 1),
        "{summary:?}"
    );
    assert_eq!(summary.vanished, ["spots.day/source=a/month=2025-12-01"]);
    options.state = Some("{\"bookmarks\":7}".to_owned());
    let error = singer::write(&store, &options, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("give the last line"), "{error}");
}

#[test]
fn a_damaged_file_sends_nothing_and_keeps_its_state() {
    let root = folder();
    let store = LocalStore::new(root.path());
    write_month(&store, "a", "2025-11-01", 10);
    write_month(&store, "b", "2025-11-01", 10);
    let path = root
        .path()
        .join(Format::Parquet.path(&month("a", "2025-11-01")));
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let (summary, out) = send(&store, &SingerOptions::default());
    assert_eq!(
        (
            summary.records,
            summary.problems.len(),
            summary.vanished.len()
        ),
        (28, 1, 0),
        "{summary:?}"
    );
    assert!(
        !String::from_utf8(out)
            .unwrap()
            .contains("\"account\":\"a\"")
    );
}

/// A program of a virtual environment below `target/`.
fn target(environment: &str, name: &str) -> Option<PathBuf> {
    let path = format!(
        "{}/../../target/{environment}/bin/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    let path = PathBuf::from(path);
    if path.is_file() {
        return Some(path);
    }
    println!(
        "skipped: {name}; python3 -m venv target/{environment} && target/{environment}/bin/pip install {name}"
    );
    None
}

/// Lets a target read the messages, and returns the last state that it wrote.
fn run(target: &Path, folder: &Path, config: &Json, out: &[u8]) -> String {
    let path = folder.join("config.json");
    std::fs::write(&path, config.to_string()).unwrap();
    let mut process = Command::new(target)
        .arg("--config")
        .arg(&path)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(out).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn reports_of_the_configuration_are_written() {
    let (_root, store, reports) = report_root();
    let mut options = SingerOptions::default();
    options.reports = reports;
    let (summary, out) = send(&store, &options);
    assert_eq!(summary.records, 2, "{summary:?}");
    let messages = lines(&out);
    let schema = of_type(&messages, "SCHEMA")[0];
    assert_eq!(schema["stream"], "adfox_report_sites");
    assert_eq!(
        schema["key_properties"],
        serde_json::json!(["account", "date", "site"])
    );
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("\"income\":0.000000001,"), "{text}");
}

#[test]
fn target_jsonl_repeats_the_texts() {
    let Some(program) = target("singer", "target-jsonl") else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    write_all(&store);
    let mut options = SingerOptions::default();
    options.money = SingerMoney::Text;
    let (_, out) = send(&store, &options);
    let work = folder();
    let config = serde_json::json!({"destination_path": work.path(), "do_timestamp_file": false});
    options.state = Some(run(&program, work.path(), &config, &out));
    let (summary, _) = send(&store, &options);
    assert_eq!((summary.records, summary.unchanged), (0, 4), "{summary:?}");
    let text = std::fs::read_to_string(work.path().join("spots_day.jsonl")).unwrap();
    assert!(text.contains(&format!("\"{LARGEST}\"")), "{text}");
    assert!(text.contains("9223372036854775807"), "{text}");
}
