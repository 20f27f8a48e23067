//! `adapis pull plan`.

use std::collections::BTreeSet;

use adapis_pull::{Calls, Part, Reason, SourcePlan};
use serde::Serialize;

use super::{Present, Scope, error, offline};
use crate::context::Context;
use crate::error::CliError;
use crate::format::Format;
use crate::output::{Columns, Row, note};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    present: Present,
}

/// The plan as one object.
#[derive(Serialize)]
struct Whole<'a> {
    now: jiff::Timestamp,
    /// The requests that are known.
    calls: u64,
    /// Whether there are no others.
    is_exact: bool,
    sources: &'a [SourcePlan],
}

pub(super) fn run(args: &Args, ctx: &Context) -> Result<(), CliError> {
    let selection = args.scope.selection(args.present)?;
    let now = args.present.now()?;
    let sources = offline(ctx)?.plan(&selection, now).map_err(error)?;
    let calls: Calls = sources.iter().map(|source| source.calls).sum();
    let refused: Vec<String> = sources.iter().flat_map(refused).collect();
    if matches!(ctx.format(), Format::Json | Format::Ndjson) {
        let whole = Whole {
            now,
            calls: calls.count,
            is_exact: calls.exact,
            sources: &sources,
        };
        ctx.output().value(&whole)?;
    } else {
        print(&sources, ctx)?;
        for source in &sources {
            note(format!("{}: {} calls", source.source, source.calls));
            for text in &source.notes {
                note(format!("{}: {text}", source.source));
            }
        }
        // The first one is the error of the command.
        refused.iter().skip(1).for_each(note);
    }
    let Some(first) = refused.first() else {
        return Ok(());
    };
    ctx.output_is_whole();
    Err(CliError::partial(first, refused.len() - 1, 2))
}

/// Why streams of a source cannot be pulled.
fn refused(source: &SourcePlan) -> impl Iterator<Item = String> {
    source.streams.iter().filter_map(|plan| {
        let why = plan.refused.as_ref()?;
        Some(format!("{}: {}: {why}", source.source, plan.stream))
    })
}

fn print(sources: &[SourcePlan], ctx: &Context) -> Result<(), CliError> {
    let columns = [
        "source", "file", "from", "to", "due", "why", "calls", "rows",
    ];
    let mut output = ctx.output();
    let mut rows = output.rows(Columns::fixed(&columns));
    for source in sources {
        for window in source.streams.iter().flat_map(|stream| &stream.windows) {
            // The calls of a window are those of all its files.
            let mut calls = Some(window.calls.to_string());
            for part in &window.parts {
                rows.push(
                    &Row::new()
                        .with("source", source.source.as_str())
                        .with("file", part.path.as_str())
                        .with("from", part.from.to_string())
                        .with("to", part.to.to_string())
                        .with("due", part.due.len())
                        .with("why", reasons(part))
                        .with("calls", calls.take())
                        .with("rows", part.rows),
                )?;
            }
        }
    }
    rows.finish()
}

fn reasons(part: &Part) -> String {
    let reasons: BTreeSet<Reason> = part.due.values().copied().collect();
    let words = reasons.into_iter().map(|reason| match reason {
        Reason::New => "new",
        Reason::Open => "open",
        Reason::Unsettled => "not settled",
        Reason::Asked => "asked for",
        Reason::Restart => "restart",
        _ => "other",
    });
    words.collect::<Vec<_>>().join(", ")
}
