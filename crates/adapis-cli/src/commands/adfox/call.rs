use std::collections::BTreeMap;

use adapis::adfox::{Call, CallOutput, Client, Object, Params};
use serde::Serialize;

use super::input::{Method, Parameters};
use crate::context::Context;
use crate::error::CliError;
use crate::output::Row;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    parameters: Parameters,
    /// How the call travels
    #[arg(long, value_enum, default_value_t)]
    method: Method,
}

pub(super) async fn run(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let call = call(&args.parameters.read()?)?.carrier(args.method.into());
    print(&client.send(&call).await?, ctx)
}

/// The call whose navigation block stands among its parameters.
fn call(given: &Params) -> Result<Call, CliError> {
    let required = |name: &'static str| {
        given
            .get(name)
            .ok_or_else(|| CliError::input(name, "must be given, such as object=account"))
    };
    let mut call = Call::new(required("object")?.into(), required("action")?.into());
    call.object = given.get("actionObject").map(Object::from);
    call.params = given.clone();
    for name in ["object", "action", "actionObject"] {
        call.params.remove(name);
    }
    Ok(call)
}

/// Prints rows where the answer has some, otherwise what it has as one object.
pub(super) fn print(output: &CallOutput, ctx: &Context) -> Result<(), CliError> {
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
