//! Sends a call and prints its response, its preview or notes.

use std::collections::BTreeMap;

use adapis::adfox::calls::Counters;
use adapis::adfox::{Action, Call, CallOutput, Client, Preview};

use super::columns::columns;
use super::import::{Tally, is_refusal};
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
    let output = client.call(&call).await?;
    print(&output, columns_of(&call), ctx)?;
    if ctx.limit().is_none() {
        note_more(&call, &output);
    }
    Ok(())
}

/// The columns of the rows of a call.
pub(super) fn columns_of(call: &Call) -> Columns {
    match &call.object {
        Some(object) if call.action == Action::List => columns(object),
        _ => Columns::of_all_rows(),
    }
}

/// Says that a list has more rows than were printed.
fn note_more(call: &Call, output: &CallOutput) {
    let (Some(rows), Some(total)) = (&output.rows, output.counters.total_rows) else {
        return;
    };
    let offset = call.params.get("offset").and_then(|text| text.parse().ok());
    let shown = rows.len() as u64;
    if total > offset.unwrap_or(0_u64) + shown {
        note(format_args!(
            "showing {shown} of {total} rows; use --all to list all of them"
        ));
    }
}

/// Sends several calls, each for some IDs, and prints a row for each ID.
///
/// One call for one ID is printed as by [`send`]. An ID that is rejected does not stop the others.
pub(super) async fn send_each(
    calls: Vec<(Vec<u64>, Call)>,
    done: &'static str,
    sending: &Sending,
    client: &Client,
    ctx: &Context,
) -> Result<(), CliError> {
    let calls = match <[_; 1]>::try_from(calls) {
        Ok([(ids, call)]) if ids.len() == 1 || sending.dry_run => {
            return send(call, sending, client, ctx).await;
        }
        Ok([one]) => vec![one],
        Err(calls) => calls,
    };
    let method = sending.method;
    let mut out = ctx.output();
    if sending.dry_run {
        let mut rows = out.rows(Columns::of_all_rows());
        for (_, call) in calls {
            let call = call.send_as(method.into());
            rows.push(&Row::of(&client.preview(&call)?)?)?;
        }
        return rows.finish();
    }
    let mut rows = out.rows(Columns::fixed(&["ID", "state", "message", "error"]));
    let mut tally = Tally::default();
    let mut operation = String::new();
    let mut count = 0;
    for (ids, call) in calls {
        let call = call.send_as(method.into());
        operation = call.name();
        count += ids.len();
        let (state, message, error) = match client.call(&call).await {
            Ok(CallOutput { partial: None, .. }) => (done, None, None),
            // Which of several IDs it is about is only in the words.
            Ok(CallOutput { partial, .. }) if ids.len() > 1 => ("partial", partial, None),
            Ok(CallOutput { partial, .. }) => (done, partial, None),
            Err(error) if error.may_have_run() => ("unknown", None, Some(error)),
            Err(error) if is_refusal(&error) => ("refused", None, Some(error)),
            Err(error) => return Err(error.into()),
        };
        for id in ids {
            tally.count(state);
            rows.push(
                &Row::new()
                    .with("ID", id)
                    .with("state", state)
                    .with("message", message.as_ref().map(ToString::to_string))
                    .with("error", error.as_ref().map(ToString::to_string)),
            )?;
        }
        rows.flush()?;
    }
    rows.finish()?;
    ctx.output_is_whole();
    tally.verdict(operation, "objects", count)
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
        out.note_limit();
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
