//! The clock's settings, time zones, and how much of a day has passed at an instant.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// Milliseconds of a day; the zones have fixed offsets, so that all days are equally long.
pub(crate) const DAY: i64 = 86_400_000;

/// What else follows the emulator's clock.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClockSettings {
    /// Whether the `Date` header of responses has the instant of the clock.
    pub date_header: bool,
}

impl Default for ClockSettings {
    fn default() -> Self {
        Self { date_header: true }
    }
}

/// A fixed offset from UTC, written `+03:00`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct UtcOffset {
    minutes: i32,
}

impl UtcOffset {
    /// Moscow's offset, `+03:00`.
    pub const MOSCOW: Self = Self { minutes: 180 };

    /// Returns the day of an instant, counted from that of the epoch.
    pub(crate) fn day(self, instant: Timestamp) -> i64 {
        let local = instant.as_millisecond() + i64::from(self.minutes) * 60_000;
        local.div_euclid(DAY)
    }

    /// Returns the milliseconds from the start of a day to an instant, negative before it.
    pub(crate) fn since_start(self, day: Date, instant: Timestamp) -> i64 {
        const EPOCH: Date = date(1970, 1, 1);
        let start = day.duration_since(EPOCH).as_secs() - i64::from(self.minutes) * 60;
        instant.as_millisecond() - start * 1000
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl FromStr for UtcOffset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (sign, digits) = match text.as_bytes().first()? {
                b'+' => (1, &text[1..]),
                b'-' => (-1, &text[1..]),
                _ => return None,
            };
            let (hours, minutes) = digits.split_once(':')?;
            let number = |digits: &str, below: i32| {
                let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
                let number = plain.then(|| digits.parse::<i32>().ok())??;
                (number < below).then_some(number)
            };
            let minutes = sign * (number(hours, 24)? * 60 + number(minutes, 60)?);
            Some(Self { minutes })
        };
        parse().ok_or_else(|| format!("a time zone is written like +03:00, not {text:?}"))
    }
}

impl TryFrom<String> for UtcOffset {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<UtcOffset> for String {
    fn from(offset: UtcOffset) -> Self {
        offset.to_string()
    }
}
