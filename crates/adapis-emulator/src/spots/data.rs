//! Accounts and rows of SPOTS in data files.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Accounts of SPOTS, each with its own rows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpotsData {
    /// The accounts; the ready line contains the first one.
    pub accounts: Vec<SpotsAccount>,
}

/// A publisher's account and statistics.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpotsAccount {
    /// The login.
    pub login: String,
    /// Further logins of the account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The password.
    pub password: String,
    /// Statistics, one row per placement and day.
    #[serde(default)]
    pub rows: Vec<SpotsRow>,
    /// Generated statistics, in addition to `rows`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<SpotsGenerated>,
}

impl fmt::Debug for SpotsAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpotsAccount")
            .field("login", &self.login)
            .field("rows", &self.rows.len())
            .field("generated", &self.generated)
            .finish_non_exhaustive()
    }
}

/// Generated statistics: sites with three placements each.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpotsGenerated {
    /// Number of sites.
    pub sites: u32,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The seed; the emulator's own if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// Statistics of one placement on one day.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpotsRow {
    /// The day.
    pub date: Date,
    /// The site's domain.
    pub site: String,
    /// The site's id.
    pub site_id: u64,
    /// The site's name; the domain if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_name: Option<String>,
    /// The placement's id.
    #[serde(default)]
    pub placement: String,
    /// The placement's name.
    #[serde(default)]
    pub placement_name: String,
    /// Shows.
    pub shows: u64,
    /// Clicks.
    pub clicks: u64,
    /// Income: a number or a numeric string with up to nine decimals.
    #[serde(with = "crate::amount")]
    pub income: Decimal,
    /// The requests that see the row.
    #[serde(default, skip_serializing_if = "SpotsView::is_any")]
    pub view: SpotsView,
}

/// The requests that see a row.
///
/// The examples of the vendor's page do not add up, so some rows are for one kind of request only.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpotsView {
    /// All requests.
    #[default]
    Any,
    /// Requests that neither group nor filter by `site_id`.
    Site,
    /// Requests that group or filter by `site_id`.
    SiteId,
}

impl SpotsView {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes a reference"
    )]
    fn is_any(&self) -> bool {
        *self == Self::Any
    }
}
