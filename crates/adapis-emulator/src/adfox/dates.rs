//! Dates with an optional time in parameters and rows, in Moscow time.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, offset};

/// The value of a date that is not set.
pub(super) const NEVER: &str = "0000-00-00 00:00:00";

/// Completes `YYYY-MM-DD[ HH:mm[:ss]]`; returns `None` for anything else.
pub(super) fn canonical(text: &str) -> Option<String> {
    let (date, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    let time = if time.len() == 5 {
        format!("{time}:00")
    } else {
        time.to_owned()
    };
    let full = format!("{date} {time}");
    if full == NEVER {
        return Some(full);
    }
    let parsed = DateTime::strptime("%Y-%m-%d %H:%M:%S", &full).ok()?;
    (parsed.strftime("%Y-%m-%d %H:%M:%S").to_string() == full).then_some(full)
}

/// Removes the seconds from a date with a time; returns `None` for any other value.
pub(super) fn without_seconds(text: &str) -> Option<&str> {
    let is_date = text.len() == NEVER.len()
        && text
            .bytes()
            .zip(NEVER.bytes())
            .all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                _ => byte == form,
            });
    is_date.then(|| &text[..text.len() - 3])
}

/// Returns the current time in Moscow.
pub(super) fn now() -> String {
    let moscow = Timestamp::now().to_zoned(TimeZone::fixed(offset(3)));
    moscow.strftime("%Y-%m-%d %H:%M:%S").to_string()
}
