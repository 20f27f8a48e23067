//! Default and active banners, placement codes, and the region tree.

use serde_json::Value;

use super::context::CallContext;
use super::{list, placing};
use crate::adfox::response::{Outcome, Refusal, Reply};
use crate::adfox::row::{Row, row, text};
use crate::adfox::store::Store;

const WORLD: &str = "10000";
/// Limit of the depth of a region tree; data files can contain cycles.
const MAX_DEPTH: usize = 12;

/// `place updateDefaultBanner`, `bannerType updateDefaultBanner`.
pub(super) fn set_default_banner(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", ctx.context)?;
    match ctx.call.get("mode").unwrap_or_default() {
        "0" if ctx.call.filled("defaultImageURL").is_some() => {
            ctx.call
                .filled("defaultHitURL")
                .ok_or_else(|| Refusal::required("defaultHitURL"))?;
        }
        "0" | "1" => {}
        other => return Err(Refusal::incorrect("mode", other)),
    }
    if let Some(row) = ctx.store.row_mut(ctx.context, &id) {
        let members = ctx.call.members().into_iter();
        row.extend(members.filter(|(name, _)| name.starts_with("default")));
    }
    Ok(Reply::default())
}

/// `account list defaultBanner`.
pub(super) fn default_banners(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let store = &*ctx.store;
    let wanted: Option<Vec<&str>> = ctx
        .call
        .filled("listPlaceIDs")
        .map(|ids| ids.split(',').map(str::trim).collect());
    let places = store.rows("place").filter(|place| {
        let id = text(place, "ID").unwrap_or_default();
        wanted.as_ref().is_none_or(|ids| ids.contains(&id.as_ref()))
    });
    Ok(Reply::page(ctx.window, places, |place| {
        default_banner(store, place)
    }))
}

/// Returns the default banner of a place, falling back to that of its banner type.
fn default_banner(store: &Store, place: &Row) -> Row {
    let own = |member: &str| text(place, member).unwrap_or_default().into_owned();
    let site = own("siteID");
    let banner_type = own("bannerTypeID");
    let of = |object: &str, id: &str, member: &str| {
        store
            .member(object, id, member)
            .unwrap_or_default()
            .into_owned()
    };
    let presentation = of("bannerType", &banner_type, "presentationTypeID");
    let mut shown = row([
        ("adNetworkID", of("website", &site, "adNetworkID")),
        ("adNetworkName", of("website", &site, "adNetworkName")),
        ("siteName", of("website", &site, "name")),
        ("siteID", site),
        ("placeID", own("ID")),
        ("bannerTypeName", of("bannerType", &banner_type, "name")),
        (
            "presentationTypeName",
            list::presentation_name(&presentation).to_owned(),
        ),
        ("defaultCodeType", "0".to_owned()),
        ("defaultCode", String::new()),
    ]);
    for source in [store.row("bannerType", &banner_type), Some(place)]
        .into_iter()
        .flatten()
    {
        let defaults = source
            .iter()
            .filter(|(name, _)| name.starts_with("default"));
        shown.extend(defaults.map(|(name, value)| (name.clone(), value.clone())));
    }
    shown.insert("bannerTypeID".to_owned(), Value::String(banner_type));
    shown
}

/// `account list activeBanners`: one row per active banner and place.
pub(super) fn active_banners(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let store = &*ctx.store;
    let day = ctx.call.filled("date").and_then(|date| date.get(..10));
    let mut rows = Vec::new();
    for banner in store
        .rows("banner")
        .filter(|banner| is_active(store, banner, day))
    {
        for place in store
            .rows("place")
            .filter(|place| placing::can_show_on(store, banner, place))
        {
            rows.push(active_row(store, banner, place));
        }
    }
    Ok(Reply::page(ctx.window, rows.iter(), Row::clone))
}

/// `place listActiveBanners`.
pub(super) fn active_on_place(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", "place")?;
    let store = &*ctx.store;
    let Some(place) = store.row("place", &id) else {
        return Ok(Reply::default());
    };
    let banners = store.rows("banner").filter(|banner| {
        is_active(store, banner, None) && placing::can_show_on(store, banner, place)
    });
    Ok(Reply::page(ctx.window, banners, |banner| {
        active_row(store, banner, place)
    }))
}

fn active_row(store: &Store, banner: &Row, place: &Row) -> Row {
    let of = |row: &Row, member: &str| text(row, member).unwrap_or_default().into_owned();
    let campaign = of(banner, "campaignID");
    let campaign_name = store
        .member("campaign", &campaign, "name")
        .unwrap_or_default();
    row([
        ("bannerID", of(banner, "ID")),
        ("bannerName", of(banner, "name")),
        ("campaignName", campaign_name.into_owned()),
        ("campaignID", campaign),
        ("siteID", of(place, "siteID")),
        ("zoneID", of(place, "zoneID")),
        ("placeID", of(place, "ID")),
        ("impressions", of(banner, "impressions")),
        ("clicks", of(banner, "clicks")),
    ])
}

/// Whether a banner and its campaign are active, on `day` if given.
fn is_active(store: &Store, banner: &Row, day: Option<&str>) -> bool {
    let campaign = text(banner, "campaignID").and_then(|id| store.row("campaign", &id));
    std::iter::once(banner).chain(campaign).all(|row| {
        let date = |member: &str| {
            let date = text(row, member).unwrap_or_default();
            date.get(..10)
                .filter(|date| !date.starts_with("0000"))
                .map(str::to_owned)
        };
        text(row, "status").is_none_or(|status| status == "0")
            && day.is_none_or(|day| {
                date("dateStart").is_none_or(|start| start.as_str() <= day)
                    && date("dateEnd").is_none_or(|end| end.as_str() >= day)
            })
    })
}

