//! Settings of SPOTS.

use serde::{Deserialize, Serialize};

use crate::revisions::UtcOffset;
use crate::tokens::OldRefreshToken;

/// How SPOTS handles a JSON-RPC batch.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpotsBatch {
    /// One array with the responses of all calls.
    #[default]
    Supported,
    /// One error object for the whole batch.
    Refused,
    /// HTTP 400 for the whole batch.
    Http400,
}

/// How SPOTS refuses a token.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SpotsRefusal {
    /// HTTP 200 with an error object.
    #[default]
    ErrorObject,
    /// HTTP 401 with an error object.
    Http401,
    /// HTTP 401 without a body.
    BareHttp401,
}

/// How SPOTS behaves where its documentation leaves it open.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SpotsSettings {
    /// Lifetime of an access token in seconds.
    pub access_ttl: u64,
    /// Lifetime of a refresh token in seconds.
    pub refresh_ttl: u64,
    /// What happens to a used refresh token.
    pub old_refresh_token: OldRefreshToken,
    /// Whether a refresh also expires the old access token.
    pub burn_access_token: bool,
    /// Whether tokens are returned as an array of one object, as the text of the page says.
    pub tokens_as_array: bool,
    /// How a refused token or password is reported.
    pub refused_token: SpotsRefusal,
    /// The `code` of such an error object; left out if `None`.
    pub refused_code: Option<i64>,
    /// The message for a token that is unknown, expired or of the wrong kind.
    pub refused_token_message: String,
    /// The message for a wrong login or password.
    pub refused_login_message: String,
    /// How a batch is handled.
    pub batch: SpotsBatch,
    /// Whether counters are numeric strings.
    pub counters_as_strings: bool,
    /// Whether `result` is `null` instead of `[]` if there are no rows.
    pub null_when_empty: bool,
    /// Whether grouping by `site_id` also groups by day and site, as in the examples of the page.
    pub site_id_by_day: bool,
    /// The time zone of days, which matters to the emulator's clock.
    pub time_zone: UtcOffset,
    /// How often each row is repeated, for responses of any size.
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
            time_zone: UtcOffset::MOSCOW,
            rows_multiplier: 1,
        }
    }
}
