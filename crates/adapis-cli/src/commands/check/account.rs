//! What is known of an account before anything is sent: its settings, secrets and proxy.

use adapis::core::Endpoint;
use adapis::{ClientSettings, RetryPolicy, adfox, hybrid, keitaro, spots};

use super::network::{self, Limit, Route};
use super::probe::Probe;
use super::watch::Watch;
use super::{Finding, Problem};
use crate::access::{AdfoxAccess, HybridAccess, KeitaroAccess, SpotsAccess};
use crate::context::Context;
use crate::error::CliError;
use crate::vendor::Vendor;

/// A token that does not exist: the tracker's refusal shows that it responds, without counting a click.
const NO_TOKEN: &str = "adapis-check";

/// What is tried over the network.
pub(super) struct Plan {
    route: Route,
    probe: Probe,
    watch: Watch,
    /// Where the credentials come from.
    secrets: String,
    limit: Limit,
}

/// Reads the settings and the secrets of the account.
pub(super) fn plan(
    vendor: Vendor,
    click: bool,
    ctx: &Context,
    findings: &mut Vec<Finding>,
) -> Result<Plan, Problem> {
    let (url, origin) = endpoint(vendor, ctx)?;
    let endpoint = Endpoint::parse(&url).map_err(|error| {
        let hint = match vendor {
            Vendor::Keitaro => {
                "correct it; a tracker in a private network is for 'adapis keitaro gateway --check'"
            }
            _ => "correct it",
        };
        // The URL may hold a password, and the client names its own setting.
        let message = format!("the URL {origin} is not valid: {}", error.message());
        Problem::hint(CliError::input("endpoint", message), hint)
    })?;
    let host = format!("{} ({origin})", endpoint.authority());
    findings.push(Finding::new("host", Ok::<_, Problem>(host)));
    let limit = Limit::new(ctx.deadline);
    let watch = Watch::over(ctx, &endpoint)?;
    let settings = ClientSettings::new()
        .retry(
            ctx.retry()
                .unwrap_or_else(|| RetryPolicy::default().max_attempts(1))
                .max_rate_limit_attempts(1),
        )
        .deadline(limit.time())
        .attempt_timeout(limit.time())
        .transport(watch.clone());
    let probe = match probe(vendor, click, settings, ctx) {
        Ok(probe) => probe,
        Err(error) => {
            findings.push(Finding::new("secret", Err::<String, _>(error.into())));
            return Ok(Plan {
                route: Route::of(&endpoint, ctx),
                probe: Probe::None,
                watch,
                secrets: String::new(),
                limit,
            });
        }
    };
    let secrets = secrets(vendor, ctx);
    findings.push(Finding::new("secret", Ok::<_, Problem>(secrets.clone())));
    Ok(Plan {
        route: Route::of(&endpoint, ctx),
        probe,
        watch,
        secrets,
        limit,
    })
}

/// The URL, and what sets it.
fn endpoint(vendor: Vendor, ctx: &Context) -> Result<(String, String), CliError> {
    let profile = &ctx.profile;
    let setting = if vendor == Vendor::Keitaro {
        "tracker"
    } else {
        "endpoint"
    };
    if let Some(url) = profile.plain(vendor, setting, None) {
        let origin = profile.origin(vendor, setting);
        return Ok((
            url,
            origin.map_or_else(String::new, |from| from.to_string()),
        ));
    }
    let default = match vendor {
        // There is no default: this is the error that says how to set it.
        Vendor::Keitaro => {
            return Err(KeitaroAccess::default()
                .tracker(ctx)
                .err()
                .unwrap_or_else(|| CliError::input("tracker", "tracker is required")));
        }
        Vendor::Spots => spots::ENDPOINT,
        Vendor::Hybrid => hybrid::ENDPOINT,
        Vendor::Adfox if profile.has_adfox_token() => adfox::OAUTH_ENDPOINT,
        Vendor::Adfox => adfox::ENDPOINT,
    };
    Ok((default.to_owned(), "the vendor's".to_owned()))
}

/// The client of the account, with its secrets.
fn probe(
    vendor: Vendor,
    click: bool,
    settings: ClientSettings,
    ctx: &Context,
) -> Result<Probe, CliError> {
    Ok(match vendor {
        Vendor::Keitaro => {
            let access = KeitaroAccess::default();
            // Either of them is enough, for clicks or for postbacks.
            let token = match ctx.profile.origin(vendor, "token") {
                None if ctx.profile.origin(vendor, "postback_key").is_some() => {
                    access.postback_key(ctx)?;
                    None
                }
                _ => Some(access.token(ctx)?),
            };
            if token.is_some() && ctx.profile.origin(vendor, "postback_key").is_some() {
                access.postback_key(ctx)?;
            }
            let real = token.filter(|_| click);
            let counts = real.is_some();
            let token = real.unwrap_or_else(|| NO_TOKEN.into());
            let credentials = keitaro::Credentials::token(token);
            let builder = keitaro::Client::builder(&access.tracker(ctx)?, credentials);
            let client = builder.settings(settings).build()?;
            if counts {
                Probe::Click(client)
            } else {
                Probe::Tracker(client)
            }
        }
        Vendor::Spots => {
            let account = SpotsAccess::default().resolve(ctx)?;
            let credentials = spots::Credentials::new(account.login, account.password);
            let builder = spots::Client::builder(&account.endpoint, credentials);
            Probe::Spots(builder.settings(settings).build()?)
        }
        Vendor::Hybrid => {
            let account = HybridAccess::default().resolve(ctx)?;
            let credentials = hybrid::Credentials::new(account.client_id, account.client_secret);
            let builder = hybrid::Client::builder(&account.endpoint, credentials);
            let client = builder.settings(settings).build()?;
            match account.advertiser {
                Some(advertiser) => Probe::Advertiser(client.for_advertiser(advertiser)?),
                None => Probe::Agency(client),
            }
        }
        Vendor::Adfox => {
            let account = AdfoxAccess::default().resolve(ctx)?;
            let builder = adfox::Client::builder(&account.endpoint, account.credentials);
            Probe::Adfox(builder.settings(settings).build()?)
        }
    })
}

/// The secrets and what sets them, such as `password from ADAPIS_SPOTS_PASSWORD`.
fn secrets(vendor: Vendor, ctx: &Context) -> String {
    // ADFOX uses one of its two secrets.
    let unused = match vendor {
        Vendor::Adfox if ctx.profile.has_adfox_token() => "password",
        Vendor::Adfox => "oauth_token",
        _ => "",
    };
    let found: Vec<String> = vendor
        .secret()
        .iter()
        .filter(|setting| **setting != unused)
        .filter_map(|setting| {
            let origin = ctx.profile.origin(vendor, setting)?;
            Some(format!("{setting} from {origin}"))
        })
        .collect();
    found.join(", ")
}

impl Plan {
    /// Runs the checks until one fails that the others depend on.
    pub(super) async fn run(self) -> Vec<Finding> {
        let mut findings = vec![Finding::new("proxy", self.route.proxy())];
        if !network::reach(&self.route, self.limit, &mut findings).await {
            return findings;
        }
        if let Some(result) = self.probe.run(&self.secrets).await {
            findings.push(Finding::new("login", result));
        }
        if let Some(clock) = self.watch.clock() {
            findings.push(Finding::new("clock", clock));
        }
        findings
    }
}
