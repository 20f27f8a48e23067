use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::settings::OldRefreshToken;

/// The wire form of a statistics date.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridDates {
    /// As the page shows it for each call.
    #[default]
    Page,
    /// `2015-12-31`
    Date,
    /// `2015-12-31T00:00:00`
    Time,
    /// `2015-12-31T00:00:00+03:00`
    Offset,
}

/// The letter case of member names.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridNames {
    /// As the page writes them: `ImpressionCount`, `Ctr`.
    #[default]
    Page,
    /// `impressionCount`, `ctr`
    Camel,
    /// `IMPRESSIONCOUNT`, `CTR`
    Upper,
}

/// The wire form of numbers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridNumbers {
    /// JSON numbers.
    #[default]
    Numbers,
    /// Numeric strings.
    Strings,
}

/// Where zeros of statistics go.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridZeros {
    /// Zeros are written.
    #[default]
    Zero,
    /// Zeros are written as `null`.
    Null,
    /// Members that are zero are left out.
    Absent,
}

/// Which refresh token an answer of `/token` carries.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridRefreshToken {
    /// A new one each time.
    #[default]
    New,
    /// A new one with the first grant, none with a refresh.
    MissingOnRefresh,
    /// None at all.
    Missing,
}

/// How Hybrid behaves where its page leaves it open.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HybridSettings {
    /// Seconds that an access token lives.
    pub access_ttl: u64,
    /// Seconds that a refresh token lives.
    pub refresh_ttl: u64,
    /// `expires_in` as written: `page` is `access_ttl` as a string, `missing` leaves it out,
    /// any other value is written as it stands.
    pub expires_in: Value,
    /// Which refresh token comes with a token.
    pub refresh_token: HybridRefreshToken,
    /// What becomes of a used refresh token.
    pub old_refresh_token: OldRefreshToken,
    /// Whether an agency's own token sees the campaigns of all its advertisers.
    pub agency_sees_campaigns: bool,
    /// The wire form of dates.
    pub dates: HybridDates,
    /// The letter case of member names.
    pub names: HybridNames,
    /// The wire form of numbers.
    pub numbers: HybridNumbers,
    /// Where zeros go.
    pub zeros: HybridZeros,
    /// More days than this in one statistics request are answered with 500.
    pub max_days: Option<u32>,
    /// More requests than this within `rate_seconds` of one client are answered with 429.
    pub rate_limit: Option<u32>,
    /// The length of a rate window in seconds.
    pub rate_seconds: u64,
    /// Whether 429 carries `Retry-After`, the seconds left of the window.
    pub retry_after: bool,
    /// Each statistics row of an answer comes so many times; for answers of any size.
    pub rows_multiplier: u64,
}

impl Default for HybridSettings {
    fn default() -> Self {
        Self {
            access_ttl: 86_400,
            refresh_ttl: 2_592_000,
            expires_in: Value::from("page"),
            refresh_token: HybridRefreshToken::default(),
            old_refresh_token: OldRefreshToken::default(),
            agency_sees_campaigns: true,
            dates: HybridDates::default(),
            names: HybridNames::default(),
            numbers: HybridNumbers::default(),
            zeros: HybridZeros::default(),
            max_days: None,
            rate_limit: None,
            rate_seconds: 60,
            retry_after: true,
            rows_multiplier: 1,
        }
    }
}
