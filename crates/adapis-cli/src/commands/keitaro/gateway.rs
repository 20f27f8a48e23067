mod admin;
mod headers;
mod serve;
mod settings;
mod site;

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use adapis::RetryPolicy;
use adapis::keitaro::{Client, Credentials};
use serde_json::json;
use tokio::net::TcpListener;
use tower::Layer;

use crate::access::KeitaroAccess;
use crate::context::Context;
use crate::error::CliError;
use admin::Admin;
use serve::{Front, Gate};
use settings::Settings;
use site::Site;

const EXAMPLES: &str = "\
The first line on stdout is JSON, printed when visitors can come:
  {\"ready\":true,\"gateway\":URL,\"metrics\":URL,\"healthz\":URL}
Ctrl-C or SIGTERM ends the gateway after the visitors under way are served.
Every flag may stand in the config file, as a member of [gateway].

Examples:
  adapis keitaro gateway --tracker https://tracker.example --listen 0.0.0.0:8080 --upstream http://127.0.0.1:3000
  adapis keitaro gateway --tracker https://tracker.example --page index.html --rewrite --trusted-proxy 10.0.0.0/8";

/// How long visitors under way are served after the wish to end.
const GRACE: Duration = Duration::from_secs(10);

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    settings: Settings,
}

pub(super) async fn run(args: Args, access: &KeitaroAccess, ctx: &Context) -> Result<(), CliError> {
    let settings = args.settings.completed(ctx)?;
    let client = client(&settings, access, ctx)?;
    let deadline = settings.deadline().or(ctx.deadline);
    let layer = settings.layer(client, deadline)?;
    let admin = Arc::new(Admin::new(layer.monitor()));
    let trusted = settings.trusted()?;
    let site = Site::new(&settings, trusted, layer.clone(), Arc::clone(&admin))?;
    let gate = Gate::new(settings.denied()?, layer.clone(), Arc::clone(&admin));
    let front = Front::new(layer.layer(site), gate);

    let visitors = listen("listen", settings.listen()).await?;
    let watchers = listen("metrics", settings.metrics()).await?;
    let mut stop = serve::Stop::listen()?;
    let watcher = format!("http://{}", address(&watchers)?);
    let ready = json!({
        "ready": true,
        "gateway": format!("http://{}", address(&visitors)?),
        "metrics": format!("{watcher}/metrics"),
        "healthz": format!("{watcher}/healthz"),
    });
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;

    let watching = tokio::spawn(serve::watchers(watchers, Arc::clone(&admin)));
    serve::visitors(visitors, front, &mut stop, &admin, GRACE).await;
    watching.abort();
    Ok(())
}

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
    Ok(builder.build()?)
}

async fn listen(flag: &'static str, address: &str) -> Result<TcpListener, CliError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| CliError::input(flag, format!("cannot be {address}: {error}")))
}

fn address(listener: &TcpListener) -> Result<std::net::SocketAddr, CliError> {
    listener
        .local_addr()
        .map_err(|error| CliError::local("cannot tell the address", error))
}
