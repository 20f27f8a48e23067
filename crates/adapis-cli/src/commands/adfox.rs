mod add;
mod call;
mod change;
mod get;
mod import;
mod input;
mod journal;
mod list;
mod output;

use adapis::adfox::{Client, Credentials};
use clap::Subcommand;

use crate::access::{AdfoxAccess, AdfoxCredential};
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
    /// Show one object with all its members
    Get(get::Args),
    /// Add an object, or one for each row of a CSV file
    Add(add::Args),
    /// Change an object; what is not given stays
    Modify(change::Modify),
    /// Delete objects by their IDs
    Delete(change::Delete),
    /// Put a campaign on a website, zone or place, or take it off
    Placing(change::Placing),
    /// Upload a file for a campaign, or the zipped files of a banner
    Upload(change::Upload),
    /// Make any call: object=… action=… [actionObject=…] and parameters
    Call(call::Args),
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    let client = client(&args.access, ctx)?;
    match args.command {
        Command::List(args) => list::run(args, &client, ctx).await,
        Command::Get(args) => get::run(args, &client, ctx).await,
        Command::Add(args) => add::run(args, &client, ctx).await,
        Command::Modify(args) => change::modify(args, &client, ctx).await,
        Command::Delete(args) => change::delete(args, &client, ctx).await,
        Command::Placing(args) => change::placing(args, &client, ctx).await,
        Command::Upload(args) => change::upload(args, &client, ctx).await,
        Command::Call(args) => call::run(args, &client, ctx).await,
    }
}

fn client(access: &AdfoxAccess, ctx: &Context) -> Result<Client, CliError> {
    let account = access.resolve(ctx)?;
    let credentials = match account.credential {
        AdfoxCredential::Password { login, password } => Credentials::password(login, password),
        AdfoxCredential::OAuth(token) => Credentials::oauth(token),
    };
    let mut builder = Client::builder(&account.endpoint, credentials);
    if let Some(transport) = ctx.transport()? {
        builder = builder.transport(transport);
    }
    if let Some(deadline) = ctx.deadline {
        builder = builder.deadline(deadline).attempt_timeout(deadline);
    }
    if let Some(policy) = ctx.retry() {
        builder = builder.retry(policy);
    }
    Ok(builder.build()?)
}
