//! A reverse proxy that routes the visitors of a site through a Keitaro tracker.
//!
//! Each page view is reported to the tracker as a click. Depending on the tracker's response the
//! gateway redirects the visitor, serves the tracker's content, responds with 404, or forwards the
//! request to the site with the click in `X-Keitaro-*` headers.

mod access_log;
mod addresses;
mod admin;
mod backlog;
mod check;
mod connect;
mod connection;
mod early_hints;
mod headers;
mod limits;
mod live;
mod local;
mod pending;
mod response;
mod retry;
mod routes;
mod serve;
mod settings;
mod site;
mod site_body;
mod socket;
mod tracker_files;
mod upload;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use adapis::Transport;
use adapis::keitaro::Client;
use serde_json::json;
use tokio::net::{TcpListener, TcpSocket, lookup_host};
use tokio::task::spawn_blocking;

use crate::error::CliError;
use crate::shutdown::{Hangup, Shutdown};
use admin::Admin;
use live::{Current, Live};
use serve::Gateway;

pub(crate) use check::{check, try_token};
pub(crate) use connect::tls_config;
pub(crate) use local::LocalCalls;
pub(crate) use settings::Settings;

/// What the gateway is run with, from flags, environment and config file.
pub(crate) struct Setup {
    pub(crate) settings: Settings,
    pub(crate) clients: Clients,
    /// How long a page waits for the tracker unless the settings say so.
    pub(crate) deadline: Option<Duration>,
    /// How the site may report conversions, if it may.
    pub(crate) local: Option<Arc<LocalCalls>>,
}

/// The tracker, with the token of each campaign.
pub(crate) struct Clients {
    /// For requests that match no route; `None` if they never click.
    pub(crate) fallback: Option<Client>,
    /// One for each route that has a token.
    pub(crate) routes: Vec<Option<Client>>,
    /// The connections of all of them.
    pub(crate) transport: Arc<dyn Transport>,
}

/// Runs the gateway until Ctrl-C or SIGTERM; at SIGHUP the setup is loaded again.
pub(crate) async fn run(
    load: impl Fn() -> Result<Setup, CliError> + Send + Sync + 'static,
) -> Result<(), CliError> {
    let load = Arc::new(load);
    // Before a slow start: unless it is caught, SIGHUP ends a process.
    let mut hangup = Hangup::listen()?;
    let setup = load()?;
    let settings = &setup.settings;
    warn_of_addresses(settings)?;
    let limits = settings.limits()?;
    if let Some((needed, limit)) = limits.missing_files() {
        tracing::warn!(
            "--max-connections {} may need {needed} open files, and the limit is {limit}: visitors \
             would get 502; raise the limit (ulimit -n, LimitNOFILE= of systemd)",
            limits.connections
        );
    }
    let log = settings.access_log()?;
    let admin = Arc::new(Admin::new(limits.connections, log.clone()));
    let live = Live::new(&setup, limits, &admin, None)?;
    admin.watch(live.monitors());
    admin.set_local(setup.local.clone());
    let current = Current::new(live);
    let gateway = Gateway::new(current.clone(), Arc::clone(&admin), limits, log.clone());

    let public = listen("listen", settings.listen()).await?;
    let private = listen("metrics", settings.metrics()).await?;
    let fixed = settings.fixed()?;
    let mut shutdown = Shutdown::listen()?;
    let admin_url = format!("http://{}", local_address(&private)?);
    admin.set_url(&settings.metrics_url(local_address(&private)?)?);
    let ready = json!({
        "ready": true,
        "gateway": format!("http://{}", local_address(&public)?),
        "metrics": format!("{admin_url}/metrics"),
        "healthz": format!("{admin_url}/healthz"),
    });
    let mut stdout = io::stdout();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;

    let admin_server = tokio::spawn(serve::serve_admin(private, Arc::clone(&admin), limits));
    let reload = async {
        loop {
            hangup.wait().await;
            let (load, log) = (Arc::clone(&load), log.clone());
            let (admin_of_routes, earlier) = (Arc::clone(&admin), current.get());
            // A command that prints a token takes its time, and a full disk too.
            let loaded = spawn_blocking(move || {
                if let Some(log) = &log {
                    log.reopen();
                }
                let setup = load()?;
                let live = Live::new(&setup, limits, &admin_of_routes, Some(&earlier))?;
                warn_of_addresses(&setup.settings)?;
                let new = setup.settings.fixed()?;
                Ok((setup, live, new))
            });
            let loaded = loaded.await.unwrap_or_else(|stopped| {
                let stopped = io::Error::other(stopped);
                Err(CliError::local("cannot load the settings", stopped))
            });
            match loaded {
                Ok((setup, live, new)) => {
                    let changed = fixed.iter().zip(&new).filter(|(old, new)| old != new);
                    let flags: Vec<&str> = changed.map(|((flag, _), _)| *flag).collect();
                    if !flags.is_empty() {
                        let flags = flags.join(", ");
                        tracing::warn!("settings that need a restart: {flags}");
                    }
                    admin.watch(live.monitors());
                    admin.set_local(setup.local);
                    current.set(live);
                    tracing::info!("settings loaded again");
                }
                Err(error) => {
                    let error = error.describe();
                    tracing::warn!(error, "the settings stay as they were");
                }
            }
        }
    };
    tokio::select! {
        () = serve::serve_visitors(public, gateway, &mut shutdown, &admin, settings.grace()) => {}
        () = reload => {}
    }
    admin_server.abort();
    Ok(())
}

/// Warns of visitors who can hide their address.
fn warn_of_addresses(settings: &Settings) -> Result<(), CliError> {
    if !settings.trusted()?.is_empty() && settings.address_header()?.is_none() {
        tracing::warn!(
            "--trusted-proxy without --address-header: a visitor who sends another header than the \
             proxies has no address; name the header that they set"
        );
    }
    Ok(())
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
        .map_err(|error| CliError::input(flag, format!("cannot listen on {address}: {error}")))
}

/// Binds with a long backlog: when the usual 128 places are taken, a new visitor waits a second.
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

fn local_address(listener: &TcpListener) -> Result<SocketAddr, CliError> {
    listener
        .local_addr()
        .map_err(|error| CliError::local("cannot read the address of the listener", error))
}
