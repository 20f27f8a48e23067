//! Rows of Hybrid as values, in the order of the columns.

use hybrid_rest::calls::v3::StatisticsRow;
use hybrid_rest::calls::{BannerTotals, CampaignId, CampaignRow, DomainDay};
use hybrid_rest::{Decimal, Extra};
use jiff::civil::Date;

use super::{CLICKS, IMPRESSIONS, TOTAL_SUM};
use crate::schema::{Column, Value};
use crate::stream::{Ask, extra};

fn digits(rate: Option<Decimal>) -> Value<'static> {
    Value::from(rate.map(|rate| rate.to_string()))
}

const NULL: Value<'static> = Value::Null;

pub(super) fn campaign_row<'a>(ask: Ask<'a>, row: &'a CampaignRow) -> [Value<'a>; 24] {
    [
        ask.account.into(),
        ask.advertiser.into(),
        row.date.into(),
        row.campaign_id.as_str().into(),
        row.impression_count.into(),
        row.click_count.into(),
        row.cost.into(),
        row.sum_bets.into(),
        row.bet_count.into(),
        row.win_count.into(),
        row.conversion_count.into(),
        row.post_click_conversions_count.into(),
        row.post_view_conversions_count.into(),
        row.pixel_visit_count.into(),
        row.active_pixel_visit_count.into(),
        NULL,
        NULL,
        NULL,
        digits(row.ctr),
        NULL,
        NULL,
        NULL,
        NULL,
        extra(&row.extra),
    ]
}

pub(super) fn banner_row<'a>(
    ask: Ask<'a>,
    day: Date,
    banner: &'a str,
    row: &'a BannerTotals,
) -> [Value<'a>; 26] {
    [
        ask.account.into(),
        ask.advertiser.into(),
        day.into(),
        banner.into(),
        row.impression_count.into(),
        row.click_count.into(),
        row.view_count.into(),
        row.reach.into(),
        row.sum_winning_price.into(),
        row.sum_winning_price_with_commission.into(),
        row.sum_bets.into(),
        row.bet_count.into(),
        row.win_count.into(),
        row.conversion_count.into(),
        row.post_click_conversions_count.into(),
        row.post_view_conversions_count.into(),
        row.pixel_visit_count.into(),
        row.active_pixel_visit_count.into(),
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        extra(&row.extra),
    ]
}

pub(super) fn domain_row<'a>(
    ask: Ask<'a>,
    campaign: &'a CampaignId,
    row: &'a DomainDay,
) -> [Value<'a>; 19] {
    [
        ask.account.into(),
        ask.advertiser.into(),
        row.date.into(),
        campaign.as_str().into(),
        row.domain.as_deref().into(),
        row.impression_count.into(),
        row.click_count.into(),
        row.view_count.into(),
        row.sum_winning_price.into(),
        row.sum_winning_price_with_commission.into(),
        row.sum_bets.into(),
        row.bet_count.into(),
        row.win_count.into(),
        row.conversion_count.into(),
        row.post_click_conversions_count.into(),
        row.post_view_conversions_count.into(),
        row.pixel_visit_count.into(),
        row.active_pixel_visit_count.into(),
        extra(&row.extra),
    ]
}

/// Returns a row of version 3.0, whose numbers have the same names in all streams. What the stream has and this version
/// does not is null.
pub(super) fn v3_row<'a>(
    ask: Ask<'a>,
    split: Option<&'a str>,
    row: &'a StatisticsRow,
) -> Vec<Value<'a>> {
    let value = |column: &'a Column| match column.name.as_str() {
        "account" => ask.account.into(),
        "advertiser" => ask.advertiser.into(),
        "Date" => row.day.into(),
        "CampaignId" => row.campaign_id.as_ref().map(AsRef::<str>::as_ref).into(),
        "BannerId" => row.banner_id.as_ref().map(AsRef::<str>::as_ref).into(),
        "Split" => split.into(),
        "SplitName" => row.split_name.as_deref().into(),
        IMPRESSIONS => row.impression_count.into(),
        CLICKS => row.click_count.into(),
        "Reach" => row.reach.into(),
        TOTAL_SUM => row.total_sum.into(),
        "SumSegmentsPrice" => row.sum_segments_price.into(),
        "Ctr" => digits(row.ctr),
        "ECPM" => digits(row.ecpm),
        "ECPC" => digits(row.ecpc),
        "Viewability" => digits(row.viewability),
        "Frequency" => digits(row.frequency),
        "extra" if split.is_some() => extra(&without_day(&row.extra)),
        "extra" => extra(&row.extra),
        _ => Value::Null,
    };
    ask.stream.schema.columns.iter().map(value).collect()
}

/// Leaves out what a split by days repeats as a text.
fn without_day(extra: &Extra) -> Extra {
    let others = extra.iter().filter(|(name, _)| *name != "SecondSplitName");
    others
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
