use std::collections::BTreeMap;

use adapis::adfox::{Call, CallOutput, Client, Preview};
use serde::Serialize;

use super::input::Sending;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Row;

/// Sends a call and prints what it brings; with `--dry-run` prints the call alone.
pub(super) async fn carry_out(
    call: Call,
    sending: &Sending,
    client: &Client,
    ctx: &Context,
) -> Result<(), CliError> {
    let call = call.carrier(sending.method.into());
    if sending.dry_run {
        return preview(&client.preview(&call)?, ctx);
    }
    print(&client.send(&call).await?, ctx)
}

/// Prints a request that is not sent.
pub(super) fn preview(request: &Preview, ctx: &Context) -> Result<(), CliError> {
    ctx.output().object(&Row::of(request)?)
}

/// Prints rows where the answer has some, otherwise what it has as one object.
fn print(output: &CallOutput, ctx: &Context) -> Result<(), CliError> {
    let mut out = ctx.output();
    let Some(found) = &output.rows else {
        return out.object(&Row::of(&Done { code: 0, output })?);
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

/// A success without rows, the code included so that it is never empty.
#[derive(Serialize)]
struct Done<'a> {
    code: i64,
    #[serde(flatten)]
    output: &'a CallOutput,
}

/// Tells on stderr what rows have no place for.
pub(super) fn note(text: impl std::fmt::Display) {
    let line = crate::error::one_line(&text.to_string());
    // Nobody is left to tell when stderr is closed.
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("note: {line}\n"));
}
