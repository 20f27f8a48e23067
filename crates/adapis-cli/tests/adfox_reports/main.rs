//! `adapis adfox report` and its relatives as a program, against a small server of this test.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod emulator;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

/// Makes reports of one row per day, whose tasks run once and then are a success.
struct Vendor {
    url: String,
    /// The lines of the requests, with their bodies.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Vendor {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/api/v1", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &seen);
            }
        });
        Self { url, requests }
    }

    fn run(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_adapis"))
            .arg("adfox")
            .args(line.split_whitespace())
            .args(["--endpoint", &self.url, "--attempts", "1"])
            .env("ADAPIS_ADFOX_OAUTH_TOKEN", "t0ken-canary")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn printed(&self, line: &str) -> String {
        let output = self.run(line);
        assert!(output.status.success(), "{line}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The one line of the error, and the exit code.
    fn failure(&self, line: &str) -> (String, i32) {
        let output = self.run(line);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(!error.contains("canary"), "{error}");
        (error, output.status.code().unwrap())
    }

    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let body = String::from_utf8(body).unwrap();
    let line = head[0].trim_end_matches(" HTTP/1.1").to_owned();
    assert!(head.iter().any(|line| line.ends_with("OAuth t0ken-canary")));
    let (status, answer) = respond(&line, &body);
    seen.lock()
        .unwrap()
        .push(format!("{line} {body}").trim().to_owned());
    let answer = answer.to_string();
    let length = answer.len();
    let _ = write!(
        stream,
        "HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}"
    );
}

fn respond(line: &str, body: &str) -> (u16, Value) {
    let path = line.split_whitespace().nth(1).unwrap();
    let path = path.strip_prefix("/api/v2/reports").unwrap();
    let path = path.split('?').next().unwrap().trim_start_matches('/');
    let status = |status: &str| {
        (
            202,
            json!({"result": {"taskId": "umr-a", "status": status}}),
        )
    };
    match (line.starts_with("POST"), path) {
        (true, _) if body.contains("nothing") => (
            400,
            json!({"error": {"code": "UNKNOWN_METRIC", "message": "Unknown metric 'nothing'"}}),
        ),
        (true, "never") => (
            202,
            json!({"result": {"taskId": "never", "status": "PENDING"}}),
        ),
        (true, _) => status("SUCCESS"),
        (_, "never") => (
            200,
            json!({"result": {"taskId": "never", "status": "RUNNING"}}),
        ),
        (_, "umr-a") => status("SUCCESS"),
        (_, "umr-a/result") => (
            200,
            json!({"result": {
                "columns": [
                    {"name": "date", "type": "string"},
                    {"name": "loads", "type": "integer"},
                    {"name": "money", "type": "number"},
                    {"name": "ctr", "type": "number", "format": "float", "unit": "percent"},
                ],
                "rows": [
                    ["2024-01-01", 15000, "10.10", 1.5],
                    ["2024-01-02", 18000, null, null],
                ],
                "totals": [null, 33000, "10.10", null],
            }}),
        ),
        (_, "list") => (
            200,
            json!({"result": {"fixed": ["days"], "custom": [{"name": "mine", "title": "Mine"}]}}),
        ),
        (_, "report-info/mine") => (200, json!({"result": {"fields": ["date"], "period": 7}})),
        (_, "metadata") => (
            200,
            json!({"result": {
                "dimensions": [{"name": "date"}],
                "metrics": [{"name": "loads", "title": "Loads"}],
                "filters": [{"field": "campaign_id"}],
                "limits": {"maxDateRangeDays": 365, "maxRows": 1_000_000},
                "groups": [1],
            }}),
        ),
        (_, "available-dates") => (
            200,
            json!({"result": {"dateFrom": "2021-01-01", "dateTo": "2024-03-04"}}),
        ),
        _ => (
            404,
            json!({"error": {"code": "TASK_NOT_FOUND", "message": "No task"}}),
        ),
    }
}

const REPORT: &str = "report --metric loads,money --metric ctr --dimension date \
    --from 2024-01-01 --to 2024-01-02";

#[test]
fn a_report_in_every_format() {
    let vendor = Vendor::start();
    let csv = "date,loads,money,ctr,extra\n2024-01-01,15000,10.10,1.5,\n2024-01-02,18000,,,\n";
    assert_eq!(vendor.printed(&format!("{REPORT} --format csv")), csv);
    let request = r#"POST /api/v2/reports {"metrics":["loads","money","ctr"],"dimensions":["date"],"dateRange":{"from":"2024-01-01","to":"2024-01-02"},"limit":1000000}"#;
    assert_eq!(
        vendor.requests(),
        [request, "GET /api/v2/reports/umr-a/result"]
    );
    let lines = vendor.printed(&format!("{REPORT} --format ndjson"));
    assert_eq!(
        lines.lines().next().unwrap(),
        r#"{"date":"2024-01-01","loads":15000,"money":10.10,"ctr":1.5}"#
    );
    assert!(lines.ends_with("\"money\":null,\"ctr\":null}\n"), "{lines}");
    let json: Value = serde_json::from_str(&vendor.printed(REPORT)).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);
    let table = vendor.printed(&format!("{REPORT} --format table"));
    let header: Vec<_> = table.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(header, ["date", "loads", "money", "ctr"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.tsv");
    vendor.printed(&format!("{REPORT} --output {}", file.display()));
    let tsv = std::fs::read_to_string(file).unwrap();
    assert!(tsv.starts_with("date\tloads\tmoney\tctr\textra\n"), "{tsv}");
    let selected = vendor.printed(&format!("{REPORT} --columns ctr,date --format csv"));
    assert!(
        selected.starts_with("ctr,date\n1.5,2024-01-01\n"),
        "{selected}"
    );
}

#[test]
fn saved_reports_tasks_and_filters() {
    let vendor = Vendor::start();
    let saved = "report --saved days --from 2024-01 --to 2024-01 --owner-id 7 --format csv";
    let csv = vendor.printed(saved);
    assert!(
        csv.starts_with("date,loads,money,ctr\n2024-01-01,15000,"),
        "{csv}"
    );
    assert_eq!(
        vendor.requests(),
        [
            r#"POST /api/v2/reports/days {"dateRange":{"from":"2024-01-01","to":"2024-01-31"},"ownerId":7}"#,
            "GET /api/v2/reports/umr-a/result?ownerId=7"
        ]
    );
    assert_eq!(vendor.printed("report --task umr-a --format csv"), csv);
    let task = [
        "GET /api/v2/reports/umr-a",
        "GET /api/v2/reports/umr-a/result",
    ];
    assert_eq!(vendor.requests(), task);
    vendor.printed(&format!(
        "{REPORT} --filter campaign_id:eq:12345 --filter site:in:a,b --filter loads:gt:=1.50 --limit 5"
    ));
    let request = &vendor.requests()[0];
    let filters = r#""filters":[{"field":"campaign_id","operator":"eq","value":"12345"},{"field":"site","operator":"in","value":["a","b"]},{"field":"loads","operator":"gt","value":1.50}]"#;
    assert!(
        request.contains(filters) && request.contains("\"limit\":5"),
        "{request}"
    );
}

#[test]
fn lists() {
    let vendor = Vendor::start();
    assert_eq!(
        vendor.printed("reports --format csv"),
        "type,name,title,value,extra\nfixed,days,,,\ncustom,mine,Mine,,\n"
    );
    assert_eq!(
        vendor.printed("reports mine --format csv"),
        "type,name,title,value,extra\nfield,date,,,\nother,period,,7,\n"
    );
    assert_eq!(
        vendor.printed("report-metadata --format csv"),
        "type,name,title,value,extra\ndimension,date,,,\nmetric,loads,Loads,,\n\
         filter,campaign_id,,,\nlimit,maxDateRangeDays,,365,\nlimit,maxRows,,1000000,\n\
         other,groups,,[1],\n"
    );
    assert_eq!(
        vendor.printed("report-dates --owner-id 7 --format json"),
        "{\"dateFrom\":\"2021-01-01\",\"dateTo\":\"2024-03-04\"}\n"
    );
    assert!(vendor.requests()[3].ends_with("/available-dates?ownerId=7"));
}

#[test]
fn errors_are_one_line_and_name_flags() {
    let vendor = Vendor::start();
    let days = "--from 2024-01-01 --to 2024-01-02";
    for (line, code, says) in [
        (
            format!("report --metric nothing {days}"),
            6,
            "Unknown metric 'nothing'",
        ),
        (
            format!("report --metric nothing {days}"),
            6,
            "code UNKNOWN_METRIC",
        ),
        ("report --task none".to_owned(), 6, "TASK_NOT_FOUND"),
        (format!("report {days}"), 2, "--metric"),
        ("report --metric a".to_owned(), 2, "--from"),
        (
            format!("report --metric a,a {days}"),
            2,
            "--metric must not contain",
        ),
        (
            format!("report --metric a --filter x {days}"),
            2,
            "FIELD:OPERATOR:VALUE",
        ),
        (
            format!("report --metric a --filter x:eq:=[1] {days}"),
            2,
            "--filter 'x:eq:=[1]' must have one value",
        ),
        (
            format!("report --metric a --limit 0 {days}"),
            2,
            "invalid value '0' for '--limit <N>'",
        ),
        (
            format!("report --metric a --owner-id 0 {days}"),
            2,
            "--owner-id must be",
        ),
        (format!("report --task a {days}"), 2, "cannot be used"),
        (
            "report --metric a --from 2024-01-02 --to 2024-01-01".to_owned(),
            2,
            "--to must not be before",
        ),
        (
            "report --metric a --from 2023-01 --to 2024-01".to_owned(),
            2,
            "--dimension must include `date`",
        ),
    ] {
        let (error, found) = vendor.failure(&line);
        assert_eq!(found, code, "{line}: {error}");
        assert!(error.contains(says), "{line}: {error}");
    }
    let (error, code) =
        vendor.failure("report --saved never --from 2024-01 --to 2024-01 --timeout 2.5");
    assert_eq!(code, 4, "{error}");
    assert!(error.contains("task never is RUNNING"), "{error}");
    let resume = "to resume: adapis adfox report --task never --owner-id 7 --limit 3";
    let (error, code) = vendor.failure(
        "report --saved never --from 2024-01 --to 2024-01 --timeout 1.5 --owner-id 7 --limit 3",
    );
    assert_eq!(code, 4, "{error}");
    assert!(error.contains(resume), "{error}");
    let (error, _) = vendor.failure("report --task never --timeout 1.5 --owner-id 7 --limit 3");
    assert!(error.contains(resume), "{error}");
}

#[test]
fn a_login_is_not_enough() {
    let output = Command::new(env!("CARGO_BIN_EXE_adapis"))
        .args(["adfox", "report-dates", "--endpoint", "http://127.0.0.1:9/"])
        .env("ADAPIS_ADFOX_LOGIN", "login")
        .env("ADAPIS_ADFOX_PASSWORD", "password")
        .output()
        .unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("oauth_token is required"), "{error}");
}
