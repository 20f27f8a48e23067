//! `adapis pull load clickhouse`: how it logs in, and what arrives in the engine of chdb.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::{Home, NOW, emulator, failure, publisher};

/// A server that refuses everyone. Returns its URL, and the head of the first request once there was one.
fn doorkeeper() -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            head.push(byte[0]);
        }
        let body = "Code: 516. DB::Exception: loader: Authentication failed";
        write!(
            stream,
            "HTTP/1.1 403 Forbidden\r\nx-clickhouse-exception-code: 516\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        String::from_utf8(head).unwrap()
    });
    (url, heard)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_comes_from_the_environment_a_file_or_a_command() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    home.json(&format!("pull --now {NOW}"));
    let secret = home.folder.path().join("secret");
    std::fs::write(&secret, "s3cret of-file\n").unwrap();
    crate::mode(&secret, 0o600);
    let file = format!("--password-file {}", secret.display());
    for (flags, variable, password) in [
        (
            "",
            Some(("ADAPIS_CLICKHOUSE_PASSWORD", "of-environment")),
            "of-environment",
        ),
        (
            "",
            Some(("ADAPIS_CLICKHOUSE_PASSWORD_COMMAND", "echo of-command")),
            "of-command",
        ),
        (&file, None, "s3cret of-file"),
        (
            "--password-command whoami",
            Some(("ADAPIS_CLICKHOUSE_PASSWORD", "unused")),
            "",
        ),
    ] {
        let (url, heard) = doorkeeper();
        let mut command = home.command(&format!(
            "pull load clickhouse --url {url} --user loader {flags}"
        ));
        let output = command.envs(variable).output().unwrap();
        let (code, line) = failure(&output);
        assert_eq!(code, 3, "{line}");
        let head = heard.join().unwrap().to_lowercase();
        assert!(head.contains("x-clickhouse-user: loader\r\n"), "{head}");
        assert!(
            head.contains(&format!("x-clickhouse-key: {password}")),
            "{head}"
        );
        assert!(!head.contains("unused"), "{head}");
        assert!(password.is_empty() || !line.contains(password), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_limit_ends_a_load() {
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    // Accepts connections, and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let started = std::time::Instant::now();
    let line = format!("pull load clickhouse --url {url} --timeout 1");
    let (code, line) = failure(&home.run(&line));
    assert_eq!(code, 4, "{line}");
    assert!(started.elapsed().as_secs() < 20);
}

/// ClickHouse's engine in Python: `ADAPIS_CHDB_PYTHON`, or one below `target/`.
fn python() -> Option<PathBuf> {
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");
    let given = std::env::var_os("ADAPIS_CHDB_PYTHON").map(PathBuf::from);
    let known =
        ["chdb", "engines"].map(|name| PathBuf::from(format!("{target}/{name}/bin/python")));
    given.into_iter().chain(known).find(|python| {
        let tried = Command::new(python).args(["-c", "import chdb"]).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

/// The front of the engine, which ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_loaded_once_and_again_when_asked() {
    let Some(python) = python() else {
        println!("skipped: no Python with chdb; see tests/load of adapis-pull");
        return;
    };
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\", \"site-day\""));
    let pulled = home.json(&format!("pull --now {NOW}"));
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../adapis-pull/tests/load/chdb_server.py"
    );
    let mut process = Command::new(python)
        .arg(script)
        .arg(home.folder.path().join("chdb"))
        .args(["loader", "s3cret"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    let stdout = process.stdout.take().unwrap();
    let _server = Server(process);
    BufReader::new(stdout).read_line(&mut port).unwrap();
    let load = |flags: &str| -> serde_json::Value {
        let url = format!("http://127.0.0.1:{}/", port.trim());
        let mut command = home.command(&format!(
            "pull load clickhouse --url {url} --database ads --user loader --format json {flags}"
        ));
        let output = command
            .env("ADAPIS_CLICKHOUSE_PASSWORD", "s3cret")
            .output()
            .unwrap();
        assert!(output.status.success(), "{flags}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let first = load("");
    assert_eq!(first["rows"], pulled["sources"][0]["rows"], "{first}");
    assert_eq!(load("")["unchanged"], 4);
    let again = load("--restart day --to 2025-11");
    assert_eq!(again["loaded"][0]["replaced"], true, "{again}");
    assert_eq!(again["loaded"].as_array().unwrap().len(), 1, "{again}");
}
