//! `adapis keitaro offer-url`, `update` and `postback`.

use adapis::keitaro::calls::{Conversion, OfferUrl, Postback, Update};
use adapis::keitaro::{ClickEncoding, Credentials};
use rust_decimal::Decimal;

use super::client::{client, dry_client, reject_reserved};
use crate::access::KeitaroAccess;
use crate::context::Context;
use crate::error::CliError;
use crate::keitaro::pair;
use crate::output::Row;

/// Postback parameters that have their own flags.
const POSTBACK_FLAGS: [&str; 11] = [
    "cost",
    "currency",
    "ignore-status",
    "lead-status",
    "payout",
    "rejected-status",
    "return",
    "sale-status",
    "status",
    "subid",
    "tid",
];

#[derive(Debug, clap::Args)]
pub(super) struct OfferUrlArgs {
    /// Offer token of the click, info.token in its response
    #[arg(long)]
    token: String,
    /// ID of the offer, if the landing page has several
    #[arg(long, value_name = "ID")]
    offer_id: Option<u64>,
    /// Parameter, such as sub_id_1=button; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// Count the visitor as leaving the landing page instead of going to the offer
    #[arg(long)]
    exit: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct UpdateArgs {
    /// ID of the click, info.sub_id in the response to 'adapis keitaro click --info'
    #[arg(long, value_name = "ID")]
    sub_id: String,
    /// New value, such as sub_id_1=button; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair, required = true)]
    params: Vec<(String, String)>,
    /// Print the request with its secrets masked instead of sending it
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct PostbackArgs {
    /// ID of the click, info.sub_id in the response to 'adapis keitaro click --info'
    #[arg(long, alias = "subid", value_name = "ID")]
    sub_id: String,
    /// Status of the conversion: lead, sale, rejected or rebill [default: sale]
    #[arg(long, value_name = "WORD")]
    status: Option<String>,
    /// Revenue from the conversion
    #[arg(long, alias = "revenue", value_name = "AMOUNT")]
    payout: Option<Decimal>,
    /// Cost of the click
    #[arg(long, value_name = "AMOUNT")]
    cost: Option<Decimal>,
    /// Currency of the amounts, such as USD
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Transaction id; required for a rebill
    #[arg(long, value_name = "ID")]
    tid: Option<String>,
    /// Text that the tracker returns instead of Success
    #[arg(long = "return", value_name = "TEXT")]
    return_text: Option<String>,
    /// Statuses that count as a sale, separated by commas
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    sale_status: Vec<String>,
    /// Statuses that count as a lead, separated by commas
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    lead_status: Vec<String>,
    /// Statuses that count as a rejection, separated by commas
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    rejected_status: Vec<String>,
    /// Statuses to ignore, separated by commas
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    ignore_status: Vec<String>,
    /// Parameter, such as sub_id_1=button; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    params: Vec<(String, String)>,
    /// Print the request with its secrets masked instead of sending it
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn offer_url(
    args: OfferUrlArgs,
    access: &KeitaroAccess,
    ctx: &Context,
) -> Result<(), CliError> {
    let client = client(access, Credentials::none(), ClickEncoding::Query, ctx)?;
    let mut offer = OfferUrl::new(args.token).exit(args.exit);
    offer.offer_id = args.offer_id.map(Into::into);
    offer.params = args.params;
    let url = client.offer_url(&offer)?;
    ctx.output().object(&Row::new().with("url", url))
}

pub(super) async fn update(
    args: UpdateArgs,
    access: &KeitaroAccess,
    ctx: &Context,
) -> Result<(), CliError> {
    let mut update = Update::new(args.sub_id.as_str());
    update.params = args.params;
    if args.dry_run {
        let (client, dry_run) = dry_client(access, ClickEncoding::Query, ctx)?;
        return dry_run.print(client.update(&update).await, ctx);
    }
    let client = client(access, Credentials::none(), ClickEncoding::Query, ctx)?;
    let response = client.update(&update).await?;
    let row = Row::new()
        .with("ok", true)
        .with("sub_id", args.sub_id)
        .with("response", response);
    ctx.output().object(&row)
}

pub(super) async fn postback(
    args: PostbackArgs,
    access: &KeitaroAccess,
    ctx: &Context,
) -> Result<(), CliError> {
    reject_reserved(&args.params, &POSTBACK_FLAGS)?;
    let credentials = Credentials::none().with_postback_key(access.postback_key(ctx)?);
    let mut postback = Postback::new(args.sub_id.as_str());
    postback.status = args.status.as_deref().map(Conversion::from);
    postback.payout = args.payout;
    postback.cost = args.cost;
    postback.currency = args.currency;
    postback.tid = args.tid;
    postback.return_text = args.return_text;
    postback.sale_status = args.sale_status;
    postback.lead_status = args.lead_status;
    postback.rejected_status = args.rejected_status;
    postback.ignore_status = args.ignore_status;
    postback.params = args.params;
    if args.dry_run {
        let (client, dry_run) = dry_client(access, ClickEncoding::Query, ctx)?;
        return dry_run.print(client.postback(&postback).await, ctx);
    }
    let client = client(access, credentials, ClickEncoding::Query, ctx)?;
    client.postback(&postback).await?;
    done(args.sub_id, ctx)
}

fn done(sub_id: String, ctx: &Context) -> Result<(), CliError> {
    let row = Row::new().with("ok", true).with("sub_id", sub_id);
    ctx.output().object(&row)
}