/// `banner info bannerFields`: the fields of a template, by default that of the banner.
pub(super) fn banner_fields(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", "banner")?;
    let store = &*ctx.store;
    let template = match ctx.call.filled("additionalID") {
        Some(_) => ctx.existing("additionalID", "template")?,
        None => store
            .member("banner", &id, "templateID")
            .unwrap_or_default()
            .into_owned(),
    };
    let field = |kind: &str, name: String, input: &str, required: String| {
        row([
            ("dataType", kind.to_owned()),
            ("name", name),
            ("length", String::new()),
            ("inputType", input.to_owned()),
            ("isRequired", required),
            ("status", String::new()),
            ("defaultValue", String::new()),
            ("allowedTypes", String::new()),
        ])
    };
    let mut rows: Vec<Row> = ["trackingURL", "reference", "imageURL", "hitURL"]
        .map(|name| {
            field(
                "PredefinedParameters",
                name.to_owned(),
                "text",
                String::new(),
            )
        })
        .into();
    let parameters = store
        .row("template", &template)
        .and_then(|row| row.get("userParameters"));
    for parameter in parameters.and_then(Value::as_array).into_iter().flatten() {
        let Some(parameter) = parameter.as_object() else {
            continue;
        };
        let of = |member: &str| text(parameter, member).unwrap_or_default().into_owned();
        rows.push(field(
            "userParameters",
            of("name"),
            &of("type"),
            of("isRequired"),
        ));
    }
    Ok(Reply::page(ctx.window, rows.iter(), Row::clone))
}

/// `tracingPoint getCode`.
pub(super) fn tracing_code(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", "tracingPoint")?;
    let link = format!("https://ads.adfox.example/event?point={id}");
    Ok(Reply::flat([
        ("name1", "Ad code loader".to_owned()),
        (
            "code1",
            r#"<script src="https://ads.adfox.example/context.js" async></script>"#.to_owned(),
        ),
        ("name2", "Tracing point ad tag (https)".to_owned()),
        (
            "code2",
            format!(r#"<script>window.Ya.adfoxCode.trace("{link}")</script>"#),
        ),
        ("name3", "Link to action tracing point".to_owned()),
        ("code3", link),
    ]))
}

/// `placement info`: the code of a banner, place, campaign or website.
pub(super) fn placement(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let wanted: &[(&str, &str)] = match ctx.call.get("mode").unwrap_or_default() {
        "bannerPlace" => return banner_code(ctx),
        "place" => &[("placeID", "place")],
        "campaignPlace" => &[("campaignID", "campaign"), ("placeID", "place")],
        "website" => &[
            ("websiteID", "website"),
            ("bannerTypeID", "bannerType"),
            ("positionID", "position"),
        ],
        other => return Err(Refusal::incorrect("mode", other)),
    };
    let mut link = "https://ads.adfox.example/getCode?".to_owned();
    for (parameter, object) in wanted {
        let id = ctx.existing(parameter, object)?;
        link.push_str(&format!("{object}={id}&"));
    }
    let link = link.trim_end_matches('&');
    Ok(Reply::flat([
        (
            "HTML",
            format!(r#"<script>window.Ya.adfoxCode.create("{link}")</script>"#),
        ),
        ("flashURL", String::new()),
        ("hitURL", String::new()),
        ("imageURL", String::new()),
    ]))
}

fn banner_code(ctx: &CallContext<'_>) -> Result<Reply, Refusal> {
    let banner = ctx.existing("bannerID", "banner")?;
    let place = ctx.existing("placeID", "place")?;
    let of = |member: &str| {
        ctx.store
            .member("banner", &banner, member)
            .unwrap_or_default()
            .into_owned()
    };
    let click = format!("https://ads.adfox.example/click?banner={banner}&place={place}");
    let image = of("imageURL");
    Ok(Reply::flat([
        (
            "HTML",
            format!(r#"<a href="{click}" target="_blank"><img src="{image}"></a>"#),
        ),
        ("flashURL", of("flashURL")),
        ("hitURL", click),
        ("imageURL", image),
    ]))
}

/// `account utility geobaseTree`, which old programs call `geoTree`.
pub(super) fn geobase_tree(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let root = match ctx.call.filled("regionID") {
        Some(_) => ctx.existing("regionID", "geobase")?,
        None => WORLD.to_owned(),
    };
    let levels = if ctx.call.get("hideChildren") == Some("1") {
        1
    } else {
        MAX_DEPTH
    };
    Ok(Outcome::Whole(regions(ctx.store, &root, levels)).into())
}

/// Returns the regions below `parent`; the last level only has the number of children.
fn regions(store: &Store, parent: &str, levels: usize) -> Vec<Row> {
    let children = |id: &str| {
        store
            .rows("geobase")
            .filter(move |row| text(row, "parentID").as_deref() == Some(id))
            .count()
    };
    let found = store
        .rows("geobase")
        .filter(|row| text(row, "parentID").as_deref() == Some(parent));
    found
        .map(|region| {
            let mut shown = region.clone();
            shown.remove("parentID");
            let id = text(region, "id").unwrap_or_default();
            if levels > 1 {
                let below = regions(store, &id, levels - 1)
                    .into_iter()
                    .map(Value::Object)
                    .collect();
                shown.insert("children".to_owned(), Value::Array(below));
            } else {
                shown.insert("children_count".to_owned(), children(&id).into());
            }
            shown
        })
        .collect()
}
