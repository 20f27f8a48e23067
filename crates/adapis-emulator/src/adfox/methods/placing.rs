//! Placement of campaigns and banners on websites, zones (sections) and places.

use std::collections::BTreeSet;

use super::context::CallContext;
use crate::adfox::response::{Refusal, Reply};
use crate::adfox::row::{Row, row, text};
use crate::adfox::store::{Level, Spot, Store};

/// `campaign placing website|zone|place`.
pub(super) fn place(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let campaign = ctx.existing("objectID", "campaign")?;
    let id = ctx.existing("actionObjectID", ctx.object)?;
    let level = Level::of(ctx.object).ok_or_else(|| Refusal::action_object(ctx.object))?;
    let spot = (level, id);
    let above = above(ctx.store, &spot);
    let on = ctx.call.get("actionStatus") == Some("1");
    let spots = ctx.store.placements.entry(campaign).or_default();
    if !on && spots.remove(&spot).is_some() {
        return Ok(Reply::default());
    }
    if above.iter().any(|upper| spots.contains_key(upper)) {
        return Err(Refusal::placed_upper());
    }
    if on {
        spots.insert(spot, ctx.call.members());
    }
    Ok(Reply::default())
}

/// `banner modify placement`: `_site1=on`, `_zone2=off` (or `_section2=off`), `_place3=on`.
pub(super) fn switch(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let banner = ctx.existing("objectID", "banner")?;
    let kind = ctx.call.get("type").unwrap_or_default();
    if kind != "websites" {
        return Err(Refusal::incorrect("type", kind));
    }
    let mut switches = Vec::new();
    for (name, value) in ctx.call.pairs() {
        let Some((object, id)) = spot_of(name) else {
            continue;
        };
        let on = match value {
            "on" => true,
            "off" => false,
            _ => return Err(Refusal::incorrect(name, value)),
        };
        if ctx.store.row(object, id).is_none() {
            return Err(Refusal::incorrect(name, value));
        }
        switches.extend(Level::of(object).map(|level| ((level, id.to_owned()), on)));
    }
    ctx.store
        .switches
        .entry(banner)
        .or_default()
        .extend(switches);
    Ok(Reply::default())
}

fn spot_of(name: &str) -> Option<(&'static str, &str)> {
    let named = [
        ("_site", "website"),
        ("_zone", "zone"),
        ("_section", "zone"),
        ("_place", "place"),
    ];
    named.into_iter().find_map(|(prefix, object)| {
        let id = name.strip_prefix(prefix)?;
        (!id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())).then_some((object, id))
    })
}

/// `account list bannerPlacements`.
pub(super) fn of_banner(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("bannerID", "banner")?;
    let store = &*ctx.store;
    let Some(banner) = store.row("banner", &id) else {
        return Ok(Reply::default());
    };
    let switches = store.switches.get(&id);
    let mut rows = Vec::new();
    let mut shown = BTreeSet::new();
    for place in store.rows("place").filter(|place| same_type(banner, place)) {
        let spots = spots(place);
        let on = spots.clone().map(|spot| is_banner_on(store, banner, &spot));
        let switched = spots
            .iter()
            .any(|spot| switches.is_some_and(|all| all.contains_key(spot)));
        if switched || on.contains(&true) {
            rows.push(placement_row(store, &spots, on));
            shown.extend(spots);
        }
    }
    for (spot, on) in switches
        .into_iter()
        .flatten()
        .filter(|(spot, _)| !shown.contains(*spot))
    {
        let mut spots = [Level::Website, Level::Zone, Level::Place].map(|l| (l, String::new()));
        let mut flags = [false; 3];
        for known in above(store, spot).into_iter().chain([spot.clone()]) {
            let at = known.0 as usize;
            flags[at] = if known == *spot {
                *on
            } else {
                is_banner_on(store, banner, &known)
            };
            spots[at] = known;
        }
        rows.push(placement_row(store, &spots, flags));
    }
    Ok(Reply::page(ctx.window, rows.iter(), Row::clone))
}

fn placement_row(store: &Store, spots: &[Spot; 3], on: [bool; 3]) -> Row {
    let name = |object: &str, at: usize| {
        store
            .member(object, &spots[at].1, "name")
            .unwrap_or_default()
            .into_owned()
    };
    let flag = |at: usize| u8::from(on[at]).to_string();
    row([
        ("websiteID", spots[0].1.clone()),
        ("websiteName", name("website", 0)),
        ("isWebsiteOn", flag(0)),
        ("sectionID", spots[1].1.clone()),
        ("sectionName", name("zone", 1)),
        ("isSectionOn", flag(1)),
        ("placeID", spots[2].1.clone()),
        ("placeName", name("place", 2)),
        ("isPlaceOn", flag(2)),
    ])
}

