//! How the fields of requests become parameters.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{File, Params};

/// A day, or a day with hours and minutes, in Moscow time.
///
/// Serializes as a date or as a date with a time, such as `2015-04-25T11:00:00`; the vendor is sent
/// what [`Display`](fmt::Display) shows.
///
/// ```
/// use adfox_api::calls::Moment;
/// use adfox_api::date;
///
/// let day = Moment::from(date(2015, 4, 25));
/// assert_eq!(day.to_string(), "2015-04-25");
/// let minute = Moment::from(date(2015, 4, 25).at(11, 0, 59, 0));
/// assert_eq!(minute.to_string(), "2015-04-25 11:00");
/// assert_eq!("2015-04-25 11:00:59".parse(), Ok(minute));
/// # Ok::<(), adfox_api::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Moment {
    /// A day; its first minute where the vendor expects a time.
    Day(Date),
    /// A minute; seconds are not sent.
    Minute(DateTime),
}

/// The text is neither a date nor a date with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseMomentError(());

impl fmt::Display for ParseMomentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a date such as 2015-04-25, nor one with a time such as 2015-04-25 11:00")
    }
}

impl std::error::Error for ParseMomentError {}

impl From<Date> for Moment {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl From<DateTime> for Moment {
    fn from(time: DateTime) -> Self {
        Self::Minute(time)
    }
}

impl FromStr for Moment {
    type Err = ParseMomentError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Parsing a date accepts a time after it, and drops it.
        let moment = if text.contains(':') {
            text.parse().map(Self::Minute)
        } else {
            text.parse().map(Self::Day)
        };
        moment.map_err(|_| ParseMomentError(()))
    }
}

impl TryFrom<String> for Moment {
    type Error = ParseMomentError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        match moment {
            Moment::Day(day) => day.to_string(),
            Moment::Minute(time) => time.to_string(),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Minute(time) => {
                write!(f, "{} {:02}:{:02}", time.date(), time.hour(), time.minute())
            }
        }
    }
}

/// Text that may contain line breaks, such as the HTML of a banner.
///
/// ```
/// use adfox_api::calls::Text;
///
/// let code = Text::from("<script>\n  show();\n</script>");
/// assert!(code.as_str().starts_with("<script>"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(String);

impl Text {
    /// Creates a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value that becomes a parameter.
pub(crate) trait ParamValue {
    fn put(&self, name: &str, params: &mut Params);
}

macro_rules! displayed {
    ($($type:ty),*) => {
        $(impl $crate::calls::ParamValue for $type {
            fn put(&self, name: &str, params: &mut $crate::calls::Params) {
                params.push(name, self);
            }
        })*
    };
}
pub(super) use displayed;

displayed!(String, u32, u64, Decimal, Date, Moment, super::Show);

impl ParamValue for bool {
    fn put(&self, name: &str, params: &mut Params) {
        params.push(name, u8::from(*self));
    }
}

impl ParamValue for Text {
    fn put(&self, name: &str, params: &mut Params) {
        params.append(Params::new().multiline(name, self.as_str()));
    }
}

impl ParamValue for File {
    fn put(&self, name: &str, params: &mut Params) {
        params.append(Params::new().file(name, self.clone()));
    }
}

impl<T: fmt::Display> ParamValue for Vec<T> {
    fn put(&self, name: &str, params: &mut Params) {
        let items: Vec<String> = self.iter().map(ToString::to_string).collect();
        params.push(name, items.join(","));
    }
}

impl<T: ParamValue> ParamValue for Option<T> {
    fn put(&self, name: &str, params: &mut Params) {
        if let Some(value) = self {
            value.put(name, params);
        }
    }
}
