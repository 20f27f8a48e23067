//! `adapis pull --singer`.

use std::path::PathBuf;

use adapis_pull::singer::{self, SingerError, SingerMoney, SingerOptions};
use clap::ValueEnum;

use super::run::RunArgs;
use super::{check_names, settings};
use crate::context::Context;
use crate::error::CliError;
use crate::output::note;

#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
#[command(next_help_heading = "Singer")]
pub(super) struct SingerArgs {
    /// Write the files to stdout as messages for a target of Singer (SCHEMA, RECORD, STATE); pulls nothing
    ///
    /// With --from and --to, only files with a day in that range are written; with --restart, those of a stream
    /// whatever the state says. Singer has no message for a row that vanished, so targets keep such rows.
    #[arg(long)]
    singer: bool,
    /// Write only what has changed since the last STATE that the target wrote, which is in this file
    #[arg(long, value_name = "FILE", requires = "singer")]
    state: Option<PathBuf>,
    /// How amounts are written [default: number]
    #[arg(long, value_enum, value_name = "TYPE", requires = "singer")]
    money: Option<Money>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Money {
    /// JSON numbers with all digits: exact in targets that read decimals
    Number,
    /// Strings, in which no target loses a digit
    Text,
}

impl SingerArgs {
    pub(super) fn is_asked(&self) -> bool {
        self.singer
    }
}

pub(super) async fn run(run: &RunArgs, args: &SingerArgs, ctx: &Context) -> Result<(), CliError> {
    let mut options = SingerOptions::default();
    options.selection = run.scope.selection(run.present)?;
    options.money = match args.money {
        Some(Money::Text) => SingerMoney::Text,
        Some(Money::Number) | None => SingerMoney::Number,
    };
    options.state = args.state.as_ref().map(last_state).transpose()?.flatten();
    let pull = settings::offline(ctx)?;
    check_names(&pull, &options.selection, run.present.now()?)?;
    options.reports = pull.config().reports();
    let store = settings::store(pull.config(), ctx)?;
    let mut out = ctx.output().into_writer();
    let progress = ctx.progress("pull --singer");
    // On a separate thread: --timeout ends the command also while a target reads nothing.
    let written = tokio::task::spawn_blocking(move || singer::write(&*store, &options, &mut out));
    let written = written
        .await
        .map_err(|error| CliError::local("the rows were not written", error.into()))?;
    drop(progress);
    let summary = written.map_err(|error| CliError::Partial {
        exit_code: if matches!(error, SingerError::State(_)) {
            2
        } else {
            1
        },
        message: error.to_string(),
    })?;
    note(format!(
        "records: {}; partitions written: {}, unchanged: {}",
        summary.records,
        summary.written.len(),
        summary.unchanged
    ));
    for partition in &summary.vanished {
        note(format!(
            "{partition} has vanished; the target keeps its rows"
        ));
    }
    let Some(first) = summary.problems.first() else {
        return Ok(());
    };
    for problem in &summary.problems {
        note(problem);
    }
    ctx.output_is_whole();
    let others = summary.problems.len() - 1;
    Err(CliError::partial(first, others, 1))
}

/// The last line that a target has written. An empty file is the state before the first run.
fn last_state(path: &PathBuf) -> Result<Option<String>, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("cannot read --state {}: {error}", path.display());
        CliError::input("state", message)
    })?;
    let mut lines = text.lines().rev().map(str::trim);
    let last = lines.find(|line| !line.is_empty());
    // A state that was formatted by hand is one value on several lines.
    Ok(last.map(|last| {
        let is_value = serde_json::from_str::<serde::de::IgnoredAny>(last).is_ok();
        if is_value { last } else { text.trim() }.to_owned()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_state_of_a_file_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        for (text, state) in [
            ("", None),
            ("\n", None),
            ("{\"a\":1}\n{\"b\":2}\n\n", Some("{\"b\":2}")),
            ("{\n  \"a\": 1\n}\n", Some("{\n  \"a\": 1\n}")),
            ("nonsense", Some("nonsense")),
        ] {
            std::fs::write(&path, text).unwrap();
            assert_eq!(last_state(&path).unwrap().as_deref(), state, "{text}");
        }
        assert!(last_state(&folder.path().join("none")).is_err());
    }
}
