//! No secret of any vendor is printed or logged, whatever fault occurs.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use serde_json::{Value, json};

use crate::peers::Emulator;
use crate::{adapis, words};

const MARK: &str = "CANARY";
const ADFOX_PASSWORD: &str = "CANARYadfox/+=&\"<";
/// The SHA-256 of the password, which ADFOX accepts instead of the password.
const ADFOX_HASH: &str = "5af0407e7b5fde46ffe5460c387947d5ad09daf95c08d79b8e405cec95b24e78";

const FORMATS: [&str; 4] = ["table", "json", "ndjson", "csv"];

fn data() -> Value {
    json!({
        "keitaro": {"postback_key": "CANARYkey", "campaigns": [{
            "id": 1, "name": "Shop", "token": "CANARYcampaign", "state": "on",
            "flows": [{"id": 10, "action": {"type": "location", "url": "http://shop.example/"}}],
        }]},
        "spots": {"accounts": [{
            "login": "me", "password": "CANARYspots/+=&\"<", "aliases": [],
            "rows": [{"date": "2024-02-29", "site": "a.example", "site_id": 1, "site_name": "A",
                "placement": "11", "placement_name": "top", "shows": 1000, "clicks": 3, "income": 1.5}],
        }]},
        "hybrid": {
            "clients": [{"client_id": "c", "client_secret": "CANARYhybrid/+=&\"<", "scope": ""}],
            "advertisers": [{"id": "a1", "name": "One", "campaigns": [
                {"id": "c1", "name": "Spring", "banners": []}]}],
            "campaign_rows": [{"CampaignId": "c1", "Date": "2024-02-29", "ImpressionCount": 1}],
        },
        "adfox": {
            "accounts": [{"login": "me", "password": ADFOX_PASSWORD, "tokens": ["CANARYoauth"]}],
            "objects": {"campaign": [{"ID": 1, "name": "Spring"}]},
            "report_rows": [{"date": "2024-02-29", "campaign_id": 1, "clicks_total": 7}],
        },
    })
}

/// Commands, and whether each succeeds without a fault.
const COMMANDS: [(&str, bool); 21] = [
    ("keitaro click --info --log", true),
    ("keitaro click --method post", true),
    ("keitaro update --sub-id s --param sub_id_1=a", false),
    ("keitaro postback --sub-id s", false),
    (
        "spots stats --from 2024-02-29 --to 2024-02-29 --group site",
        true,
    ),
    ("spots call platform.getStatistics --idempotent", false),
    ("hybrid advertisers", true),
    ("hybrid campaigns --advertiser a1", true),
    (
        "hybrid stats campaign c1 --from 2024-02-29 --to 2024-02-29",
        true,
    ),
    ("hybrid get /campaign/get", true),
    ("hybrid v3 campaigns --all-advertisers", true),
    (
        "hybrid v3 stats --level agency --split Day --from 2024-02-29 --to 2024-02-29",
        true,
    ),
    ("adfox list campaign", true),
    (
        "adfox call object=account action=list actionObject=campaign --method post",
        true,
    ),
    ("adfox add superCampaign name=x advertiserID=1", false),
    (
        "adfox add superCampaign name=x advertiserID=1 --dry-run",
        true,
    ),
    ("adfox get campaign 1 --oauth", true),
    ("adfox report-metadata --oauth", true),
    ("adfox reports --oauth", true),
    (
        "adfox report --metric clicks_total --dimension date --from 2024-02-28 --to 2024-02-29 --oauth",
        true,
    ),
    (
        "adfox report --saved campaigns_by_days --from 2024-02-29 --to 2024-02-29 --oauth",
        true,
    ),
];

/// The faults, by operation.
fn faults() -> Vec<(&'static str, Value)> {
    let tokens = json!({"access_token": "CANARYaccess", "refresh_token": "CANARYrefresh", "access_ttl": 900});
    let rpc = json!({"jsonrpc": "2.0", "result": tokens, "id": 1});
    vec![
        ("*", Value::Null),
        ("*", json!({"status": 400})),
        ("*", json!({"status": 401})),
        ("*", json!({"status": 403})),
        ("*", json!({"status": 429, "retry_after": "0"})),
        ("*", json!({"status": 503})),
        (
            "*",
            json!({"status": 302, "headers": {"location": "http://127.0.0.1:9/?token=CANARY"}}),
        ),
        ("*", json!({"expired_token": true})),
        ("*", json!({"garbage": "<html>"})),
        ("*", json!({"truncate": 10})),
        ("*", json!({"reset": "mid_body"})),
        ("*", json!({"hang": "before_headers"})),
        ("*", json!({"charset": "utf-16"})),
        ("*", json!({"prefix": "\u{0}"})),
        ("*", json!({"raw": "HTTP/1.1 200 OK\r\nX: \u{1}\r\n\r\n"})),
        ("adfox.reports.result", json!({"expired_token": true})),
        ("adfox.reports.result", json!({"truncate": 40})),
        ("hybrid.token", json!({"body": tokens.to_string()})),
        ("spots.user.auth", json!({"body": rpc.to_string()})),
    ]
}

