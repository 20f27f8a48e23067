mod click;
mod gateway;
mod links;

pub(super) use click::sentence;

use adapis::keitaro::{Client, Credentials, Method};
use clap::{Subcommand, ValueEnum};

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
    /// Ask the tracker what to do with a visitor; every call counts a click
    Click(Box<click::Args>),
    /// Make the link that leads a visitor on to his offer; nothing is sent
    OfferUrl(links::OfferUrlArgs),
    /// Change parameters of an earlier click
    Update(links::UpdateArgs),
    /// Report a conversion of an earlier click
    Postback(Box<links::PostbackArgs>),
    /// Stand in front of a site and route its visitors through the tracker
    Gateway(Box<gateway::Args>),
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

/// How a click is sent.
#[derive(Debug, Clone, Copy, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum HttpMethod {
    /// A query with the names of the vendor's page
    Get,
    /// The form of the vendor's own client
    Post,
}

impl From<HttpMethod> for Method {
    fn from(method: HttpMethod) -> Self {
        match method {
            HttpMethod::Get => Self::Get,
            HttpMethod::Post => Self::Post,
        }
    }
}

fn client(
    access: &KeitaroAccess,
    credentials: Credentials,
    method: Method,
    ctx: &Context,
) -> Result<Client, CliError> {
    let mut builder = Client::builder(&access.tracker(ctx)?, credentials).method(method);
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

/// Reads `K=V`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("must be NAME=VALUE".to_owned()),
    }
}
