//! What is loaded, and the outcome.

use std::sync::Arc;

use adapis_pull::{LoadError, LoadOptions, LoadSummary, Store};
use serde::Serialize;

use super::What;
use crate::commands::pull::{Present, bound, check_names, settings};
use crate::context::Context;
use crate::dates::End;
use crate::error::CliError;
use crate::format::Format;
use crate::output::{Columns, Row, note};

/// The root, and the options of a load from it.
pub(super) fn prepare(
    what: &What,
    ctx: &Context,
) -> Result<(Arc<dyn Store>, LoadOptions), CliError> {
    let present = Present::default();
    let today = present.today()?;
    let mut options = LoadOptions::default();
    options.selection = what.choice.selection();
    options.selection.from = bound(End::First, what.from.as_ref(), today)?;
    options.selection.to = bound(End::Last, what.to.as_ref(), today)?;
    options.selection.restart.clone_from(&what.restart);
    options.migrate = what.migrate;
    options.prune = what.prune;
    let pull = settings::offline(ctx)?;
    check_names(&pull, &options.selection, present.now()?)?;
    options.reports = pull.config().reports();
    Ok((settings::store(pull.config(), ctx)?, options))
}

/// An error of the library, with its exit code.
pub(super) fn failed(error: &LoadError) -> CliError {
    CliError::Partial {
        exit_code: error.exit_code(),
        message: with_flags(&error.message),
    }
}

/// Names the flags of this program where the library names its options.
fn with_flags(message: &str) -> String {
    message
        .replace("load with `migrate`", "load with --migrate")
        .replace(
            "(URL, PGPASSWORD or ~/.pgpass)",
            "(--url, PGPASSWORD or ~/.pgpass)",
        )
}

/// The summary as one object.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    summary: &'a LoadSummary,
    rows: u64,
    exit_code: u8,
}

/// Prints what was done, and what was not as an error.
pub(super) fn finish(mut summary: LoadSummary, ctx: &Context) -> Result<(), CliError> {
    for problem in &mut summary.problems {
        problem.message = with_flags(&problem.message);
    }
    print(&summary, ctx)?;
    if !ctx.json_errors() {
        for text in &summary.altered {
            note(text);
        }
        if summary.unchanged > 0 {
            note(format!("{} partitions unchanged", summary.unchanged));
        }
        if !summary.left.is_empty() {
            note(format!(
                "the root has nothing of {} loaded partitions, such as {}; --prune removes their rows",
                summary.left.len(),
                summary.left.first().map_or("", String::as_str)
            ));
        }
        // The first one is the error of the command.
        for problem in summary.problems.iter().skip(1) {
            note(problem);
        }
    }
    let exit_code = summary.exit_code();
    let Some(first) = summary.problems.first() else {
        return Ok(());
    };
    ctx.output_is_whole();
    let others = summary.problems.len() - 1;
    Err(CliError::partial(first, others, exit_code))
}

fn print(summary: &LoadSummary, ctx: &Context) -> Result<(), CliError> {
    let mut output = ctx.output();
    if matches!(ctx.format(), Format::Json | Format::Ndjson) {
        let whole = Whole {
            summary,
            rows: summary.rows(),
            exit_code: summary.exit_code(),
        };
        return output.value(&whole);
    }
    let columns = ["partition", "table", "rows", "outcome"];
    let mut rows = output.rows(Columns::fixed(&columns));
    for one in &summary.loaded {
        let outcome = if one.replaced { "replaced" } else { "loaded" };
        rows.push(
            &Row::new()
                .with("partition", one.partition.as_str())
                .with("table", one.table.as_str())
                .with("rows", one.rows)
                .with("outcome", outcome),
        )?;
    }
    for (partitions, outcome) in [(&summary.removed, "removed"), (&summary.left, "left")] {
        for partition in partitions {
            rows.push(
                &Row::new()
                    .with("partition", partition.as_str())
                    .with("outcome", outcome),
            )?;
        }
    }
    rows.finish()
}
