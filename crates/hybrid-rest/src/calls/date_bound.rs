//! The ends of date ranges.

use std::fmt;
use std::str::FromStr;

use adcore::Error;
use jiff::civil::{Date, DateTime};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};

/// One end of a range of days, in Moscow time: a whole day or a moment.
///
/// Its text, also in serde formats, is `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS` without an offset. Calls
/// take any `Into<DateBound>`, such as a `Date` or a `DateTime`.
///
/// ```
/// use hybrid_rest::calls::DateBound;
/// use jiff::civil::date;
///
/// let bound = DateBound::from(date(2015, 12, 31));
/// assert_eq!(bound.to_string(), "2015-12-31");
/// assert_eq!("2015-12-31T10:00:00".parse::<DateBound>()?.day(), date(2015, 12, 31));
/// # Ok::<(), hybrid_rest::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DateBound {
    /// A whole day, included at either end of a range.
    Day(Date),
    /// A moment; fractions of a second are not sent.
    Moment(DateTime),
}

impl DateBound {
    /// Returns the day, or the day of the moment.
    #[must_use]
    pub fn day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Moment(moment) => moment.date(),
        }
    }

    /// Checks that years have four digits and that the range does not end before it begins.
    pub(crate) fn check(from: Self, to: Self) -> Result<(), Error> {
        for (field, bound) in [("from", from), ("to", to)] {
            if bound.day().year() < 1 {
                return Err(Error::invalid_input(
                    field,
                    "must be in the years 1 to 9999",
                ));
            }
        }
        let reversed = match (from, to) {
            (Self::Moment(from), Self::Moment(to)) => to < from,
            _ => to.day() < from.day(),
        };
        if reversed {
            return Err(Error::invalid_input("to", "must not be before `from`"));
        }
        Ok(())
    }
}

impl From<Date> for DateBound {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl From<DateTime> for DateBound {
    fn from(moment: DateTime) -> Self {
        Self::Moment(moment)
    }
}

impl FromStr for DateBound {
    type Err = Error;

    /// Reads the two forms that `Display` writes, and no other.
    fn from_str(text: &str) -> Result<Self, Error> {
        let bound = match text.len() {
            10 => text.parse().map(Self::Day).ok(),
            19 => text.parse().map(Self::Moment).ok(),
            _ => None,
        };
        bound
            .filter(|bound| bound.to_string() == text)
            .ok_or_else(|| {
                Error::invalid_input("date", "must be YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS")
            })
    }
}

impl fmt::Display for DateBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Moment(moment) => write!(
                f,
                "{}T{:02}:{:02}:{:02}",
                moment.date(),
                moment.hour(),
                moment.minute(),
                moment.second()
            ),
        }
    }
}

impl Serialize for DateBound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DateBound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_forms_and_no_offset() {
        for good in ["2015-12-31", "2015-12-31T23:59:59", "0001-01-01"] {
            assert_eq!(good.parse::<DateBound>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "31.12.2015",
            "2015-02-30",
            "20151231",
            "2015-12-31T00:00:00Z",
            "2015-12-31T00:00:00+03:00",
            "2015-12-31 00:00:00",
            "2015-12-31\r\n",
        ] {
            let error = bad.parse::<DateBound>().unwrap_err();
            assert_eq!(error.field(), Some("date"), "{bad:?}");
        }
    }

    #[test]
    fn ranges_run_forward() {
        let bound = |text: &str| text.parse::<DateBound>().unwrap();
        for (from, to) in [
            ("2015-12-31", "2015-12-31"),
            ("2015-12-31T10:00:00", "2015-12-31"),
            ("2015-12-31", "2015-12-31T10:00:00"),
            ("2015-12-31T10:00:00", "2015-12-31T10:00:00"),
        ] {
            assert!(
                DateBound::check(bound(from), bound(to)).is_ok(),
                "{from} {to}"
            );
        }
        for (from, to) in [
            ("2015-12-31", "2015-12-30"),
            ("2015-12-31T10:00:00", "2015-12-30"),
            ("2015-12-31T10:00:00", "2015-12-31T09:59:59"),
        ] {
            let error = DateBound::check(bound(from), bound(to)).unwrap_err();
            assert_eq!(error.field(), Some("to"), "{from} {to}");
        }
        let ancient = DateBound::Day(jiff::civil::date(-1, 1, 1));
        let error = DateBound::check(ancient, ancient).unwrap_err();
        assert_eq!(error.field(), Some("from"));
    }
}
