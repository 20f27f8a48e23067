//! Days as people write them: `2023-08-23`, `2024-01`, `today`, `yesterday`, `-7d`.

use jiff::civil::Date;
use jiff::tz::offset;
use jiff::{Span, Timestamp};

use crate::error::CliError;

/// What a day can be, for messages.
const FORMS: &str =
    "a day such as 2023-08-23, a month such as 2024-01, today, yesterday or -7d (7 days ago)";

/// Which end of a range a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    First,
    Last,
}

impl End {
    fn flag(self) -> &'static str {
        match self {
            Self::First => "from",
            Self::Last => "to",
        }
    }

    /// The error of a value that is not a day.
    pub(crate) fn error(self, text: &str, more: &str) -> CliError {
        let flag = self.flag();
        let hint = if has_offset(text) {
            "; offsets and time zones are not supported"
        } else {
            ""
        };
        CliError::input(
            flag,
            format!("--{flag} must be {FORMS}{more}, not '{text}'{hint}"),
        )
    }
}

/// Today in Moscow, where the vendors are.
pub(crate) fn today() -> Date {
    offset(3).to_datetime(Timestamp::now()).date()
}

/// Reads one end of a range of days. A month means its first or its last day.
pub(crate) fn day(end: End, text: &str) -> Result<Date, CliError> {
    read(end, text, today()).ok_or_else(|| end.error(text, ""))
}

/// Reads a day; `None` if it is not in one of the forms.
pub(crate) fn read(end: End, text: &str, today: Date) -> Option<Date> {
    match text {
        "today" => return Some(today),
        "yesterday" => return today.yesterday().ok(),
        _ => {}
    }
    if let Some(days) = text
        .strip_prefix('-')
        .and_then(|rest| rest.strip_suffix('d'))
    {
        let days: u32 = digits(days)?;
        return today.checked_sub(Span::new().try_days(days).ok()?).ok();
    }
    match text.len() {
        7 => {
            let first: Date = format!("{text}-01").parse().ok()?;
            let whole = first.to_string().starts_with(text);
            match end {
                _ if !whole => None,
                End::First => Some(first),
                End::Last => Some(first.last_of_month()),
            }
        }
        10 => text
            .parse()
            .ok()
            .filter(|day: &Date| day.to_string() == text),
        _ => None,
    }
}

fn digits(text: &str) -> Option<u32> {
    let only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    only.then(|| text.parse().ok()).flatten()
}

fn has_offset(text: &str) -> bool {
    let time = text
        .trim()
        .split_once(['T', ' '])
        .map_or("", |(_, time)| time);
    time.contains(['+', '-', '[']) || time.ends_with(['Z', 'z'])
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_in_every_form() {
        let now = date(2024, 3, 1);
        for (text, first, last) in [
            ("2023-08-23", date(2023, 8, 23), date(2023, 8, 23)),
            ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
            ("today", now, now),
            ("yesterday", date(2024, 2, 29), date(2024, 2, 29)),
            ("-7d", date(2024, 2, 23), date(2024, 2, 23)),
            ("-0d", now, now),
        ] {
            assert_eq!(read(End::First, text, now), Some(first), "{text}");
            assert_eq!(read(End::Last, text, now), Some(last), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_day_is_repeated_in_the_message() {
        for text in [
            "",
            "tomorrow",
            "2023-02-30",
            "2023-13",
            "2023-1-1",
            "20230823",
            "23.08.2023",
            "--7d",
            "-d",
            "-+7d",
            "-99999999999d",
            "2023-08-23T00:00:00",
            "2023-08-23T00:00:00+03:00",
            "2023-08-23Z",
            "2023-W3",
            "+002023-08",
            " 2023-08-23",
            "2023-08-23\r",
        ] {
            let error = day(End::Last, text).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            let CliError::Input { message, .. } = error else {
                panic!("an input error");
            };
            assert!(message.contains(&format!("'{text}'")), "{message}");
            assert_eq!(
                message.contains("offset"),
                text.contains("+03"),
                "{message}"
            );
        }
    }
}
