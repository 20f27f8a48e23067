//! Settings of Hybrid.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::tokens::OldRefreshToken;

/// The format of dates in statistics.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridDates {
    /// The format that the documentation shows for each call.
    #[default]
    Page,
    /// `2015-12-31`.
    Date,
    /// `2015-12-31T00:00:00`.
    Time,
    /// `2015-12-31T00:00:00+03:00`.
    Offset,
}

/// The case of member names.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridNames {
    /// As in the documentation: `ImpressionCount`, `Ctr`.
    #[default]
    Page,
    /// `impressionCount`, `ctr`.
    Camel,
    /// `IMPRESSIONCOUNT`, `CTR`.
    Upper,
}

/// The format of numbers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridNumbers {
    /// JSON numbers.
    #[default]
    Numbers,
    /// Numeric strings.
    Strings,
}

/// How zeros in statistics are written.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridZeros {
    /// As `0`.
    #[default]
    Zero,
    /// As `null`.
    Null,
    /// Not at all: the member is left out.
    Absent,
}

/// Which refresh token a response of `/token` contains.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridRefreshToken {
    /// A new one every time.
    #[default]
    New,
    /// A new one with the first grant, none after a refresh.
    MissingOnRefresh,
    /// None.
    Missing,
}

/// How Hybrid behaves where its documentation leaves it open.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HybridSettings {
    /// Lifetime of an access token in seconds.
    pub access_ttl: u64,
    /// Lifetime of a refresh token in seconds.
    pub refresh_ttl: u64,
    /// The value of `expires_in`.
    ///
    /// `page` means `access_ttl` as a string, `missing` leaves the member out, and any other value
    /// is written as it is.
    pub expires_in: Value,
    /// Which refresh token is issued with an access token.
    pub refresh_token: HybridRefreshToken,
    /// What happens to a used refresh token.
    pub old_refresh_token: OldRefreshToken,
    /// Whether an agency's token sees the campaigns of all its advertisers.
    pub agency_sees_campaigns: bool,
    /// The format of dates.
    pub dates: HybridDates,
    /// The case of member names.
    pub names: HybridNames,
    /// The format of numbers.
    pub numbers: HybridNumbers,
    /// How zeros are written.
    pub zeros: HybridZeros,
    /// Maximum number of days of a statistics request; more get 500.
    pub max_days: Option<u32>,
    /// Maximum number of requests of a client within `rate_seconds`; more get 429.
    pub rate_limit: Option<u32>,
    /// Length of the rate window in seconds.
    pub rate_seconds: u64,
    /// Whether 429 comes with `Retry-After`: the seconds until the rate window ends.
    pub retry_after: bool,
    /// How often each row of statistics is repeated, for responses of any size.
    pub rows_multiplier: u64,
    /// Settings of version 3.0 of the API.
    pub v3: HybridV3Settings,
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
            v3: HybridV3Settings::default(),
        }
    }
}

/// The status of a request of version 3.0 that is not valid.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridInvalid {
    /// 500, as in version 1.0.
    #[default]
    ServerError,
    /// 400.
    BadRequest,
}

/// What a `limit` beyond the maximum of version 3.0 does.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridLargeLimit {
    /// It counts as the maximum, and page N begins after N times the maximum.
    #[default]
    Clamped,
    /// The page has as many rows as the maximum, but page N begins after N times the requested limit.
    Cut,
    /// The request is not valid.
    Refused,
}

/// The response to a page of version 3.0 after the last one.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridPastEnd {
    /// A page without rows.
    #[default]
    Empty,
    /// 400.
    BadRequest,
    /// 404.
    NotFound,
    /// 500.
    ServerError,
}

/// The status of the list of advertisers of version 3.0 for the token of an advertiser.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridNoAgency {
    /// 400.
    #[default]
    BadRequest,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
}

/// What the `Total` before the rows of version 3.0 is the sum of.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HybridTotal {
    /// There is none.
    #[default]
    Absent,
    /// The rows of the page.
    Page,
    /// The rows of all pages.
    All,
}

/// How version 3.0 of Hybrid behaves where that is not known.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HybridV3Settings {
    /// Number of rows of a request without `limit`; all of them if absent.
    pub default_limit: Option<u64>,
    /// Maximum number of rows of a response.
    pub max_limit: Option<u64>,
    /// What a larger `limit` does.
    pub large_limit: HybridLargeLimit,
    /// Whether there are pages; otherwise every page is the first one.
    pub pages: bool,
    /// The response to a page after the last one. The first page is always there.
    pub past_end: HybridPastEnd,
    /// Maximum number of days of a request; more are not valid.
    pub max_days: Option<u32>,
    /// What `Total` is the sum of; it is absent if there are no rows.
    pub total: HybridTotal,
    /// Whether the list of rows is called `Statisitic`, as in version 2.0.
    pub misspelled: bool,
    /// The member with the value of the second split.
    pub second_split: String,
    /// Whether rows by `BannerName` contain money.
    pub banner_money: bool,
    /// The status of a request that is not valid.
    pub invalid: HybridInvalid,
    /// The status of the list of advertisers for the token of an advertiser.
    pub no_agency: HybridNoAgency,
}

impl Default for HybridV3Settings {
    fn default() -> Self {
        Self {
            default_limit: Some(100),
            max_limit: Some(10_000),
            large_limit: HybridLargeLimit::default(),
            pages: true,
            past_end: HybridPastEnd::default(),
            max_days: Some(90),
            total: HybridTotal::default(),
            misspelled: false,
            second_split: "SecondSplitName".to_owned(),
            banner_money: false,
            invalid: HybridInvalid::default(),
            no_agency: HybridNoAgency::default(),
        }
    }
}
