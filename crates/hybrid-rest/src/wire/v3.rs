//! Requests and pages of version 3.0.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use adcore::{Error, Form, Request, Response, path_segment, single_line};
use adcore_json::{Extra, MemberName, RawJson, RowLocation, WholeRows};
use http::{Method, StatusCode};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::Wire;
use super::refusal::embedded_error;
use super::response::read_json;
use crate::calls::v3::{Level, Split, Statistics, StatisticsRow};
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

/// Encodes one page of statistics. The token of an agency needs the id of the advertiser.
pub(crate) fn encode_v3_statistics(
    call: &Statistics,
    (from, to): (Date, Date),
    (page, limit): (u64, usize),
    is_agency: bool,
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
    if is_agency && call.level != Level::Agency {
        let advertiser = call.advertiser.as_ref();
        push_id(&mut query, "advertiserId", "advertiser", advertiser)?;
    }
    push_id(&mut query, "campaignId", "campaign", call.campaign.as_ref())?;
    push_id(&mut query, "bannerId", "banner", call.banner.as_ref())?;
    let path = format!("/v3.0/{level}/{}", words?.join("/"));
    Ok(Request::new(operation, Method::GET, path).query(query))
}

/// The members of a row on the wire.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct PageRow {
    pub(super) day: Option<Date>,
    pub(super) advertiser: Option<String>,
    pub(super) campaign_id: Option<String>,
    pub(super) banner_id: Option<String>,
    pub(super) banner_name: Option<String>,
    pub(super) split_name: Option<String>,
    pub(super) impression_count: Option<i64>,
    pub(super) click_count: Option<i64>,
    pub(super) reach: Option<i64>,
    pub(super) total_sum: Option<Decimal>,
    pub(super) sum_segments_price: Option<Decimal>,
    pub(super) ctr: Option<Decimal>,
    pub(super) ecpm: Option<Decimal>,
    pub(super) ecpc: Option<Decimal>,
    pub(super) viewability: Option<Decimal>,
    pub(super) frequency: Option<Decimal>,
    pub(super) extra: Extra,
}

impl PageRow {
    /// Adds the days and ids of the call that the row does not name.
    fn into_row(self, call: &Statistics, (from, to): (Date, Date)) -> StatisticsRow {
        StatisticsRow {
            from,
            to,
            day: self.day.or((from == to).then_some(from)),
            advertiser: self
                .advertiser
                .map(Into::into)
                .or_else(|| call.advertiser.clone()),
            campaign_id: self
                .campaign_id
                .map(Into::into)
                .or_else(|| call.campaign.clone()),
            banner_id: self
                .banner_id
                .map(Into::into)
                .or_else(|| call.banner.clone()),
            banner_name: self.banner_name,
            split_name: self.split_name,
            impression_count: self.impression_count,
            click_count: self.click_count,
            reach: self.reach,
            total_sum: self.total_sum,
            sum_segments_price: self.sum_segments_price,
            ctr: self.ctr,
            ecpm: self.ecpm,
            ecpc: self.ecpc,
            viewability: self.viewability,
            frequency: self.frequency,
            extra: self.extra,
        }
    }
}

/// The sums of rows; a sum is `None` if a row lacks the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sums {
    impressions: Option<i64>,
    clicks: Option<i64>,
    money: Option<Decimal>,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            impressions: Some(0),
            clicks: Some(0),
            money: Some(Decimal::ZERO),
        }
    }
}

impl Sums {
    pub(crate) fn add(&mut self, row: &StatisticsRow) {
        let add = |sum: Option<i64>, more: Option<i64>| sum?.checked_add(more?);
        self.impressions = add(self.impressions, row.impression_count);
        self.clicks = add(self.clicks, row.click_count);
        let money = self.money.zip(row.total_sum);
        self.money = money.and_then(|(sum, more)| sum.checked_add(more));
    }

    /// Returns whether no number that both have differs.
    pub(crate) fn fit(&self, total: &Self) -> bool {
        fn same<T: PartialEq>(sum: Option<T>, total: Option<T>) -> bool {
            sum.zip(total).is_none_or(|(sum, total)| sum == total)
        }
        same(self.impressions, total.impressions)
            && same(self.clicks, total.clicks)
            && same(self.money, total.money)
    }
}

/// One page of statistics.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Page {
    pub(crate) rows: Vec<StatisticsRow>,
    pub(crate) total: Option<Sums>,
    /// A hash of the rows.
    pub(crate) hash: u64,
}

/// `{"Total":…,"Statistic":[…]}`, with names in any letter case.
struct PageBody {
    rows: Vec<Wire<PageRow>>,
    total: Option<Sums>,
}

impl<'de> Deserialize<'de> for PageBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = PageBody;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a page of statistics")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PageBody, A::Error> {
                let mut rows = None;
                let mut total = None;
                while let Some(name) = map.next_key::<MemberName<'_>>()? {
                    if is_rows(&name) {
                        let read = map.next_value::<Option<Vec<Wire<PageRow>>>>()?;
                        if rows.replace(read.unwrap_or_default()).is_some() {
                            return Err(serde::de::Error::custom("the rows appear twice"));
                        }
                    } else if name.eq_ignore_ascii_case("Total") {
                        total = map.next_value::<RawJson>().map(|total| sums(&total))?;
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                let rows = rows.ok_or_else(|| serde::de::Error::missing_field("Statistic"))?;
                Ok(PageBody { rows, total })
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// Reads a page without serde, if it has the form that the vendor documents.
fn plain_page(response: &Response, call: &Statistics, days: (Date, Date)) -> Option<Page> {
    response.status.is_success().then_some(())?;
    let location = RowLocation::Member("Statistic");
    let convert = |row: Wire<PageRow>| row.0.into_row(call, days);
    let page = WholeRows::decode(&response.body, location, convert)?;
    let mut total = None;
    for (name, value) in &page.rest {
        if is_rows(name) {
            return None;
        }
        if name.eq_ignore_ascii_case("Total") {
            total = sums(value);
        }
    }
    Some(Page {
        rows: page.rows,
        total,
        hash: page.digest,
    })
}

fn is_rows(name: &str) -> bool {
    ["Statistic", "Statisitic"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// Reads a total, whose form is not known well enough to fail because of it.
fn sums(total: &RawJson) -> Option<Sums> {
    let row = total.decode::<Wire<PageRow>>().ok()?.0;
    Some(Sums {
        impressions: row.impression_count,
        clicks: row.click_count,
        money: row.total_sum,
    })
}

/// Reads a page; HTTP 204 and `null` are an empty one.
pub(crate) fn read_v3_page(
    response: &Response,
    call: &Statistics,
    days: (Date, Date),
) -> Result<Page, Error> {
    if let Some(page) = plain_page(response, call, days) {
        return Ok(page);
    }
    let body = match response.status {
        StatusCode::NO_CONTENT => None,
        _ => read_json::<Option<PageBody>>(response)
            .map_err(|error| embedded_error(response).unwrap_or(error))?,
    };
    let body = body.unwrap_or(PageBody {
        rows: Vec::new(),
        total: None,
    });
    let rows = body.rows.into_iter();
    let rows: Vec<_> = rows.map(|row| row.0.into_row(call, days)).collect();
    let mut hash = DefaultHasher::new();
    rows.hash(&mut hash);
    Ok(Page {
        rows,
        total: body.total,
        hash: hash.finish(),
    })
}
