//! The program against the emulator.

use std::process::{Command, Output};

use adapis_emulator::{Emulator, Settings};
use serde_json::{Value, json};

const MONTH: &str = "--from 2025-01-01 --to 2025-01-31";

struct Server(Emulator);

impl Server {
    async fn start(reports: Value) -> Self {
        let mut settings = Settings::default();
        settings.adfox.reports = serde_json::from_value(reports).unwrap();
        let emulator = Emulator::builder().settings(settings);
        Self(emulator.start().await.unwrap())
    }

    fn run(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_adapis"))
            .arg("adfox")
            .args(line.split_whitespace())
            .args(["--endpoint", &self.0.adfox_url()])
            .env(
                "ADAPIS_ADFOX_OAUTH_TOKEN",
                &self.0.credentials().adfox.token,
            )
            .output()
            .unwrap()
    }

    fn printed(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn rows(&self, line: &str) -> Vec<Value> {
        let json = self.printed(&format!("{line} --format json"));
        serde_json::from_str(&json).unwrap()
    }

    fn error(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(!output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_waits_for_its_task_and_filters() {
    let server = Server::start(json!({"pending_polls": 1, "ids_as_strings": true})).await;
    let report = "report --metric clicks_total,income --dimension date,campaign_id";
    let all = server.rows(&format!("{report} {MONTH}"));
    assert!(
        all.len() > 31 && all[0]["campaign_id"].is_string(),
        "{:?}",
        all[0]
    );
    let campaign = all[0]["campaign_id"].as_str().unwrap();
    for operator in ["eq", "equal", "EQ"] {
        let filter = format!("--filter campaign_id:{operator}:{campaign}");
        let rows = server.rows(&format!("{report} {MONTH} {filter}"));
        let expected = all.iter().filter(|row| row["campaign_id"] == campaign);
        assert!(rows.iter().eq(expected), "{operator}");
    }
    let saved = server.rows(&format!("report --saved campaigns_by_days {MONTH}"));
    assert_eq!(saved.len(), all.len());
    let csv = server.printed(&format!("{report} {MONTH} --format csv"));
    assert_eq!(csv.lines().count(), all.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_with_a_limit_is_resumed_with_it() {
    let server = Server::start(json!({})).await;
    let report =
        format!("report --metric loads_commercial --dimension campaign_id {MONTH} --limit 3");
    let rows = server.rows(&report);
    assert_eq!(rows.len(), 3);
    let log = String::from_utf8(server.run(&format!("{report} -v")).stderr).unwrap();
    let id = log
        .split("task=")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    let task = format!("report --task {}", id.unwrap());
    assert_eq!(server.rows(&format!("{task} --limit 3")), rows);
    assert_eq!(server.rows(&format!("{task} --limit 2")), rows[..2]);
    let error = server.error(&task);
    assert!(error.contains("with the same limit"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_compared_with_their_totals_or_not() {
    let server = Server::start(json!({"ratio_totals": true})).await;
    let report = format!("report --metric ecpm,clicks_total --dimension campaign_id {MONTH}");
    let rows = server.rows(&report);
    assert_eq!(
        server.rows(&format!("{report} --not-summed ecpm,clicks_total")),
        rows
    );
    let error = server.error(&format!("{report} --summed ecpm"));
    assert!(error.contains("column `ecpm`"), "{error}");
    assert_eq!(server.rows(&format!("{report} --ignore-totals")), rows);
    for (flags, says) in [
        ("--summed ecpm --not-summed ecpm", "must not name `ecpm`"),
        ("--summed ecpm --ignore-totals", "cannot be used"),
    ] {
        let error = server.error(&format!("{report} {flags}"));
        assert!(error.contains(says), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_refusals() {
    for items in ["objects", "names"] {
        let server = Server::start(json!({"items": items, "available_dates": "from"})).await;
        let saved = server.printed("reports");
        assert!(
            saved.contains("campaigns_by_days") && saved.contains("custom_total"),
            "{saved}"
        );
        let metadata = server.printed("report-metadata");
        assert!(metadata.contains("loads_commercial"), "{metadata}");
        let dates = server.printed("report-dates");
        assert!(dates.contains("2025-12-31"), "{dates}");
    }
    let server = Server::start(json!({"owner_required": true, "outcomes": ["failure"]})).await;
    assert!(server.error("reports").contains("MISSING_OWNER_ID"));
    assert!(server.printed("reports --owner-id 7").contains("sites"));
    let report = format!("report --metric clicks_total {MONTH} --owner-id 7");
    assert!(server.error(&report).contains("Unexpected error"));
    assert_eq!(server.rows(&report).len(), 1, "made again");
}
