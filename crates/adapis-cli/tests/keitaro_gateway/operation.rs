//! What who runs the gateway sees of it.

use std::time::Duration;

use adapis_emulator::Emulator;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::process::Command;

#[cfg(target_os = "linux")]
use crate::bounds::plain_gateway;
use crate::{Site, before, campaign, get};

async fn lines(file: &std::path::Path, count: usize) -> Vec<String> {
    for _ in 0..100 {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.lines().count() >= count {
            return text.lines().map(str::to_owned).collect();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no {count} lines in the access log");
}

#[tokio::test]
async fn each_request_is_a_line_of_the_access_log() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("access.log");
    let path = file.to_str().unwrap();
    let flags = ["--access-log", "json", "--access-log-file", path];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    let answer = gateway.get("/a?b=c", "User-Agent: A\"\\B\r\n").await;
    gateway.get("/a.css", "Referer: http://x/\r\n").await;
    let lines = lines(&file, 2).await;
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(line["address"], "127.0.0.1");
    assert_eq!(line["target"], "/a?b=c");
    assert_eq!(line["status"], 200);
    assert_eq!(line["bytes"], answer.body.len());
    assert_eq!(line["user_agent"], "A\"\\B");
    assert_eq!(line["outcome"], "page");
    assert_eq!(line["sub_id"], site_sub_id(&site));
    assert!(line["tracker_ms"].as_f64().unwrap() <= line["total_ms"].as_f64().unwrap());
    let line: Value = serde_json::from_str(&lines[1]).unwrap();
    assert_eq!(line["outcome"], "skipped");
    assert_eq!(line["tracker_ms"], Value::Null);
    assert_eq!(line["referrer"], "http://x/");
}

fn site_sub_id(site: &Site) -> String {
    let heads = site.heads.lock().unwrap();
    crate::header(&heads[0], "x-keitaro-sub-id").unwrap()
}

#[tokio::test]
async fn a_visitor_who_leaves_early_is_logged_and_counted() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("access.log");
    let path = file.to_str().unwrap();
    let flags = ["--access-log", "json", "--access-log-file", path];
    let (gateway, site) = before(&emulator, "Nothing", &flags).await;
    let mut visitor = TcpStream::connect(&gateway.address).await.unwrap();
    let request = b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    visitor.write_all(request).await.unwrap();
    while site.heads.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(visitor);
    let line = lines(&file, 1).await.remove(0);
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["status"], 499);
    assert_eq!(line["target"], "/slow");
    gateway.get("/a.css", "").await;
    let metrics = gateway.watch("metrics").await;
    assert!(
        metrics.contains("gateway_abandoned_requests_total 1\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn the_common_format_is_that_of_other_servers() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("access.log");
    let flags = ["--access-log-file", file.to_str().unwrap()];
    let (gateway, _site) = before(&emulator, "Nothing", &flags).await;
    gateway.get("/a?b=c", "User-Agent: A\"B\r\n").await;
    let line = lines(&file, 1).await.remove(0);
    assert!(line.starts_with("127.0.0.1 - - ["), "{line}");
    assert!(
        line.contains("+0000] \"GET /a?b=c HTTP/1.1\" 200 "),
        "{line}"
    );
    assert!(
        line.contains(" \"-\" \"A\\\"B\" outcome=page tracker=0."),
        "{line}"
    );
}

#[tokio::test]
async fn a_line_says_what_was_asked_for_and_of_which_host() {
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("access.log");
    let path = file.to_str().unwrap();
    let flags = ["--access-log", "json", "--access-log-file", path];
    let (gateway, _site) = before(&emulator, "Nothing", &flags).await;
    for target in ["http://real.example/a.css", "index.html"] {
        get(&gateway.address, "evil.example", target).await;
    }
    let lines = lines(&file, 2).await;
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(line["host"], "real.example");
    assert_eq!(line["target"], "/a.css");
    let line: Value = serde_json::from_str(&lines[1]).unwrap();
    assert_eq!(line["target"], "index.html");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_access_log_on_a_full_disk_is_warned_of_once() {
    let site = Site::start().await;
    let gateway = plain_gateway(&site.url, &["--access-log-file", "/dev/full"]).await;
    let long = format!("/{}", "a".repeat(2000));
    for _ in 0..10 {
        assert_eq!(get(&gateway.address, "a", &long).await.status, 200);
    }
    let metrics = gateway.watch("metrics").await;
    let dropped = metrics
        .lines()
        .find_map(|line| line.strip_prefix("gateway_access_log_dropped_total "))
        .unwrap();
    assert!(dropped.parse::<u64>().unwrap() > 0, "{metrics}");
    let told = gateway.stop().await;
    let warnings = told.matches("cannot write the access log").count();
    assert_eq!(warnings, 1, "{told}");
}

#[tokio::test]
async fn connections_are_a_gauge() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, _site) = before(&emulator, "Nothing", &["--max-connections", "7"]).await;
    let _idle = TcpStream::connect(&gateway.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let metrics = gateway.watch("metrics").await;
    assert!(metrics.contains("gateway_connections 1\n"), "{metrics}");
    assert!(
        metrics.contains("gateway_connections_limit 7\n"),
        "{metrics}"
    );
}

/// A gateway that may have this many open files.
#[cfg(target_os = "linux")]
async fn with_files(files: u32, flags: &[&str]) -> crate::Gateway {
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_adapis")]);
    command
        .args(["keitaro", "gateway", "--listen", "127.0.0.1:0"])
        .args(["--tracker", "http://127.0.0.1:9", "--only", "/never"])
        .args(flags);
    crate::start(crate::piped(command, "token")).await
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_number_of_connections_beyond_the_open_files_is_warned_of() {
    let site = Site::start().await;
    for (limit, is_warned) in [("200", true), ("16", false)] {
        let flags = ["--upstream", &site.url, "--max-connections", limit];
        let told = with_files(120, &flags).await.stop().await;
        assert_eq!(told.contains("need 664 open files"), is_warned, "{told}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn idle_connections_to_the_metrics_leave_descriptors_to_visitors() {
    let site = Site::start().await;
    let gateway = with_files(120, &["--upstream", &site.url]).await;
    let metrics = gateway.ready["metrics"].as_str().unwrap();
    let address = metrics.split('/').nth(2).unwrap();
    let mut idle = Vec::new();
    for _ in 0..150 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let files = format!("/proc/{}/fd", gateway.child.id().unwrap());
    let open = std::fs::read_dir(files).unwrap().count();
    assert!(open < 64, "{open} files are open");
    assert_eq!(gateway.get("/a.css", "").await.status, 200);
}

pub(crate) async fn check(
    tracker: &str,
    token: &str,
    flags: &[&str],
) -> (Option<i32>, Vec<Value>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_adapis"))
        .args(["--format", "ndjson", "keitaro", "gateway", "--check"])
        .args(["--listen", "127.0.0.1:0", "--tracker", tracker])
        .args(flags)
        .env("ADAPIS_KEITARO_TOKEN", token)
        .output()
        .await
        .unwrap();
    let rows = String::from_utf8(output.stdout).unwrap();
    let rows = rows.lines().map(|row| serde_json::from_str(row).unwrap());
    let told = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), rows.collect(), told)
}

#[tokio::test]
async fn a_check_tries_everything_and_ends() {
    let emulator = Emulator::start().await.unwrap();
    let site = Site::start().await;
    let token = campaign(&emulator, "Nothing");
    let tracker = emulator.keitaro_url();
    let (code, rows, told) = check(&tracker, &token, &["--upstream", &site.url]).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(rows.iter().all(|row| row["ok"] == true), "{rows:?}");
    let names: Vec<_> = rows
        .iter()
        .filter_map(|row| row["check"].as_str())
        .collect();
    assert_eq!(names, ["tracker", "site", "listen", "metrics"]);

    let (code, rows, told) = check(&tracker, "wrong", &["--upstream", "http://127.0.0.1:9"]).await;
    assert_eq!(code, Some(3), "{told}");
    assert_eq!(rows[0]["ok"], false);
    assert!(
        rows[0]["message"]
            .as_str()
            .unwrap()
            .contains("--method get")
    );
    assert_eq!(rows[1]["ok"], false);
    assert_eq!(rows[2]["ok"], true);
}
