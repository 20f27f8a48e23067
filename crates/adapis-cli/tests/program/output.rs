use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::peers::Emulator;
use crate::{adapis, stdout};

#[test]
fn one_answer_in_four_formats() {
    let emulator = Emulator::start();
    let printed = |format: &str| {
        let output = emulator.run(&format!(
            "spots stats --from 2023-08-23 --to 2023-08-24 --group site --site test1.ru \
             --site test2.ru {format}"
        ));
        stdout(&output).to_owned()
    };
    let rows = "{\"site\":\"test1.ru\",\"shows\":71385,\"clicks\":196,\"income\":3143.356472008}";
    assert_eq!(printed("--format ndjson").lines().next(), Some(rows));
    let json = printed("--format json");
    assert!(json.contains(rows), "{json}");
    assert_eq!(serde_json::from_str::<Vec<Value>>(&json).unwrap().len(), 2);
    assert_eq!(printed(""), json, "json is what a pipe gets");
    assert_eq!(
        printed("--format csv"),
        "site,shows,clicks,income,extra\ntest1.ru,71385,196,3143.356472008,\ntest2.ru,944,2,55.626086398,\n"
    );
    let table = printed("--format table");
    assert!(table.contains("71385") && !table.contains('{'), "{table}");
    assert!(!table.contains('\u{1b}'), "no colours into a pipe: {table}");
}

#[test]
fn the_format_may_come_from_the_environment() {
    let emulator = Emulator::start();
    let mut command = emulator.with_accounts(adapis("hybrid advertisers"));
    let output = command.env("ADAPIS_FORMAT", "csv").output().unwrap();
    assert!(stdout(&output).starts_with("Id,"), "{output:?}");
}

#[test]
fn a_reader_that_leaves_ends_the_program_quietly() {
    let emulator = Emulator::start();
    let mut child = emulator
        .with_accounts(adapis(
            "spots stats --from 2025-01-01 --to 2025-12-31 --group date_day --group placement \
             --format ndjson",
        ))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut first)
        .unwrap();
    assert!(first.starts_with('{'), "{first}");
    let mut complaint = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut complaint)
        .unwrap();
    assert_eq!(complaint, "");
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_demo_shows_the_vendors_figures() {
    let table = adapis("demo").output().unwrap();
    let table = stdout(&table);
    for figure in [
        "http://domain.com/?data=&utm-campaign=aff1",
        "71385",
        "3143.356472008",
        "53df8633af55cd57805746f5",
        "61239",
        "697.827701971",
        "in 3 pages",
        "15000",
        "ready at look",
    ] {
        assert!(table.contains(figure), "{figure}: {table}");
    }
    let rows = adapis("demo --format json").output().unwrap();
    let rows: Vec<Value> = serde_json::from_str(stdout(&rows)).unwrap();
    for section in [
        "keitaro",
        "spots",
        "hybrid",
        "hybrid_v3",
        "adfox",
        "adfox_report",
    ] {
        assert!(
            rows.iter().any(|row| row["section"] == section),
            "{section}"
        );
    }
    // Both versions of Hybrid have the same numbers.
    let sum = |section: &str, column: &str| -> u64 {
        let rows = rows.iter().filter(|row| row["section"] == section);
        rows.filter_map(|row| row[column].as_u64()).sum()
    };
    assert!(sum("hybrid", "impressions") > 0);
    assert_eq!(
        sum("hybrid", "impressions"),
        sum("hybrid_v3", "impressions")
    );
    assert_eq!(sum("adfox_report", "clicks_total"), 225 + 270);
}

#[cfg(unix)]
#[test]
fn the_emulator_ends_in_good_order_on_a_signal() {
    for signal in ["-TERM", "-INT"] {
        let emulator = Emulator::start();
        let pid = emulator.pid().to_string();
        let told = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(told.success());
        assert!(emulator.wait().success(), "{signal}");
    }
}
