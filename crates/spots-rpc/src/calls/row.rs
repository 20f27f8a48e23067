use std::collections::BTreeMap;
use std::fmt;

use adcore_json::{RawJson, serialize_decimal};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

/// A site's id: a text in requests (`"750"`), a number in answers (`750`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub u64);

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for SiteId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A placement's id, a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PlacementId(pub String);

impl fmt::Display for PlacementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Into<String>> From<T> for PlacementId {
    fn from(id: T) -> Self {
        Self(id.into())
    }
}

/// Shows, clicks and income of one group on the days asked for.
///
/// Groups without data have no row. Members besides the numbers are there as the grouping asks,
/// and sometimes unasked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StatisticsRow {
    /// The day, as the vendor prints it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "day")]
    pub date_day: Option<Date>,
    /// The site's domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// The site's id.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "site_id")]
    pub site_id: Option<SiteId>,
    /// The site's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// The placement's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<PlacementId>,
    /// The placement's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement_name: Option<String>,
    /// Shows.
    pub shows: Option<u64>,
    /// Clicks.
    pub clicks: Option<u64>,
    /// Income, exactly as printed. The vendor does not say in which currency.
    #[serde(serialize_with = "serialize_decimal")]
    pub income: Option<Decimal>,
    /// Members that the vendor's page does not name.
    #[serde(flatten)]
    pub extra: BTreeMap<String, RawJson>,
}

fn day<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

fn site_id<S: Serializer>(id: &Option<SiteId>, serializer: S) -> Result<S::Ok, S::Error> {
    id.map(|id| id.0).serialize(serializer)
}
