use adcore_json::{Extra, text};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::super::{AdvertiserId, BannerId, CampaignId};

/// One group of the splits of a [`Statistics`](super::Statistics), over the days `from` to `to`.
///
/// What Hybrid left out is `None`, not 0. Reach, frequency, viewability and rates cannot be added up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct StatisticsRow {
    /// The first of the days that were requested, which is not on the wire.
    pub from: Date,
    /// The last of the days that were requested, which is not on the wire.
    pub to: Date,
    /// The day of the row, or the only day that was requested; a Moscow day.
    pub day: Option<Date>,
    /// The advertiser of the row, or the one that was requested.
    pub advertiser: Option<AdvertiserId>,
    /// The campaign of the row, or the one that was requested.
    pub campaign_id: Option<CampaignId>,
    /// The banner of the row, or the one that was requested.
    pub banner_id: Option<BannerId>,
    /// The name of the banner.
    pub banner_name: Option<String>,
    /// The value of the split.
    pub split_name: Option<String>,
    /// Impressions.
    pub impression_count: Option<i64>,
    /// Clicks.
    pub click_count: Option<i64>,
    /// People reached.
    pub reach: Option<i64>,
    /// The money spent in the account's currency, exact.
    #[serde(with = "text::decimal", default)]
    pub total_sum: Option<Decimal>,
    /// The price of audience segments, exact.
    #[serde(with = "text::decimal", default)]
    pub sum_segments_price: Option<Decimal>,
    /// The click-through rate in percent.
    #[serde(rename = "CTR", with = "text::decimal", default)]
    pub ctr: Option<Decimal>,
    /// The price of a thousand impressions.
    #[serde(rename = "ECPM", with = "text::decimal", default)]
    pub ecpm: Option<Decimal>,
    /// The price of a click.
    #[serde(rename = "ECPC", with = "text::decimal", default)]
    pub ecpc: Option<Decimal>,
    /// The share of impressions in view, in percent.
    #[serde(with = "text::decimal", default)]
    pub viewability: Option<Decimal>,
    /// Impressions per person.
    #[serde(with = "text::decimal", default)]
    pub frequency: Option<Decimal>,
    /// All other members.
    #[serde(rename = "extra", default)]
    pub extra: Extra,
}
