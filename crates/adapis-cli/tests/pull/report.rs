//! `adapis report`, and `--format html` of live statistics.

use std::time::Duration;

use adapis_emulator::{Emulator, RevisionSettings, Settings};
use jiff::Timestamp;

use crate::{ADSERVER, AGENCY, Home, NOW, emulator, failure, publisher, text};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_the_days_of_the_files_and_their_state() {
    let settings = Settings {
        revisions: RevisionSettings {
            settle_days: 3,
            ..RevisionSettings::default()
        },
        ..Settings::default()
    };
    let start: Timestamp = "2025-12-02T03:00:00Z".parse().unwrap();
    let builder = Emulator::builder().settings(settings).now(start);
    let emulator = builder.start().await.unwrap();
    let home = Home::new(
        &emulator,
        &(publisher("\"day\", \"site-day\"") + AGENCY + ADSERVER),
    );
    for night in [
        "2025-12-02T03:00:00Z",
        "2025-12-03T03:00:00Z",
        "2025-12-04T03:00:00Z",
    ] {
        home.json(&format!("pull --now {night}"));
        emulator.advance(Duration::from_secs(86_400)).unwrap();
    }
    let output = home.run(
        "report --source publisher --now 2025-12-04T03:00:00Z --currency RUB --out report.html",
    );
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stdout), "");
    let page = std::fs::read_to_string(home.folder.path().join("report.html")).unwrap();
    for part in [
        "<title>publisher</title>",
        "site01.example",
        "RUB",
        "UTC+3",
        "2025",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // The late changes are those of the nights: days grew until the third night after their end.
    let late = page.find("id=\"late\"").expect("a section of late changes");
    let section = &page[late..late + 3000];
    assert!(section.contains("<td"), "{section}");

    // Campaigns have their names, from the latest snapshot.
    let output = home.run("report --source agency --language ru --now 2025-12-04T03:00:00Z");
    let page = text(&output.stdout);
    assert!(page.contains("<html lang=\"ru\">"), "{output:?}");
    assert!(page.contains("Campaign"), "no names of campaigns");
    let (code, line) = failure(&home.run("report --source adserver"));
    assert_eq!(code, 2);
    assert!(line.contains("no statistics by day"), "{line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn live_statistics_by_day_make_a_page() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new(&emulator, &publisher("\"day\""));
    let run = |line: &str| {
        let mut command = home.command(line);
        command.env("ADAPIS_ADFOX_OAUTH_TOKEN", "adfox-oauth-token");
        command.env("ADAPIS_ADFOX_ENDPOINT", emulator.adfox_reports_url());
        command.output().unwrap()
    };
    for (line, group) in [
        (
            "spots stats --profile all --from 2025-12 --to 2025-12 --group date_day,site",
            "site01.example",
        ),
        (
            "spots stats --profile all --from 2025-12 --to 2025-12 --group date_day",
            "SPOTS",
        ),
        (
            "hybrid v3 stats --profile all --level agency --split Day --split Campaign --from 2025-12-01 --to 2025-12-07",
            "Campaign",
        ),
        (
            "hybrid stats advertiser --profile all --all-advertisers --from 2025-12-01 --to 2025-12-03",
            "Hybrid",
        ),
        (
            "adfox report --metric loads_commercial,clicks_total --dimension date,campaign_id --from 2025-12-01 --to 2025-12-07",
            "ADFOX",
        ),
    ] {
        let output = run(&format!("{line} --output page.html"));
        assert!(output.status.success(), "{line}: {output:?}");
        let page = std::fs::read_to_string(home.folder.path().join("page.html")).unwrap();
        assert!(
            page.starts_with("<!doctype html>") && page.ends_with("</html>\n"),
            "{line}"
        );
        assert!(page.contains(group), "{line}");
        assert!(page.contains("id=\"days\""), "{line}");
    }
    let sent = emulator
        .requests()
        .operations
        .values()
        .map(|counts| counts.received)
        .sum::<u64>();
    for line in [
        "spots stats --profile all --from 2025-12 --to 2025-12 --group site",
        "hybrid v3 stats --profile all --level agency --split Campaign --from 2025-12 --to 2025-12",
        "hybrid stats banner 58c1598f7bc72f277c4744ec --profile all --from 2017-03-18 --to 2017-03-18",
        "adfox report --metric loads_commercial --dimension campaign_id --from 2025-12-01 --to 2025-12-07",
    ] {
        let (code, error) = failure(&run(&format!("{line} --format html")));
        assert_eq!(code, 2, "{line}: {error}");
        assert!(error.contains("needs statistics by day"), "{line}: {error}");
    }
    let (code, error) = failure(&run("hybrid advertisers --profile all --format html"));
    assert_eq!(code, 2);
    assert!(error.contains("the format html is for"), "{error}");
    let after = emulator
        .requests()
        .operations
        .values()
        .map(|counts| counts.received)
        .sum::<u64>();
    assert_eq!(
        after, sent,
        "nothing is sent for a page that cannot be made"
    );
}

#[test]
fn the_demo_makes_a_page_of_the_last_sixty_days() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_adapis"));
    let output = command
        .args(["demo", "report", "--out", "report.html"])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    for part in ["site01.example", "id=\"late\"", "id=\"heat\""] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_no_files_says_so() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"site-day\""));
    let output = home.run(&format!("report --source publisher --now {NOW}"));
    assert!(output.status.success(), "{output:?}");
    assert!(text(&output.stdout).contains("</html>"));
}

/// What the page says about the vendor's own totals.
fn reconciled(page: &str) -> &str {
    let (_, tile) = page
        .split_once("<dt>Matches the vendor’s totals</dt><dd>")
        .unwrap();
    tile.split_once("</dd>").unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_never_adds_up_two_splits() {
    let emulator = emulator().await;
    let streams = "{ name = \"split-day\", splits = [\"Country\", \"OS\"] }, \"campaign-day\"";
    let sources = AGENCY.replace("\"campaign\", \"campaign-day\"", streams);
    let home = Home::new(&emulator, &sources);
    home.json(&format!("pull --now {NOW}"));
    let page = |flags: &str| {
        let output = home.run(&format!("report --source agency --now {NOW} {flags}"));
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout).to_owned()
    };
    // The first row of the table of days, with every digit.
    let totals = |page: &str| {
        let (_, table) = page.split_once("<section id=\"table\"").unwrap();
        table.split_once("</section>").unwrap().0.to_owned()
    };
    let campaigns = page("--stream campaign-day");
    assert!(campaigns.contains("By day and campaign"));
    for (flags, split) in [("", "Country"), ("--split OS", "OS")] {
        let page = page(&format!("--stream split-day {flags}"));
        assert!(page.contains(&format!("By day and {split}")), "{split}");
        assert_eq!(totals(&page), totals(&campaigns), "{split}");
        assert_eq!(reconciled(&page), "Yes");
    }
    for (flags, expected) in [
        ("--stream split-day --split Site", "known are Country, OS"),
        ("--stream campaign-day --split OS", "has no splits"),
    ] {
        let (code, line) = failure(&home.run(&format!("report --source agency {flags}")));
        assert_eq!(code, 2);
        assert!(line.contains(expected), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_other_sums_is_not_said_to_match_them() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\", \"site-day\""));
    home.json(&format!("pull --now {NOW}"));
    for (stream, expected) in [("site-day", "Yes"), ("day", "Not compared")] {
        let line = format!("report --source publisher --stream {stream} --now {NOW}");
        let output = home.run(&line);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(reconciled(text(&output.stdout)), expected, "{stream}");
    }
}
