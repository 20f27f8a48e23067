//! The settings of the gateway, from flags and the config file.

mod layer;
mod merge;
mod server;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adapis::keitaro::{ClickEncoding, HyperTransport};
use clap::ValueEnum;
use keitaro_click::layer::Network;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::access_log::{AccessLog, LogFormat};
use super::routes::RouteSettings;
use crate::config::{self, Source};
use crate::error::CliError;
use crate::keitaro::HttpMethod;

/// Flags, or members of `[gateway]` in the config file.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Settings {
    /// Listen for visitors on this address [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// URL of the site behind the gateway, http:// or https://
    #[arg(long, value_name = "URL", conflicts_with = "page")]
    pub(super) upstream: Option<String>,
    /// Ask the site for this host instead of the visitor's, such as that of --upstream; `visitor` is the
    /// default
    #[arg(long, value_name = "NAME")]
    upstream_host: Option<String>,
    /// Serve this file instead of a site
    #[arg(long, value_name = "FILE")]
    #[serde(deserialize_with = "config::path")]
    pub(super) page: Option<PathBuf>,
    /// Serve /metrics and /healthz on this address [default: 127.0.0.1:0]
    #[arg(long, alias = "admin", value_name = "ADDR")]
    metrics: Option<String>,
    /// URL under which the site reaches the address of the metrics, such as http://gateway:9180 in a
    /// container [default: that address]
    #[arg(long, value_name = "URL")]
    metrics_url: Option<String>,
    /// Allow an http:// tracker in this private network, such as 10.0.0.0/8; repeatable
    #[arg(long, value_name = "NETWORK", value_delimiter = ',')]
    allow_http: Vec<String>,
    /// Trust the certificate authorities in this PEM file, and no others, for the tracker
    #[arg(long, value_name = "FILE")]
    #[serde(deserialize_with = "config::path")]
    ca_file: Option<PathBuf>,
    /// Answer requests for this path with the tracker's response, such as /lander/* for the files of its
    /// landing pages and for its relative redirects; * matches any text; repeatable
    #[arg(long, value_name = "PATH")]
    tracker_path: Vec<String>,
    /// Let the site POST /keitaro/postback and /keitaro/update to the address of the metrics, with the
    /// key in this file as `Authorization: Bearer KEY`
    #[arg(long, value_name = "FILE")]
    #[serde(deserialize_with = "config::path")]
    local_key_file: Option<PathBuf>,
    /// HTTP method for click requests [default: post]
    #[arg(long, value_enum)]
    method: Option<HttpMethod>,
    /// Milliseconds to wait for the tracker before the page is served without it [default: 800]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..))]
    deadline: Option<u64>,
    /// Seconds to wait for the site's response after the visitor's last byte, and for each further part of
    /// it [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    upstream_timeout: Option<u64>,
    /// Seconds to wait for the requests in flight after Ctrl-C or SIGTERM [default: 10]
    #[arg(long, value_name = "SECONDS")]
    grace: Option<u64>,
    /// Maximum size of a response from the tracker, in bytes [default: 1048576]
    #[arg(long, value_name = "BYTES")]
    body_limit: Option<usize>,
    /// Serve at most this many visitors at once; others wait [default: a third of the limit
    /// of open files, at most 20000]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    max_connections: Option<u32>,
    /// Serve at most this many connections of one address, or IPv6 network of 64 bits, at once, but for
    /// trusted proxies; further ones are closed [default: no limit]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    max_connections_per_address: Option<u32>,
    /// Maximum size of the header of a request or a response, in bytes [default: 32768]
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(8192..))]
    header_limit: Option<u32>,
    /// Maximum size of the body of a request, in bytes [default: 67108864]
    #[arg(long, value_name = "BYTES")]
    request_limit: Option<u64>,
    /// Seconds that a visitor may pause while sending a body [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    receive_timeout: Option<u64>,
    /// Seconds that a visitor may read nothing while a response is sent [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    send_timeout: Option<u64>,
    /// Seconds after which an idle tunnel, such as a websocket, or stream of events is closed [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    tunnel_timeout: Option<u64>,
    /// Write a line per request, in this format
    #[arg(long, value_enum, value_name = "FORMAT")]
    access_log: Option<LogFormat>,
    /// Append the access log to this file [default: stdout]
    #[arg(long, value_name = "FILE")]
    #[serde(deserialize_with = "config::path")]
    access_log_file: Option<PathBuf>,
    /// Take the visitor's address from requests of this proxy; repeatable
    #[arg(
        long = "trusted-proxy",
        alias = "trusted-proxies",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    trusted_proxy: Vec<String>,
    /// Header in which the trusted proxies pass the visitor's address; recommended with --trusted-proxy
    #[arg(long, value_name = "NAME")]
    address_header: Option<String>,
    /// Pass this header of the trusted proxies on to the site, such as X-Forwarded-Port; others that begin with
    /// X-Forwarded are removed or set by the gateway; repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    forwarded_header: Vec<String>,
    /// Respond with 403 to visitors from this network, and to those whose address is not known;
    /// repeatable
    #[arg(long, value_name = "NETWORK", value_delimiter = ',')]
    deny: Vec<String>,
    /// Count requests with this method as clicks; repeatable [default: GET]
    #[arg(long = "click-method", value_name = "METHOD", value_delimiter = ',')]
    click_method: Vec<String>,
    /// Count only requests for this path as clicks; * matches any text; repeatable [default: all]
    #[arg(long, value_name = "PATH")]
    only: Vec<String>,
    /// Never count requests for this path as clicks; repeatable
    #[arg(long, value_name = "PATH")]
    except: Vec<String>,
    /// Never count requests with this parameter in the query, NAME or NAME=VALUE; repeatable
    #[arg(long, value_name = "PARAM")]
    except_query: Vec<String>,
    /// Never count requests with this cookie, such as that of a session; repeatable
    #[arg(long, value_name = "NAME")]
    except_cookie: Vec<String>,
    /// Never count requests of this software that are not page views, nor its users who are logged in
    #[arg(long, value_enum, value_name = "SOFTWARE")]
    preset: Option<Preset>,
    /// Count requests for assets and health checks as clicks
    #[arg(long)]
    click_assets: bool,
    /// Count requests of scripts, such as fetch() and EventSource, as clicks
    #[arg(long)]
    click_scripts: bool,
    /// Count prefetch requests as clicks
    #[arg(long)]
    click_prefetch: bool,
    /// Serve prefetched pages without a click instead of refusing them with 503, after which browsers ask again
    #[arg(long, conflicts_with = "click_prefetch")]
    serve_prefetch: bool,
    /// Serve the page without a click to visitors that identify as bots
    #[arg(long)]
    skip_bots: bool,
    /// Where to look for the _subid of an earlier click instead of counting a new one [default: never]
    #[arg(long, value_enum)]
    restore: Option<RestoreFrom>,
    /// Replace {offer}, {offer:ID} and {subid} in HTML pages, but not in those of --except
    #[arg(long)]
    rewrite: bool,
    /// Pass 103 Early Hints of the site on to browsers that load a page; not for use behind a
    /// proxy that takes them for the response, as nginx did before 1.29
    #[arg(long)]
    pub(super) early_hints: bool,
    /// URL for {offer} when there is no offer [default: #]
    #[arg(long, value_name = "URL")]
    offer_fallback: Option<String>,
    /// Forward this cookie of the visitor to the tracker; repeatable
    #[arg(long = "allow-cookie", value_name = "NAME")]
    allow_cookie: Vec<String>,
    /// Name of the cookie by which the tracker recognises visitors [default: learnt from the tracker]
    #[arg(long, value_name = "NAME")]
    uniqueness_cookie: Option<String>,
    /// Let scripts of the site read the tracker's cookies, as the vendor's JavaScript adapter does
    #[arg(long)]
    script_cookies: bool,
    /// SameSite attribute of the tracker's cookies [default: lax]
    #[arg(long, value_enum, value_name = "WHEN")]
    cookie_same_site: Option<CookieSameSite>,
    /// Whether the tracker's cookies are sent over https only [default: if the visitor uses https]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    cookie_secure: Option<bool>,
    /// Domain of the tracker's cookies, or `host-only` [default: the host without www.]
    #[arg(long, value_name = "DOMAIN")]
    cookie_domain: Option<String>,
    /// Add this campaign parameter to every click; repeatable. In the value {uri}, {host},
    /// {header:NAME}, {cookie:NAME} and {query:NAME} are replaced
    #[arg(long = "param", value_name = "NAME=VALUE")]
    param: Vec<String>,
    /// Do not forward the visitor's query parameters to the tracker
    #[arg(long)]
    no_visitor_params: bool,
    /// Forward only the utm_… parameters of the visitor's query to the tracker
    #[arg(long)]
    utm_only: bool,
    /// ID under which the tracker knows the site as a landing page
    #[arg(long, value_name = "ID")]
    landing_id: Option<u64>,
    /// Ask the tracker for its log of each click, and pass it to the site in X-Keitaro-Log
    #[arg(long)]
    pub(super) log: bool,
    /// Send the page itself as the referrer
    #[arg(long)]
    current_page_as_referrer: bool,
    /// Ask the tracker for a redirect to the offer
    #[arg(long)]
    force_redirect_offer: bool,
    /// Treat visitors as connected over https
    #[arg(long)]
    https: bool,
    /// Always serve the site's page; the tracker's decision is passed to the site in headers
    #[arg(long)]
    ask_only: bool,
    /// Never ask the tracker, for requests outside of all campaigns
    #[arg(skip)]
    #[serde(skip)]
    silent: bool,
    /// Campaigns by host, path and query; the first one that matches counts
    #[arg(skip)]
    route: Vec<RouteSettings>,
}

