//! Sums of the statistics, for checking a client's numbers.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

/// Sums of the statistics over a range of days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// SPOTS, one entry per account.
    ///
    /// Rows that only requests by `site_id` see are not included.
    pub spots: Vec<SpotsTotals>,
    /// Hybrid, one entry per advertiser.
    pub hybrid: Vec<HybridTotals>,
    /// ADFOX, one entry per day with statistics.
    pub adfox: Vec<AdfoxTotals>,
}

/// Sums over the placements of one SPOTS account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SpotsTotals {
    /// Login of the account.
    pub login: String,
    /// Number of rows by `date_day` and `placement`.
    pub rows: u64,
    /// Shows.
    pub shows: u64,
    /// Clicks.
    pub clicks: u64,
    /// Income, without trailing zeros.
    #[serde(with = "crate::amount")]
    pub income: Decimal,
}

/// Sums over the campaigns of one Hybrid advertiser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HybridTotals {
    /// Id of the advertiser.
    pub advertiser: String,
    /// Number of its campaigns.
    pub campaigns: u64,
    /// Number of rows of `/statistic/campaign`, one per campaign and day.
    pub rows: u64,
    /// Impressions.
    pub impressions: u64,
    /// Clicks.
    pub clicks: u64,
    /// Cost, without trailing zeros.
    #[serde(with = "crate::amount")]
    pub cost: Decimal,
}

/// Sums over all banners of ADFOX on one day, named as the metrics of its reports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AdfoxTotals {
    /// The day.
    pub date: Date,
    /// Number of rows by banner, place and kind of device.
    pub rows: u64,
    /// All loads.
    pub loads_total: u64,
    /// Loads of commercial banners.
    pub loads_commercial: u64,
    /// Impressions.
    pub impressions_commercial: u64,
    /// Views.
    pub views_total: u64,
    /// Clicks.
    pub clicks_total: u64,
    /// Events.
    pub events_total: u64,
    /// Income, without trailing zeros.
    #[serde(with = "crate::amount")]
    pub income: Decimal,
    /// Cost, without trailing zeros.
    #[serde(with = "crate::amount")]
    pub cost: Decimal,
}
