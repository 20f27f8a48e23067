//! `adapis spots` as a program against the emulator.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::process::{Command, Output, Stdio};

use adapis_emulator::{Emulator, Fault, FaultPlan};
use serde_json::{Value, json};

fn run(emulator: &Emulator, words: &[&str]) -> Output {
    run_as(emulator, &emulator.credentials().spots.password, words)
}

fn run_as(emulator: &Emulator, password: &str, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_adapis"))
        .arg("spots")
        .args(words)
        .args(["--endpoint", &emulator.spots_url(), "--attempts", "1"])
        .env("ADAPIS_SPOTS_LOGIN", &emulator.credentials().spots.login)
        .env("ADAPIS_SPOTS_PASSWORD", password)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn error(output: &Output) -> Value {
    let line: Value = serde_json::from_slice(&output.stderr).unwrap();
    line["error"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_example_in_every_format() {
    let emulator = Emulator::start().await.unwrap();
    let line =
        "stats --from 2023-08-23 --to 2023-08-24 --site test1.ru,test2.ru --group site --format";
    for (format, expected) in [
        (
            "json",
            "[\n{\"site\":\"test1.ru\",\"shows\":71385,\"clicks\":196,\"income\":3143.356472008},\n\
             {\"site\":\"test2.ru\",\"shows\":944,\"clicks\":2,\"income\":55.626086398}\n]\n",
        ),
        (
            "ndjson",
            "{\"site\":\"test1.ru\",\"shows\":71385,\"clicks\":196,\"income\":3143.356472008}\n\
             {\"site\":\"test2.ru\",\"shows\":944,\"clicks\":2,\"income\":55.626086398}\n",
        ),
        (
            "csv",
            "site,shows,clicks,income,extra\ntest1.ru,71385,196,3143.356472008,\ntest2.ru,944,2,55.626086398,\n",
        ),
    ] {
        let mut line = words(line);
        line.push(format);
        let output = run(&emulator, &line);
        assert_eq!(text(&output.stdout), expected, "{output:?}");
    }
    let table = run(&emulator, &[words(line), vec!["table"]].concat());
    assert!(text(&table.stdout).contains("test1.ru  71385     196  3143.356472008"));
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_repeat_or_stand_in_a_list() {
    let emulator = Emulator::start().await.unwrap();
    let count = |line: &str| {
        let output = run(&emulator, &words(line));
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout).lines().count()
    };
    let days = "stats --from 2023-08-23 --to 2023-10-24 --format ndjson";
    for (line, rows) in [
        ("--group site_id --site-id 750", 2),
        ("--group site_id --site-id 750 --site-id 748", 3),
        ("--group site_id --site-id 750,748", 3),
        ("--group date_day,site", 2),
        ("--group date_day --group site", 2),
        ("--group placement --placement all", 2),
        ("--group placement --placement 7481", 1),
        ("--group placement --placement-name all", 2),
        ("--group site --site nobody.example", 0),
        ("", 1),
    ] {
        assert_eq!(count(&format!("{days} {line}")), rows, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_cut_and_comes_once_in_the_order_of_its_days() {
    let emulator = Emulator::start().await.unwrap();
    let line = "stats --from 2025-01-01 --to 2025-12-31 --group date_day,site_id --format csv";
    let cut = run(&emulator, &words(line));
    let sent = emulator
        .requests()
        .of("spots.platform.getStatistics")
        .received;
    assert_eq!(sent, 12);
    let whole = run(
        &emulator,
        &[words(line), words("--window-days 400")].concat(),
    );
    assert_eq!(text(&cut.stdout), text(&whole.stdout));
    let days: Vec<&str> = text(&cut.stdout)
        .lines()
        .skip(1)
        .map(|row| &row[..10])
        .collect();
    assert!(days.len() > 14_000 && days.is_sorted(), "{}", days.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rows_are_an_empty_document_with_a_header() {
    let emulator = Emulator::start().await.unwrap();
    let line = "stats --from 2030-01-01 --to 2030-01-02 --group date_day,site --format";
    let csv = run(&emulator, &[words(line), vec!["csv"]].concat());
    assert_eq!(
        text(&csv.stdout),
        "date_day,site,shows,clicks,income,extra\n"
    );
    let json = run(&emulator, &[words(line), vec!["json"]].concat());
    assert_eq!(text(&json.stdout), "[]\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_names_its_field_and_sends_nothing() {
    let emulator = Emulator::start().await.unwrap();
    for (line, field) in [
        ("stats --from 2023-08-24 --to 2023-08-23", "to"),
        ("stats --from tomorrow --to 2023-08-23", "from"),
        ("stats --from yesterday --to 2023-08-23", "to"),
        (
            "stats --from 2023-08-23T00:00:00+03:00 --to 2023-08-23",
            "from",
        ),
        ("stats --from 2023-08-23 --to 2023-02-30", "to"),
        (
            "stats --from 2023-08-23 --to 2023-08-23 --group country",
            "group",
        ),
        (
            "stats --from 2023-08-23 --to 2023-08-23 --site-id x",
            "site-id",
        ),
        (
            "stats --from 2023-08-23 --to 2023-08-23 --placement all,5",
            "placement",
        ),
        ("call m --params 5", "params"),
        ("call m --params {", "params"),
    ] {
        let output = run(&emulator, &[words(line), words("--format json")].concat());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let error = error(&output);
        assert_eq!(error["kind"], "invalid_input", "{line}");
        assert_eq!(error["field"], field, "{error}");
    }
    let injected = [
        "stats",
        "--from",
        "2023-08-23",
        "--to",
        "2023-08-23",
        "--site",
        "a\r\nb",
    ];
    let output = run(&emulator, &injected);
    assert_eq!(output.status.code(), Some(2));
    let unknown = run(
        &emulator,
        &words("stats --from 2023-08-23 --to 2023-08-23 --country RU"),
    );
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("--country"), "{unknown:?}");
    assert_eq!(emulator.requests().of("spots.user.auth").received, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn any_method_is_called_and_its_result_printed_as_it_is() {
    let emulator = Emulator::start().await.unwrap();
    let params = r#"{"filter":{"date_from":"2023-08-23","date_to":"2023-08-23","site":["test1.ru"],"main_group":["site"]}}"#;
    let call = [
        "call",
        "platform.getStatistics",
        "--params",
        params,
        "--format",
    ];
    let json = run(&emulator, &[&call[..], &["json"]].concat());
    assert_eq!(
        text(&json.stdout),
        "[{\"shows\":71385,\"clicks\":196,\"income\":3143.356472008,\"site\":\"test1.ru\"}]\n"
    );
    let csv = run(&emulator, &[&call[..], &["csv"]].concat());
    assert_eq!(
        text(&csv.stdout),
        "shows,clicks,income,site\n71385,196,3143.356472008,test1.ru\n"
    );
}

/// Body of the response, exit code, and the result or members of the error.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_shows_a_success_or_the_error_object() {
    for (body, exit, expected) in [
        (
            r#"{"jsonrpc":"2.0","result":{"a":1.10},"error":null,"id":1}"#,
            0,
            json!("{\"a\":1.10}\n"),
        ),
        (r#"{"result":null,"id":1}"#, 0, json!("null\n")),
        (
            r#"{"jsonrpc":"2.0","error":{"code":-7,"message":"words","data":{"row":1.10}},"id":1}"#,
            6,
            json!({"kind": "rejected", "code": "-7", "message": "words", "status": 200, "vendor": "spots", "operation": "any.method"}),
        ),
        (
            r#"{"jsonrpc":"2.0","error":"bare words","id":null}"#,
            6,
            json!({"code": null, "message": "bare words"}),
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":-32603,"message":"boom"},"id":1}"#,
            7,
            json!({"kind": "server", "may_have_run": true}),
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":429,"message":"slow"},"id":1}"#,
            5,
            json!({"kind": "rate_limited"}),
        ),
        (
            r#"{"jsonrpc":"2.0","result":1,"id":2}"#,
            8,
            json!({"kind": "decode"}),
        ),
        (
            r#"{"jsonrpc":"2.0","result":1,"error":"x","id":1}"#,
            8,
            json!({"kind": "decode"}),
        ),
        (r#"[]"#, 8, json!({"kind": "decode"})),
    ] {
        let emulator = Emulator::start().await.unwrap();
        let fault = Fault::status(200).body(body);
        emulator
            .faults(FaultPlan::new("spots.any.method").fault(fault))
            .unwrap();
        let output = run(&emulator, &words("call any.method --format json"));
        assert_eq!(output.status.code(), Some(exit), "{body}: {output:?}");
        if exit == 0 {
            assert_eq!(text(&output.stdout), expected.as_str().unwrap(), "{body}");
            continue;
        }
        assert_eq!(text(&output.stdout), "");
        let error = error(&output);
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&error[name], value, "{body}: {error}");
        }
        if body.contains("data") {
            assert!(text(&output.stderr).contains("\"row\":1.1"), "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_ends_with_3_and_is_not_told() {
    let emulator = Emulator::start().await.unwrap();
    let line = words("stats --from 2023-08-23 --to 2023-08-23 --format json");
    let output = run_as(&emulator, "canary-password", &line);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(error(&output)["operation"], "user.auth");
    assert!(!text(&output.stderr).contains("canary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_a_window_names_its_days() {
    let emulator = Emulator::start().await.unwrap();
    for fault in [Fault::status(404), Fault::truncate(60)] {
        emulator.clear_faults();
        emulator
            .faults(
                FaultPlan::new("spots.platform.getStatistics")
                    .healthy()
                    .fault(fault),
            )
            .unwrap();
        let line = "stats --from 2025-01 --to 2025-03 --group date_day --concurrency 1";
        let output = run(&emulator, &words(line));
        assert!(!output.status.success(), "{output:?}");
        let error = text(&output.stderr);
        assert!(error.contains("(2025-02-01 to 2025-03-03)"), "{error}");
    }
}
