//! Settings of the statistics API.

use serde::{Deserialize, Serialize};

/// How a task of ADFOX ends.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdfoxOutcome {
    /// As SUCCESS.
    #[default]
    Success,
    /// As FAILURE, with the words of the settings.
    Failure,
    /// As EXPIRED.
    Expired,
    /// As SUCCESS, and as EXPIRED from the moment that its result is requested.
    Lost,
}

/// The spellings of filter operators that are accepted; `eq` always is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdfoxOperators {
    /// All of them, in any letter case and with or without `_`; also `le`, `ge` and `hasAny`.
    #[default]
    Any,
    /// `ne`, `lt`, `lte`, `gt`, `gte`, `like`, `not_like`, `in`, `not_in`, `intersects`.
    Short,
    /// `equal`, `not_equal`, `less`, `less_or_equal`, `greater`, `greater_or_equal`, `matches`,
    /// `not_matches`, `in_list`, `not_in_list`, `intersects`.
    Words,
}

/// How names are listed in the metadata, in the list of reports and in the fields of a report.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdfoxItems {
    /// As objects with a `name`.
    #[default]
    Objects,
    /// As texts; filters in the metadata stay objects.
    Names,
}

/// The names of the two available dates.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdfoxDateNames {
    /// `dateFrom` and `dateTo`, as in the older API.
    #[default]
    DateFrom,
    /// `from` and `to`, as in the range of a report.
    From,
}

/// What happens to `metrics` and `dimensions` in the request of a saved report.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdfoxSavedFields {
    /// They are ignored.
    #[default]
    Ignored,
    /// They are refused as an invalid request.
    Refused,
}

/// Which rows the totals of a result are of.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AdfoxTotalsOf {
    /// All rows of the report, however many are returned.
    #[default]
    AllRows,
    /// Those that are returned.
    ReturnedRows,
}

/// The code and the HTTP status of a refusal.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AdfoxRefusal {
    /// The value of `error.code`.
    pub code: String,
    /// The HTTP status; a number that is not a status counts as 400.
    pub status: u16,
}

impl AdfoxRefusal {
    /// Creates a refusal.
    #[must_use]
    pub fn new(code: &str, status: u16) -> Self {
        Self {
            code: code.to_owned(),
            status,
        }
    }
}

/// The refusals of the statistics API whose codes are not documented.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdfoxRefusals {
    /// The token is missing or wrong.
    pub unauthorized: AdfoxRefusal,
    /// The account has no such task.
    pub task_not_found: AdfoxRefusal,
    /// There is no such saved report.
    pub report_not_found: AdfoxRefusal,
    /// The result was requested of a task that is not SUCCESS yet.
    pub not_ready: AdfoxRefusal,
    /// The result was requested of a task that is EXPIRED.
    pub expired: AdfoxRefusal,
    /// More requests than [`AdfoxReportsSettings::rate_limit`].
    pub too_many_requests: AdfoxRefusal,
    /// More tasks than [`AdfoxReportsSettings::max_active`].
    pub too_many_reports: AdfoxRefusal,
    /// More dimensions, metrics or filters than allowed.
    pub too_many_fields: AdfoxRefusal,
    /// The body is not JSON of the documented types.
    pub invalid_request: AdfoxRefusal,
    /// The body of a POST is not declared as JSON.
    pub content_type: AdfoxRefusal,
}

impl Default for AdfoxRefusals {
    fn default() -> Self {
        Self {
            unauthorized: AdfoxRefusal::new("UNAUTHORIZED", 401),
            task_not_found: AdfoxRefusal::new("TASK_NOT_FOUND", 404),
            report_not_found: AdfoxRefusal::new("REPORT_NOT_FOUND", 404),
            not_ready: AdfoxRefusal::new("REPORT_NOT_READY", 400),
            expired: AdfoxRefusal::new("REPORT_EXPIRED", 400),
            too_many_requests: AdfoxRefusal::new("TOO_MANY_REQUESTS", 429),
            too_many_reports: AdfoxRefusal::new("TOO_MANY_REPORTS", 429),
            too_many_fields: AdfoxRefusal::new("TOO_MANY_FIELDS", 400),
            invalid_request: AdfoxRefusal::new("INVALID_REQUEST", 400),
            content_type: AdfoxRefusal::new("UNSUPPORTED_MEDIA_TYPE", 415),
        }
    }
}

