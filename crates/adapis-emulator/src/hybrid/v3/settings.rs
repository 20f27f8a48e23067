use serde::{Deserialize, Serialize};

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

/// How version 3.0 of Hybrid behaves where that is not known.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct HybridV3Settings {
    /// Number of rows of a request without `limit`; all of them if absent.
    pub default_limit: Option<u64>,
    /// Maximum number of rows of a response; a larger `limit` counts as this.
    pub max_limit: Option<u64>,
    /// Maximum number of days of a request; more are not valid.
    pub max_days: Option<u32>,
    /// Whether statistics begin with `Total`, the sum of all pages; it is absent if there are no rows.
    pub total: bool,
    /// Whether the list of rows is called `Statisitic`, as in version 2.0.
    pub misspelled: bool,
    /// Whether rows by `BannerName` contain money.
    pub banner_money: bool,
    /// The status of a request that is not valid.
    pub invalid: HybridInvalid,
}

impl Default for HybridV3Settings {
    fn default() -> Self {
        Self {
            default_limit: Some(100),
            max_limit: Some(10_000),
            max_days: Some(90),
            total: false,
            misspelled: false,
            banner_money: false,
            invalid: HybridInvalid::default(),
        }
    }
}
