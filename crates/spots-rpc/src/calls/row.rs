use adcore_json::Extra;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{PlacementId, SiteId};

/// Shows, clicks and income of one group, such as one site on one day.
///
/// A group without data has no row. Which of the other members a row has depends on the grouping
/// of the request; the server adds some without being asked.
///
/// With serde each row has the same members under the vendor's names, income is an exact text, and
/// [`extra`](Self::extra) is one text. Rows therefore fit into CSV, TOML or a binary format, and
/// are read back from there.
///
/// ```
/// use spots_rpc::calls::{SiteId, StatisticsRow};
///
/// let mut row = StatisticsRow::default();
/// row.site_id = Some(SiteId::new(750));
/// row.income = Some("8358.049411245".parse()?);
/// let json = serde_json::to_value(&row)?;
/// assert_eq!(json["site_id"], 750);
/// assert_eq!(json["income"], "8358.049411245");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StatisticsRow {
    /// The day. The vendor does not say in which time zone.
    pub date_day: Option<Date>,
    /// The site's domain.
    pub site: Option<String>,
    /// The site's id.
    pub site_id: Option<SiteId>,
    /// The site's name.
    pub site_name: Option<String>,
    /// The placement's id.
    pub placement: Option<PlacementId>,
    /// The placement's name.
    pub placement_name: Option<String>,
    /// Number of shows.
    pub shows: Option<u64>,
    /// Number of clicks.
    pub clicks: Option<u64>,
    /// Income, with every digit that the server sent. The vendor does not say in which currency.
    #[serde(with = "adcore_json::text::decimal")]
    pub income: Option<Decimal>,
    /// Members that the vendor's documentation does not name.
    pub extra: Extra,
}
