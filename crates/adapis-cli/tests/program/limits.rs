//! `--timeout` bounds a whole command, and the load on a vendor can be limited.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::peers::{Emulator, Peer};
use crate::{adapis, stdout, text};

const ROWS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><response><status><code>0</code></status>\
    <result><total_rows>9</total_rows><limit>9</limit><offset>0</offset><rows>9</rows><data>";

fn adfox(peer: &Peer, line: &str) -> Command {
    let mut command = adapis(line);
    command
        .env("ADAPIS_ADFOX_ENDPOINT", peer.url())
        .env("ADAPIS_ADFOX_LOGIN", "login")
        .env("ADAPIS_ADFOX_PASSWORD", "password");
    command
}

#[test]
fn a_body_that_hangs_or_drips_ends_at_the_timeout() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/xml; charset=utf-8\r\n\r\n";
    let row = "<row0><ID>1</ID><name>one</name></row0>";
    for (start, drop) in [
        ("", ""),
        (head, ""),
        (head, " "),
        (&format!("{head}{ROWS}{row}"), ""),
        (&format!("{head}{ROWS}{row}"), " "),
    ] {
        let peer = Peer::drips(start, drop);
        for line in ["adfox list position --all", "adfox get position 1"] {
            let started = Instant::now();
            let output = adfox(&peer, &format!("{line} --timeout 0.7"))
                .output()
                .unwrap();
            let taken = started.elapsed();
            assert_eq!(output.status.code(), Some(4), "{line} {start}: {output:?}");
            assert!(taken < Duration::from_secs(3), "{line}: {taken:?}");
            assert!(taken >= Duration::from_millis(600), "{line}: {taken:?}");
            assert_eq!(text(&output.stderr).lines().count(), 1, "{output:?}");
        }
    }
}

#[test]
fn many_calls_share_the_timeout() {
    let emulator = Emulator::start();
    // 120 windows, of which one starts every 100 ms.
    let line = "spots stats --from 2025-01-01 --to 2025-04-30 --window-days 1 --group date_day \
                --calls-per-minute 600 --timeout 1 --format csv";
    let started = Instant::now();
    let output = emulator.run(line);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[test]
fn a_vendor_that_limits_calls_is_waited_for_within_the_timeout() {
    let peer = Peer::status("429 Too Many Requests", "", "");
    let started = Instant::now();
    let output = adfox(&peer, "adfox list position --timeout 4")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5), "{output:?}");
    assert!(started.elapsed() >= Duration::from_millis(900), "it waited");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn calls_keep_their_pace() {
    let emulator = Emulator::start();
    let line = "spots stats --from 2025-01-01 --to 2025-01-10 --window-days 1 --group date_day --format csv";
    let started = Instant::now();
    let output = emulator.run(&format!("{line} --calls-per-minute 600"));
    assert_eq!(stdout(&output).lines().count(), 11);
    assert!(started.elapsed() >= Duration::from_secs(1), "ten intervals");
    let fast = emulator.run(&format!("{line} --concurrency 8"));
    assert_eq!(stdout(&fast), stdout(&output));
    for wrong in [
        "--calls-per-minute 0",
        "--calls-per-minute -1",
        "--concurrency 0",
    ] {
        let (code, line) = crate::failure(adapis(&format!("{line} {wrong}")));
        assert_eq!(code, 2, "{line}");
    }
}

#[cfg(unix)]
#[test]
fn what_never_comes_from_a_pipe_or_standard_input_ends_at_the_timeout() {
    use std::process::Stdio;

    let peer = Peer::gone();
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let pipe = pipe.display();
    let journal = folder.path().join("journal");
    let journal = journal.display();
    for (line, named) in [
        (
            format!("adfox add zone --from - --journal {journal}"),
            "--from -",
        ),
        (
            format!("adfox list zone --password-file {pipe}"),
            "password",
        ),
        (format!("adfox add zone --text name={pipe}"), "pipe"),
        (format!("adfox upload campaign 1 {pipe}"), "pipe"),
    ] {
        let started = Instant::now();
        let mut command = adfox(&peer, &format!("{line} --timeout 0.5"));
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(input);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(4), "{line}: {said}");
        assert!(said.contains(named), "{line}: {said}");
        assert!(started.elapsed() < Duration::from_secs(3), "{line}");
    }
}
