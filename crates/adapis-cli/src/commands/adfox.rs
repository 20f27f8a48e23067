mod call;
mod input;
mod list;

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
    /// Make any call: object=… action=… [actionObject=…] and parameters
    Call(call::Args),
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    let client = client(&args.access, ctx)?;
    match args.command {
        Command::List(args) => list::run(args, &client, ctx).await,
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
    if let Some(deadline) = ctx.deadline {
        builder = builder.deadline(deadline).attempt_timeout(deadline);
    }
    if let Some(policy) = ctx.retry() {
        builder = builder.retry(policy);
    }
    Ok(builder.build()?)
}
