//! `adapis adfox modify`, `delete`, `placing` and `upload`.

use std::path::PathBuf;

use adapis::adfox::{Action, Call, Client, Context as AdfoxContext, Object, Params};
use clap::ValueEnum;

use super::input::{Parameters, Sending, file};
use super::names::object;
use super::output::send;
use crate::context::Context;
use crate::error::CliError;

/// The number of IDs per call, the same as in known client programs.
const MAX_IDS_PER_CALL: usize = 300;

#[derive(Debug, clap::Args)]
pub(super) struct Modify {
    /// Type of the object: superCampaign, campaign, banner, website, zone, place, …
    #[arg(value_name = "OBJECT")]
    object: String,
    /// ID of the object
    id: u64,
    #[command(flatten)]
    parameters: Parameters,
    #[command(flatten)]
    sending: Sending,
}

pub(super) async fn modify(args: Modify, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let call = match object(&args.object)? {
        Object::Category => Call::new(AdfoxContext::Account, Action::Modify)
            .object(Object::Category)
            .param("actionObjectID", args.id),
        Object::Banner => Call::new(AdfoxContext::Banner, Action::Modify)
            .object(Object::Banner)
            .param("objectID", args.id),
        other => Call::new(other.as_str().into(), Action::Modify).param("objectID", args.id),
    };
    let call = call.params(args.parameters.read()?);
    send(call, &args.sending, client, ctx).await
}

#[derive(Debug, clap::Args)]
pub(super) struct Delete {
    /// Type of the objects: superCampaign, campaign, banner, user, website, zone, place, …
    #[arg(value_name = "OBJECT")]
    object: String,
    /// IDs of the objects; for banners also campaignID=ID, for places siteID=ID
    #[arg(required = true, value_delimiter = ',', value_name = "ID|NAME=VALUE")]
    words: Vec<String>,
    #[command(flatten)]
    sending: Sending,
}

pub(super) async fn delete(args: Delete, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let (pairs, ids): (Vec<&String>, Vec<&String>) =
        args.words.iter().partition(|word| word.contains('='));
    if ids.is_empty() {
        return Err(CliError::input("ID", "at least one ID is required"));
    }
    for id in &ids {
        if id.parse::<u64>().is_err() {
            return Err(CliError::input(
                "ID",
                format!("ID must be a number, not '{id}'"),
            ));
        }
    }
    let params: Params = pairs
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let (object, name, per_call) = match object(&args.object)? {
        Object::Advertiser | Object::Webmaster | Object::Assistant => {
            (Object::User, "actionObjectID", 1)
        }
        object @ (Object::SuperCampaign | Object::Campaign | Object::Category | Object::User) => {
            (object, "actionObjectID", 1)
        }
        object => (object, "listIDs", MAX_IDS_PER_CALL),
    };
    for ids in ids.chunks(per_call) {
        let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        let call = Call::new(AdfoxContext::Account, Action::Delete)
            .object(object.clone())
            .params(params.clone())
            .param(name, ids.join(","));
        send(call, &args.sending, client, ctx).await?;
    }
    Ok(())
}

#[derive(Debug, clap::Args)]
pub(super) struct Placing {
    /// Where to place the campaign
    #[arg(value_enum)]
    spot: Spot,
    /// ID of the website, zone or place
    id: u64,
    /// ID of the campaign
    #[arg(long, value_name = "ID")]
    campaign: u64,
    /// Remove the campaign instead
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    parameters: Parameters,
    #[command(flatten)]
    sending: Sending,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Spot {
    /// A whole website
    Website,
    /// A zone (a section)
    Zone,
    /// A place
    Place,
}

pub(super) async fn placing(args: Placing, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let spot = match args.spot {
        Spot::Website => Object::Website,
        Spot::Zone => Object::Zone,
        Spot::Place => Object::Place,
    };
    let call = Call::new(AdfoxContext::Campaign, Action::Placing)
        .object(spot)
        .param("objectID", args.campaign)
        .param("actionObjectID", args.id)
        .param("actionStatus", u8::from(!args.off))
        .params(args.parameters.read()?);
    send(call, &args.sending, client, ctx).await
}

#[derive(Debug, clap::Args)]
pub(super) struct Upload {
    /// Owner of the file
    #[arg(value_enum)]
    owner: Owner,
    /// ID of the campaign or the banner
    id: u64,
    /// Path of the file; for a banner, a zip archive
    file: PathBuf,
    #[command(flatten)]
    sending: Sending,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Owner {
    /// An image or video for the banners of a campaign; its URL is printed
    Campaign,
    /// The zipped files of an HTML5 banner
    Banner,
}

pub(super) async fn upload(args: Upload, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let (call, name) = match args.owner {
        Owner::Campaign => (Call::new(AdfoxContext::Campaign, Action::Upload), "file"),
        Owner::Banner => (
            Call::new(AdfoxContext::Banner, Action::Modify).object(Object::ZipFile),
            "zipFile",
        ),
    };
    let params = Params::new().file(name, file(&args.file)?);
    let call = call.param("objectID", args.id).params(params);
    send(call, &args.sending, client, ctx).await
}
