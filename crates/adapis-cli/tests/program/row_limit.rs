//! `--limit`: the first rows of lists and statistics, without the pages after them.

use serde_json::Value;

use crate::peers::Emulator;
use crate::{adapis, failure, stdout, text};

fn rows(emulator: &Emulator, line: &str) -> usize {
    let output = emulator.run(&format!("{line} --format json"));
    let rows: Value = serde_json::from_str(stdout(&output)).unwrap();
    rows.as_array().unwrap().len()
}

fn received(emulator: &Emulator, operation: &str) -> u64 {
    let requests = emulator.control("requests");
    requests["operations"][operation]["received"]
        .as_u64()
        .unwrap_or(0)
}

#[test]
fn lists_and_statistics_have_as_many_rows() {
    let emulator = Emulator::start();
    let year = "--from 2025-01 --to 2025-12";
    for (line, rows_in_all) in [
        (format!("spots stats {year} --group date_day"), 365),
        ("hybrid campaigns".to_owned(), 200),
        (
            format!("hybrid v3 stats --level agency --split Day {year}"),
            365,
        ),
        ("adfox list campaign --all".to_owned(), 57),
        (
            "adfox call object=account action=list actionObject=campaign limit=20".to_owned(),
            20,
        ),
        ("hybrid get /campaign/get".to_owned(), 200),
    ] {
        for (limit, expected) in [(1, 1), (3, 3), (1_000_000, rows_in_all)] {
            let count = rows(&emulator, &format!("{line} --limit {limit}"));
            if limit < 1_000_000 {
                assert_eq!(count, expected, "{line}");
            } else {
                assert!(count >= expected, "{line}: {count}");
            }
        }
    }
    let csv = emulator.run("adfox list campaign --limit 2 --format csv");
    assert_eq!(stdout(&csv).lines().count(), 3);
    assert!(
        text(&csv.stderr).contains("showing 2 of 57 rows, see --limit"),
        "{csv:?}"
    );
}

#[test]
fn no_page_is_requested_beyond_the_last_row() {
    let emulator = Emulator::start();
    assert_eq!(
        rows(&emulator, "adfox list campaign limit=10 --limit 15"),
        15
    );
    assert_eq!(received(&emulator, "adfox.account.list.campaign"), 2);
    let all = "adfox list campaign limit=10 --where status=0";
    let matching = rows(&emulator, all);
    let before = received(&emulator, "adfox.account.list.campaign");
    assert_eq!(
        rows(&emulator, &format!("{all} --limit 1")),
        1.min(matching)
    );
    let asked = received(&emulator, "adfox.account.list.campaign") - before;
    assert!(asked < 6, "{asked}");

    let days = "spots stats --from 2025-01 --to 2025-12 --group date_day --window-days 1";
    assert_eq!(rows(&emulator, &format!("{days} --limit 5")), 5);
    let asked = received(&emulator, "spots.platform.getStatistics");
    assert!((5..20).contains(&asked), "{asked}");
}

#[test]
fn commands_without_rows_of_a_vendor_have_no_limit() {
    for line in [
        "demo --limit 1",
        "adfox delete campaign 3001 --limit 1",
        "adfox add zone name=Front --limit 1",
        "keitaro click --limit 1",
        "adfox report-dates --limit 1",
    ] {
        let (code, error) = failure(adapis(line));
        assert_eq!(code, 2, "{line}: {error}");
        assert!(error.contains("--limit is for lists"), "{line}: {error}");
    }
    assert_eq!(failure(adapis("adfox list campaign --limit 0")).0, 2);
}

/// Whether a response is a list is not known before it has arrived.
#[test]
fn a_limit_on_a_response_that_is_no_list_is_noted() {
    let emulator = Emulator::start();
    for line in [
        "adfox call object=account action=auth --limit 1",
        "adfox call object=tracingPoint action=getCode objectID=701 --limit 1",
        "spots call x --dry-run --limit 1",
    ] {
        let output = emulator.run(line);
        stdout(&output);
        let notes = text(&output.stderr);
        assert!(notes.contains("--limit has no effect"), "{line}: {notes}");
    }
    // A change is refused before it is sent.
    let change = "adfox call object=campaign action=modify objectID=3001 name=X --limit 1";
    let refused = emulator.run(change);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(text(&refused.stderr).contains("action=modify is not one"));
    assert_eq!(received(&emulator, "adfox.campaign.modify"), 0);
    let list = emulator.run("adfox call object=account action=list actionObject=zone --limit 1");
    assert!(!text(&list.stderr).contains("no effect"), "{list:?}");
}
