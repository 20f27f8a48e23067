//! Targeting of campaigns and banners: by time, frequency, geography, user and more.

use serde_json::Value;

use super::Turn;
use super::list::finish;
use crate::adfox::answer::{Fault, Reply, row};
use crate::adfox::store::{Row, text};

/// The names of `actionObject`, in full and as programs shorten them.
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

/// The full name of a kind, or `None` for what is no kind.
pub(super) fn kind(name: &str) -> Option<&'static str> {
    let full = KINDS.iter().filter(|kind| kind.starts_with("targeting"));
    full.copied()
        .find(|kind| *kind == name || kind.strip_prefix("targeting") == Some(name))
}

/// `campaign target …`, `banner target …`
pub(super) fn set(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.existing("objectID", turn.context)?;
    let kind = kind(turn.object).ok_or_else(|| Fault::action_object(turn.object))?;
    if kind == "targetingURL" && !turn.settings.url_targeting {
        return Err(Fault::url_targeting_denied());
    }
    let criteria = (kind == "targetingUser")
        .then(|| criteria(turn))
        .transpose()?;
    for (name, value) in turn.call.pairs() {
        let known = match switch_of(kind, name) {
            Some(Switch::Plain) => true,
            Some(Switch::Value(of)) => {
                let owner = turn.store.member("userCriteriaValue", of, "criteriaID");
                of == "0" || owner.as_deref() == criteria
            }
            None => continue,
        };
        if !known || !["0", "1"].contains(&value) {
            return Err(Fault::incorrect(name, value));
        }
    }
    let mut members = turn.call.members();
    members.remove("criteriaId");
    let kinds = turn
        .store
        .targeting
        .entry((turn.context.to_owned(), id))
        .or_default();
    kinds
        .entry(slot(kind, criteria))
        .or_default()
        .extend(members);
    Ok(Reply::default())
}

/// A parameter that switches something on or off.
enum Switch<'a> {
    /// `hour9day1`, `day31`
    Plain,
    /// `v5345`: a value of a user criteria
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

fn criteria<'a>(turn: &Turn<'a>) -> Result<&'a str, Fault> {
    let call = turn.call;
    let given = call
        .filled("criteriaID")
        .or_else(|| call.filled("criteriaId"));
    let given = given.ok_or_else(|| Fault::required("criteriaID"))?;
    if turn.store.row("userCriterias", given).is_none() {
        return Err(Fault::incorrect("criteriaID", given));
    }
    Ok(given)
}

fn slot(kind: &str, criteria: Option<&str>) -> String {
    criteria.map_or_else(|| kind.to_owned(), |id| format!("{kind} {id}"))
}

/// `account list campaign` with `show=targetingTime` and its like: one row with what was set.
pub(super) fn shown(turn: &Turn<'_>, object: &str, kind: &'static str) -> Result<Reply, Fault> {
    let id = turn.existing("actionObjectID", object)?;
    let criteria = (kind == "targetingUser")
        .then(|| criteria(turn))
        .transpose()?;
    let kinds = turn.store.targeting.get(&(object.to_owned(), id.clone()));
    let mut shown = kinds
        .and_then(|all| all.get(&slot(kind, criteria)))
        .cloned()
        .unwrap_or_default();
    shown.insert("ID".to_owned(), Value::String(id));
    Ok(Reply::page(turn.window, std::iter::once(&shown), |row| {
        finish(turn, row.clone())
    }))
}

/// `campaign info targeting`, `banner info targeting`
pub(super) fn summary(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.existing("objectID", turn.context)?;
    let kinds = turn.store.targeting.get(&(turn.context.to_owned(), id));
    let full = KINDS
        .iter()
        .filter_map(|kind| Some((kind, kind.strip_prefix("targeting")?)));
    let rows: Vec<Row> = full
        .map(|(kind, title)| {
            let set = kinds
                .into_iter()
                .flatten()
                .filter(|(slot, _)| slot.split(' ').next() == Some(kind));
            let words: Vec<String> = set.clone().map(|(_, row)| words(row)).collect();
            let redefined = set
                .into_iter()
                .any(|(_, row)| text(row, "isRedefined").is_some_and(|value| value == "1"));
            let description = if words.is_empty() {
                "not set".to_owned()
            } else {
                words.join("; ")
            };
            let mut shown = row([
                ("title", title.to_owned()),
                ("name", title.to_lowercase()),
                ("description", description),
            ]);
            if turn.context == "banner" {
                let redefined = u8::from(redefined).to_string();
                shown.insert("isRedefined".to_owned(), Value::String(redefined));
            }
            shown
        })
        .collect();
    Ok(Reply::page(turn.window, rows.iter(), Row::clone))
}

fn words(row: &Row) -> String {
    let pairs = row
        .keys()
        .filter_map(|name| Some(format!("{name}={}", text(row, name)?)));
    pairs.collect::<Vec<_>>().join(", ")
}
