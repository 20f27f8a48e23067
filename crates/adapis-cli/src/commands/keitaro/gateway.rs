mod admin;
mod connect;
mod headers;
mod serve;
mod settings;
mod site;
mod upload;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use adapis::RetryPolicy;
use adapis::keitaro::{Client, Credentials};
use serde_json::json;
use tokio::net::{TcpListener, TcpSocket, lookup_host};
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

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    settings: Settings,
}

pub(super) async fn run(args: Args, access: &KeitaroAccess, ctx: &Context) -> Result<(), CliError> {
    ctx.warn();
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
    let mut stdout = io::stdout();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;

    let watching = tokio::spawn(serve::watchers(watchers, Arc::clone(&admin)));
    serve::visitors(visitors, front, &mut stop, &admin, settings.grace()).await;
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
    let bound = async {
        let mut outcome = Err(io::ErrorKind::AddrNotAvailable.into());
        for address in lookup_host(address).await? {
            outcome = bind(address);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    };
    bound
        .await
        .map_err(|error| CliError::input(flag, format!("cannot be {address}: {error}")))
}

/// Leaves room for many who connect at once: beyond the usual 128 they would wait a second.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    const BACKLOG: u32 = 4096;
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(cfg!(unix))?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn address(listener: &TcpListener) -> Result<SocketAddr, CliError> {
    listener
        .local_addr()
        .map_err(|error| CliError::local("cannot tell the address", error))
}
