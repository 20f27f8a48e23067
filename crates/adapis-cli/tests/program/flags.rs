//! Global flags on commands that have no use for them.

use crate::{adapis, failure, stdout};

const TEXT_COMMANDS: [&str; 5] = [
    "completions bash",
    "man",
    "config init",
    "emulator",
    "keitaro gateway --upstream http://127.0.0.1:1",
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

/// The errors of these commands are JSON, and a format of the environment is for all commands.
#[test]
fn formats_with_an_effect_are_taken() {
    for format in ["json", "ndjson"] {
        let output = adapis(&format!("man --format {format}")).output().unwrap();
        assert!(stdout(&output).starts_with(".ie"), "{format}");
    }
}
