//! The streams of Hybrid, versions 1.0 and 3.0.
//!
//! A stream that both versions have has the columns of both, so that its files are alike whichever version wrote them.
//! Rates are kept as text with the vendor's digits: they are rounded and cannot be added up.

mod catalog;
mod fetch;
mod rows;

use jiff::civil::Date;

use super::{Calls, Stream, optional, required, schema};
use crate::config::HybridApi;
use crate::due::day_count;
use crate::schema::Column;
use crate::schema::ColumnType::{self, Count, Money, Text};

pub(crate) use catalog::HybridAccount;
pub(crate) use fetch::{fetch, totals};

const IMPRESSIONS: &str = "ImpressionCount";
const CLICKS: &str = "ClickCount";
const COST: &str = "Cost";
const TOTAL_SUM: &str = "TotalSum";
const WINNING_PRICE: &str = "SumWinningPrice";
const CAMPAIGN_ID: &str = "CampaignId";
const BANNER_ID: &str = "BannerId";

type Numbers = [(&'static str, ColumnType)];

const WINNING: [(&str, ColumnType); 2] = [
    (WINNING_PRICE, Money),
    ("SumWinningPriceWithComission", Money),
];

const BETS: [(&str, ColumnType); 8] = [
    ("SumBets", Money),
    ("BetCount", Count),
    ("WinCount", Count),
    ("ConversionCount", Count),
    ("PostClickConversionsCount", Count),
    ("PostViewConversionsCount", Count),
    ("PixelVisitCount", Count),
    ("ActivePixelVisitCount", Count),
];

const SUMS: [(&str, ColumnType); 2] = [(TOTAL_SUM, Money), ("SumSegmentsPrice", Money)];

const RATES: [(&str, ColumnType); 5] = [
    ("Ctr", Text),
    ("ECPM", Text),
    ("ECPC", Text),
    ("Viewability", Text),
    ("Frequency", Text),
];

const CAMPAIGN_DAY: [&Numbers; 5] = [
    &[(IMPRESSIONS, Count), (CLICKS, Count), (COST, Money)],
    &BETS,
    &[("Reach", Count)],
    &SUMS,
    &RATES,
];

const BANNER_DAY: [&Numbers; 5] = [
    &[
        (IMPRESSIONS, Count),
        (CLICKS, Count),
        ("ViewCount", Count),
        ("Reach", Count),
    ],
    &WINNING,
    &BETS,
    &SUMS,
    &RATES,
];

const DOMAIN_DAY: [&Numbers; 3] = [
    &[
        ("Domain", Text),
        (IMPRESSIONS, Count),
        (CLICKS, Count),
        ("ViewCount", Count),
    ],
    &WINNING,
    &BETS,
];

const SPLIT_DAY: [&Numbers; 3] = [
    &[(IMPRESSIONS, Count), (CLICKS, Count), ("Reach", Count)],
    &SUMS,
    &RATES,
];

/// Returns the streams of a version.
pub(crate) fn streams(api: HybridApi) -> Vec<Stream> {
    let mut streams = vec![
        objects("hybrid.advertiser", &[], &[("Balance", Money)]),
        objects("hybrid.campaign", &["advertiser"], &[]),
        objects("hybrid.banner", &["advertiser", CAMPAIGN_ID], &[]),
        days("hybrid.campaign-day", &[CAMPAIGN_ID], true, &CAMPAIGN_DAY),
        days("hybrid.banner-day", &[BANNER_ID], true, &BANNER_DAY),
    ];
    match api {
        HybridApi::V1 => {
            streams.push(days(
                "hybrid.domain-day",
                &[CAMPAIGN_ID],
                false,
                &DOMAIN_DAY,
            ));
        }
        HybridApi::V3 => streams.push(Stream {
            is_split: true,
            ..days(
                "hybrid.split-day",
                &["Split", "SplitName"],
                true,
                &SPLIT_DAY,
            )
        }),
    }
    streams
}

fn columns(list: &[(&str, ColumnType)]) -> impl Iterator<Item = Column> {
    list.iter().map(|(name, kind)| optional(name, *kind))
}

fn objects(name: &'static str, parents: &[&str], others: &[(&str, ColumnType)]) -> Stream {
    let mut all: Vec<Column> = parents.iter().map(|name| required(name, Text)).collect();
    all.push(required("Id", Text));
    all.push(optional("Name", Text));
    all.extend(columns(others));
    Stream {
        name,
        schema: schema(1, all),
        key: vec!["Id"],
        additive: vec![],
        day: None,
        per_advertiser: !parents.is_empty(),
        is_split: false,
        request: "list",
    }
}

fn days(name: &'static str, ids: &[&'static str], is_unique: bool, numbers: &[&Numbers]) -> Stream {
    let numbers = numbers.concat();
    let mut all = vec![
        required("advertiser", Text),
        required("Date", ColumnType::Date),
    ];
    all.extend(ids.iter().map(|id| required(id, Text)));
    all.extend(columns(&numbers));
    let mut key = vec!["Date"];
    key.extend(ids);
    // Reach counts people, and the same person may be in several rows.
    let is_additive =
        |(name, kind): &&(&'static str, ColumnType)| *kind != Text && *name != "Reach";
    Stream {
        name,
        schema: schema(1, all),
        // The vendor's rows of domains do not name the banner, so that several may be alike.
        key: if is_unique { key } else { vec![] },
        additive: numbers
            .iter()
            .filter(is_additive)
            .map(|(name, _)| *name)
            .collect(),
        day: Some("Date"),
        per_advertiser: true,
        is_split: false,
        request: "advertiser",
    }
}

/// Returns the columns that the vendor's other path to the same numbers has too.
pub(crate) fn compared(stream: &Stream, api: HybridApi) -> Vec<&'static str> {
    match (stream.short_name(), api) {
        ("campaign-day", HybridApi::V1) => vec![IMPRESSIONS, CLICKS, COST],
        ("domain-day", _) => vec![IMPRESSIONS, CLICKS],
        // Only the clicks of banners are compared.
        ("banner-day", _) => vec![CLICKS],
        _ => vec![IMPRESSIONS, CLICKS, TOTAL_SUM],
    }
}

/// What is known of an account when it is planned: its latest snapshots, if these lists are pulled too.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sizes {
    pub(crate) splits: u64,
    pub(crate) campaigns: Option<u64>,
    pub(crate) banners: Option<u64>,
}

