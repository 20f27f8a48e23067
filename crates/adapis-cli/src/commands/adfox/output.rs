//! Sends a call and prints its response, its preview or notes.

use std::collections::BTreeMap;

use adapis::adfox::calls::Counters;
use adapis::adfox::{Call, CallOutput, Client, Preview};

use super::input::Sending;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Row;

/// Sends a call and prints the response; with `--dry-run` prints the request instead.
pub(super) async fn send(
    call: Call,
    sending: &Sending,
    client: &Client,
    ctx: &Context,
) -> Result<(), CliError> {
    let call = call.send_as(sending.method.into());
    if sending.dry_run {
        return preview(&client.preview(&call)?, ctx);
    }
    print(&client.call(&call).await?, ctx)
}

/// Prints a request without sending it.
pub(super) fn preview(request: &Preview, ctx: &Context) -> Result<(), CliError> {
    ctx.output().object(&Row::of(request)?)
}

/// Prints the rows of a response, or the response as one object if it has none.
fn print(output: &CallOutput, ctx: &Context) -> Result<(), CliError> {
    let mut out = ctx.output();
    let Some(found) = &output.rows else {
        return out.object(&success(output)?);
    };
    if let Some(message) = &output.partial {
        note(message);
    }
    let mut rows = out.rows(None);
    for value in found {
        rows.push(&match value.as_row() {
            Some(row) => Row::of(row)?,
            None => Row::of(&BTreeMap::from([("value", value)]))?,
        })?;
    }
    rows.finish()
}

/// A success without rows; the code is included so that the object is never empty.
fn success(output: &CallOutput) -> Result<Row, CliError> {
    let mut row = Row::new().with("code", 0_i64);
    if let Some(id) = &output.id {
        row.push("ID", id.as_str());
    }
    if let Some(message) = &output.partial {
        row.push("message", message.as_str());
    }
    if output.counters != Counters::default() {
        row.append(Row::of(&BTreeMap::from([("counters", output.counters)]))?);
    }
    row.append(Row::of(&output.members)?);
    Ok(row)
}

/// Prints a note on stderr.
pub(super) fn note(text: impl std::fmt::Display) {
    let line = crate::error::one_line(&text.to_string());
    // Ignored: if stderr is closed, the note cannot be printed anywhere.
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("note: {line}\n"));
}
