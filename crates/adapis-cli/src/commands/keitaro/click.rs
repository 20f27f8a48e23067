use std::net::IpAddr;

use adapis::keitaro::Credentials;
use adapis::keitaro::calls::{Action, Click, ClickOutput};
use serde::Serialize;

use super::{HttpMethod, client, pair};
use crate::access::KeitaroAccess;
use crate::args::Format;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Row};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The visitor's address
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,
    /// The browser's User-Agent
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
    /// The visitor's language, such as ru
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// The landing page the visitor sees
    #[arg(long, value_name = "ID")]
    landing_id: Option<u64>,
    /// The uniqueness cookie of an earlier answer
    #[arg(long, value_name = "COOKIE")]
    uniqueness_cookie: Option<String>,
    /// The browser's X-Requested-With
    #[arg(long, value_name = "TEXT")]
    x_requested_with: Option<String>,
    /// Ask for ids, token and uniqueness
    #[arg(long)]
    info: bool,
    /// Ask for the tracker's log of this click
    #[arg(long)]
    log: bool,
    /// Ask for a redirect to the offer
    #[arg(long)]
    force_redirect_offer: bool,
    /// The page that led the visitor here
    #[arg(long, value_name = "URL")]
    referrer: Option<String>,
    /// A campaign parameter, such as keyword=shoes; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// How to send the click
    #[arg(long, value_enum, default_value = "get")]
    method: HttpMethod,
}

/// The whole answer under the wire's names, and what a page does with it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    output: &'a ClickOutput,
    action: Action<'a>,
}

pub(super) async fn run(args: Args, access: &KeitaroAccess, ctx: &Context) -> Result<(), CliError> {
    let credentials = Credentials::token(access.token(ctx)?);
    let client = client(access, credentials, args.method.into(), ctx)?;
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
    let mut row = Row::new().with("the page", sentence(&output.action()));
    let info = output.info.as_ref();
    let id = |id: Option<String>| id.map_or(Cell::Null, Cell::Number);
    let mut fact = |name: &'static str, cell: Cell| {
        if !matches!(cell, Cell::Null) {
            row.push(name, cell);
        }
    };
    fact("sub_id", output.sub_id().into());
    if let Some(info) = info {
        fact("campaign", id(info.campaign_id.map(|id| id.to_string())));
        fact("flow", id(info.stream_id.map(|id| id.to_string())));
        fact("landing", id(info.landing_id.map(|id| id.to_string())));
        fact("offer", id(info.offer_id().map(|id| id.to_string())));
        fact("robot", info.is_bot.into());
    }
    fact("offer link", offer.into());
    for cookie in &output.cookies {
        row.push(format!("cookie {}", cookie.name), cookie.value.as_str());
    }
    for (number, line) in output.log.iter().flatten().enumerate() {
        row.push(format!("log {}", number + 1), line.as_str());
    }
    row
}

/// What the page would do, for a person.
pub(in crate::commands) fn sentence(action: &Action<'_>) -> String {
    match action {
        Action::Redirect { status, location } => {
            format!("redirects the visitor ({}) to {location}", status.as_u16())
        }
        Action::Content {
            status,
            content_type,
            body,
        } => format!(
            "shows the tracker's content ({}, {content_type}, {} bytes)",
            status.as_u16(),
            body.len()
        ),
        Action::NotFound => "shows a 404 page".to_owned(),
        _ => "goes on as if nothing had happened".to_owned(),
    }
}