fn control(emulator: &Emulator, request: &str) -> String {
    let root = emulator.keitaro_url().trim_end_matches('/');
    let mut stream = TcpStream::connect(root.trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    answer
}

const HEAD: &str = "HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";

fn post(emulator: &Emulator, what: &str, body: &Value) {
    let body = body.to_string();
    let length = body.len();
    let request = format!("POST /_emulator/{what} {HEAD}Content-Length: {length}\r\n\r\n{body}");
    control(emulator, &request);
}

fn plan(emulator: &Emulator, operation: &str, fault: &Value) {
    control(emulator, &format!("DELETE /_emulator/faults {HEAD}\r\n"));
    let plan = json!({"operation": operation, "faults": [fault], "repeat": "forever"});
    post(emulator, "faults", &plan);
}

fn run(emulator: &Emulator, line: &str, format: &str) -> Output {
    let oauth = line.ends_with(" --oauth");
    let line = line.trim_end_matches(" --oauth");
    // A report is asked about after a second.
    let timeout = if line.starts_with("adfox report --") {
        3
    } else {
        1
    };
    let flags = format!("-vvv --attempts 2 --timeout {timeout} --format {format}");
    let mut command = emulator.with_accounts(adapis(&format!("{line} {flags}")));
    command.env("ADAPIS_KEITARO_POSTBACK_KEY", "CANARYkey");
    if oauth {
        command.env("ADAPIS_ADFOX_OAUTH_TOKEN", "CANARYoauth");
    }
    command.output().unwrap()
}

fn check(what: &str, printed: &[u8]) {
    let printed = String::from_utf8_lossy(printed);
    for secret in [MARK, ADFOX_HASH] {
        assert!(!printed.contains(secret), "{what}: {printed}");
    }
}

/// `adapis keitaro gateway` as a process, killed when dropped.
struct Gateway(Child, String);

impl Gateway {
    fn start(emulator: &Emulator, log: &File) -> Self {
        let mut command = emulator.with_accounts(words(&[
            "keitaro",
            "gateway",
            "--listen",
            "127.0.0.1:0",
            "--page",
            "/dev/null",
            "-vvv",
        ]));
        command
            .stdout(Stdio::piped())
            .stderr(log.try_clone().unwrap());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        check("the gateway's first line", line.as_bytes());
        let ready: Value = serde_json::from_str(&line).unwrap();
        Self(child, ready["gateway"].as_str().unwrap().to_owned())
    }

    fn visit(&self) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.1.trim_start_matches("http://")).unwrap();
        stream
            .write_all(
                b"GET /?keyword=k HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n",
            )
            .unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answer
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn no_secret_of_any_vendor_is_printed_or_logged_through_any_fault() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.json");
    std::fs::write(&path, data().to_string()).unwrap();
    let log = folder.path().join("log");
    let mut command: Command = words(&["emulator", "-vvv", "--data", path.to_str().unwrap()]);
    command.stderr(File::create(&log).unwrap());
    let emulator = Emulator::of(command);
    let at_once = json!({"adfox": {"reports": {"running_polls": 0}}});
    post(&emulator, "settings", &at_once);
    let gateway_log = folder.path().join("gateway-log");
    let gateway = Gateway::start(&emulator, &File::create(&gateway_log).unwrap());
    let mut runs = 0;
    for (number, (operation, fault)) in faults().into_iter().enumerate() {
        plan(&emulator, operation, &fault);
        check("the gateway's answer", &gateway.visit());
        thread::scope(|scope| {
            for (row, (line, good)) in COMMANDS.into_iter().enumerate() {
                let (emulator, fault) = (&emulator, &fault);
                let format = FORMATS[(number + row) % FORMATS.len()];
                scope.spawn(move || {
                    let output = run(emulator, line, format);
                    let what = format!("{line} --format {format}, {fault}");
                    check(&what, &output.stdout);
                    check(&what, &output.stderr);
                    let failed = fault.is_null() && good && !output.status.success();
                    assert!(!failed, "{what}: {output:?}");
                });
                runs += 1;
            }
        });
    }
    let requests = control(&emulator, &format!("GET /_emulator/requests {HEAD}\r\n"));
    check("the emulator's requests", requests.as_bytes());
    let logged = std::fs::read(&log).unwrap();
    assert!(!logged.is_empty(), "the emulator logs nothing");
    check("the emulator's log", &logged);
    let logged = std::fs::read(&gateway_log).unwrap();
    assert!(!logged.is_empty(), "the gateway logs nothing");
    check("the gateway's log", &logged);
    assert_eq!(runs, COMMANDS.len() * faults().len());
}
