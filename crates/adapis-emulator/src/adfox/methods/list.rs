//! Lists: filters, the members of a row that are shown, and names from referenced objects.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use super::context::CallContext;
use super::{change, target};
use crate::adfox::response::{Outcome, Refusal, Reply};
use crate::adfox::row::{Row, key, text};
use crate::adfox::store::Store;

/// Parameters that filter by equality: (object, parameter, member).
const EQUAL: &[(&str, &str, &str)] = &[
    ("campaign", "superCampaignID", "superCampaignID"),
    ("zone", "actionObjectID2", "siteID"),
    ("place", "actionObjectID2", "siteID"),
    ("tracingPoint", "advertiserID", "advertiserID"),
    ("tracingPoint", "categoryID", "categoryID"),
    ("tracingPoint", "campaignID", "campaignID"),
];

/// Members from referenced objects: (object, member, referenced object, its member, shown as).
const JOINED: &[(&str, &str, &str, &str, &str)] = &[
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
        "banner",
        "targetingProfileID",
        "targetingProfile",
        "name",
        "targetingProfileName",
    ),
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

/// Accounts of several users: (member with IDs, object, shown as).
const LISTED_ACCOUNTS: [(&str, &str, &str); 2] = [
    (
        "additionalAdvertiserIDs",
        "advertiser",
        "additionalAdvertiserAccounts",
    ),
    (
        "additionalAssistantIDs",
        "assistant",
        "additionalAssistantAccounts",
    ),
];

/// `account list …`.
pub(super) fn rows(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let object = ctx.object;
    if let Some(kind) = ctx.call.filled("show").and_then(target::kind) {
        return target::shown(ctx, object, kind);
    }
    page(ctx, object, |_| true)
}

/// `campaign list banner` and `campaign info banner`.
pub(super) fn banners(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let campaign = ctx.existing("objectID", "campaign")?;
    page(ctx, "banner", |row| {
        text(row, "campaignID").as_deref() == Some(&campaign)
    })
}

/// `account utility …` of a reference list, which is not paged.
pub(super) fn reference(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let rows = ctx.store.rows(ctx.object).cloned().collect();
    Ok(Outcome::Whole(rows).into())
}

/// `account list template`.
pub(super) fn template(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    ctx.existing("actionObjectID", "template")?;
    page(ctx, "template", |_| true)
}

/// `bannerType list template`.
pub(super) fn templates(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", "bannerType")?;
    let rows = ctx
        .store
        .rows("template")
        .filter(|row| text(row, "bannerTypeID").as_deref() == Some(&id));
    Ok(Reply::page(ctx.window, rows, |row| {
        let mut shown = row.clone();
        for (member, from) in [("templateID", "id"), ("templateName", "name")] {
            shown.insert(
                member.to_owned(),
                row.get(from).cloned().unwrap_or_default(),
            );
        }
        ctx.finish(shown)
    }))
}

fn page(
    ctx: &CallContext<'_>,
    object: &str,
    also: impl Fn(&Row) -> bool,
) -> Result<Reply, Refusal> {
    let filters = Filters::read(ctx, object);
    let show = Show::read(ctx, object)?;
    let store = &*ctx.store;
    let rows = store
        .rows(object)
        .filter(|row| also(row) && filters.accept(row));
    Ok(Reply::page(ctx.window, rows, |row| {
        let mut shown = row.clone();
        join_names(store, object, &mut shown);
        show.reduce(&mut shown);
        ctx.finish(shown)
    }))
}

fn join_names(store: &Store, object: &str, row: &mut Row) {
    for (_, member, other, from, shown) in JOINED.iter().filter(|(named, ..)| *named == object) {
        if row.contains_key(*shown) {
            continue;
        }
        // A reference to nothing has an empty name, as the vendor's rows do.
        if let Some(id) = text(row, member) {
            let name = store.member(other, &id, from).unwrap_or_default();
            row.insert((*shown).to_owned(), Value::String(name.into_owned()));
        }
    }
    for (ids, other, shown) in LISTED_ACCOUNTS {
        if row.contains_key(ids) && !row.contains_key(shown) {
            let accounts: Vec<_> = change::listed(row, ids)
                .iter()
                .filter_map(|id| store.member(other, id, "account"))
                .collect();
            row.insert(shown.to_owned(), Value::String(accounts.join(",")));
        }
    }
    if let Some(id) = text(row, "presentationTypeID").filter(|_| object == "place") {
        let name = Value::String(presentation_name(&id).to_owned());
        row.entry("presentationTypeName").or_insert(name);
    }
    if object == "banner" {
        add_template_parameters(store, row);
    }
}

/// Returns the documented name of a way to load a banner type.
pub(super) fn presentation_name(id: &str) -> &'static str {
    match id {
        "4" => "Nondimensional",
        "5" => "XML",
        _ => "Standard",
    }
}

/// Adds `parameterN` and `parameterNName` for each user parameter of a banner's template.
fn add_template_parameters(store: &Store, row: &mut Row) {
    let template = text(row, "templateID").and_then(|id| store.row("template", &id));
    let parameters = template
        .and_then(|template| template.get("userParameters"))
        .and_then(Value::as_array);
    for (n, parameter) in (1..).zip(parameters.into_iter().flatten()) {
        let Some(parameter) = parameter.as_object() else {
            continue;
        };
        let of = |member: &str| text(parameter, member).unwrap_or_default().into_owned();
        let value = text(row, &of("name")).map_or_else(|| of("default"), Cow::into_owned);
        row.insert(format!("parameter{n}"), Value::String(value));
        row.insert(format!("parameter{n}Name"), Value::String(of("name")));
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
    fn read(ctx: &CallContext<'a>, object: &str) -> Self {
        let call = ctx.call;
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
                .filter(|_| ctx.settings.search)
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
                ["name", "objectName", "account", "company"]
                    .iter()
                    .any(|member| {
                        text(row, member).is_some_and(|name| name.to_lowercase().contains(wanted))
                    })
            })
    }
}

const COMMON: &[&str] = &["ID", "id", "criteriaID", "objectID", "name", "objectName"];

/// The members of a row that are shown, by the parameter `show`; `None` shows all.
struct Show(Option<&'static [&'static str]>);

impl Show {
    fn read(ctx: &CallContext<'_>, object: &str) -> Result<Self, Refusal> {
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
            _ => COMMON,
        };
        match ctx.call.filled("show") {
            None | Some("advanced") => Ok(Self(None)),
            Some("common") => Ok(Self(Some(COMMON))),
            Some("short") => Ok(Self(Some(short))),
            Some(other) => Err(Refusal::incorrect("show", other)),
        }
    }

    fn reduce(&self, row: &mut Row) {
        if let Some(shown) = self.0 {
            row.retain(|member, _| shown.contains(&member.as_str()));
        }
    }
}
