//! A reverse proxy that routes the visitors of a site through a Keitaro tracker.
//!
//! Each page view is reported to the tracker as a click. Depending on the tracker's response the
//! gateway redirects the visitor, serves the tracker's content, responds with 404, or forwards the
//! request to the site with the click in `X-Keitaro-*` headers.

mod access_log;
mod admin;
mod check;
mod connect;
mod headers;
mod limits;
mod response;
mod serve;
mod settings;
mod site;
mod socket;
mod upload;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use adapis::keitaro::Client;
use serde_json::json;
use tokio::net::{TcpListener, TcpSocket, lookup_host};
use tower::Layer;

use crate::error::CliError;
use crate::shutdown::Shutdown;
use admin::Admin;
use serve::Gateway;
use site::Site;

pub(crate) use check::check;
pub(crate) use settings::Settings;

/// Runs the gateway until Ctrl-C or SIGTERM.
///
/// `deadline` is how long a page waits for the tracker unless the settings say so.
pub(crate) async fn run(
    settings: Settings,
    client: Client,
    deadline: Option<Duration>,
) -> Result<(), CliError> {
    let layer = settings.layer(client, settings.deadline().or(deadline))?;
    let limits = settings.limits()?;
    let log = settings.access_log()?;
    let admin = Arc::new(Admin::new(layer.monitor(), limits.connections, log.clone()));
    let trusted = settings.trusted()?;
    if !trusted.is_empty() && settings.address_header()?.is_none() {
        tracing::warn!(
            "--trusted-proxy without --address-header: a visitor who sends another header than the \
             proxies has no address; name the header that they set"
        );
    }
    let site = Site::new(&settings, trusted, layer.clone(), Arc::clone(&admin))?;
    let denied = settings.denied()?;
    let gateway = Gateway::new(
        layer.layer(site),
        denied,
        layer.clone(),
        Arc::clone(&admin),
        limits,
        log,
    );

    let public = listen("listen", settings.listen()).await?;
    let private = listen("metrics", settings.metrics()).await?;
    let mut shutdown = Shutdown::listen()?;
    let admin_url = format!("http://{}", local_address(&private)?);
    let ready = json!({
        "ready": true,
        "gateway": format!("http://{}", local_address(&public)?),
        "metrics": format!("{admin_url}/metrics"),
        "healthz": format!("{admin_url}/healthz"),
    });
    let mut stdout = io::stdout();
    writeln!(stdout, "{ready}")?;
    stdout.flush()?;

    let admin_server = tokio::spawn(serve::serve_admin(private, Arc::clone(&admin)));
    serve::serve_visitors(public, gateway, &mut shutdown, &admin, settings.grace()).await;
    admin_server.abort();
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