/// Where the `_subid` of an earlier click is looked up.
#[derive(Debug, Clone, Copy, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RestoreFrom {
    Never,
    Query,
    Cookies,
    Both,
}

/// Software whose pages are known.
#[derive(Debug, Clone, Copy, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Preset {
    /// Leaves out admin pages, login, cron, feeds, REST, previews and searches
    Wordpress,
}

/// When browsers send the tracker's cookies with requests that other sites cause.
#[derive(Debug, Clone, Copy, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CookieSameSite {
    Strict,
    Lax,
    /// Requires https
    None,
}

impl Settings {
    pub(crate) fn routes(&self) -> &[RouteSettings] {
        &self.route
    }

    pub(super) fn listen(&self) -> &str {
        self.listen.as_deref().unwrap_or("127.0.0.1:8080")
    }

    pub(super) fn metrics(&self) -> &str {
        self.metrics.as_deref().unwrap_or("127.0.0.1:0")
    }

    pub(super) fn https(&self) -> bool {
        self.https
    }

    pub(super) fn deadline(&self) -> Option<Duration> {
        self.deadline.map(Duration::from_millis)
    }

    pub(super) fn upstream_timeout(&self) -> Duration {
        Duration::from_secs(self.upstream_timeout.unwrap_or(60))
    }

