//! `adapis adfox` as a program against the emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic"
)]

mod import;

use std::process::{Command, Output, Stdio};

use adapis_emulator::Emulator;
use serde_json::{Value, json};

const ADD: &str = "adfox.account.add.zone";

fn command(emulator: &Emulator, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adapis"));
    command
        .arg("adfox")
        .args(words)
        .args(["--endpoint", &emulator.adfox_url(), "--attempts", "1"])
        .env("ADAPIS_ADFOX_LOGIN", "test")
        .env("ADAPIS_ADFOX_PASSWORD", "Secret-Passw0rd")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn run(emulator: &Emulator, line: &str) -> Output {
    let words: Vec<&str> = line.split_whitespace().collect();
    command(emulator, &words).output().unwrap()
}

/// The JSON output of a successful command.
fn printed(emulator: &Emulator, line: &str) -> Value {
    let output = run(emulator, &format!("{line} --format json"));
    assert!(output.status.success(), "{line}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The exit code and the error of a failed command.
fn refused(emulator: &Emulator, line: &str) -> (i32, Value) {
    let output = run(emulator, &format!("{line} --format json"));
    let line = output
        .stderr
        .split(|byte| *byte == b'\n')
        .rfind(|line| line.starts_with(b"{"));
    let error: Value = serde_json::from_slice(line.unwrap()).unwrap();
    (output.status.code().unwrap(), error["error"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn list_prints_rows_in_every_format_and_all_pages() {
    let emulator = Emulator::start().await.unwrap();
    let rows = printed(&emulator, "list campaign limit=10 --all");
    assert_eq!(rows.as_array().unwrap().len(), 57);
    assert_eq!(
        emulator
            .requests()
            .of("adfox.account.list.campaign")
            .received,
        6
    );
    let first = run(&emulator, "list campaign limit=10 --format csv");
    let text = String::from_utf8(first.stdout).unwrap();
    assert_eq!(text.lines().count(), 11, "{text}");
    assert!(
        String::from_utf8(first.stderr)
            .unwrap()
            .contains("of 57 rows")
    );
    let lines = run(&emulator, "list contractor --format ndjson");
    let row: Value =
        serde_json::from_slice(lines.stdout.split(|b| *b == b'\n').next().unwrap()).unwrap();
    assert_eq!(row["roles"], json!(["0", "1"]));
    let table = run(&emulator, "list category --format table");
    assert!(
        String::from_utf8(table.stdout)
            .unwrap()
            .contains("Кулинария")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn add_get_modify_delete_and_call() {
    let emulator = Emulator::start().await.unwrap();
    let added = printed(&emulator, "add website name=Site url=site.example");
    assert_eq!(added["code"], 0);
    let id = added["ID"].as_str().unwrap();
    let row = printed(&emulator, &format!("get website {id}"));
    assert_eq!(
        (&row["name"], &row["url"]),
        (&json!("Site"), &json!("site.example"))
    );
    assert_eq!(
        printed(&emulator, &format!("modify website {id} name=Другой"))["code"],
        0
    );
    assert_eq!(
        printed(&emulator, &format!("get website {id}"))["name"],
        "Другой"
    );
    assert_eq!(
        printed(&emulator, &format!("delete website {id}"))["code"],
        0
    );
    let (code, error) = refused(&emulator, &format!("get website {id}"));
    assert_eq!((code, &error["kind"]), (6, &json!("not_found")));
    let again = printed(&emulator, "add category name=Новости --unless-exists");
    assert_eq!(
        (&again["added"], &again["ID"]),
        (&json!(false), &json!("301"))
    );
    let page = printed(
        &emulator,
        "call object=account action=list actionObject=campaign limit=3 offset=2 --method post",
    );
    assert_eq!(
        (page.as_array().unwrap().len(), &page[0]["ID"]),
        (3, &json!("3003"))
    );
    assert_eq!(
        printed(&emulator, "call object=account action=auth"),
        json!({ "code": 0 })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn placing_upload_and_banners() {
    let emulator = Emulator::start().await.unwrap();
    assert_eq!(
        printed(&emulator, "placing website 5001 --campaign 3001")["code"],
        0
    );
    let (code, error) = refused(&emulator, "placing place 5201 --campaign 3001");
    assert_eq!((code, &error["code"]), (6, &json!("-10")));
    assert_eq!(
        printed(&emulator, "placing website 5001 --campaign 3001 --off")["code"],
        0
    );
    let folder = tempfile::tempdir().unwrap();
    let html = folder.path().join("banner.html");
    std::fs::write(&html, "<b>\nline</b>\n").unwrap();
    let line = format!(
        "add banner campaignID=3001 templateID=201 name=B --text user1={}",
        html.display()
    );
    let id = printed(&emulator, &line)["ID"].as_str().unwrap().to_owned();
    assert_eq!(
        printed(&emulator, &format!("get banner {id}"))["user1"],
        "<b>\nline</b>"
    );
    let zip = folder.path().join("240x400.zip");
    std::fs::write(&zip, b"PK\x03\x04").unwrap();
    let zip = zip.display();
    assert_eq!(
        printed(&emulator, &format!("upload banner {id} {zip}"))["code"],
        0
    );
    assert_eq!(
        printed(&emulator, &format!("get banner {id}"))["zipFile"],
        "240x400.zip"
    );
    let stored = printed(&emulator, &format!("upload campaign 3001 {zip}"));
    assert!(stored["value"].as_str().unwrap().ends_with("240x400.zip"));
    assert_eq!(
        printed(&emulator, &format!("delete banner {id} campaignID=3001"))["code"],
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn dry_run_prints_the_request_masked_and_sends_nothing() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.zip");
    std::fs::write(&file, "PK").unwrap();
    for line in [
        "list campaign".to_owned(),
        "get campaign 3001".to_owned(),
        "add zone name=x siteID=5001".to_owned(),
        "add zone name=x siteID=5001 --unless-exists".to_owned(),
        "modify zone 5101 name=x".to_owned(),
        "delete zone 5101".to_owned(),
        "placing zone 5101 --campaign 3001".to_owned(),
        format!("upload banner 4001 {}", file.display()),
        "call object=account action=auth".to_owned(),
    ] {
        let shown = printed(&emulator, &format!("{line} --dry-run")).to_string();
        assert!(shown.contains("loginPassword=***"), "{shown}");
        assert!(!shown.contains("Secret-Passw0rd"));
    }
    assert!(emulator.requests().recent.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_never_leaves_the_machine() {
    let emulator = Emulator::start().await.unwrap();
    for (line, field) in [
        ("list campaign limit=1001", "limit"),
        ("call action=list", "object"),
        ("call object=account action=list name", "name"),
        (
            "call object=account action=changePassword newPassword=x",
            "newPassword",
        ),
        (
            "modify campaign 3001 dateStart=2026-02-01 dateEnd=2026-01-01",
            "dateEnd",
        ),
        ("delete zone x", "ID"),
    ] {
        let (code, error) = refused(&emulator, line);
        assert_eq!(code, 2, "{line}");
        assert!(
            error["message"].as_str().unwrap().contains(field),
            "{error}"
        );
    }
    let torn = command(&emulator, &["add", "zone", "name=a\r\nb", "siteID=5001"])
        .output()
        .unwrap();
    assert_eq!(torn.status.code(), Some(2));
    assert!(emulator.requests().recent.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn several_ids_are_told_one_by_one() {
    let emulator = Emulator::start().await.unwrap();
    let rows = printed(&emulator, "modify zone 5101 5102,5101 name=Другая");
    assert_eq!(
        rows,
        json!([
            { "ID": 5101, "state": "modified", "message": null, "error": null },
            { "ID": 5102, "state": "modified", "message": null, "error": null },
        ])
    );
    let output = run(
        &emulator,
        "modify zone 5101 99999 5102 name=Третья --format csv",
    );
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let states: Vec<&str> = text
        .lines()
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    assert_eq!(states, ["state", "modified", "refused", "modified"]);

    let rows = printed(&emulator, "placing zone 5101 5102 --campaign 3001");
    assert_eq!(
        (&rows[1]["ID"], &rows[1]["state"]),
        (&json!(5102), &json!("placed"))
    );
    let rows = printed(&emulator, "delete category 301 302");
    assert_eq!(
        (rows.as_array().unwrap().len(), &rows[0]["state"]),
        (2, &json!("deleted"))
    );
    // One call for all: which of them the message is about is in its words.
    let rows = printed(&emulator, "delete zone 5101 99999 --yes");
    assert_eq!(rows[0]["state"], "partial");
    assert!(
        rows[0]["message"].as_str().unwrap().contains("99999"),
        "{rows}"
    );
    let shown = printed(&emulator, "modify zone 5103 5104 name=x --dry-run");
    assert_eq!(shown.as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_nothing_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    for (line, words) in [
        ("modify zone 5101", "nothing to change"),
        ("modify zone name=x", "at least one ID"),
        ("modify zone x name=x", "'x' is neither an ID"),
        ("target geobase 3001", "nothing to set"),
        ("target geobase geo=1", "at least one ID"),
        ("delete zone", "at least one ID"),
        ("modify zone 5101 name=x --journal y", "--from"),
    ] {
        let (code, error) = refused(&emulator, line);
        assert_eq!(code, 2, "{line}");
        assert!(
            error["message"].as_str().unwrap().contains(words),
            "{error}"
        );
    }
    assert!(emulator.requests().recent.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_filtered_here_and_an_unknown_member_is_an_error() {
    let emulator = Emulator::start().await.unwrap();
    let all = printed(&emulator, "list campaign --all");
    let active = all.as_array().unwrap().iter();
    let active = active.filter(|row| row["status"] == "0").count();
    assert!(active > 0 && active < 57);
    let rows = printed(&emulator, "list campaign limit=10 --where status=0");
    assert_eq!(rows.as_array().unwrap().len(), active);
    let both = "list campaign --where status=0 --where ID=3001";
    assert!(printed(&emulator, both).as_array().unwrap().len() <= 1);
    assert_eq!(printed(&emulator, "list campaign --where ID=1"), json!([]));
    for (line, words) in [
        (
            "list campaign --where Status=0",
            "none of the 57 rows has a member Status",
        ),
        ("list campaign --where status", "MEMBER=VALUE"),
    ] {
        let (code, error) = refused(&emulator, line);
        assert_eq!(code, 2, "{line}");
        assert!(
            error["message"].as_str().unwrap().contains(words),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untyped_list_says_that_there_is_more_and_reads_all_of_it() {
    let emulator = Emulator::start().await.unwrap();
    let line = "call object=account action=list actionObject=campaign";
    let output = run(&emulator, &format!("{line} --format ndjson"));
    assert!(output.status.success());
    assert_eq!(
        output.stdout.iter().filter(|byte| **byte == b'\n').count(),
        10
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("showing 10 of 57 rows; use --all"), "{said}");
    for line in [
        &format!("{line} offset=10 limit=2"),
        "list campaign offset=10 limit=2",
    ] {
        let said = String::from_utf8(run(&emulator, line).stderr).unwrap();
        assert!(said.contains("showing 2 of 57 rows; use --all"), "{said}");
    }
    let all = printed(&emulator, &format!("{line} --all"));
    assert_eq!(all.as_array().unwrap().len(), 57);
    let (code, error) = refused(
        &emulator,
        "call object=zone action=modify objectID=5101 name=x --all",
    );
    assert_eq!(code, 2, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn targeting_is_set_by_its_kind() {
    let emulator = Emulator::start().await.unwrap();
    let set = printed(&emulator, "target frequency 3001 maxUniqueImpressions=3");
    assert_eq!(set["code"], 0);
    let row = printed(&emulator, "get campaign 3001 show=targetingFrequency");
    assert_eq!(row["maxUniqueImpressions"], "3");
    let shown = printed(&emulator, "target geobase 4001 geo=1 --banner --dry-run").to_string();
    assert!(
        shown.contains("object=banner") && shown.contains("isRedefined=1"),
        "{shown}"
    );
    let rows = printed(&emulator, "target geobase 3001 3002 geo=1 global=1");
    assert_eq!(
        (&rows[0]["state"], &rows[1]["ID"]),
        (&json!("set"), &json!(3002))
    );
}
