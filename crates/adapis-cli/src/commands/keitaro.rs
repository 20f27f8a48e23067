//! `adapis keitaro`: clicks, conversions and the gateway.

mod click;
mod client;
mod gateway;
mod links;

use clap::Subcommand;

use crate::access::KeitaroAccess;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    access: KeitaroAccess,
    #[command(subcommand)]
    command: KeitaroCommand,
}

#[derive(Debug, Subcommand)]
enum KeitaroCommand {
    /// Ask the tracker what to do with a visitor; every call counts as a click
    Click(Box<click::Args>),
    /// Print the link from a landing page to the offer; nothing is sent
    OfferUrl(links::OfferUrlArgs),
    /// Update parameters of an earlier click
    Update(links::UpdateArgs),
    /// Report a conversion of an earlier click
    Postback(Box<links::PostbackArgs>),
    /// Run a reverse proxy that routes the visitors of a site through the tracker
    Gateway(Box<gateway::Args>),
}

impl Args {
    /// Whether the command runs until it is stopped.
    pub(crate) fn is_server(&self) -> bool {
        matches!(&self.command, KeitaroCommand::Gateway(args) if !args.is_check())
    }
}

pub(crate) async fn run(args: Args, ctx: &Context) -> Result<(), CliError> {
    let access = &args.access;
    match args.command {
        KeitaroCommand::Click(args) => click::run(*args, access, ctx).await,
        KeitaroCommand::OfferUrl(args) => links::offer_url(args, access, ctx),
        KeitaroCommand::Update(args) => links::update(args, access, ctx).await,
        KeitaroCommand::Postback(args) => links::postback(*args, access, ctx).await,
        KeitaroCommand::Gateway(args) => gateway::run(*args, access, ctx).await,
    }
}
