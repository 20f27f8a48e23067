//! Statistics in data files: rows, and the generated days.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Statistics of one day, named as the dimensions and metrics of a report.
///
/// An ID that is absent is 0. Names and the other IDs of its parents are those of the objects with
/// these IDs.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AdfoxReportRow {
    /// The day.
    pub date: Date,
    /// ID of the banner, which also names the campaign if that is absent.
    #[serde(default)]
    pub banner_id: u64,
    /// ID of the campaign.
    #[serde(default)]
    pub campaign_id: u64,
    /// ID of the place, which also names its website and zone.
    #[serde(default)]
    pub place_id: u64,
    /// The kind of device.
    #[serde(default)]
    pub device_type: String,
    /// All loads.
    #[serde(default)]
    pub loads_total: u64,
    /// Loads of commercial banners.
    #[serde(default)]
    pub loads_commercial: u64,
    /// Impressions.
    #[serde(default)]
    pub impressions_commercial: u64,
    /// Views.
    #[serde(default)]
    pub views_total: u64,
    /// Clicks.
    #[serde(default)]
    pub clicks_total: u64,
    /// Events.
    #[serde(default)]
    pub events_total: u64,
    /// Income.
    #[serde(default, with = "crate::amount")]
    pub income: Decimal,
    /// Cost.
    #[serde(default, with = "crate::amount")]
    pub cost: Decimal,
}

/// The two rows of the vendor's example.
pub(in super::super) fn documented() -> Vec<AdfoxReportRow> {
    let row = |day, loads, clicks| AdfoxReportRow {
        date: date(2024, 1, day),
        campaign_id: 12_345,
        device_type: "desktop".to_owned(),
        loads_total: loads,
        loads_commercial: loads,
        impressions_commercial: loads,
        clicks_total: clicks,
        ..AdfoxReportRow::default()
    };
    vec![row(1, 15_000, 225), row(2, 18_000, 270)]
}

/// Generated statistics of the banners whose `ID` is a number.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AdfoxGenerated {
    /// The first day with statistics.
    pub from: Date,
    /// The last day with statistics.
    pub to: Date,
    /// The seed; the emulator's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl Default for AdfoxGenerated {
    fn default() -> Self {
        Self {
            from: date(2025, 1, 1),
            to: date(2025, 12, 31),
            seed: None,
        }
    }
}
