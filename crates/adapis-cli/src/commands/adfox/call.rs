//! `adapis adfox call`.

use adapis::adfox::{Call, Client, Object, Params};

use super::input::{Parameters, Sending};
use super::list::{ListOptions, print_pages};
use super::output::{columns_of, send};
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    parameters: Parameters,
    /// List all pages of a list; by default one, which has ten rows unless limit=N is given
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    sending: Sending,
}

pub(super) async fn run(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let call = call(args.parameters.read(ctx)?)?;
    if ctx.limit().is_some() && !call.action.is_read() {
        let message = format!(
            "--limit is for lists, and action={} is not one",
            call.action
        );
        return Err(CliError::input("limit", message));
    }
    if args.all {
        if !call.action.as_str().starts_with("list") {
            let message = format!("--all is for lists, and action={} is not one", call.action);
            return Err(CliError::input("all", message));
        }
        let call = call.send_as(args.sending.method.into());
        let pages = client.pages(&call);
        let what = call.name();
        let all = ListOptions::all(columns_of(&call));
        return print_pages(pages, &what, all, &args.sending, client, ctx).await;
    }
    send(call, &args.sending, client, ctx).await
}

/// Takes object, action and actionObject out of the parameters.
fn call(mut params: Params) -> Result<Call, CliError> {
    let required = |name: &'static str| {
        params.get(name).ok_or_else(|| {
            CliError::input(
                name,
                format!("missing {name}=…; for example object=account action=list"),
            )
        })
    };
    let call = Call::new(required("object")?.into(), required("action")?.into());
    let object = params.get("actionObject").map(Object::from);
    for name in ["object", "action", "actionObject"] {
        params.remove(name);
    }
    Ok(call.object(object).params(params))
}
