//! `--output FILE`: the name appears with the whole result or not at all.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::peers::{Emulator, Peer};
use crate::{adapis, stdout, text};

const YEAR: &str = "spots stats --from 2025-01-01 --to 2025-12-31 --group date_day,placement";

fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_whole_result_is_in_the_file_and_the_extension_names_the_format() {
    let emulator = Emulator::start();
    let folder = folder();
    let line = "hybrid advertisers";
    for (name, flags, format) in [
        ("rows.csv", "", "csv"),
        ("rows.tsv", "", "tsv"),
        ("rows.jsonl", "", "ndjson"),
        ("rows.json", "", "json"),
        ("rows", "", "json"),
        ("rows.csv", "--format ndjson", "ndjson"),
        ("rows.csv", "--format jsonl", "ndjson"),
    ] {
        let path = folder.path().join(name);
        let shown = path.display();
        let output = emulator.run(&format!("{line} --output {shown} {flags}"));
        assert_eq!(stdout(&output), "", "{name}");
        let printed = emulator.run(&format!("{line} --format {format}"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), stdout(&printed));
    }
    assert_eq!(names(folder.path()).len(), 5);
}

#[test]
fn a_failure_midway_leaves_an_older_file_untouched_and_nothing_beside_it() {
    let folder = folder();
    let path = folder.path().join("rows.json");
    std::fs::write(&path, "yesterday").unwrap();
    let cut = Peer::answers("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<resp");
    let mut command = adapis("adfox list campaign --attempts 1 --output");
    command
        .arg(&path)
        .env("ADAPIS_ADFOX_ENDPOINT", cut.url())
        .env("ADAPIS_ADFOX_LOGIN", "login")
        .env("ADAPIS_ADFOX_PASSWORD", "password");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "yesterday");
    assert_eq!(names(folder.path()), ["rows.json"]);
}

#[cfg(unix)]
#[test]
fn a_killed_program_leaves_nothing_under_the_name() {
    let emulator = Emulator::start();
    let folder = folder();
    let path = folder.path().join("rows.csv");
    for wait in [0, 20, 60, 120, 200] {
        let line = format!("{YEAR} --output {}", path.display());
        let mut child = emulator.with_accounts(adapis(&line)).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        child.kill().unwrap();
        let finished = child.wait().unwrap().success();
        assert_eq!(path.exists(), finished, "after {wait} ms");
        let _ = std::fs::remove_file(&path);
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_under_the_name() {
    let emulator = Emulator::start();
    let folder = folder();
    let path = folder.path().join("rows.csv");
    // A file may have one block; the trap turns the signal into an error of the write.
    let script = format!(
        "trap '' XFSZ; ulimit -f 1; exec {} {YEAR} --output {}",
        env!("CARGO_BIN_EXE_adapis"),
        path.display()
    );
    let mut command = emulator.with_accounts(Command::new("sh"));
    let output = command.args(["-c", &script]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("cannot write"), "{output:?}");
    assert!(names(folder.path()).is_empty());
    let mut command = emulator.with_accounts(adapis("hybrid advertisers --output /dev/full"));
    assert_eq!(command.output().unwrap().status.code(), Some(1));
}

#[test]
fn a_wrong_path_is_found_before_anything_is_sent() {
    let (peer, asked) = Peer::refuses();
    let mut command = adapis("adfox list campaign --output no/such/folder/rows.csv");
    command
        .stdin(Stdio::null())
        .env("ADAPIS_ADFOX_ENDPOINT", peer.url())
        .env("ADAPIS_ADFOX_LOGIN", "login")
        .env("ADAPIS_ADFOX_PASSWORD", "password");
    let (code, line) = crate::failure(command);
    assert_eq!(code, 2, "{line}");
    assert!(line.contains("no/such/folder/rows.csv"), "{line}");
    assert!(asked.lock().unwrap().is_empty());
    let (code, line) = crate::failure(adapis("emulator --output rows.csv"));
    assert_eq!(code, 2, "{line}");
}
