//! `adapis adfox modify`, `delete`, `placing`, `target` and `upload`.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;

use adapis::adfox::{Action, Call, Client, Context as AdfoxContext, Object, Params};
use clap::ValueEnum;

use super::import::{self, Source};
use super::input::{Sending, Targets, file, with_params};
use super::names::object;
use super::output::{send, send_each};
use crate::confirm::{ask, can_ask};
use crate::context::Context;
use crate::error::CliError;

/// The number of IDs per call, the same as in known client programs.
const MAX_IDS_PER_CALL: usize = 300;

#[derive(Debug, clap::Args)]
pub(super) struct Modify {
    /// Type of the objects: superCampaign, campaign, banner, website, zone, place, …
    #[arg(value_name = "OBJECT")]
    object: String,
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    pub(super) source: Source,
    #[command(flatten)]
    sending: Sending,
}

pub(super) async fn modify(args: Modify, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let object = object(&args.object)?;
    let (ids, params) = args.targets.read(ctx)?;
    if args.source.from.is_some() {
        if !ids.is_empty() {
            let message = "IDs come from the column ID of the file, not from the command line";
            return Err(CliError::input("from", message));
        }
        let template = Call::new(AdfoxContext::Account, Action::Modify).params(params);
        let (source, sending) = (&args.source, &args.sending);
        return import::modify(&object, &template, source, sending, client, ctx).await;
    }
    if args.source.journal.is_some() {
        return Err(CliError::input("journal", "--journal requires --from"));
    }
    if params.iter().next().is_none() {
        let message = "nothing to change: give parameters as NAME=VALUE";
        return Err(CliError::input("NAME=VALUE", message));
    }
    if ids.is_empty() {
        return Err(CliError::input("ID", "at least one ID is required"));
    }
    let calls = ids.into_iter().map(|id| {
        let call = with_params(modify_call(&object, id), params.clone())?;
        Ok((vec![id], call))
    });
    let calls = calls.collect::<Result<_, CliError>>()?;
    send_each(calls, "modified", &args.sending, client, ctx).await
}

/// A call that changes an object of this type, without parameters besides its ID.
pub(super) fn modify_call(object: &Object, id: u64) -> Call {
    match object {
        Object::Category => Call::new(AdfoxContext::Account, Action::Modify)
            .object(Object::Category)
            .param("actionObjectID", id),
        Object::Banner => Call::new(AdfoxContext::Banner, Action::Modify)
            .object(Object::Banner)
            .param("objectID", id),
        other => Call::new(other.as_str().into(), Action::Modify).param("objectID", id),
    }
}

#[derive(Debug, clap::Args)]
#[command(mut_arg("words", |words| words.help(
    "IDs of the objects; for banners also campaignID=ID, for places siteID=ID"
)))]
pub(super) struct Delete {
    /// Type of the objects: superCampaign, campaign, banner, user, website, zone, place, …
    #[arg(value_name = "OBJECT")]
    object: String,
    #[command(flatten)]
    targets: Targets,
    /// Do not ask on a terminal before deleting
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    sending: Sending,
}

pub(super) async fn delete(args: Delete, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let (ids, params) = args.targets.required(ctx)?;
    let (object, name, per_call) = match object(&args.object)? {
        Object::Advertiser | Object::Webmaster | Object::Assistant => {
            (Object::User, "actionObjectID", 1)
        }
        object @ (Object::SuperCampaign | Object::Campaign | Object::Category | Object::User) => {
            (object, "actionObjectID", 1)
        }
        object => (object, "listIDs", MAX_IDS_PER_CALL),
    };
    if !args.yes && !args.sending.dry_run && can_ask() {
        confirm(&args.object, &ids, io::stdin().lock(), io::stderr())?;
    }
    let calls = ids.chunks(per_call).map(|ids| {
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let call = Call::new(AdfoxContext::Account, Action::Delete)
            .object(object.clone())
            .param(name, texts.join(","));
        Ok((ids.to_vec(), with_params(call, params.clone())?))
    });
    let calls = calls.collect::<Result<_, CliError>>()?;
    send_each(calls, "deleted", &args.sending, client, ctx).await
}

