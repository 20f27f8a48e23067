//! What the statistics API says when it refuses a request.

use std::fmt;
use std::sync::Arc;

use adcore::{Error, ErrorKind, VendorDetail};
use serde::{Deserialize, Serialize};

use crate::calls::string_enum;

string_enum! {
    /// A code of the statistics API.
    ///
    /// The vendor's table has more codes than these; any other is [`Other`](Self::Other).
    ReportCode {
        /// The report has no metrics.
        EmptyMetrics = "EMPTY_METRICS",
        /// The date range is missing.
        EmptyDateRange = "EMPTY_DATE_RANGE",
        /// The date range ends before it begins.
        InvalidDateRange = "INVALID_DATE_RANGE",
        /// A date is malformed.
        InvalidDateFormat = "INVALID_DATE_FORMAT",
        /// The date range is too long.
        DateRangeTooLong = "DATE_RANGE_TOO_LONG",
        /// A metric does not exist.
        UnknownMetric = "UNKNOWN_METRIC",
        /// A dimension does not exist.
        UnknownDimension = "UNKNOWN_DIMENSION",
        /// A filter names an unknown field.
        UnknownFilterField = "UNKNOWN_FILTER_FIELD",
        /// A filter is incomplete.
        InvalidFilter = "INVALID_FILTER",
        /// The value of a filter has the wrong type.
        InvalidFilterValue = "INVALID_FILTER_VALUE",
        /// A filter names an unknown operator.
        UnsupportedFilterOperator = "UNSUPPORTED_FILTER_OPERATOR",
        /// The field cannot be filtered with this operator.
        OperatorNotSupported = "OPERATOR_NOT_SUPPORTED",
        /// The limit of rows is out of range.
        InvalidLimit = "INVALID_LIMIT",
        /// An advertiser must name the administrator's account.
        MissingOwnerId = "MISSING_OWNER_ID",
        /// The report could not be made, for a reason that the vendor does not give.
        UnknownError = "UNKNOWN_ERROR",
    }
}

impl ReportCode {
    /// Returns the kind of the error with this code; `None` for one that is judged by its HTTP status.
    #[must_use]
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Other(_) => None,
            Self::UnknownError => Some(ErrorKind::Server),
            _ => Some(ErrorKind::Rejected),
        }
    }

    /// Returns the part of the report that is wrong.
    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::EmptyMetrics | Self::UnknownMetric => "metrics",
            Self::UnknownDimension => "dimensions",
            Self::EmptyDateRange
            | Self::InvalidDateRange
            | Self::InvalidDateFormat
            | Self::DateRangeTooLong => "range",
            Self::UnknownFilterField
            | Self::InvalidFilter
            | Self::InvalidFilterValue
            | Self::UnsupportedFilterOperator
            | Self::OperatorNotSupported => "filters",
            Self::InvalidLimit => "limit",
            Self::MissingOwnerId => "owner",
            Self::UnknownError | Self::Other(_) => return None,
        })
    }
}

/// The statistics API's own error: why a request was refused, or why a task failed.
///
/// It is the source of the [`Error`] that the call returns; [`ReportRefusal::of`] finds it there.
///
/// ```
/// # fn example(error: &adfox_api::Error) {
/// use adfox_api::{ReportCode, ReportRefusal};
///
/// if let Some(refusal) = ReportRefusal::of(error) {
///     if refusal.code == ReportCode::UnknownMetric {
///         eprintln!("{:?}", refusal.message);
///     }
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportRefusal {
    /// The HTTP status; that of a task that failed is 200.
    pub status: u16,
    /// The code; empty if there is none.
    pub code: ReportCode,
    /// The vendor's message, which quotes what is wrong.
    pub message: Option<String>,
}

impl ReportRefusal {
    /// Returns the refusal behind `error`, if there is one.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    pub(crate) fn new(status: u16, code: ReportCode, message: Option<String>) -> Self {
        Self {
            status,
            code,
            message,
        }
    }

    /// Turns the refusal into an error, given the error that its status means.
    pub(crate) fn into_error(self, mut error: Error) -> Error {
        if let Some(kind) = self.code.kind() {
            error = error.with_kind(kind);
        }
        if let Some(field) = self.code.field() {
            error = error.with_field(field);
        }
        let message = self.message.as_deref().filter(|text| !text.is_empty());
        let message = message.unwrap_or("the vendor gives no reason").to_owned();
        error = error.with_message(message);
        if !self.code.as_str().is_empty() {
            error = error.with_code(self.code.as_str());
        }
        error.with_detail(self)
    }
}

impl fmt::Display for ReportRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The error that this is the source of shows code and message.
        f.write_str("the statistics API refused")
    }
}

impl std::error::Error for ReportRefusal {}

impl VendorDetail for ReportRefusal {
    fn redacted(&self, redact: &dyn Fn(&str) -> String) -> Arc<dyn VendorDetail> {
        Arc::new(Self {
            status: self.status,
            code: redact(self.code.as_str()).into(),
            message: self.message.as_deref().map(redact),
        })
    }
}
