//! Lists: filters, how much of a row is shown, and names that rows borrow from other objects.

use std::collections::HashSet;

use serde_json::Value;

use super::{Turn, target};
use crate::adfox::answer::{Fault, Reply};
use crate::adfox::dates;
use crate::adfox::store::{Row, Store, key, text};

/// Parameters that a member must equal: (object, parameter, member).
const EQUAL: &[(&str, &str, &str)] = &[
    ("campaign", "superCampaignID", "superCampaignID"),
    ("zone", "actionObjectID2", "siteID"),
    ("place", "actionObjectID2", "siteID"),
    ("tracingPoint", "advertiserID", "advertiserID"),
    ("tracingPoint", "categoryID", "categoryID"),
    ("tracingPoint", "campaignID", "campaignID"),
];

/// Names from other objects: (object, member, other object, its member, shown as).
const BORROWED: &[(&str, &str, &str, &str, &str)] = &[
    (
        "superCampaign",
        "advertiserID",
        "advertiser",
        "account",
        "advertiserAccount",
    ),
    (
        "superCampaign",
        "assistantID",
        "assistant",
        "account",
        "assistantAccount",
    ),
    (
        "campaign",
        "superCampaignID",
        "superCampaign",
        "name",
        "superCampaignName",
    ),
    (
        "campaign",
        "advertiserID",
        "advertiser",
        "account",
        "advertiserAccount",
    ),
    (
        "campaign",
        "assistantID",
        "assistant",
        "account",
        "assistantAccount",
    ),
    ("banner", "campaignID", "campaign", "name", "campaignName"),
    (
        "banner",
        "campaignID",
        "campaign",
        "dateStart",
        "campaignDateStart",
    ),
    (
        "banner",
        "campaignID",
        "campaign",
        "dateEnd",
        "campaignDateEnd",
    ),
    (
        "banner",
        "bannerTypeID",
        "bannerType",
        "name",
        "bannerTypeName",
    ),
    ("banner", "templateID", "template", "name", "templateName"),
    (
        "website",
        "webmasterID",
        "webmaster",
        "account",
        "webmasterAccount",
    ),
    ("website", "categoryID", "category", "name", "categoryName"),
    ("zone", "siteID", "website", "name", "siteName"),
    ("zone", "categoryID", "category", "name", "categoryName"),
    ("place", "siteID", "website", "name", "siteName"),
    ("place", "zoneID", "zone", "name", "zoneName"),
    ("place", "positionID", "position", "name", "positionName"),
    ("place", "categoryID", "category", "name", "categoryName"),
    (
        "place",
        "bannerTypeID",
        "bannerType",
        "name",
        "bannerTypeName",
    ),
    (
        "place",
        "bannerTypeID",
        "bannerType",
        "presentationTypeID",
        "presentationTypeID",
    ),
];

/// `account list …`
pub(super) fn rows(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let object = turn.object;
    if let Some(kind) = turn.call.filled("show").and_then(target::kind) {
        return target::shown(turn, object, kind);
    }
    page(turn, object, |_| true)
}

/// `campaign list banner` and `campaign info banner`
pub(super) fn banners(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let campaign = turn.existing("objectID", "campaign")?;
    page(turn, "banner", |row| {
        text(row, "campaignID").as_deref() == Some(&campaign)
    })
}

/// `account list template`
pub(super) fn template(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    turn.existing("actionObjectID", "template")?;
    page(turn, "template", |_| true)
}

/// `bannerType list template`
pub(super) fn templates(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.existing("objectID", "bannerType")?;
    let rows = turn
        .store
        .rows("template")
        .filter(|row| text(row, "bannerTypeID").as_deref() == Some(&id));
    Ok(Reply::page(turn.window, rows, |row| {
        let mut shown = row.clone();
        for (member, from) in [("templateID", "id"), ("templateName", "name")] {
            shown.insert(
                member.to_owned(),
                row.get(from).cloned().unwrap_or_default(),
            );
        }
        finish(turn, shown)
    }))
}

fn page(turn: &Turn<'_>, object: &str, also: impl Fn(&Row) -> bool) -> Result<Reply, Fault> {
    let filters = Filters::read(turn, object);
    let show = Show::read(turn, object)?;
    let store = &*turn.store;
    let rows = store
        .rows(object)
        .filter(|row| also(row) && filters.accept(row));
    Ok(Reply::page(turn.window, rows, |row| {
        let mut shown = row.clone();
        borrow_names(store, object, &mut shown);
        show.reduce(&mut shown);
        finish(turn, shown)
    }))
}

