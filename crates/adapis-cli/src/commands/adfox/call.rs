use adapis::adfox::{Call, Client, Object, Params};

use super::input::{Parameters, Sending};
use super::output::carry_out;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    parameters: Parameters,
    #[command(flatten)]
    sending: Sending,
}

pub(super) async fn run(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let call = call(args.parameters.read()?)?;
    carry_out(call, &args.sending, client, ctx).await
}

/// The call whose navigation block stands among its parameters.
fn call(mut params: Params) -> Result<Call, CliError> {
    let required = |name: &'static str| {
        params
            .get(name)
            .ok_or_else(|| CliError::input(name, "must be given, such as object=account"))
    };
    let call = Call::new(required("object")?.into(), required("action")?.into());
    let object = params.get("actionObject").map(Object::from);
    for name in ["object", "action", "actionObject"] {
        params.remove(name);
    }
    Ok(call.object(object).params(params))
}
