//! Sums of the statistics, for checking a client's numbers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::revisions::StatisticsVendor;

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

/// What totals are grouped by, besides the vendor and the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TotalsBy {
    /// By day.
    pub day: bool,
    /// By item: the sites of SPOTS, by id, and the campaigns of Hybrid and ADFOX.
    pub item: bool,
    /// By row: the placements of SPOTS and the banners of ADFOX.
    pub row: bool,
}

impl TotalsBy {
    /// All groups: the source rows.
    pub const ALL: Self = Self {
        day: true,
        item: true,
        row: true,
    };

    /// Parses `account`, or names of groups with commas between them.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut by = Self::default();
        for word in text.split(',') {
            match word {
                "account" => {}
                "day" => by.day = true,
                "item" | "site" | "campaign" => by.item = true,
                "row" | "placement" | "banner" => by.row = true,
                _ => return Err("by: account, day, item and row, with commas".to_owned()),
            }
        }
        Ok(by)
    }
}

/// Sums of one group of rows; groups without rows are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TotalsRow {
    /// The vendor.
    pub vendor: StatisticsVendor,
    /// The account: the first login of SPOTS or ADFOX, the advertiser's id of Hybrid.
    pub account: String,
    /// The day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// The id of the site or of the campaign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The site's domain, or the campaign's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The id of the placement or of the banner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// Number of source rows: by placement and day, by campaign and day, or by banner, place, kind of
    /// device and day.
    pub rows: u64,
    /// Impressions, or shows.
    pub impressions: u64,
    /// Clicks.
    pub clicks: u64,
    /// Cost of Hybrid, income of SPOTS and ADFOX, without trailing zeros; text in JSON.
    #[serde(serialize_with = "as_text")]
    pub money: Decimal,
}

/// Writes every digit as text, because many programs would read a number as a float.
fn as_text<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&amount.normalize())
}

/// A source row of a vendor, for totals.
#[derive(Clone, Copy)]
pub(crate) struct SourceRow<'a> {
    pub(crate) vendor: StatisticsVendor,
    pub(crate) account: &'a str,
    pub(crate) day: Date,
    pub(crate) item: &'a str,
    pub(crate) name: &'a str,
    pub(crate) row: &'a str,
    pub(crate) impressions: u64,
    pub(crate) clicks: u64,
    pub(crate) money: Decimal,
}

/// Adds up source rows by group.
pub(crate) struct Grouped {
    by: TotalsBy,
    groups: BTreeMap<GroupKey, TotalsRow>,
}

/// Place of the vendor, account, day, item and row.
type GroupKey = (u8, String, Option<Date>, Option<String>, Option<String>);

impl Grouped {
    pub(crate) fn new(by: TotalsBy) -> Self {
        Self {
            by,
            groups: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, source: &SourceRow<'_>) {
        let by = self.by;
        let day = by.day.then_some(source.day);
        let item = by.item.then(|| source.item.to_owned());
        let row = (by.row && !source.row.is_empty()).then(|| source.row.to_owned());
        let account = source.account.to_owned();
        let key = (source.vendor as u8, account, day, item, row);
        let group = self.groups.entry(key).or_insert_with_key(|key| {
            let (_, account, _, item, row) = key.clone();
            TotalsRow {
                vendor: source.vendor,
                account,
                day,
                item,
                name: by.item.then(|| source.name.to_owned()),
                row,
                rows: 0,
                impressions: 0,
                clicks: 0,
                money: Decimal::ZERO,
            }
        });
        group.rows += 1;
        group.impressions = group.impressions.saturating_add(source.impressions);
        group.clicks = group.clicks.saturating_add(source.clicks);
        group.money = group.money.saturating_add(source.money);
    }

    pub(crate) fn finish(self) -> Vec<TotalsRow> {
        let rows = self.groups.into_values();
        rows.map(|row| TotalsRow {
            money: row.money.normalize(),
            ..row
        })
        .collect()
    }
}
