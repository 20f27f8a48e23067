//! Numbers and dates as a person reads them.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::Offset;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::derive::Measure;
use crate::report::Language;
use crate::words::Words;

/// Keeps the parts of a number, and a number and its unit, on one line.
pub(crate) const NO_BREAK_SPACE: char = '\u{a0}';
const MINUS: char = '\u{2212}';
/// In place of a number that is not known.
pub(crate) const NONE: &str = "–";

/// Writes numbers and dates in one language.
#[derive(Debug)]
pub(crate) struct Format<'a> {
    pub(crate) language: Language,
    pub(crate) words: &'static Words,
    pub(crate) currency: Option<&'a str>,
    pub(crate) offset: Offset,
}

impl Format<'_> {
    /// Writes a number with exactly `places` digits after the point, rounded half away from zero.
    pub(crate) fn number(&self, value: Decimal, places: u32) -> String {
        let (group, point) = match self.language {
            Language::Russian => (NO_BREAK_SPACE, ','),
            Language::English => (',', '.'),
        };
        let rounded = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
        let text = rounded.abs().to_string();
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let mut out = String::new();
        if rounded.is_sign_negative() && !rounded.is_zero() {
            out.push(MINUS);
        }
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                out.push(group);
            }
            out.push(digit);
        }
        if places > 0 {
            let places = usize::try_from(places).unwrap_or(usize::MAX);
            out.push(point);
            out.push_str(&format!("{fraction:0<places$}"));
        }
        out
    }

    /// Writes a number of impressions, clicks or days.
    pub(crate) fn count(&self, value: impl Into<Decimal>) -> String {
        self.number(value.into(), 0)
    }

    /// Writes a number with its unit.
    pub(crate) fn measure(&self, measure: Measure, value: Decimal) -> String {
        match measure {
            Measure::Impressions | Measure::Clicks => self.count(value),
            Measure::Ctr => self.percent_of(&self.number(value, 2)),
            Measure::Money | Measure::Ecpm | Measure::Cpc => {
                let mut text = self.number(value, 2);
                if let Some(currency) = self.currency {
                    text.push(NO_BREAK_SPACE);
                    text.push_str(currency);
                }
                text
            }
        }
    }

    /// Writes a number without its unit, for a column whose heading has it.
    pub(crate) fn bare(&self, measure: Measure, value: Decimal) -> String {
        match measure {
            Measure::Impressions | Measure::Clicks => self.count(value),
            Measure::Money | Measure::Ctr | Measure::Ecpm | Measure::Cpc => self.number(value, 2),
        }
    }

    /// Writes a number with its sign, also a plus.
    pub(crate) fn signed(&self, value: Decimal, places: u32) -> String {
        let text = self.number(value, places);
        if text.starts_with(MINUS) || value.round_dp(places).is_zero() {
            text
        } else {
            format!("+{text}")
        }
    }

    /// Writes a change in percent with its sign. From a thousand percent on, digits say no more.
    pub(crate) fn percent(&self, value: Decimal) -> String {
        let places = u32::from(value.abs() < Decimal::ONE_THOUSAND);
        self.percent_of(&self.signed(value, places))
    }

    fn percent_of(&self, number: &str) -> String {
        match self.language {
            Language::Russian => format!("{number}{NO_BREAK_SPACE}%"),
            Language::English => format!("{number}%"),
        }
    }

    /// Writes a number for a spreadsheet: every digit, no groups, the language's decimal point.
    pub(crate) fn exact(&self, value: Decimal) -> String {
        let text = value.normalize().to_string();
        match self.language {
            Language::Russian => text.replace('.', ","),
            Language::English => text,
        }
    }

    /// Writes a day with its year.
    pub(crate) fn date(&self, date: Date) -> String {
        match self.language {
            Language::Russian => {
                format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year())
            }
            Language::English => format!("{} {}", self.day(date), date.year()),
        }
    }

    /// Writes a day without its year.
    pub(crate) fn day(&self, date: Date) -> String {
        match self.language {
            Language::Russian => format!("{:02}.{:02}", date.day(), date.month()),
            Language::English => {
                let month = usize::try_from(date.month() - 1)
                    .ok()
                    .and_then(|month| MONTHS.get(month))
                    .unwrap_or(&"");
                format!("{} {month}", date.day())
            }
        }
    }

    /// Writes a day without its year and the weekday.
    pub(crate) fn weekday_and_day(&self, date: Date) -> String {
        format!("{},{NO_BREAK_SPACE}{}", self.weekday(date), self.day(date))
    }

    pub(crate) fn weekday(&self, date: Date) -> &'static str {
        let names = &self.words.weekdays;
        match date.weekday() {
            Weekday::Monday => names[0],
            Weekday::Tuesday => names[1],
            Weekday::Wednesday => names[2],
            Weekday::Thursday => names[3],
            Weekday::Friday => names[4],
            Weekday::Saturday => names[5],
            Weekday::Sunday => names[6],
        }
    }

    /// Writes an instant in the report's offset, to the minute.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        let local = self.offset.to_datetime(at);
        format!(
            "{}, {:02}:{:02}{NO_BREAK_SPACE}{}",
            self.date(local.date()),
            local.hour(),
            local.minute(),
            self.offset_name()
        )
    }

    fn offset_name(&self) -> String {
        let seconds = self.offset.seconds();
        if seconds == 0 {
            return "UTC".to_owned();
        }
        let sign = if seconds < 0 { MINUS } else { '+' };
        let minutes = seconds.abs() / 60;
        match minutes % 60 {
            0 => format!("UTC{sign}{}", minutes / 60),
            rest => format!("UTC{sign}{}:{rest:02}", minutes / 60),
        }
    }

    /// Writes a group's name as it is shown.
    pub(crate) fn name<'n>(&self, name: &'n str) -> &'n str {
        if name.trim().is_empty() {
            self.words.no_name
        } else {
            name
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn format(language: Language) -> Format<'static> {
        Format {
            language,
            words: Words::of(language),
            currency: Some("₽"),
            offset: Offset::constant(3),
        }
    }

    #[test]
    fn numbers_are_written_as_each_language_does() {
        let (russian, english) = (format(Language::Russian), format(Language::English));
        for (value, places, in_russian, in_english) in [
            ("0", 2, "0,00", "0.00"),
            ("-0.004", 2, "0,00", "0.00"),
            ("999", 0, "999", "999"),
            ("1000", 0, "1\u{a0}000", "1,000"),
            (
                "-1234567.005",
                2,
                "\u{2212}1\u{a0}234\u{a0}567,01",
                "\u{2212}1,234,567.01",
            ),
            ("2.5", 0, "3", "3"),
            (
                "8358.049411245",
                9,
                "8\u{a0}358,049411245",
                "8,358.049411245",
            ),
        ] {
            let value = value.parse().unwrap();
            assert_eq!(russian.number(value, places), in_russian);
            assert_eq!(english.number(value, places), in_english);
        }
        let money = "1234.5".parse().unwrap();
        assert_eq!(
            russian.measure(Measure::Money, money),
            "1\u{a0}234,50\u{a0}₽"
        );
        assert_eq!(russian.exact(money), "1234,5");
        assert_eq!(english.exact(money), "1234.5");
        assert_eq!(russian.percent(Decimal::ONE), "+1,0\u{a0}%");
        assert_eq!(english.percent(Decimal::NEGATIVE_ONE), "\u{2212}1.0%");
        assert_eq!(english.percent(Decimal::ZERO), "0.0%");
    }

    #[test]
    fn days_and_times_are_written_as_each_language_does() {
        let (russian, english) = (format(Language::Russian), format(Language::English));
        let day = date(2026, 11, 8);
        assert_eq!(russian.date(day), "08.11.2026");
        assert_eq!(english.date(day), "8 Nov 2026");
        assert_eq!(russian.weekday_and_day(day), "вс,\u{a0}08.11");
        let at = "2026-11-07T22:30:59Z".parse().unwrap();
        assert_eq!(russian.time(at), "08.11.2026, 01:30\u{a0}UTC+3");
        assert!(english.time(Timestamp::MAX).contains("UTC+3"));
    }
}
