//! The command line and how it is parsed.

use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal, Write};

use clap::error::ErrorKind;
use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser};

use crate::commands::Command;
use crate::config::variable;
use crate::error::CliError;
use crate::examples;
use crate::global::Global;
use crate::version;

const ABOUT: &str = "Work with Keitaro, SPOTS, Hybrid and ADFOX from the command line";

const EXIT_CODES: &str = "\
Exit codes:
  0  success
  1  local failure, such as a full disk
  2  invalid input
  3  invalid credentials
  4  connection failed, interrupted or timed out
  5  rate limited
  6  rejected, forbidden or not found
  7  server error
  8  invalid response
  9  numbers held back, or sums that differ from the vendor's (pull)
  10 another run holds the lock (pull)";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "adapis", version, long_version = version::long(), about = ABOUT, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The command line with the examples in its help.
pub(crate) fn command() -> clap::Command {
    examples::add(Cli::command())
}

/// How to report an error in the command line, read before it is parsed.
pub(crate) struct Hints {
    pub(crate) json_errors: bool,
    no_color: bool,
}

impl Hints {
    pub(crate) fn of(words: &[OsString]) -> Self {
        let words: Vec<&str> = words
            .iter()
            .skip(1)
            .map(|word| word.to_str().unwrap_or_default())
            .take_while(|word| *word != "--")
            .collect();
        let flag = words.iter().enumerate().rev().find_map(|(at, word)| {
            if *word == "--format" {
                Some(words.get(at + 1).copied().unwrap_or_default())
            } else {
                word.strip_prefix("--format=")
            }
        });
        let format = flag
            .map(str::to_owned)
            .or_else(|| variable("ADAPIS_FORMAT"));
        Self {
            json_errors: matches!(format.as_deref(), Some("json" | "ndjson" | "jsonl")),
            no_color: words.contains(&"--no-color"),
        }
    }
}

/// Parses the command line; returns `None` after printing help or the version.
pub(crate) fn parse(words: Vec<OsString>, hints: &Hints) -> Result<Option<Cli>, CliError> {
    let mut command = command();
    if hints.no_color {
        command = command.color(ColorChoice::Never);
    }
    if words.iter().skip(1).all(|word| word == OsStr::new("")) {
        return command.print_help().map(|()| None).map_err(CliError::from);
    }
    let parsed = command
        .try_get_matches_from(words)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => Ok(Some(cli)),
        // A group without a command says what its commands are, as the program alone does.
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let colored = std::io::stdout().is_terminal() && !hints.no_color;
            let text = error.render();
            let text = if colored {
                text.ansi().to_string()
            } else {
                text.to_string()
            };
            let printed = std::io::stdout().write_all(text.as_bytes());
            printed.map(|()| None).map_err(CliError::from)
        }
        Err(error) if !error.use_stderr() => error.print().map(|()| None).map_err(CliError::from),
        Err(error) => Err(CliError::usage(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(line: &str) -> Hints {
        Hints::of(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_definition_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn json_errors_are_known_before_the_line_is_parsed() {
        assert!(hints("adapis spots --format json --bogus").json_errors);
        assert!(hints("adapis --format=ndjson spots").json_errors);
        assert!(!hints("adapis --format table spots").json_errors);
        assert!(!hints("adapis spots call x -- --format json").json_errors);
        assert!(hints("adapis --no-color demo").no_color);
    }
}
