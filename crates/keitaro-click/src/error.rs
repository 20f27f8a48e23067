//! The refusals of the tracker, and the kinds of error that they are.

use std::fmt;
use std::sync::Arc;

use adcore::{Error, ErrorKind, VendorDetail};
use http::StatusCode;
use serde::{Deserialize, Serialize};

/// Why the tracker refused a call, as far as its response says.
///
/// The vendor documents HTTP statuses only; the message in the body distinguishes refusals of one status.
/// [`Error::code`] has the same value as text.
///
/// ```
/// use keitaro_click::{Error, ErrorKind, Refusal};
///
/// fn advice(error: &Error) -> &'static str {
///     match Refusal::of(error) {
///         Some(Refusal::NoCampaign) => "the campaign of this token was deleted",
///         Some(Refusal::Licence) => "the tracker's licence does not include the Click API",
///         _ if error.is_transient() => "try again later",
///         _ => "call support",
///     }
/// }
/// let error = Error::new(ErrorKind::Unauthenticated, "").with_detail(Refusal::NoCampaign);
/// assert_eq!(advice(&error), "the campaign of this token was deleted");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Refusal {
    /// 401: the API token is wrong.
    BadToken,
    /// 401: the token is known, but its campaign does not exist.
    NoCampaign,
    /// 402: the tracker's licence does not include the Click API.
    Licence,
    /// 404: there is no Click API at this URL.
    NotFound,
    /// 409: the Click API is switched off.
    ClickApiOff,
    /// The tracker redirects the call itself: the URL in the settings is wrong.
    Moved,
}

impl Refusal {
    /// Returns the refusal behind an error of this crate.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    /// Returns the name in snake case, as in [`Error::code`].
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadToken => "bad_token",
            Self::NoCampaign => "no_campaign",
            Self::Licence => "licence",
            Self::NotFound => "not_found",
            Self::ClickApiOff => "click_api_off",
            Self::Moved => "moved",
        }
    }

    pub(crate) fn kind(self) -> ErrorKind {
        match self {
            Self::BadToken | Self::NoCampaign => ErrorKind::Unauthenticated,
            Self::NotFound => ErrorKind::NotFound,
            Self::Licence | Self::ClickApiOff | Self::Moved => ErrorKind::Rejected,
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::BadToken => "the tracker does not know this API token",
            Self::NoCampaign => "the tracker has no campaign for this API token",
            Self::Licence => "the tracker's licence does not include the Click API",
            Self::NotFound => "the tracker has no Click API at this URL",
            Self::ClickApiOff => "the Click API is switched off in the tracker",
            Self::Moved => "configuration error: the tracker redirects the call",
        }
    }

    /// Recognises a refusal by the status and the tracker's message, English or Russian.
    pub(crate) fn recognise(status: StatusCode, message: Option<&str>) -> Option<Self> {
        let message = message.unwrap_or_default().to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
        let campaign = has(&["campaign", "кампани"])
            && has(&["not found", "no campaign", "does not exist", "не найден"]);
        match status.as_u16() {
            401 if campaign => Some(Self::NoCampaign),
            401 => Some(Self::BadToken),
            402 => Some(Self::Licence),
            404 => Some(Self::NotFound),
            409 => Some(Self::ClickApiOff),
            200 if campaign => Some(Self::NoCampaign),
            200 if has(&["licen", "лиценз"]) => Some(Self::Licence),
            200 if has(&["token", "токен", "unauthorized"]) => Some(Self::BadToken),
            200 if has(&["disabled", "switched off", "отключен"]) => {
                Some(Self::ClickApiOff)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.advice())
    }
}

impl std::error::Error for Refusal {}

impl VendorDetail for Refusal {
    /// Has no text of the server.
    fn redacted(&self, _redact: &dyn Fn(&str) -> String) -> Arc<dyn VendorDetail> {
        Arc::new(*self)
    }
}
