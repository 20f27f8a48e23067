//! Rows of Hybrid as values, in the order of the columns.

use hybrid_rest::calls::v3::StatisticsRow;
use hybrid_rest::calls::{BannerTotals, CampaignId, CampaignRow, DomainDay};
use hybrid_rest::{Decimal, Extra};
use jiff::civil::Date;

use crate::schema::Value;
use crate::stream::Ask;

pub(super) fn extra(extra: &Extra) -> Value<'static> {
    Value::from((!extra.is_empty()).then(|| extra.to_string()))
}

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

pub(super) fn v3_campaign_row<'a>(ask: Ask<'a>, row: &'a StatisticsRow) -> [Value<'a>; 24] {
    [
        ask.account.into(),
        ask.advertiser.into(),
        row.day.into(),
        row.campaign_id.as_ref().map(AsRef::<str>::as_ref).into(),
        row.impression_count.into(),
        row.click_count.into(),
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        row.reach.into(),
        row.total_sum.into(),
        row.sum_segments_price.into(),
        digits(row.ctr),
        digits(row.ecpm),
        digits(row.ecpc),
        digits(row.viewability),
        digits(row.frequency),
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

pub(super) fn v3_banner_row<'a>(ask: Ask<'a>, row: &'a StatisticsRow) -> [Value<'a>; 26] {
    [
        ask.account.into(),
        ask.advertiser.into(),
        row.day.into(),
        row.banner_id.as_ref().map(AsRef::<str>::as_ref).into(),
        row.impression_count.into(),
        row.click_count.into(),
        NULL,
        row.reach.into(),
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        row.total_sum.into(),
        row.sum_segments_price.into(),
        digits(row.ctr),
        digits(row.ecpm),
        digits(row.ecpc),
        digits(row.viewability),
        digits(row.frequency),
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

pub(super) fn v3_split_row<'a>(
    ask: Ask<'a>,
    split: &'a str,
    row: &'a StatisticsRow,
) -> [Value<'a>; 16] {
    // It is the day once more, as a text.
    let others = row
        .extra
        .iter()
        .filter(|(name, _)| *name != "SecondSplitName");
    let others: Extra = others
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    [
        ask.account.into(),
        ask.advertiser.into(),
        row.day.into(),
        split.into(),
        row.split_name.as_deref().into(),
        row.impression_count.into(),
        row.click_count.into(),
        row.reach.into(),
        row.total_sum.into(),
        row.sum_segments_price.into(),
        digits(row.ctr),
        digits(row.ecpm),
        digits(row.ecpc),
        digits(row.viewability),
        digits(row.frequency),
        extra(&others),
    ]
}