/// `campaign info placement`: the places on which each banner of the campaign can show.
pub(super) fn of_campaign(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let campaign = ctx.existing("objectID", "campaign")?;
    let store = &*ctx.store;
    let mut rows = Vec::new();
    for banner in store.rows("banner") {
        if text(banner, "campaignID").as_deref() != Some(&campaign) {
            continue;
        }
        for place in store
            .rows("place")
            .filter(|place| can_show_on(store, banner, place))
        {
            let [site, zone, spot] = spots(place);
            let name = |object: &str, id: &str| {
                store
                    .member(object, id, "name")
                    .unwrap_or_default()
                    .into_owned()
            };
            rows.push(row([
                (
                    "bannerID",
                    text(banner, "ID").unwrap_or_default().into_owned(),
                ),
                (
                    "bannerName",
                    text(banner, "name").unwrap_or_default().into_owned(),
                ),
                ("siteName", name("website", &site.1)),
                ("siteID", site.1),
                ("zoneName", name("zone", &zone.1)),
                ("zoneID", zone.1),
                ("placeName", name("place", &spot.1)),
                ("placeID", spot.1),
            ]));
        }
    }
    Ok(Reply::page(ctx.window, rows.iter(), Row::clone))
}

/// `campaign info placement2`: the websites, zones or places that are on; with `isOn=off` also those
/// that are off.
pub(super) fn switches(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let campaign = ctx.existing("objectID", "campaign")?;
    let store = &*ctx.store;
    let (object, owner) = match ctx.call.get("dataType").unwrap_or_default() {
        "campaignSites" => ("website", None),
        "campaignSections" => ("zone", Some(("websiteID", "siteID"))),
        "campaignPlaces" => ("place", Some(("sectionID", "zoneID"))),
        "placesComputed" => ("place", None),
        other => return Err(Refusal::incorrect("dataType", other)),
    };
    let owner = match owner {
        None => None,
        Some((parameter, member)) => {
            let id = ctx.call.filled(parameter);
            Some((member, id.ok_or_else(|| Refusal::required(parameter))?))
        }
    };
    let level = Level::of(object).ok_or_else(|| Refusal::action_object(object))?;
    let only_on = ctx.call.get("isOn") == Some("on");
    let mut rows = Vec::new();
    for known in store.rows(object) {
        let in_owner = owner.is_none_or(|(member, id)| text(known, member).as_deref() == Some(id));
        let id = text(known, "ID").unwrap_or_default().into_owned();
        let on = is_placed(store, &campaign, &(level, id.clone()));
        if in_owner && (on || !only_on) {
            let member = |name| text(known, name).unwrap_or_default().into_owned();
            let mut spot = row([
                ("ID", id),
                ("name", member("name")),
                ("siteID", member("siteID")),
                ("zoneID", member("zoneID")),
                ("isOn", u8::from(on).to_string()),
            ]);
            if object == "website" {
                spot.extend(row([("websiteName", member("name"))]));
            }
            rows.push(spot);
        }
    }
    Ok(Reply::page(ctx.window, rows.iter(), Row::clone))
}

/// Whether a banner can show on a place: same type, placed, and not switched off.
pub(super) fn can_show_on(store: &Store, banner: &Row, place: &Row) -> bool {
    let [_, _, spot] = spots(place);
    same_type(banner, place) && is_banner_on(store, banner, &spot)
}

fn same_type(banner: &Row, place: &Row) -> bool {
    match (text(banner, "bannerTypeID"), text(place, "bannerTypeID")) {
        (Some(own), Some(wanted)) if !own.is_empty() && !wanted.is_empty() => own == wanted,
        _ => true,
    }
}

/// Whether a spot is on for a banner.
///
/// The banner's own switch for the spot or the nearest spot above decides, otherwise the
/// placement of its campaign.
fn is_banner_on(store: &Store, banner: &Row, spot: &Spot) -> bool {
    let own = text(banner, "ID").and_then(|id| store.switches.get(id.as_ref()));
    let switch = own.and_then(|switches| {
        let above = above(store, spot);
        std::iter::once(spot)
            .chain(&above)
            .find_map(|spot| switches.get(spot).copied())
    });
    switch.unwrap_or_else(|| {
        text(banner, "campaignID").is_some_and(|campaign| is_placed(store, &campaign, spot))
    })
}

fn is_placed(store: &Store, campaign: &str, spot: &Spot) -> bool {
    store.placements.get(campaign).is_some_and(|spots| {
        spots.contains_key(spot) || above(store, spot).iter().any(|s| spots.contains_key(s))
    })
}

/// Returns the spots that contain a spot, nearest first.
fn above(store: &Store, (level, id): &Spot) -> Vec<Spot> {
    let owner = |object: &str, member: &str, level: Level| {
        store
            .member(object, id, member)
            .map(|id| (level, id.into_owned()))
    };
    match level {
        Level::Website => Vec::new(),
        Level::Zone => owner("zone", "siteID", Level::Website)
            .into_iter()
            .collect(),
        Level::Place => owner("place", "zoneID", Level::Zone)
            .into_iter()
            .chain(owner("place", "siteID", Level::Website))
            .collect(),
    }
}

/// Returns the website, zone and place of a row of `place`.
fn spots(place: &Row) -> [Spot; 3] {
    [
        (Level::Website, "siteID"),
        (Level::Zone, "zoneID"),
        (Level::Place, "ID"),
    ]
    .map(|(level, member)| (level, text(place, member).unwrap_or_default().into_owned()))
}