/// Returns how many requests of a window are known; others depend on the vendor's lists and pages.
pub(crate) fn calls(
    stream: &Stream,
    api: HybridApi,
    (days, limit): (Option<(Date, Date)>, u32),
    reconcile: bool,
    sizes: Sizes,
) -> Calls {
    let days = days.map_or(1, |(from, to)| day_count(from, to));
    let windows = u64::from(days.div_ceil(limit.max(1)));
    let sums = if reconcile { windows } else { 0 };
    let (campaigns, banners) = (sizes.campaigns.unwrap_or(0), sizes.banners.unwrap_or(0));
    match (stream.short_name(), api) {
        ("advertiser", _) | ("campaign", HybridApi::V1) => Calls::exactly(1),
        // One more request asks whether the token belongs to an agency.
        ("campaign", HybridApi::V3) => Calls::at_least(1),
        // The other path is asked only about campaigns that have rows.
        ("campaign-day", HybridApi::V1) if reconcile => Calls::at_least(windows),
        ("campaign-day", HybridApi::V1) => Calls::exactly(windows),
        ("banner", _) => Calls::at_least(campaigns),
        ("campaign-day", HybridApi::V3) | ("domain-day", _) => {
            Calls::at_least(campaigns * windows + sums)
        }
        ("split-day", _) => Calls::at_least(sizes.splits * windows + sums),
        ("banner-day", HybridApi::V3) => Calls::at_least(u64::from(days) + sums),
        ("banner-day", HybridApi::V1) => Calls::at_least(banners * u64::from(days) + sums),
        _ => Calls::at_least(0),
    }
}
