//! Rows as you would derive them: money as a float.
#![allow(dead_code, reason = "decoded, as ours are, whether read or not")]

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

pub(super) trait Answer: DeserializeOwned {
    fn rows(&self) -> usize;
}

#[derive(Deserialize)]
pub(super) struct Spots {
    result: Vec<SpotsRow>,
}

#[derive(Deserialize)]
struct SpotsRow {
    shows: Option<u64>,
    clicks: Option<u64>,
    income: Option<f64>,
    site_id: Option<u64>,
    site: Option<String>,
    site_name: Option<String>,
    date_day: Option<Date>,
    placement: Option<String>,
    placement_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Hybrid {
    campaign_id: String,
    stat: Vec<HybridRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HybridRow {
    impression_count: Option<u64>,
    click_count: Option<u64>,
    date: Option<Date>,
    cost: Option<f64>,
    sum_bets: Option<f64>,
    bet_count: Option<u64>,
    win_count: Option<u64>,
    conversion_count: Option<u64>,
    post_click_conversions_count: Option<u64>,
    post_view_conversions_count: Option<u64>,
    pixel_visit_count: Option<u64>,
    active_pixel_visit_count: Option<u64>,
    ctr: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page {
    statistic: Vec<PageRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PageRow {
    day: Option<String>,
    campaign_id: Option<String>,
    split_name: Option<String>,
    impression_count: Option<i64>,
    click_count: Option<i64>,
    reach: Option<i64>,
    total_sum: Option<f64>,
    sum_segments_price: Option<f64>,
    #[serde(rename = "CTR")]
    ctr: Option<f64>,
    #[serde(rename = "ECPM")]
    ecpm: Option<f64>,
    #[serde(rename = "ECPC")]
    ecpc: Option<f64>,
    viewability: Option<f64>,
    frequency: Option<f64>,
}

/// A report whose columns are known when it arrives.
#[derive(Deserialize)]
pub(super) struct Table {
    result: Cells<Vec<serde_json::Value>>,
}

/// A report whose columns are known when the program is written.
#[derive(Deserialize)]
pub(super) struct TypedTable {
    result: Cells<TypedRow>,
}

type TypedRow = (Date, u64, String, u64, u64, u64, Option<f64>, f64);

#[derive(Deserialize)]
struct Cells<T> {
    rows: Vec<T>,
}

impl Answer for Page {
    fn rows(&self) -> usize {
        self.statistic.len()
    }
}

impl Answer for Table {
    fn rows(&self) -> usize {
        self.result.rows.len()
    }
}

impl Answer for TypedTable {
    fn rows(&self) -> usize {
        self.result.rows.len()
    }
}

impl Answer for Spots {
    fn rows(&self) -> usize {
        self.result.len()
    }
}

impl Answer for Vec<Hybrid> {
    fn rows(&self) -> usize {
        self.iter().map(|campaign| campaign.stat.len()).sum()
    }
}
