//! Sends a call and prints its response, its preview or notes.

use std::collections::BTreeMap;

use adapis::adfox::calls::Counters;
use adapis::adfox::{Action, Call, CallOutput, Client, Preview};

use super::columns::columns;
use super::input::Sending;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Columns, Row, note};

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
    let columns = match &call.object {
        Some(object) if call.action == Action::List => columns(object),
        _ => Columns::of_all_rows(),
    };
    print(&client.call(&call).await?, columns, ctx)
}

/// Prints a request without sending it.
pub(super) fn preview(request: &Preview, ctx: &Context) -> Result<(), CliError> {
    ctx.output().object(&Row::of(request)?)
}

/// The columns of a response without rows.
const DONE: [&str; 4] = ["code", "ID", "value", "message"];

/// Prints the rows of a response, or the response as one object if it has none.
fn print(output: &CallOutput, columns: Columns, ctx: &Context) -> Result<(), CliError> {
    let mut out = ctx.output();
    let Some(found) = &output.rows else {
        return out.object_as(&success(output)?, Columns::documented(&DONE));
    };
    if let Some(message) = &output.partial {
        note(message);
    }
    let mut rows = out.rows(columns);
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
