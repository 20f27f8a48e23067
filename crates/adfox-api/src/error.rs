//! The codes and refusals of ADFOX.

mod report;

use std::fmt;
use std::sync::Arc;

use adcore::{Error, ErrorKind, VendorDetail};
use serde::{Deserialize, Serialize};

pub use report::{ReportCode, ReportRefusal};

/// The code of a [`Refusal`].
///
/// ```
/// use adfox_api::Code;
///
/// assert_eq!(Code::from(-6), Code::IncorrectValue);
/// assert_eq!(Code::from(-42), Code::Other(-42));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "i64", into = "i64")]
#[non_exhaustive]
pub enum Code {
    /// -1: login, password or token is wrong.
    AuthorizationFailed,
    /// -2: the account lacks the right to make this call.
    AccessDenied,
    /// -3: the context does not exist.
    InvalidObject,
    /// -4: the object of the action does not exist.
    InvalidActionObject,
    /// -5: the action does not exist.
    InvalidAction,
    /// -6: a parameter has a wrong value.
    IncorrectValue,
    /// -7: a parameter is missing.
    ValueRequired,
    /// -8: a user with this login name exists.
    AccountExists,
    /// -9: a parameter must not be empty.
    NotNull,
    /// -10: the object is already placed on a spot that contains this one.
    PlacedUpper,
    /// Any other code.
    Other(i64),
}

impl From<i64> for Code {
    fn from(code: i64) -> Self {
        match code {
            -1 => Self::AuthorizationFailed,
            -2 => Self::AccessDenied,
            -3 => Self::InvalidObject,
            -4 => Self::InvalidActionObject,
            -5 => Self::InvalidAction,
            -6 => Self::IncorrectValue,
            -7 => Self::ValueRequired,
            -8 => Self::AccountExists,
            -9 => Self::NotNull,
            -10 => Self::PlacedUpper,
            other => Self::Other(other),
        }
    }
}

impl From<Code> for i64 {
    fn from(code: Code) -> Self {
        code.number()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

impl Code {
    /// Returns the number in the response.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::AuthorizationFailed => -1,
            Self::AccessDenied => -2,
            Self::InvalidObject => -3,
            Self::InvalidActionObject => -4,
            Self::InvalidAction => -5,
            Self::IncorrectValue => -6,
            Self::ValueRequired => -7,
            Self::AccountExists => -8,
            Self::NotNull => -9,
            Self::PlacedUpper => -10,
            Self::Other(other) => other,
        }
    }

    /// Whether the code is documented as one of calls that did not run.
    ///
    /// -10 is called a warning.
    pub(crate) fn is_refusal(self) -> bool {
        !matches!(self, Self::PlacedUpper | Self::Other(_))
    }

    /// Returns the kind of the error with this code.
    #[must_use]
    pub fn kind(self) -> ErrorKind {
        match self {
            Self::AuthorizationFailed => ErrorKind::Unauthenticated,
            Self::AccessDenied => ErrorKind::PermissionDenied,
            Self::InvalidObject | Self::InvalidActionObject | Self::InvalidAction => {
                ErrorKind::NotFound
            }
            _ => ErrorKind::Rejected,
        }
    }
}

/// The vendor's own error: why a call was refused.
///
/// It is the source of the [`Error`] that the call returns; [`Refusal::of`] finds it there.
///
/// ```
/// # fn example(error: &adfox_api::Error) {
/// use adfox_api::{Code, Refusal};
///
/// if let Some(refusal) = Refusal::of(error) {
///     if refusal.code == Code::IncorrectValue {
///         eprintln!("{:?} may not be {:?}", refusal.parameter, refusal.value);
///     }
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// The vendor's message.
    pub error: String,
    /// The parameter that is wrong.
    pub parameter: Option<String>,
    /// The value that is wrong; never that of a password.
    pub value: Option<String>,
}

impl Refusal {
    /// Returns the refusal behind `error`, if there is one.
    #[must_use]
    pub fn of(error: &Error) -> Option<&Self> {
        std::error::Error::source(error)?.downcast_ref()
    }

    pub(crate) fn into_error(self) -> Error {
        let mut message = self.error.clone();
        if let Some(parameter) = &self.parameter {
            message.push_str(": ");
            message.push_str(parameter);
        }
        if let Some(value) = &self.value {
            message.push_str(&format!(" {value:?}"));
        }
        let error = Error::new(self.code.kind(), message).with_code(self.code.number().to_string());
        match &self.parameter {
            Some(parameter) => error.with_field(parameter.clone()),
            None => error,
        }
        .with_detail(self)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ad server refused")
    }
}

impl std::error::Error for Refusal {}

impl VendorDetail for Refusal {
    fn redacted(&self, redact: &dyn Fn(&str) -> String) -> Arc<dyn VendorDetail> {
        Arc::new(Self {
            code: self.code,
            error: redact(&self.error),
            parameter: self.parameter.as_deref().map(redact),
            value: self.value.as_deref().map(redact),
        })
    }
}
