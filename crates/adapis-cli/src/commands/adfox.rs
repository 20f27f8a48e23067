//! `adapis adfox`: objects of the ad server.

mod add;
mod call;
mod change;
mod columns;
mod get;
mod import;
mod input;
mod journal;
mod list;
mod names;
mod output;
mod sheet;

pub(crate) use names::{list_parameters, objects};

use std::time::Duration;

use adapis::adfox::Client;
use clap::Subcommand;

use crate::access::AdfoxAccess;
use crate::call_options::CallOptions;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    access: AdfoxAccess,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List objects, such as campaigns, page by page
    List(list::Args),
    /// Print one object with all its members
    Get(get::Args),
    /// Add an object, or one per row of a CSV file
    Add(add::Args),
    /// Change an object; parameters that are not given keep their values
    Modify(change::Modify),
    /// Delete objects by their IDs
    Delete(change::Delete),
    /// Place a campaign on a website, zone or place, or remove it
    Placing(change::Placing),
    /// Set the targeting of campaigns or banners
    Target(change::Target),
    /// Upload a file for a campaign, or the zipped files of a banner
    Upload(change::Upload),
    /// Send any call: object=… action=… [actionObject=…] and parameters
    Call(call::Args),
}

impl Args {
    /// Whether the command prints rows of the vendor, of which `--limit` takes the first.
    pub(crate) fn is_list(&self) -> bool {
        !matches!(
            self.command,
            Command::Get(_)
                | Command::Add(_)
                | Command::Modify(_)
                | Command::Delete(_)
                | Command::Placing(_)
                | Command::Target(_)
                | Command::Upload(_)
        )
    }
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    let settle = match &args.command {
        Command::Add(args) => Some(args.settle),
        _ => None,
    };
    let client = client(&args.access, settle, ctx)?;
    match args.command {
        Command::List(args) => list::run(args, &client, ctx).await,
        Command::Get(args) => get::run(args, &client, ctx).await,
        Command::Add(args) => add::run(args, &client, ctx).await,
        Command::Modify(args) => change::modify(args, &client, ctx).await,
        Command::Delete(args) => change::delete(args, &client, ctx).await,
        Command::Placing(args) => change::placing(args, &client, ctx).await,
        Command::Target(args) => change::target(args, &client, ctx).await,
        Command::Upload(args) => change::upload(args, &client, ctx).await,
        Command::Call(args) => call::run(args, &client, ctx).await,
    }
}

fn client(
    access: &AdfoxAccess,
    settle: Option<Duration>,
    ctx: &Context,
) -> Result<Client, CliError> {
    let account = access.resolve(ctx)?;
    let mut builder = Client::builder(&account.endpoint, account.credentials);
    if let Some(time) = settle {
        builder = builder.settle_time(time);
    }
    Ok(builder.call_options(ctx)?.build()?)
}
