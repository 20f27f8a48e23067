use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

use clap::{ColorChoice, CommandFactory, FromArgMatches, Parser, ValueEnum};

use crate::commands::Command;
use crate::error::CliError;
use crate::examples;

const ABOUT: &str = "Keitaro, SPOTS, Hybrid and ADFOX from a terminal";

const EXIT_CODES: &str = "\
Exit codes:
  0 done            2 wrong input          3 credentials refused
  4 no connection or out of time           5 rate limit
  6 refused or not found                   7 the vendor failed
  8 the answer breaks the protocol         1 anything local (such as a full disk)";

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "adapis", version, about = ABOUT, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// How to print the result; unless set, a table on a terminal and json elsewhere
    #[arg(long, global = true, value_enum, env = "ADAPIS_FORMAT")]
    pub(crate) format: Option<Format>,
    /// Take accounts from this profile of the config file, before the environment
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Read this config file
    #[arg(long, global = true, value_name = "FILE", env = "ADAPIS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Give up on a call after so many seconds, repeats included
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
    /// Send a call at most so many times
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    pub(crate) attempts: Option<u32>,
    /// Reach https:// endpoints through the proxy of HTTPS_PROXY or ALL_PROXY, but for NO_PROXY's hosts
    #[arg(long, global = true)]
    pub(crate) env_proxy: bool,
    /// Print without colours; so does the environment variable NO_COLOR
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
    /// Tell on stderr what happens: -v calls, -vv retries, -vvv everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For reading: aligned columns
    Table,
    /// One JSON array, a row a line
    Json,
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values with a header
    Csv,
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "must be a number of seconds above 0".to_owned())
}

/// What must be known before the command line is parsed: how to complain about it.
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
        let flagged = words.iter().enumerate().rev().find_map(|(at, word)| {
            if *word == "--format" {
                Some(words.get(at + 1).copied().unwrap_or_default())
            } else {
                word.strip_prefix("--format=")
            }
        });
        let chosen = flagged
            .map(str::to_owned)
            .or_else(|| std::env::var("ADAPIS_FORMAT").ok());
        Self {
            json_errors: matches!(chosen.as_deref(), Some("json" | "ndjson")),
            no_color: words.contains(&"--no-color"),
        }
    }
}

/// Reads the command line; `None` when help or version was asked for and printed.
pub(crate) fn parse(words: Vec<OsString>, hints: &Hints) -> Result<Option<Cli>, CliError> {
    let mut command = examples::add(Cli::command());
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
    fn the_definition_is_sound() {
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

    #[test]
    fn a_timeout_is_a_positive_number_of_seconds() {
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        for wrong in ["0", "-1", "NaN", "inf", "1e400", "x", ""] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
