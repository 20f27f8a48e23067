//! Runs the program `adapis` as a process and checks its output and exit code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic"
)]

mod accounts;
mod canary;
mod check;
mod columns;
mod config_file;
mod dry_run;
mod failures;
mod flags;
mod help;
mod limits;
mod output;
mod output_file;
mod peers;
mod row_limit;
mod secrets;
mod settings;
mod shells;
mod verbose;

use std::process::{Command, Output, Stdio};

/// The program with these arguments and without the environment of the test run.
fn adapis(line: &str) -> Command {
    words(&line.split_whitespace().collect::<Vec<_>>())
}

fn words(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adapis"));
    command
        .args(words)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn stdout(output: &Output) -> &str {
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout)
}

/// The exit code and the error line of a failure; stdout must be empty.
fn failure(mut command: Command) -> (i32, String) {
    let output = command.output().unwrap();
    assert_eq!(text(&output.stdout), "", "{output:?}");
    let stderr = text(&output.stderr);
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    (output.status.code().unwrap(), stderr.trim_end().to_owned())
}
