use adcore::{Error, ErrorKind, Response};
use http::StatusCode;

/// Why the tracker refused a click, as far as its answer tells.
///
/// ```
/// use keitaro_click::{Error, ErrorKind, Refusal};
///
/// fn advice(error: &Error) -> &'static str {
///     match Refusal::of(error) {
///         Some(Refusal::NoCampaign) => "the campaign of this token is gone",
///         Some(Refusal::Licence) => "the tracker's licence has no Click API",
///         _ => "try later",
///     }
/// }
/// let error = Error::new(ErrorKind::Unauthenticated, "").with_code("no_campaign");
/// assert_eq!(advice(&error), "the campaign of this token is gone");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// 401: the API token is wrong.
    BadToken,
    /// 401: the token is known, its campaign is not there.
    NoCampaign,
    /// 402: the licence is too small for the Click API.
    Licence,
    /// 404: there is no Click API at this URL.
    NotFound,
    /// 409: the Click API is switched off.
    ClickApiOff,
    /// The tracker's own redirect: the URL in the settings is wrong.
    Moved,
}

impl Refusal {
    const ALL: [Self; 6] = [
        Self::BadToken,
        Self::NoCampaign,
        Self::Licence,
        Self::NotFound,
        Self::ClickApiOff,
        Self::Moved,
    ];

    /// The refusal behind an error of this crate.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        let code = error.code()?;
        Self::ALL
            .into_iter()
            .find(|refusal| refusal.as_str() == code)
    }

    /// The word that [`Error::code`] carries.
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

    fn kind(self) -> ErrorKind {
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
            Self::Licence => "the tracker's licence is too small for the Click API",
            Self::NotFound => "the tracker has no Click API at this URL",
            Self::ClickApiOff => "the Click API is switched off in the tracker",
            Self::Moved => "configuration error: the tracker itself redirects",
        }
    }

    /// What status and words mean together; the vendor documents the statuses only.
    fn recognise(status: StatusCode, words: Option<&str>) -> Option<Self> {
        let words = words.unwrap_or_default().to_lowercase();
        let speaks = |of: &[&str]| of.iter().any(|part| words.contains(part));
        let campaign = speaks(&["campaign", "кампани"])
            && speaks(&["not found", "no campaign", "does not exist", "не найден"]);
        match status.as_u16() {
            401 if campaign => Some(Self::NoCampaign),
            401 => Some(Self::BadToken),
            402 => Some(Self::Licence),
            404 => Some(Self::NotFound),
            409 => Some(Self::ClickApiOff),
            200 if campaign => Some(Self::NoCampaign),
            200 if speaks(&["licen", "лиценз"]) => Some(Self::Licence),
            200 if speaks(&["token", "токен", "unauthorized"]) => Some(Self::BadToken),
            200 if speaks(&["disabled", "switched off", "отключен"]) => {
                Some(Self::ClickApiOff)
            }
            _ => None,
        }
    }
}

/// The error of an HTTP status; a redirect is a wrong tracker URL.
pub(crate) fn by_status(answer: &Response) -> Error {
    let generic = Error::from_status(answer.status, &answer.headers);
    if !answer.status.is_redirection() {
        return generic;
    }
    let moved = Refusal::Moved;
    let message = format!("{}: {}", moved.advice(), generic.message());
    generic.with_message(message).with_code(moved.as_str())
}

/// The error of an answer that is no click, with the tracker's words if it has any.
pub(crate) fn refused(answer: &Response, words: Option<&str>) -> Error {
    let generic = by_status(answer);
    let error = match Refusal::recognise(answer.status, words) {
        Some(refusal) => generic
            .with_kind(refusal.kind())
            .with_code(refusal.as_str())
            .with_message(refusal.advice()),
        None if answer.status.is_success() => generic
            .with_kind(ErrorKind::Rejected)
            .with_message("the tracker refused the click"),
        None => generic,
    };
    match words.filter(|words| !words.is_empty()) {
        Some(words) => {
            let message = format!("{}: {words}", error.message());
            error.with_message(message)
        }
        None => error,
    }
}
