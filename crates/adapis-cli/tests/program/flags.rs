//! Global flags on commands that have no use for them.

use crate::{adapis, failure, stdout};

const TEXT_COMMANDS: &[&str] = &[
    "completions bash",
    "man",
    "config init",
    "emulator",
    "keitaro gateway --upstream http://127.0.0.1:1",
    #[cfg(feature = "pull")]
    "pull --singer",
    #[cfg(feature = "pull")]
    "pull sql duckdb",
    #[cfg(feature = "pull")]
    "pull streams spots.day --json-schema",
    #[cfg(feature = "pull")]
    "report --source a",
];

#[test]
fn flags_without_an_effect_are_refused() {
    for command in TEXT_COMMANDS {
        for flag in ["--columns a", "--format csv", "--format table"] {
            let line = format!("{command} {flag}");
            let (code, error) = failure(adapis(&line));
            assert_eq!(code, 2, "{line}: {error}");
            let words = "is for commands that print rows or objects";
            assert!(error.contains(words), "{line}: {error}");
        }
    }
    let (code, error) = failure(adapis("emulator --timeout 5"));
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("not for the emulator"), "{error}");
}

#[test]
fn the_check_of_the_gateway_prints_rows() {
    for flag in ["--columns check", "--format table", "--output report"] {
        let line = format!("keitaro gateway --upstream http://127.0.0.1:1 --check {flag}");
        let (_, error) = failure(adapis(&line));
        assert!(error.contains("keitaro"), "{line}: {error}");
        assert!(!error.contains("is for commands"), "{line}: {error}");
    }
}

#[test]
fn the_null_device_is_named_where_a_config_file_is_needed() {
    let mut lines = vec!["config init"];
    if cfg!(feature = "pull") {
        lines.extend(["pull plan", "report --source a"]);
    }
    for line in lines {
        let mut command = adapis(line);
        command.env("ADAPIS_CONFIG", "/dev/null");
        let (code, error) = failure(command);
        assert_eq!(code, 2, "{line}: {error}");
        assert!(
            error.contains("ADAPIS_CONFIG names the null device: name one with --config FILE"),
            "{line}: {error}"
        );
    }
}

/// The errors of these commands are JSON, and a format of the environment is for all commands.
#[test]
fn formats_with_an_effect_are_taken() {
    for format in ["json", "ndjson"] {
        let output = adapis(&format!("man --format {format}")).output().unwrap();
        assert!(stdout(&output).starts_with(".ie"), "{format}");
    }
}
