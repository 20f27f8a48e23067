//! `adapis keitaro gateway`: starts the gateway with the account of the command line.

use std::sync::Arc;
use std::time::Duration;

use adapis::RetryPolicy;
use adapis::keitaro::{Client, Credentials, Endpoint, HyperTransport};

use crate::access::KeitaroAccess;
use crate::context::Context;
use crate::error::CliError;
use crate::gateway::{self, Settings};

const AFTER_HELP: &str = "\
The first line on stdout is JSON, printed once the gateway accepts connections:
  {\"ready\":true,\"gateway\":URL,\"metrics\":URL,\"healthz\":URL}
Ctrl-C or SIGTERM stops the gateway after the requests in flight are served.
Every flag can also be set in the config file, as a member of [gateway].";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Try the token (which counts a click), the site and the addresses, and exit
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    settings: Settings,
}

pub(super) async fn run(args: Args, access: &KeitaroAccess, ctx: &Context) -> Result<(), CliError> {
    ctx.log_warnings();
    let settings = args.settings.or(ctx.profile.gateway()?);
    let client = client(&settings, access, ctx)?;
    if args.check {
        return gateway::check(&settings, &client, ctx).await;
    }
    gateway::run(settings, client, ctx.deadline).await
}

/// A client without a deadline of its own: the gateway limits how long a page waits.
fn client(settings: &Settings, access: &KeitaroAccess, ctx: &Context) -> Result<Client, CliError> {
    let credentials = Credentials::token(access.token(ctx)?);
    let quick = RetryPolicy::default()
        .max_attempts(2)
        .initial_delay(Duration::from_millis(20));
    let tracker = access.tracker(ctx)?;
    // A tracker that sends interim responses for ever stalls only its own calls with this one.
    let transport = match ctx.transport()? {
        Some(through_proxy) => through_proxy,
        None => Arc::new(HyperTransport::for_endpoint(&Endpoint::parse(&tracker)?)?),
    };
    let builder = Client::builder(&tracker, credentials)
        .retry(ctx.retry().unwrap_or(quick))
        .body_limit(settings.body_limit())
        .click_encoding(settings.encoding())
        .transport(transport);
    Ok(builder.build()?)
}
