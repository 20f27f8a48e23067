//! `adapis adfox add`.

use std::path::PathBuf;

use adapis::adfox::{Action, Call, Client, Context as AdfoxContext, FindOrAdd};
use serde_json::json;

use super::import;
use super::input::{Parameters, Sending};
use super::names::object;
use super::output::send;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Row;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Type of the object: superCampaign, campaign, banner, website, zone, place, …
    #[arg(value_name = "OBJECT")]
    object: String,
    #[command(flatten)]
    parameters: Parameters,
    /// Add one object per row of a CSV file, whose header names the parameters
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Record the progress of --from in this file, to resume after a failure [default: FILE.journal]
    #[arg(long, value_name = "FILE", requires = "from")]
    journal: Option<PathBuf>,
    /// Do nothing if an object with this name exists
    #[arg(long, conflicts_with = "from")]
    unless_exists: bool,
    #[command(flatten)]
    sending: Sending,
}

pub(super) async fn run(args: Args, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let call = Call::new(AdfoxContext::Account, Action::Add)
        .object(object(&args.object)?)
        .params(args.parameters.read()?);
    if let Some(file) = &args.from {
        return import::run(call, file, args.journal, &args.sending, client, ctx).await;
    }
    if args.unless_exists && !args.sending.dry_run {
        let call = call.send_as(args.sending.method.into());
        let FindOrAdd {
            id, added, partial, ..
        } = client.find_or_add(&call).await?;
        let done = json!({ "code": 0, "ID": id, "added": added, "message": partial });
        return ctx.output().object(&Row::of(&done)?);
    }
    send(call, &args.sending, client, ctx).await
}
