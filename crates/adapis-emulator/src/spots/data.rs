use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// SPOTS' accounts, each with its own rows.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpotsData {
    /// Who may call `user.auth`; the first one is in the ready line.
    pub accounts: Vec<SpotsAccount>,
}

/// One publisher with the rows that only it sees.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpotsAccount {
    /// The login.
    pub login: String,
    /// Other logins of the same account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The password.
    pub password: String,
    /// Statistics of one placement and day each.
    #[serde(default)]
    pub rows: Vec<SpotsRow>,
    /// Statistics made up for a span of days, besides the rows.
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

/// Made-up statistics: sites with three placements each.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpotsGenerated {
    /// How many sites.
    pub sites: u32,
    /// The first day.
    #[serde(with = "crate::day")]
    pub from: Date,
    /// The last day.
    #[serde(with = "crate::day")]
    pub to: Date,
    /// The seed; the emulator's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// Statistics of one placement on one day.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SpotsRow {
    /// The day.
    #[serde(with = "crate::day")]
    pub date: Date,
    /// The site's domain.
    pub site: String,
    /// The site's id.
    pub site_id: u64,
    /// The site's name; the domain when absent.
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
    /// Income, a number or a numeric string with up to nine decimals.
    pub income: Money,
    /// Which requests see the row.
    #[serde(default, skip_serializing_if = "SpotsView::is_any")]
    pub view: SpotsView,
}

/// Which requests see a row: the page's examples do not add up to each other.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpotsView {
    /// All.
    #[default]
    Any,
    /// Those that neither group nor filter by `site_id`.
    Site,
    /// Those that group or filter by `site_id`.
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
