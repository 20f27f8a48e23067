//! Sums to check a client's numbers against.

use serde::Serialize;

use crate::money::Money;

/// Sums of the statistics of a span of days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// SPOTS, by account; rows that are seen by `site_id` alone are not in it.
    pub spots: Vec<SpotsTotals>,
    /// Hybrid, by advertiser.
    pub hybrid: Vec<HybridTotals>,
}

/// What an account's placements had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SpotsTotals {
    /// The account.
    pub login: String,
    /// Days of placements with data: the rows by `date_day` and `placement`.
    pub rows: u64,
    /// Shows.
    pub shows: u64,
    /// Clicks.
    pub clicks: u64,
    /// Income.
    pub income: Money,
}

/// What an advertiser's campaigns had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HybridTotals {
    /// The advertiser's id.
    pub advertiser: String,
    /// Its campaigns.
    pub campaigns: u64,
    /// Days of campaigns with data: the rows of `/statistic/campaign`.
    pub rows: u64,
    /// Impressions.
    pub impressions: u64,
    /// Clicks.
    pub clicks: u64,
    /// Cost.
    pub cost: Money,
}
