//! `adapis pull forget` and `adapis pull rewrite`.

use std::io::{self, BufRead, Write};

use jiff::civil::Date;

use super::{Choice, error, offline};
use crate::confirm::{ask, can_ask};
use crate::context::Context;
use crate::dates::{End, day};
use crate::error::CliError;
use crate::output::{Columns, Row};

#[derive(Debug, clap::Args)]
pub(super) struct Forget {
    /// The source
    #[arg(long, value_name = "NAME")]
    source: String,
    /// The stream, by its full or short name
    #[arg(long, value_name = "NAME")]
    stream: String,
    /// Only files whose days are all in this range: 2023-08-23, 2024-01 or -30d
    #[arg(long, value_name = "DAY", allow_hyphen_values = true, requires = "to")]
    from: Option<String>,
    /// Last day of the range, in the same forms; a month means its last day
    #[arg(
        long,
        value_name = "DAY",
        allow_hyphen_values = true,
        requires = "from"
    )]
    to: Option<String>,
    /// Do not ask on a terminal
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rewrite {
    #[command(flatten)]
    choice: Choice,
}

pub(super) fn forget(args: &Forget, ctx: &Context) -> Result<(), CliError> {
    let pull = offline(ctx)?;
    let days = match (&args.from, &args.to) {
        (Some(from), Some(to)) => Some((day(End::First, from)?, day(End::Last, to)?)),
        _ => None,
    };
    if !args.yes && can_ask() {
        confirm(args, days, io::stdin().lock(), io::stderr())?;
    }
    let files = pull
        .forget(&args.source, &args.stream, days)
        .map_err(error)?;
    print(&[(args.source.clone(), args.stream.clone(), files)], ctx)
}

fn confirm(
    args: &Forget,
    days: Option<(Date, Date)>,
    answers: impl BufRead,
    out: impl Write,
) -> Result<(), CliError> {
    let what = days.map_or_else(
        || "all files".to_owned(),
        |(from, to)| format!("the files of {from} to {to}"),
    );
    let question = format!(
        "Remove {what} of {} {}? The vendor may no longer have their days.",
        args.source, args.stream
    );
    ask(&question, "nothing was removed", answers, out)
}

pub(super) fn rewrite(args: &Rewrite, ctx: &Context) -> Result<(), CliError> {
    let pull = offline(ctx)?;
    let selection = args.choice.selection();
    let unknown = selection
        .sources
        .iter()
        .find(|name| pull.config().source(name).is_none());
    if let Some(name) = unknown {
        return Err(CliError::input(
            "source",
            format!("there is no source {name}"),
        ));
    }
    let mut done = Vec::new();
    for source in &pull.config().sources {
        for settings in &source.streams {
            let stream = settings.stream.name;
            if selection.has(&source.name, &settings.stream) {
                let files = pull.rewrite(&source.name, stream).map_err(error)?;
                done.push((source.name.clone(), stream.to_owned(), files));
            }
        }
    }
    if done.is_empty() {
        return Err(CliError::input(
            "stream",
            "no source has a stream of this name",
        ));
    }
    print(&done, ctx)
}

fn print(done: &[(String, String, u64)], ctx: &Context) -> Result<(), CliError> {
    let mut output = ctx.output();
    let mut rows = output.rows(Columns::fixed(&["source", "stream", "files"]));
    for (source, stream, files) in done {
        rows.push(
            &Row::new()
                .with("source", source.as_str())
                .with("stream", stream.as_str())
                .with("files", *files),
        )?;
    }
    rows.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_removes() {
        let args = Forget {
            source: "publisher".to_owned(),
            stream: "day".to_owned(),
            from: None,
            to: None,
            yes: false,
        };
        for (answer, is_ok) in [("y\n", true), ("Yes\n", true), ("\n", false), ("", false)] {
            let mut asked = Vec::new();
            let outcome = confirm(&args, None, answer.as_bytes(), &mut asked);
            assert_eq!(outcome.is_ok(), is_ok, "{answer:?}");
            let asked = String::from_utf8(asked).unwrap();
            assert!(
                asked.starts_with("Remove all files of publisher day?"),
                "{asked}"
            );
        }
    }
}
