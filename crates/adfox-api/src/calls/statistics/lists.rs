use adcore_json::Extra;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What reports can be made of.
///
/// The vendor does not publish the exact form of the response. What is not known here is in `extra`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// What rows can be grouped by.
    pub dimensions: Vec<Field>,
    /// The numbers that rows can have.
    pub metrics: Vec<Field>,
    /// The fields that rows can be filtered by.
    pub filters: Vec<Field>,
    /// The limits of a report.
    pub limits: Limits,
    /// Members that are not known here.
    pub extra: Extra,
}

/// The name of a metric, a dimension, a filter or a saved report's column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Field {
    /// The name in requests; that of a filter is its `field`.
    pub name: String,
    /// Other members, such as titles and the operators of a filter.
    pub extra: Extra,
}

/// The limits of a report; `None` where the vendor names none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Limits {
    /// The maximum number of days of one request.
    pub max_date_range_days: Option<u64>,
    /// Members that are not known here.
    pub extra: Extra,
}

/// The days for which there are statistics.
///
/// The vendor does not publish the form of the response; its older API has `dateFrom` and `dateTo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AvailableDates {
    /// The first day.
    pub date_from: Option<Date>,
    /// The last day.
    pub date_to: Option<Date>,
    /// Members that are not known here.
    pub extra: Extra,
}

/// The saved reports of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedReports {
    /// Reports that the vendor provides.
    pub fixed: Vec<SavedReport>,
    /// Reports that were designed and saved in the vendor's interface.
    pub custom: Vec<SavedReport>,
    /// Members that are not known here.
    pub extra: Extra,
}

/// A saved report.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedReport {
    /// The name, as [`Report::saved`](super::Report::saved) takes it.
    pub name: String,
    /// The title in the vendor's interface.
    pub title: Option<String>,
    /// Members that are not known here.
    pub extra: Extra,
}

/// What a custom report consists of; the vendor returns no fields of a fixed one.
///
/// The vendor does not publish the form of the response. What is not known here is in `extra`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportInfo {
    /// The fields, if the vendor returns one list of them.
    pub fields: Vec<Field>,
    /// The dimensions, if they have their own list.
    pub dimensions: Vec<Field>,
    /// The metrics, if they have their own list.
    pub metrics: Vec<Field>,
    /// Members that are not known here.
    pub extra: Extra,
}
