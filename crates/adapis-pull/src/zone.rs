//! The days of a vendor's calendar, in a fixed offset from UTC.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// The fixed offset in which a source counts its days.
///
/// Neither vendor documents daylight saving time, and Moscow has none, so there is no time zone database here.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Offset);

impl Zone {
    /// Moscow, three hours ahead of UTC.
    pub const MOSCOW: Self = Self(Offset::constant(3));

    /// Returns the day that it is at this instant.
    #[must_use]
    pub fn day(self, now: Timestamp) -> Date {
        self.0.to_datetime(now).date()
    }

    /// Returns the midnight after `day`; `None` beyond the last day of the calendar.
    #[must_use]
    pub fn end_of(self, day: Date) -> Option<Timestamp> {
        let midnight = day.tomorrow().ok()?.at(0, 0, 0, 0);
        self.0.to_timestamp(midnight).ok()
    }

    /// Returns the instant `days` days after the end of `day`.
    #[must_use]
    pub fn end_plus(self, day: Date, days: u32) -> Option<Timestamp> {
        let hours = SignedDuration::from_hours(i64::from(days) * 24);
        self.end_of(day)?.checked_add(hours).ok()
    }

    /// Returns how many whole days have passed since the end of `day`; 0 on the first one.
    #[must_use]
    pub fn days_after_end(self, day: Date, at: Timestamp) -> u32 {
        let Some(end) = self.end_of(day) else {
            return 0;
        };
        let hours = at.duration_since(end).as_hours();
        u32::try_from(hours.div_euclid(24)).unwrap_or(0)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.unsigned_abs() / 60;
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

impl FromStr for Zone {
    type Err = ();

    /// Reads an offset such as `+03:00`, up to 14 hours, and nothing else.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(()),
        };
        let (hours, minutes) = rest.split_once(':').ok_or(())?;
        let number = |digits: &str| {
            let is_plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_plain.then(|| digits.parse::<i32>().ok()).flatten()
        };
        let (hours, minutes) = (number(hours).ok_or(())?, number(minutes).ok_or(())?);
        if minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return Err(());
        }
        let seconds = sign * (hours * 60 + minutes) * 60;
        Offset::from_seconds(seconds).map(Self).map_err(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_ends_at_midnight_of_the_zone() {
        let zone = Zone::MOSCOW;
        assert_eq!(zone.day(at("2025-12-01T20:59:59Z")), date(2025, 12, 1));
        assert_eq!(zone.day(at("2025-12-01T21:00:00Z")), date(2025, 12, 2));
        assert_eq!(
            zone.end_of(date(2025, 12, 1)),
            Some(at("2025-12-01T21:00:00Z"))
        );
        assert_eq!(
            zone.end_plus(date(2025, 12, 1), 7),
            Some(at("2025-12-08T21:00:00Z"))
        );
        assert_eq!(zone.end_of(Date::MAX), None);
        assert_eq!(
            zone.days_after_end(date(2025, 12, 1), at("2025-12-02T20:00:00Z")),
            0
        );
        assert_eq!(
            zone.days_after_end(date(2025, 12, 1), at("2025-12-02T21:00:00Z")),
            1
        );
        assert_eq!(
            zone.days_after_end(date(2025, 12, 1), at("2025-11-02T21:00:00Z")),
            0
        );
    }

    #[test]
    fn offsets_are_read_and_written() {
        for text in ["+03:00", "-03:30", "+00:00", "+14:00"] {
            assert_eq!(text.parse::<Zone>().unwrap().to_string(), text);
        }
        for text in [
            "", "3", "+3:00", "+03", "+15:00", "+14:01", "+03:60", "Moscow", "+0a:00", "é",
        ] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }
}
