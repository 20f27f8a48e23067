//! What `-v`, `-vv` and `-vvv` log, and what is logged without them.

use std::process::Stdio;

use crate::peers::{Emulator, Peer};
use crate::{adapis, text};

const STATS: &str = "spots stats --from 2023-08-23 --to 2023-08-24 --group site --site test1.ru";

fn log(emulator: &Emulator, line: &str) -> Vec<String> {
    let output = emulator.run(line);
    assert!(output.status.success(), "{output:?}");
    text(&output.stderr).lines().map(str::to_owned).collect()
}

#[test]
fn one_v_logs_a_line_for_each_call() {
    let emulator = Emulator::start();
    assert!(log(&emulator, STATS).is_empty());
    let lines = log(&emulator, &format!("{STATS} -v"));
    assert_eq!(lines.len(), 3, "{lines:?}");
    let port = emulator.spots_url().split([':', '/']).nth(4).unwrap();
    for part in [
        "vendor=\"spots\"",
        "operation=platform.getStatistics",
        "http.request.method=POST",
        "server.address=\"127.0.0.1\"",
        &format!("server.port={port}"),
        "http.response.status_code=200",
        "attempts=1",
        "elapsed_ms=",
    ] {
        assert!(lines[1].contains(part), "{part}: {lines:?}");
    }
    assert!(lines[0].contains("operation=user.auth"), "{lines:?}");
    assert!(lines[2].contains("rows=1"), "{lines:?}");
}

#[test]
fn two_vs_also_log_retries() {
    let peer = Peer::status("503 Down", "", "");
    let run = |flags: &str| {
        let mut command = adapis(&format!("adfox list campaign --attempts 2 {flags}"));
        command
            .env("ADAPIS_ADFOX_ENDPOINT", peer.url())
            .env("ADAPIS_ADFOX_LOGIN", "login")
            .env("ADAPIS_ADFOX_PASSWORD", "password");
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(7));
        text(&output.stderr).to_owned()
    };
    assert_eq!(run("").lines().count(), 1);
    let calls = run("-v");
    assert_eq!(calls.lines().count(), 2, "{calls}");
    assert!(calls.contains("error.type=\"server\""), "{calls}");
    assert!(calls.contains("attempts=2"), "{calls}");
    assert!(run("-vv").contains("trying again"));
}

#[test]
fn a_warning_is_logged_without_v() {
    let emulator = Emulator::start();
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    let line = format!("{STATS} --token-folder {}", tokens.display());
    assert!(log(&emulator, &line).is_empty());
    for file in std::fs::read_dir(&tokens).unwrap() {
        let path = file.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "tokens")
        {
            std::fs::write(path, "junk").unwrap();
        }
    }
    let lines = log(&emulator, &line);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("WARN"), "{lines:?}");
}

#[test]
fn the_emulator_logs_a_line_for_each_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let mut command = adapis("emulator -v");
    command
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(&path).unwrap());
    let emulator = Emulator::of(command);
    log(&emulator, STATS);
    let text = std::fs::read_to_string(path).unwrap();
    let requests: Vec<&str> = text
        .lines()
        .filter(|line| line.contains(" request "))
        .collect();
    assert_eq!(requests.len(), 2, "{text}");
    assert!(
        requests[1].contains("operation=spots.platform.getStatistics"),
        "{text}"
    );
    assert!(
        requests[1].contains("http.response.status_code=200"),
        "{text}"
    );
}
