//! The options that every command takes.

use std::path::PathBuf;
use std::time::Duration;

use crate::format::Format;
use crate::output::Selection;

/// Options of every command.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Output format [env: ADAPIS_FORMAT] [default: table on a terminal, otherwise json]
    #[arg(long, global = true, value_enum)]
    pub(crate) format: Option<Format>,
    /// Print only these columns, in this order; or 'all' for every member that occurs
    ///
    /// By default a table shows the most useful columns, csv and tsv have the documented ones and a
    /// last column 'extra' with all other members, and json and ndjson have all members. With 'all',
    /// csv and tsv keep all rows in memory until the last one has arrived.
    #[arg(long, global = true, value_name = "NAME,…")]
    pub(crate) columns: Option<Selection>,
    /// Write the result to this file; it appears under its name only if the command succeeds
    ///
    /// Without --format, the extension of the name decides: json, ndjson, jsonl, csv, tsv or html.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Print at most this many rows of a list or of statistics, and request no more pages than they need
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) limit: Option<u64>,
    /// Use the accounts of this profile; it takes precedence over environment variables
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Path of the config file [env: ADAPIS_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Time limit for the whole command, from its start to its last row
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
    /// Maximum number of attempts for a call, including the first
    ///
    /// By default 3; a vendor that answers "too many requests" is waited for as long as the time limit
    /// of the call allows (60 seconds without --timeout).
    #[arg(long, global = true, value_name = "N", value_parser = attempts)]
    pub(crate) attempts: Option<u32>,
    /// Maximum number of calls at once in spots stats, hybrid stats and --all-advertisers [default: 4]
    ///
    /// For pull it applies to each source, and overrides `concurrency` in the config file.
    #[arg(long, global = true, value_name = "N", value_parser = concurrency)]
    pub(crate) concurrency: Option<usize>,
    /// Start at most this many calls per minute, evenly spaced; for an account with a quota
    #[arg(long, global = true, value_name = "N", value_parser = calls_per_minute)]
    pub(crate) calls_per_minute: Option<f64>,
    /// Use the proxy of HTTPS_PROXY or ALL_PROXY for https:// endpoints, except for the hosts of NO_PROXY
    #[arg(long, global = true)]
    pub(crate) env_proxy: bool,
    /// Disable colors; the environment variable NO_COLOR does the same
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
    /// Log to stderr: -v each call, -vv also retries and renewed tokens, -vvv everything
    ///
    /// Warnings are logged without it. Secrets are never logged.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "expected a number of seconds greater than 0".to_owned())
}

pub(crate) fn attempts(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|attempts| (1..=20).contains(attempts))
        .ok_or_else(|| "expected a number from 1 to 20".to_owned())
}

pub(crate) fn concurrency(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|calls| (1..=64).contains(calls))
        .ok_or_else(|| "expected a number from 1 to 64".to_owned())
}

pub(crate) fn calls_per_minute(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|calls| (0.001..=60_000.0).contains(calls))
        .ok_or_else(|| "expected a number greater than 0, such as 30".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_a_positive_number_of_seconds() {
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        for wrong in ["0", "-1", "NaN", "inf", "1e400", "x", ""] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
