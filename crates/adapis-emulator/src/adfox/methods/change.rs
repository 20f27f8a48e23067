//! Adding, changing and deleting objects, and uploading files.

use serde_json::Value;

use super::context::CallContext;
use crate::adfox::request::Upload;
use crate::adfox::response::{Refusal, Reply};
use crate::adfox::row::{Row, rename_members, text};
use crate::adfox::{dates, members};

/// The content of a banner that is added without a template, as old programs do.
const CONTENT_TYPES: [&str; 9] = [
    "graphics",
    "flash",
    "HTML",
    "XML",
    "floatingJS",
    "floatingHTML",
    "floatingFlash1",
    "floatingFlash2",
    "floatingImage",
];

/// `account add …` for objects that only need their own parameters.
pub(super) fn add(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    if let (Some(site), Some(zone)) = (ctx.call.filled("siteID"), ctx.call.filled("zoneID")) {
        let owner = ctx.store.member("zone", zone, "siteID");
        if owner.is_some_and(|owner| owner != site) {
            return Err(Refusal::incorrect("zoneID", zone));
        }
    }
    Ok(insert(ctx, Row::new()))
}

/// `account add campaign`: without an advertiser, that of the super campaign is used.
pub(super) fn add_campaign(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let mut inherited = Row::new();
    if ctx.call.filled("advertiserID").is_none() {
        let parent = ctx.call.filled("superCampaignID").filter(|id| *id != "0");
        let parent = parent.ok_or_else(|| Refusal::required("advertiserID"))?;
        let advertiser = ctx.store.member("superCampaign", parent, "advertiserID");
        let advertiser = advertiser.unwrap_or_default().into_owned();
        inherited.insert("advertiserID".to_owned(), Value::String(advertiser));
    }
    Ok(insert(ctx, inherited))
}

/// `account add banner`, by a template or by a banner type and the type of the content.
///
/// With a template, the banner type is that of the template. Without one, the template is the first of
/// the banner type.
pub(super) fn add_banner(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let banner_type = ctx.call.filled("bannerTypeID");
    let mut inherited = Row::new();
    if let Some(template) = ctx.call.filled("templateID") {
        let own = ctx.store.member("template", template, "bannerTypeID");
        if let (Some(own), Some(wanted)) = (&own, banner_type)
            && own != wanted
        {
            return Err(Refusal::incorrect("bannerTypeID", wanted));
        }
        inherited.extend(own.map(|own| ("bannerTypeID".to_owned(), own.into_owned().into())));
    } else {
        let (Some(banner_type), Some(content)) = (banner_type, ctx.call.filled("contentType"))
        else {
            return Err(Refusal::required("templateID"));
        };
        if !CONTENT_TYPES.contains(&content) {
            return Err(Refusal::incorrect("contentType", content));
        }
        let template = ctx
            .store
            .rows("template")
            .find(|row| text(row, "bannerTypeID").as_deref() == Some(banner_type));
        let id = template.and_then(|row| row.get("id")).cloned();
        inherited.extend(id.map(|id| ("templateID".to_owned(), id)));
    }
    Ok(insert(ctx, inherited))
}

/// Adds the row of the call, with the initial members of its object.
pub(super) fn insert(ctx: &mut CallContext<'_>, inherited: Row) -> Reply {
    let mut row = members::initial(ctx.object);
    row.extend(inherited);
    row.extend(written(ctx, ctx.object));
    row.insert("dateAdded".to_owned(), Value::String(dates::now()));
    Reply::added(ctx.store.insert(ctx.object, row))
}

/// `… modify`.
pub(super) fn modify(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", ctx.context)?;
    update(ctx, ctx.context, &id)
}

/// `account modify category`.
pub(super) fn modify_category(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("actionObjectID", "category")?;
    update(ctx, "category", &id)
}

pub(super) fn update(ctx: &mut CallContext<'_>, object: &str, id: &str) -> Result<Reply, Refusal> {
    let written = written(ctx, object);
    if let Some(row) = ctx.store.row_mut(object, id) {
        row.extend(written);
    }
    Ok(Reply::default())
}

/// Returns the members that the call writes, with complete dates.
fn written(ctx: &CallContext<'_>, object: &str) -> Row {
    let mut row = ctx.call.members();
    rename_members(object, &mut row);
    for member in ["dateStart", "dateEnd"] {
        if let Some(Value::String(date)) = row.get_mut(member) {
            *date = dates::canonical(date).unwrap_or_else(|| dates::NEVER.to_owned());
        }
    }
    row
}

/// `account delete …` for one object.
pub(super) fn delete(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("actionObjectID", ctx.object)?;
    ctx.store.remove(ctx.object, &id);
    Ok(Reply::default())
}

/// `account delete …` for a list of objects; missing ones are reported with code 0.
pub(super) fn delete_listed(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let listed = ctx.call.get("listIDs").unwrap_or_default();
    let owner = match ctx.object {
        "banner" => Some("campaignID"),
        "place" => Some("siteID"),
        _ => None,
    };
    let mut missing = Vec::new();
    let mut removed = false;
    for id in listed.split(',').map(str::trim) {
        let owned = owner.is_none_or(|member| {
            let actual = ctx.store.member(ctx.object, id, member);
            actual.as_deref() == ctx.call.get(member)
        });
        if owned && ctx.store.remove(ctx.object, id) {
            removed = true;
        } else {
            missing.push(id);
        }
    }
    if !removed {
        return Err(Refusal::incorrect("listIDs", listed));
    }
    let message = (!missing.is_empty()).then(|| {
        format!(
            "Objects were not found and not deleted: {}",
            missing.join(",")
        )
    });
    Ok(Reply {
        message,
        ..Reply::default()
    })
}

/// `campaign upload`: takes a file or the URL of one, and returns the address to use.
pub(super) fn upload(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let campaign = ctx.existing("objectID", "campaign")?;
    let name = match (ctx.call.any_file(), ctx.call.filled("URL")) {
        (Some(file), _) => file.file_name.clone(),
        (None, Some(url)) => url.rsplit('/').next().unwrap_or_default().to_owned(),
        (None, None) => return Err(Refusal::required("file")),
    };
    let value = format!("//content.adfox.example/campaign/{campaign}/{name}");
    Ok(Reply::flat([("value", value)]))
}

/// `banner modify zipFile`.
pub(super) fn zip_file(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", "banner")?;
    let Some(Upload {
        file_name,
        size,
        is_zip,
        ..
    }) = ctx.call.file("zipFile")
    else {
        return Err(Refusal::required("zipFile"));
    };
    if !is_zip {
        return Err(Refusal::incorrect("zipFile", file_name));
    }
    if let Some(row) = ctx.store.row_mut("banner", &id) {
        row.insert("zipFile".to_owned(), Value::String(file_name.clone()));
        row.insert("zipFileSize".to_owned(), Value::String(size.to_string()));
    }
    Ok(Reply::default())
}

/// Returns the IDs in a comma-separated member.
pub(super) fn listed(row: &Row, member: &str) -> Vec<String> {
    let ids = text(row, member).unwrap_or_default();
    ids.split(',')
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}