/// A row as settings want it shown.
pub(super) fn finish(turn: &Turn<'_>, mut row: Row) -> Row {
    if !turn.settings.seconds {
        for value in row.values_mut() {
            if let Some(short) = value.as_str().and_then(dates::without_seconds) {
                *value = Value::String(short.to_owned());
            }
        }
    }
    row
}

fn borrow_names(store: &Store, object: &str, row: &mut Row) {
    for (_, member, other, from, shown) in BORROWED.iter().filter(|(named, ..)| *named == object) {
        let name = text(row, member).and_then(|id| store.member(other, &id, from));
        if let Some(name) = name.filter(|_| !row.contains_key(*shown)) {
            row.insert((*shown).to_owned(), Value::String(name.into_owned()));
        }
    }
}

struct Filters<'a> {
    key: &'static str,
    id: Option<&'a str>,
    equal: Vec<(&'static str, &'a str)>,
    campaigns: Option<HashSet<&'a str>>,
    added_from: Option<&'a str>,
    added_to: Option<&'a str>,
    search: Option<String>,
}

impl<'a> Filters<'a> {
    fn read(turn: &Turn<'a>, object: &str) -> Self {
        let call = turn.call;
        let wanted = |name: &str| call.filled(name).filter(|id| *id != "0");
        let equal = EQUAL.iter().filter(|(named, ..)| *named == object);
        Self {
            key: key(object),
            id: wanted("actionObjectID"),
            equal: equal
                .filter_map(|(_, name, member)| Some((*member, wanted(name)?)))
                .collect(),
            campaigns: call
                .filled("listCampaignIDs")
                .filter(|_| object == "banner")
                .map(|ids| ids.split(',').map(str::trim).collect()),
            added_from: call.filled("dateAddedFrom").and_then(|date| date.get(..10)),
            added_to: call.filled("dateAddedTo").and_then(|date| date.get(..10)),
            search: call
                .filled("search")
                .filter(|_| turn.settings.search)
                .map(str::to_lowercase),
        }
    }

    fn accept(&self, row: &Row) -> bool {
        let is = |member: &str, wanted: &str| text(row, member).as_deref() == Some(wanted);
        let added = text(row, "dateAdded");
        let added = added
            .as_deref()
            .and_then(|date| date.get(..10))
            .unwrap_or_default();
        self.id.is_none_or(|id| is(self.key, id))
            && self.equal.iter().all(|(member, wanted)| is(member, wanted))
            && self.campaigns.as_ref().is_none_or(|ids| {
                text(row, "campaignID").is_some_and(|id| ids.contains(id.as_ref()))
            })
            && self.added_from.is_none_or(|from| added >= from)
            && self.added_to.is_none_or(|to| added <= to)
            && self.search.as_ref().is_none_or(|wanted| {
                ["name", "account", "company"].iter().any(|member| {
                    text(row, member).is_some_and(|name| name.to_lowercase().contains(wanted))
                })
            })
    }
}

/// Which members of a row are shown; all for `advanced`.
struct Show(Option<&'static [&'static str]>);

impl Show {
    fn read(turn: &Turn<'_>, object: &str) -> Result<Self, Fault> {
        let short: &[&str] = match object {
            "superCampaign" => &[
                "ID",
                "name",
                "status",
                "dateStart",
                "dateEnd",
                "dateFinished",
            ],
            "campaign" => &[
                "ID",
                "name",
                "superCampaignID",
                "status",
                "dateStart",
                "dateEnd",
                "dateFinished",
            ],
            "banner" => &[
                "ID",
                "bannerTypeID",
                "templateID",
                "campaignID",
                "status",
                "dateStart",
                "dateEnd",
            ],
            _ => &["ID", "id", "criteriaID", "name"],
        };
        match turn.call.filled("show") {
            None | Some("advanced") => Ok(Self(None)),
            Some("common") => Ok(Self(Some(&["ID", "id", "criteriaID", "name"]))),
            Some("short") => Ok(Self(Some(short))),
            Some(other) => Err(Fault::incorrect("show", other)),
        }
    }

    fn reduce(&self, row: &mut Row) {
        if let Some(shown) = self.0 {
            row.retain(|member, _| shown.contains(&member.as_str()));
        }
    }
}
