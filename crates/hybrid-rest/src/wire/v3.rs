//! Requests of version 3.0.

use adcore::{Error, Form, Request, path_segment, single_line};
use http::Method;
use jiff::civil::Date;

use crate::calls::v3::{Level, Split, Statistics};
use crate::calls::{AdvertiserId, CampaignId};

pub(crate) fn encode_v3_advertisers() -> Request {
    Request::new("v3.advertisers", Method::GET, "/v3.0/agency/advertisers")
}

pub(crate) fn encode_v3_campaigns(advertiser: Option<&AdvertiserId>) -> Result<Request, Error> {
    let mut query = Form::new();
    push_id(&mut query, "advertiserId", "advertiser", advertiser)?;
    let request = Request::new("v3.campaigns", Method::GET, "/v3.0/advertiser/campaigns");
    Ok(request.query(query))
}

pub(crate) fn encode_v3_banners(campaign: &CampaignId) -> Result<Request, Error> {
    let mut query = Form::new();
    push_id(&mut query, "campaignId", "campaign", Some(campaign))?;
    Ok(Request::new("v3.banners", Method::GET, "/v3.0/campaign/banners").query(query))
}

fn push_id(
    query: &mut Form,
    name: &str,
    field: &'static str,
    id: Option<&impl AsRef<str>>,
) -> Result<(), Error> {
    let Some(id) = id.map(AsRef::as_ref) else {
        return Ok(());
    };
    if id.is_empty() {
        return Err(Error::invalid_input(field, "must not be empty"));
    }
    single_line(field, id)?;
    query.push(name, id);
    Ok(())
}

/// Checks the fields of a call.
pub(crate) fn check_v3_statistics(call: &Statistics) -> Result<(), Error> {
    let missing = |field| Err(Error::invalid_input(field, "must be given at this level"));
    if call.to < call.from {
        return Err(Error::invalid_input("to", "must not be before `from`"));
    }
    if !(1..=2).contains(&call.splits.len()) {
        return Err(Error::invalid_input("splits", "must be one or two"));
    }
    match call.level {
        Level::Campaign if call.campaign.is_none() => missing("campaign"),
        Level::Banner if call.banner.is_none() => missing("banner"),
        _ => Ok(()),
    }
}

/// Encodes one page of statistics, with the id of the advertiser if it has to be sent.
pub(crate) fn encode_v3_statistics(
    call: &Statistics,
    (from, to): (Date, Date),
    (page, limit): (u64, usize),
    advertiser: Option<&AdvertiserId>,
) -> Result<Request, Error> {
    let operation = match call.level {
        Level::Agency => "v3.statistic.agency",
        Level::Advertiser => "v3.statistic.advertiser",
        Level::Campaign => "v3.statistic.campaign",
        Level::Banner => "v3.statistic.banner",
        Level::Other(_) => "v3.statistic",
    };
    let level = path_segment("level", call.level.as_str())?;
    let words = call.splits.iter().map(Split::as_str);
    let words: Result<Vec<_>, _> = words.map(|word| path_segment("splits", word)).collect();
    let mut query = Form::new();
    query.push("from", &from.to_string());
    query.push("to", &to.to_string());
    query.push("page", &page.to_string());
    query.push("limit", &limit.to_string());
    push_id(&mut query, "advertiserId", "advertiser", advertiser)?;
    push_id(&mut query, "campaignId", "campaign", call.campaign.as_ref())?;
    push_id(&mut query, "bannerId", "banner", call.banner.as_ref())?;
    let path = format!("/v3.0/{level}/{}", words?.join("/"));
    Ok(Request::new(operation, Method::GET, path).query(query))
}
