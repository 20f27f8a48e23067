//! `adapis keitaro click`.

use std::net::IpAddr;

use adapis::keitaro::Credentials;
use adapis::keitaro::calls::{Action, Click, ClickOutput};
use serde::Serialize;

use super::client::{client, dry_client, reject_reserved};
use crate::access::KeitaroAccess;
use crate::context::Context;
use crate::error::CliError;
use crate::format::Format;
use crate::keitaro::{HttpMethod, describe, pair};
use crate::output::{Cell, Row};

/// Click parameters that have their own flags.
const FLAGS: [&str; 9] = [
    "force-redirect-offer",
    "info",
    "ip",
    "landing-id",
    "language",
    "log",
    "uniqueness-cookie",
    "user-agent",
    "x-requested-with",
];

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// IP address of the visitor
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,
    /// User-Agent of the browser
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
    /// Language of the visitor, such as ru
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// ID of the landing page that the visitor sees
    #[arg(long, value_name = "ID")]
    landing_id: Option<u64>,
    /// Uniqueness cookie from an earlier response
    #[arg(long, value_name = "COOKIE")]
    uniqueness_cookie: Option<String>,
    /// X-Requested-With header of the browser
    #[arg(long, value_name = "TEXT")]
    x_requested_with: Option<String>,
    /// Include ids, token and uniqueness in the response
    #[arg(long)]
    info: bool,
    /// Include the tracker's log of this click in the response
    #[arg(long)]
    log: bool,
    /// Ask for a redirect to the offer
    #[arg(long)]
    force_redirect_offer: bool,
    /// URL of the page that the visitor came from
    #[arg(long, value_name = "URL")]
    referrer: Option<String>,
    /// Campaign parameter, such as keyword=shoes; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// HTTP method of the click request
    #[arg(long, value_enum, default_value = "get")]
    method: HttpMethod,
    /// Print the request with its secrets masked instead of sending it
    #[arg(long)]
    dry_run: bool,
}

/// The response with the tracker's member names, and the action that follows from it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    output: &'a ClickOutput,
    action: Action<'a>,
}

pub(super) async fn run(args: Args, access: &KeitaroAccess, ctx: &Context) -> Result<(), CliError> {
    reject_reserved(&args.params, &FLAGS)?;
    let credentials = Credentials::token(access.token(ctx)?);
    let encoding = args.method.into();
    let mut click = Click::new()
        .info(args.info)
        .log(args.log)
        .force_redirect_offer(args.force_redirect_offer);
    click.ip = args.ip;
    click.user_agent = args.user_agent;
    click.language = args.language;
    click.landing_id = args.landing_id.map(Into::into);
    click.uniqueness_cookie = args.uniqueness_cookie;
    click.x_requested_with = args.x_requested_with;
    click.referrer = args.referrer;
    click.params = args.params;
    if args.dry_run {
        let (client, dry_run) = dry_client(access, encoding, ctx)?;
        return dry_run.print(client.click(&click).await, ctx);
    }
    let client = client(access, credentials, encoding, ctx)?;
    let output = client.click(&click).await?;
    let row = if ctx.format() == Format::Table {
        let offer = output.offer().map(|offer| client.offer_url(&offer));
        summary(&output, offer.transpose()?)
    } else {
        let action = output.action();
        Row::of(&Shown {
            output: &output,
            action,
        })?
    };
    ctx.output().object(&row)
}

fn summary(output: &ClickOutput, offer: Option<String>) -> Row {
    let mut row = Row::new().with("action", describe(&output.action()));
    let info = output.info.as_ref();
    let id = |id: Option<String>| id.map_or(Cell::Null, Cell::Number);
    let mut add = |name: &'static str, cell: Cell| {
        if !matches!(cell, Cell::Null) {
            row.push(name, cell);
        }
    };
    add("sub_id", output.sub_id().into());
    if let Some(info) = info {
        add("campaign", id(info.campaign_id.map(|id| id.to_string())));
        add("flow", id(info.stream_id.map(|id| id.to_string())));
        add("landing", id(info.landing_id.map(|id| id.to_string())));
        add("offer", id(info.offer_id().map(|id| id.to_string())));
        add("bot", info.is_bot.into());
    }
    add("offer link", offer.into());
    for cookie in &output.cookies {
        row.push(format!("cookie {}", cookie.name), cookie.value.as_str());
    }
    for (number, line) in output.log.iter().flatten().enumerate() {
        row.push(format!("log {}", number + 1), line.as_str());
    }
    row
}
