//! `adapis keitaro gateway`: starts the gateway with the account of the command line.

use std::time::Duration;

use adapis::RetryPolicy;
use adapis::keitaro::{Client, Credentials};

use crate::access::KeitaroAccess;
use crate::context::Context;
use crate::error::CliError;
use crate::gateway::{self, Settings};

const AFTER_HELP: &str = "\
The first line on stdout is JSON, printed once the gateway accepts connections:
  {\"ready\":true,\"gateway\":URL,\"metrics\":URL,\"healthz\":URL}
Ctrl-C or SIGTERM stops the gateway after the requests in flight are served.
The options of the gateway can also be set in the config file, as members of [gateway]. The tracker
and its secrets are settings of [profile.NAME.keitaro].";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    settings: Settings,
}

pub(super) async fn run(args: Args, access: &KeitaroAccess, ctx: &Context) -> Result<(), CliError> {
    let settings = args.settings.or(ctx.profile.gateway()?);
    let client = client(&settings, access, ctx)?;
    gateway::run(settings, client, ctx.timeout).await
}

/// A client without a deadline of its own: the gateway limits how long a page waits.
fn client(settings: &Settings, access: &KeitaroAccess, ctx: &Context) -> Result<Client, CliError> {
    let credentials = Credentials::token(access.token(ctx)?);
    let quick = RetryPolicy::default()
        .max_attempts(2)
        .initial_delay(Duration::from_millis(20));
    let mut builder = Client::builder(&access.tracker(ctx)?, credentials)
        .retry(ctx.retry().unwrap_or(quick))
        .body_limit(settings.body_limit());
    if let Some(transport) = ctx.transport()? {
        builder = builder.transport(transport);
    }
    builder.build().map_err(super::client::tracker)
}
