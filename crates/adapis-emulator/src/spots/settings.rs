use serde::{Deserialize, Serialize};

use crate::settings::OldRefreshToken;

/// How SPOTS treats a JSON-RPC batch.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpotsBatch {
    /// Each call is answered in one array.
    #[default]
    Supported,
    /// One error object answers the whole batch.
    Refused,
    /// HTTP 400 answers the whole batch.
    Http400,
}

/// How SPOTS refuses a token.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpotsRefusal {
    /// An error object in HTTP 200.
    #[default]
    ErrorObject,
    /// HTTP 401 around the error object.
    Http401,
    /// HTTP 401 without a body.
    BareHttp401,
}

/// How SPOTS behaves where its page leaves it open.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpotsSettings {
    /// Seconds that an access token lives.
    pub access_ttl: u64,
    /// Seconds that a refresh token lives.
    pub refresh_ttl: u64,
    /// What becomes of a used refresh token.
    pub old_refresh_token: OldRefreshToken,
    /// Whether a refresh also ends the old access token.
    pub burn_access_token: bool,
    /// The tokens come as an array of one object, as the page's words have it.
    pub tokens_as_array: bool,
    /// How a refused token or password is told.
    pub refused_token: SpotsRefusal,
    /// The `code` of such an error object; absent when `null`.
    pub refused_code: Option<i64>,
    /// The words for a token that is unknown, run out or of the wrong kind.
    pub refused_token_message: String,
    /// The words for a wrong login or password.
    pub refused_login_message: String,
    /// How a batch is treated.
    pub batch: SpotsBatch,
    /// Counters come as numeric strings.
    pub counters_as_strings: bool,
    /// `result` is `null` instead of `[]` when no row has data.
    pub null_when_empty: bool,
    /// Grouping by `site_id` alone splits by day and adds `site`, as the page's examples do.
    pub site_id_by_day: bool,
    /// Each row of an answer comes so many times; for answers of any size.
    pub rows_multiplier: u64,
}

impl Default for SpotsSettings {
    fn default() -> Self {
        Self {
            access_ttl: 1800,
            refresh_ttl: 5_184_000,
            old_refresh_token: OldRefreshToken::default(),
            burn_access_token: false,
            tokens_as_array: false,
            refused_token: SpotsRefusal::default(),
            refused_code: Some(401),
            refused_token_message: "invalid token signature".to_owned(),
            refused_login_message: "invalid login or password".to_owned(),
            batch: SpotsBatch::default(),
            counters_as_strings: false,
            null_when_empty: false,
            site_id_by_day: true,
            rows_multiplier: 1,
        }
    }
}