/// Asks whether to delete the objects.
fn confirm(
    object: &str,
    ids: &[u64],
    answers: impl BufRead,
    out: impl Write,
) -> Result<(), CliError> {
    const MAX_SHOWN: usize = 10;
    let shown: Vec<String> = ids
        .iter()
        .take(MAX_SHOWN)
        .map(ToString::to_string)
        .collect();
    let more = match ids.len().saturating_sub(MAX_SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let question = format!("Delete {object} {}{more}?", shown.join(", "));
    ask(&question, "nothing was deleted", answers, out)
}

#[derive(Debug, clap::Args)]
#[command(mut_arg("words", |words| words.help(
    "IDs of websites, zones or places, and parameters as NAME=VALUE; names are case-sensitive"
)))]
pub(super) struct Placing {
    /// Where to place the campaign
    #[arg(value_enum)]
    spot: Spot,
    #[command(flatten)]
    targets: Targets,
    /// ID of the campaign
    #[arg(long, value_name = "ID")]
    campaign: u64,
    /// Remove the campaign instead
    #[arg(long)]
    off: bool,
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
    let (ids, params) = args.targets.required(ctx)?;
    let calls = ids.into_iter().map(|id| {
        let call = Call::new(AdfoxContext::Campaign, Action::Placing)
            .object(spot.clone())
            .param("objectID", args.campaign)
            .param("actionObjectID", id)
            .param("actionStatus", u8::from(!args.off));
        Ok((vec![id], with_params(call, params.clone())?))
    });
    let calls = calls.collect::<Result<_, CliError>>()?;
    let done = if args.off { "removed" } else { "placed" };
    send_each(calls, done, &args.sending, client, ctx).await
}

#[derive(Debug, clap::Args)]
#[command(mut_arg("words", |words| words.help(
    "IDs of the campaigns, and settings as NAME=VALUE; names are case-sensitive"
)))]
pub(super) struct Target {
    /// Kind of the targeting
    #[arg(value_enum)]
    kind: Kind,
    #[command(flatten)]
    targets: Targets,
    /// The IDs are those of banners, whose targeting replaces that of their campaign
    #[arg(long)]
    banner: bool,
    #[command(flatten)]
    sending: Sending,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// By days and hours
    Time,
    /// By how often a visitor has seen the campaign
    Frequency,
    /// By geography
    Geobase,
    /// By a user criterion
    User,
}

pub(super) async fn target(args: Target, client: &Client, ctx: &Context) -> Result<(), CliError> {
    let (ids, params) = args.targets.required(ctx)?;
    if params.iter().next().is_none() {
        let message = "nothing to set: give settings as NAME=VALUE";
        return Err(CliError::input("NAME=VALUE", message));
    }
    let kind = match args.kind {
        Kind::Time => Object::TargetingTime,
        Kind::Frequency => Object::TargetingFrequency,
        Kind::Geobase => Object::TargetingGeobase,
        Kind::User => Object::TargetingUser,
    };
    let context = if args.banner {
        AdfoxContext::Banner
    } else {
        AdfoxContext::Campaign
    };
    let calls = ids.into_iter().map(|id| {
        let call = Call::new(context.clone(), Action::Target)
            .object(kind.clone())
            .param("objectID", id);
        let mut call = with_params(call, params.clone())?;
        if args.banner && params.get("isRedefined").is_none() {
            call = call.param("isRedefined", 1);
        }
        Ok((vec![id], call))
    });
    let calls = calls.collect::<Result<_, CliError>>()?;
    send_each(calls, "set", &args.sending, client, ctx).await
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
    let params = Params::new().file(name, file(&args.file, ctx)?);
    let call = call.param("objectID", args.id).params(params);
    send(call, &args.sending, client, ctx).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_deletes() {
        let ids: Vec<u64> = (1..=12).collect();
        for (answer, deletes) in [
            ("y\n", true),
            (" YES \n", true),
            ("n\n", false),
            ("\n", false),
            ("", false),
        ] {
            let mut asked = Vec::new();
            let outcome = confirm("zone", &ids, answer.as_bytes(), &mut asked);
            assert_eq!(outcome.is_ok(), deletes, "{answer:?}");
            let question = "Delete zone 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more? [y/N] ";
            assert_eq!(asked, question.as_bytes());
        }
    }
}
