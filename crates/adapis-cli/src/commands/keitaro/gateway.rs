//! `adapis keitaro gateway`: starts the gateway with the account of the command line.

use std::sync::Arc;
use std::time::Duration;

use adapis::keitaro::{Client, Credentials, Endpoint, HyperTransport};
use adapis::{RetryPolicy, Transport};

use crate::access::KeitaroAccess;
use crate::context::Context;
use crate::error::CliError;
use crate::gateway::{self, Clients, LocalCalls, Settings, Setup};

const AFTER_HELP: &str = "\
The first line on stdout is JSON, printed once the gateway accepts connections:
  {\"ready\":true,\"gateway\":URL,\"metrics\":URL,\"healthz\":URL}
Ctrl-C or SIGTERM stops the gateway after the requests in flight are served; SIGHUP loads the config
file, the tokens and the certificates again and reopens the access log.
The options of the gateway can also be set in the config file, as members of [gateway]. The tracker
and its secrets are settings of [profile.NAME.keitaro].";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Try the token (which counts a click), the site and the addresses, and exit
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Args {
    /// Whether the settings are only tried.
    pub(super) fn is_check(&self) -> bool {
        self.check
    }
}

pub(super) async fn run(args: Args, access: &KeitaroAccess, ctx: &Context) -> Result<(), CliError> {
    if args.check {
        return gateway::check(&setup(&args, access, ctx)?, ctx).await;
    }
    let (access, ctx) = (access.clone(), ctx.reloaded()?);
    gateway::run(move || setup(&args, &access, &ctx.reloaded()?)).await
}

/// The settings as flags, the config file and the files that they name have them now.
///
/// The connections to the tracker are new each time: the certificates behind the earlier ones may
/// be trusted no longer.
fn setup(args: &Args, access: &KeitaroAccess, ctx: &Context) -> Result<Setup, CliError> {
    let settings = args.settings.clone().or(ctx.profile.gateway()?);
    let transport = transport(&settings, access, ctx)?;
    let connect = |token| {
        let credentials = Credentials::token(token);
        client(credentials, &settings, access, ctx, Arc::clone(&transport))
    };
    let local = settings.local_key()?.map(|key| {
        let credentials = match access.postback_key(ctx) {
            Ok(key) => Credentials::none().with_postback_key(key),
            // Parameters of clicks are updated without a key.
            Err(_) => Credentials::none(),
        };
        let client = client(credentials, &settings, access, ctx, Arc::clone(&transport))?;
        Ok::<_, CliError>(Arc::new(LocalCalls { client, key }))
    });
    let routes = settings
        .routes()
        .iter()
        .map(|route| route.token()?.map(&connect).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    let fallback = match access.token(ctx) {
        Ok(token) => Some(connect(token)?),
        // With routes, requests that match none of them need no campaign.
        Err(_) if routes.iter().any(Option::is_some) => None,
        Err(error) => return Err(error),
    };
    if fallback.is_none() {
        let asking = settings.routes().iter().zip(&routes);
        if let Some((number, _)) = asking
            .enumerate()
            .find(|(_, (route, client))| route.asks() && client.is_none())
        {
            let number = number + 1;
            let message = format!("[[gateway.route]] number {number} has no token");
            return Err(CliError::input("token", message));
        }
    }
    Ok(Setup {
        settings,
        clients: Clients {
            fallback,
            routes,
            transport,
        },
        deadline: ctx.timeout,
        local: local.transpose()?,
    })
}

/// The connections to the tracker.
///
/// A tracker that sends interim responses forever stalls only its own calls with this transport.
fn transport(
    settings: &Settings,
    access: &KeitaroAccess,
    ctx: &Context,
) -> Result<Arc<dyn Transport>, CliError> {
    let plain = settings.plain_networks()?;
    let trusting = settings.trusting()?;
    if let Some(through_proxy) = ctx.transport()? {
        if !plain.is_empty() || trusting.is_some() {
            let message = "--env-proxy cannot be combined with --allow-http or --ca-file";
            return Err(CliError::input("env-proxy", message));
        }
        return Ok(through_proxy);
    }
    let tracker = access.tracker(ctx)?;
    let transport = match trusting {
        Some(trusting) => trusting,
        None => HyperTransport::for_endpoint(&endpoint(&tracker, settings)?)?,
    };
    Ok(Arc::new(transport.allow_http_to(move |address| {
        plain.iter().any(|network| network.contains(address))
    })))
}

/// The tracker's URL: `https://`, or `http://` to loopback and to the allowed networks.
fn endpoint(tracker: &str, settings: &Settings) -> Result<Endpoint, CliError> {
    let plain = settings.plain_networks()?;
    let named = super::client::tracker;
    let endpoint = Endpoint::parse_with_http(tracker).map_err(named)?;
    if plain.is_empty() {
        // Only `http://` can be refused now.
        return Endpoint::parse(tracker).map_err(|error| {
            let hint = "for a tracker in a private network, see --allow-http";
            CliError::input("tracker", format!("{}; {hint}", named(error).describe()))
        });
    }
    let authority = endpoint.authority().parse::<http::uri::Authority>().ok();
    let host = authority.as_ref().map(http::uri::Authority::host);
    let host = host.unwrap_or_default().trim_matches(['[', ']']);
    // The addresses of a name are checked when a connection is made.
    if let Ok(address) = host.parse::<std::net::IpAddr>()
        && !endpoint.is_https()
        && !address.is_loopback()
        && !plain.iter().any(|network| network.contains(address))
    {
        let message = format!("{address} is not in a network of --allow-http");
        return Err(CliError::input("tracker", message));
    }
    Ok(endpoint)
}

/// A client without its own deadline: the gateway limits how long a page waits.
fn client(
    credentials: Credentials,
    settings: &Settings,
    access: &KeitaroAccess,
    ctx: &Context,
    transport: Arc<dyn Transport>,
) -> Result<Client, CliError> {
    let quick = RetryPolicy::default()
        .max_attempts(2)
        .initial_delay(Duration::from_millis(20));
    let builder = Client::builder(&access.tracker(ctx)?, credentials)
        .allow_http(!settings.plain_networks()?.is_empty())
        .retry(ctx.retry().unwrap_or(quick))
        .body_limit(settings.body_limit())
        .click_encoding(settings.encoding())
        .transport(transport);
    builder.build().map_err(super::client::tracker)
}
