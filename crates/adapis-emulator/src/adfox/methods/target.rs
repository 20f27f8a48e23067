//! Targeting of campaigns and banners by time, frequency, geography, user and more.

use serde_json::Value;

use super::context::CallContext;
use crate::adfox::response::{Refusal, Reply};
use crate::adfox::row::{Row, row, text};
use crate::adfox::store::Level;

/// The values of `actionObject`, in full and in the short form that programs use.
pub(super) const KINDS: &[&str] = &[
    "targetingTime",
    "targetingFrequency",
    "targetingGeobase",
    "targetingUser",
    "targetingBehavior",
    "targetingSearch",
    "targetingKeywords",
    "targetingSocdem",
    "targetingGeo",
    "targetingURL",
    "Time",
    "Frequency",
    "Geobase",
    "User",
    "Behavior",
    "Search",
    "Keywords",
    "Socdem",
    "Geo",
    "URL",
];

/// Returns the full name of a kind of targeting.
pub(super) fn kind(name: &str) -> Option<&'static str> {
    let full = KINDS.iter().filter(|kind| kind.starts_with("targeting"));
    full.copied()
        .find(|kind| *kind == name || kind.strip_prefix("targeting") == Some(name))
}

/// `campaign target …`, `banner target …`, and `campaign targetWebsite|targetZone|targetPlace …`.
pub(super) fn set(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", ctx.context)?;
    let level = match ctx.action {
        "targetWebsite" => Level::Website,
        "targetZone" => Level::Zone,
        "targetPlace" => Level::Place,
        _ => return store(ctx, (ctx.context.to_owned(), id)),
    };
    let spot = ctx.existing(level.parameter(), level.object())?;
    store(ctx, spot_key(&id, level, &spot))
}

/// Returns the key of a campaign's targeting on a website, zone or place.
fn spot_key(campaign: &str, level: Level, spot: &str) -> (String, String) {
    let object = format!("campaign {}", level.object());
    (object, format!("{campaign} {spot}"))
}

fn store(ctx: &mut CallContext<'_>, key: (String, String)) -> Result<Reply, Refusal> {
    let kind = kind(ctx.object).ok_or_else(|| Refusal::action_object(ctx.object))?;
    if kind == "targetingGeobase" && ctx.call.filled("geo").is_none() {
        return Err(Refusal::required("geo"));
    }
    if kind == "targetingURL" && !ctx.settings.url_targeting {
        return Err(Refusal::url_targeting_denied());
    }
    let criteria = (kind == "targetingUser")
        .then(|| criteria(ctx))
        .transpose()?;
    for (name, value) in ctx.call.pairs() {
        let known = match switch_of(kind, name) {
            Some(Switch::Plain) => true,
            Some(Switch::Value(of)) => {
                let owner = ctx.store.member("userCriteriaValue", of, "criteriaID");
                of == "0" || owner.as_deref() == criteria
            }
            None => continue,
        };
        if !known || !["0", "1"].contains(&value) {
            return Err(Refusal::incorrect(name, value));
        }
    }
    let mut members = ctx.call.members();
    for parameter in ["criteriaId", "siteID", "zoneID", "placeID"] {
        members.remove(parameter);
    }
    let kinds = ctx.store.targeting.entry(key).or_default();
    kinds
        .entry(slot(kind, criteria))
        .or_default()
        .extend(members);
    Ok(Reply::default())
}

/// A parameter that switches something on or off.
enum Switch<'a> {
    /// `hour9day1`, `day31`.
    Plain,
    /// `v5345`: a value of a user criterion.
    Value(&'a str),
}

fn switch_of<'a>(kind: &str, name: &'a str) -> Option<Switch<'a>> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match kind {
        "targetingTime" => {
            let day = match name.strip_prefix("hour") {
                Some(rest) => {
                    rest.split_once("day")
                        .filter(|(hour, _)| is_number(hour))?
                        .1
                }
                None => name.strip_prefix("day")?,
            };
            is_number(day).then_some(Switch::Plain)
        }
        "targetingUser" => name
            .strip_prefix('v')
            .filter(|id| is_number(id))
            .map(Switch::Value),
        _ => None,
    }
}

fn criteria<'a>(ctx: &CallContext<'a>) -> Result<&'a str, Refusal> {
    let call = ctx.call;
    let given = call
        .filled("criteriaID")
        .or_else(|| call.filled("criteriaId"));
    let given = given.ok_or_else(|| Refusal::required("criteriaID"))?;
    if ctx.store.row("userCriterias", given).is_none() {
        return Err(Refusal::incorrect("criteriaID", given));
    }
    Ok(given)
}

fn slot(kind: &str, criteria: Option<&str>) -> String {
    criteria.map_or_else(|| kind.to_owned(), |id| format!("{kind} {id}"))
}

/// `account list campaign` with `show=targetingTime` or another kind: one row with its members.
pub(super) fn shown(
    ctx: &CallContext<'_>,
    object: &str,
    kind: &'static str,
) -> Result<Reply, Refusal> {
    let id = ctx.existing("actionObjectID", object)?;
    let criteria = (kind == "targetingUser")
        .then(|| criteria(ctx))
        .transpose()?;
    let kinds = ctx.store.targeting.get(&(object.to_owned(), id.clone()));
    let mut shown = kinds
        .and_then(|all| all.get(&slot(kind, criteria)))
        .cloned()
        .unwrap_or_default();
    shown.insert("ID".to_owned(), Value::String(id));
    Ok(Reply::page(ctx.window, std::iter::once(&shown), |row| {
        ctx.finish(row.clone())
    }))
}

/// `campaign info targeting`, `banner info targeting`.
///
/// With `siteID`, `zoneID` or `placeID`, it is the targeting of the campaign on that spot.
pub(super) fn summary(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", ctx.context)?;
    let spot = [Level::Place, Level::Zone, Level::Website]
        .into_iter()
        .filter(|_| ctx.context == "campaign")
        .find_map(|level| Some((level, ctx.call.filled(level.parameter())?)));
    let key = match spot {
        Some((level, spot)) => spot_key(&id, level, spot),
        None => (ctx.context.to_owned(), id),
    };
    let kinds = ctx.store.targeting.get(&key);
    let full = KINDS
        .iter()
        .filter_map(|kind| Some((kind, kind.strip_prefix("targeting")?)));
    let rows: Vec<Row> = full
        .map(|(kind, title)| {
            let set = kinds
                .into_iter()
                .flatten()
                .filter(|(slot, _)| slot.split(' ').next() == Some(kind));
            let descriptions: Vec<String> = set.clone().map(|(_, row)| describe(row)).collect();
            let redefined = set
                .into_iter()
                .any(|(_, row)| text(row, "isRedefined").is_some_and(|value| value == "1"));
            let description = if descriptions.is_empty() {
                "not set".to_owned()
            } else {
                descriptions.join("; ")
            };
            let mut shown = row([
                ("title", title.to_owned()),
                ("name", title.to_lowercase()),
                ("description", description),
            ]);
            if ctx.context == "banner" {
                let redefined = u8::from(redefined).to_string();
                shown.insert("isRedefined".to_owned(), Value::String(redefined));
            }
            shown
        })
        .collect();
    Ok(Reply::page(ctx.window, rows.iter(), Row::clone))
}

fn describe(row: &Row) -> String {
    let pairs = row
        .keys()
        .filter_map(|name| Some(format!("{name}={}", text(row, name)?)));
    pairs.collect::<Vec<_>>().join(", ")
}