    pub(super) fn grace(&self) -> Duration {
        Duration::from_secs(self.grace.unwrap_or(10))
    }

    pub(crate) fn body_limit(&self) -> usize {
        const MEBIBYTE: usize = 1024 * 1024;
        self.body_limit.unwrap_or(MEBIBYTE)
    }

    pub(crate) fn encoding(&self) -> ClickEncoding {
        self.method.map_or(ClickEncoding::Form, Into::into)
    }

    /// The private networks in which the tracker may be reached without TLS.
    pub(crate) fn plain_networks(&self) -> Result<Vec<Network>, CliError> {
        let networks = networks("allow-http", &self.allow_http)?;
        match networks.iter().find(|network| !network.is_private()) {
            None => Ok(networks),
            Some(public) => Err(CliError::input(
                "allow-http",
                format!("--allow-http must be a private network, and {public} is not"),
            )),
        }
    }

    pub(super) fn tracker_paths(&self) -> &[String] {
        &self.tracker_path
    }

    /// Connections that trust the authorities in `--ca-file`, if it is set.
    pub(crate) fn trusting(&self) -> Result<Option<HyperTransport>, CliError> {
        let Some(path) = &self.ca_file else {
            return Ok(None);
        };
        let wrong = |what: String| {
            let message = format!("--ca-file {}: {what}", path.display());
            CliError::input("ca-file", message)
        };
        let pem = std::fs::read(path).map_err(|error| wrong(format!("cannot read it: {error}")))?;
        let transport = HyperTransport::trusting(&pem);
        let transport =
            transport.map_err(|_| wrong("must contain certificates in PEM".to_owned()))?;
        Ok(Some(transport))
    }

    /// The key of `--local-key-file`.
    pub(crate) fn local_key(&self) -> Result<Option<SecretString>, CliError> {
        const MIN_LENGTH: usize = 16;
        let Some(path) = self.local_key_file.clone() else {
            return Ok(None);
        };
        let key = Source::File(path).read("local-key", None)?;
        if key.expose_secret().trim().len() < MIN_LENGTH {
            let message = format!("the local key must have at least {MIN_LENGTH} characters");
            return Err(CliError::input("local-key-file", message));
        }
        Ok(Some(key))
    }

    pub(super) fn sends_forms(&self) -> bool {
        self.encoding() == ClickEncoding::Form
    }

    pub(super) fn access_log(&self) -> Result<Option<Arc<AccessLog>>, CliError> {
        let file = self.access_log_file.as_deref();
        let format = self.access_log.or(file.map(|_| LogFormat::Common));
        format
            .map(|format| AccessLog::open(format, file))
            .transpose()
    }

    pub(super) fn trusted(&self) -> Result<Vec<Network>, CliError> {
        networks("trusted-proxy", &self.trusted_proxy)
    }

    pub(super) fn denied(&self) -> Result<Vec<Network>, CliError> {
        networks("deny", &self.deny)
    }
}

fn networks(flag: &'static str, texts: &[String]) -> Result<Vec<Network>, CliError> {
    let parse = |text: &String| {
        text.parse().map_err(|_| {
            CliError::input(
                flag,
                format!("--{flag} must be ADDRESS or ADDRESS/BITS, not '{text}'"),
            )
        })
    };
    texts.iter().map(parse).collect()
}
