//! Adding, changing and deleting objects, and the files of banners.

use serde_json::Value;

use super::Turn;
use crate::adfox::answer::{Fault, Outcome, Reply};
use crate::adfox::request::Upload;
use crate::adfox::store::{Row, text};
use crate::adfox::{dates, defaults};

/// `account add …` of what needs no more than its own parameters.
pub(super) fn add(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    if let (Some(site), Some(zone)) = (turn.call.filled("siteID"), turn.call.filled("zoneID")) {
        let owner = turn.store.member("zone", zone, "siteID");
        if owner.is_some_and(|owner| owner != site) {
            return Err(Fault::incorrect("zoneID", zone));
        }
    }
    Ok(insert(turn, Row::new()))
}

/// `account add campaign`: the advertiser comes from the super campaign, where one is given.
pub(super) fn add_campaign(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let mut inherited = Row::new();
    if turn.call.filled("advertiserID").is_none() {
        let parent = turn.call.filled("superCampaignID").filter(|id| *id != "0");
        let parent = parent.ok_or_else(|| Fault::required("advertiserID"))?;
        let advertiser = turn.store.member("superCampaign", parent, "advertiserID");
        let advertiser = advertiser.unwrap_or_default().into_owned();
        inherited.insert("advertiserID".to_owned(), Value::String(advertiser));
    }
    Ok(insert(turn, inherited))
}

/// `account add banner`: the banner type comes from the template.
pub(super) fn add_banner(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let template = turn.call.get("templateID").unwrap_or_default();
    let mut inherited = Row::new();
    if let Some(banner_type) = turn.store.member("template", template, "bannerTypeID") {
        inherited.insert(
            "bannerTypeID".to_owned(),
            Value::String(banner_type.into_owned()),
        );
    }
    Ok(insert(turn, inherited))
}

/// Adds the row of the call on top of what its object starts with.
pub(super) fn insert(turn: &mut Turn<'_>, inherited: Row) -> Reply {
    let mut row = defaults::blank(turn.object);
    row.extend(inherited);
    row.extend(members(turn));
    row.insert("dateAdded".to_owned(), Value::String(dates::now()));
    Reply::added(turn.store.insert(turn.object, row))
}

/// `… modify`
pub(super) fn modify(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.existing("objectID", turn.context)?;
    update(turn, turn.context, &id)
}

/// `account modify category`
pub(super) fn modify_category(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.existing("actionObjectID", "category")?;
    update(turn, "category", &id)
}

pub(super) fn update(turn: &mut Turn<'_>, object: &str, id: &str) -> Result<Reply, Fault> {
    let members = members(turn);
    if let Some(row) = turn.store.row_mut(object, id) {
        row.extend(members);
    }
    Ok(Reply::default())
}

/// The members that the call writes, with dates in full.
fn members(turn: &Turn<'_>) -> Row {
    let mut row = turn.call.members();
    for member in ["dateStart", "dateEnd"] {
        if let Some(Value::String(date)) = row.get_mut(member) {
            *date = dates::canonical(date).unwrap_or_else(|| dates::NEVER.to_owned());
        }
    }
    row
}

/// `account delete …` of one object
pub(super) fn delete(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.existing("actionObjectID", turn.object)?;
    turn.store.remove(turn.object, &id);
    Ok(Reply::default())
}

/// `account delete …` of many objects; those that are not there are named beside code 0.
pub(super) fn delete_listed(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let listed = turn.call.get("listIDs").unwrap_or_default();
    let owner = match turn.object {
        "banner" => Some("campaignID"),
        "place" => Some("siteID"),
        _ => None,
    };
    let mut missing = Vec::new();
    let mut removed = false;
    for id in listed.split(',').map(str::trim) {
        let owned = owner.is_none_or(|member| {
            let actual = turn.store.member(turn.object, id, member);
            actual.as_deref() == turn.call.get(member)
        });
        if owned && turn.store.remove(turn.object, id) {
            removed = true;
        } else {
            missing.push(id);
        }
    }
    if !removed {
        return Err(Fault::incorrect("listIDs", listed));
    }
    let message = (!missing.is_empty()).then(|| {
        format!(
            "Objects were not found and not deleted: {}",
            missing.join(",")
        )
    });
    Ok(Reply {
        result: Outcome::Done,
        message,
    })
}

/// `campaign upload`: a file, or a URL that the server fetches; gives the address to use.
pub(super) fn upload(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let campaign = turn.existing("objectID", "campaign")?;
    let name = match (turn.call.any_file(), turn.call.filled("URL")) {
        (Some(file), _) => file.file_name.clone(),
        (None, Some(url)) => url.rsplit('/').next().unwrap_or_default().to_owned(),
        (None, None) => return Err(Fault::required("file")),
    };
    let value = format!("//content.adfox.example/campaign/{campaign}/{name}");
    Ok(Reply::flat([("value", value)]))
}

/// `banner modify zipFile`
pub(super) fn zip_file(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.existing("objectID", "banner")?;
    let Some(Upload {
        file_name, size, ..
    }) = turn.call.file("zipFile")
    else {
        return Err(Fault::required("zipFile"));
    };
    if let Some(row) = turn.store.row_mut("banner", &id) {
        row.insert("zipFile".to_owned(), Value::String(file_name.clone()));
        row.insert("zipFileSize".to_owned(), Value::String(size.to_string()));
    }
    Ok(Reply::default())
}

/// The IDs that a member lists with commas.
pub(super) fn listed(row: &Row, member: &str) -> Vec<String> {
    let ids = text(row, member).unwrap_or_default();
    ids.split(',')
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}