/// Limits of the statistics API, and its behavior where the documentation leaves it open.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdfoxReportsSettings {
    /// Maximum number of days of a report.
    pub max_days: u32,
    /// Maximum number of rows of a report: a larger `limit` is refused, a larger result is cut.
    pub max_rows: u64,
    /// Maximum number of dimensions.
    pub max_dimensions: usize,
    /// Maximum number of metrics.
    pub max_metrics: usize,
    /// Maximum number of filters.
    pub max_filters: usize,
    /// How many polls find a task PENDING.
    pub pending_polls: u32,
    /// How many polls after those find a task RUNNING.
    pub running_polls: u32,
    /// Minimum number of milliseconds that a task is PENDING.
    pub pending_ms: u64,
    /// Minimum number of milliseconds after those that a task is RUNNING.
    pub running_ms: u64,
    /// Milliseconds after which a task in any state is EXPIRED, in real time or on the emulator's clock.
    ///
    /// If absent, a task expires a day later on the clock, and never in real time.
    pub expire_ms: Option<u64>,
    /// How tasks end that are made after the settings were set, one after the other.
    ///
    /// Tasks beyond the list succeed.
    pub outcomes: Vec<AdfoxOutcome>,
    /// The code of a FAILURE.
    pub failure_code: String,
    /// The message of a FAILURE.
    pub failure_message: String,
    /// Whether a request that equals that of a FAILURE makes a new task.
    ///
    /// One that equals that of an EXPIRED task always does.
    pub renew_failed: bool,
    /// Maximum number of tasks of an owner that are PENDING or RUNNING.
    ///
    /// A task that waits for polls, and is never polled, counts until it expires.
    pub max_active: Option<u32>,
    /// Maximum number of requests of an account within `rate_seconds`.
    pub rate_limit: Option<u32>,
    /// Length of the rate window in seconds.
    pub rate_seconds: u64,
    /// Whether a refusal by `rate_limit` has a `Retry-After` header.
    pub retry_after: bool,
    /// Whether all calls require `ownerId`.
    pub owner_required: bool,
    /// The spellings of filter operators that are accepted.
    pub operators: AdfoxOperators,
    /// How names are listed.
    pub items: AdfoxItems,
    /// The names of the available dates.
    pub available_dates: AdfoxDateNames,
    /// What happens to fields in the request of a saved report.
    pub saved_fields: AdfoxSavedFields,
    /// Whether ids in rows are texts rather than integers.
    pub ids_as_strings: bool,
    /// How often each row and its part of the totals is repeated, for results of any size.
    pub rows_multiplier: u64,
    /// Which rows the totals are of.
    pub totals: AdfoxTotalsOf,
    /// Whether ratios and the reach have a total, that of all rows together, rather than none.
    pub ratio_totals: bool,
    /// The `format` of columns of money, such as `float`; they have none if it is absent.
    pub money_format: Option<String>,
    /// To how many decimals money is rounded in each row and in the totals; if absent, it is exact.
    pub money_decimals: Option<u32>,
    /// Codes and statuses that are not documented.
    pub refusals: AdfoxRefusals,
}

impl Default for AdfoxReportsSettings {
    fn default() -> Self {
        Self {
            max_days: 365,
            max_rows: 1_000_000,
            max_dimensions: 10,
            max_metrics: 10,
            max_filters: 10,
            pending_polls: 0,
            running_polls: 1,
            pending_ms: 0,
            running_ms: 0,
            expire_ms: None,
            outcomes: Vec::new(),
            failure_code: "UNKNOWN_ERROR".to_owned(),
            failure_message: "Unexpected error".to_owned(),
            renew_failed: true,
            max_active: None,
            rate_limit: None,
            rate_seconds: 60,
            retry_after: true,
            owner_required: false,
            operators: AdfoxOperators::default(),
            items: AdfoxItems::default(),
            available_dates: AdfoxDateNames::default(),
            saved_fields: AdfoxSavedFields::default(),
            ids_as_strings: false,
            rows_multiplier: 1,
            totals: AdfoxTotalsOf::default(),
            ratio_totals: false,
            money_format: None,
            money_decimals: None,
            refusals: AdfoxRefusals::default(),
        }
    }
}
