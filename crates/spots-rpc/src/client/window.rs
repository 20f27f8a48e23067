//! Cutting a range of days into windows.

use adcore::Error;
use jiff::Span;
use jiff::civil::Date;

/// A part of a range of days, both ends inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Date,
    pub(super) to: Date,
    first: bool,
    last: bool,
}

impl Window {
    /// Whether the range was not cut.
    pub(super) fn is_whole(&self) -> bool {
        self.first && self.last
    }

    /// Names the days in an error of this window, if the range was cut.
    pub(super) fn name_days(&self, error: Error) -> Error {
        if self.is_whole() {
            return error;
        }
        let message = format!("{} ({} to {})", error.message(), self.from, self.to);
        error.with_message(message)
    }

    /// Returns whether a row of this day was requested.
    pub(super) fn contains(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether a row of this day belongs here and not to a neighbouring window.
    pub(super) fn admits(&self, day: Date) -> bool {
        (self.first || self.from <= day) && (self.last || day <= self.to)
    }
}

/// The windows of a range of days, in order.
#[derive(Debug)]
pub(super) struct Windows {
    next: Option<Date>,
    first: bool,
    to: Date,
    days: u32,
}

impl Windows {
    pub(super) fn new(from: Date, to: Date, days: u32) -> Self {
        Self {
            next: Some(from),
            first: true,
            to,
            days,
        }
    }
}

impl Iterator for Windows {
    type Item = Window;

    fn next(&mut self) -> Option<Window> {
        let from = self.next?;
        let to = Span::new()
            .try_days(i64::from(self.days) - 1)
            .and_then(|span| from.checked_add(span))
            .unwrap_or(self.to)
            .min(self.to);
        self.next = to.tomorrow().ok().filter(|next| *next <= self.to);
        Some(Window {
            from,
            to,
            first: std::mem::replace(&mut self.first, false),
            last: self.next.is_none(),
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn cut(from: Date, to: Date, days: u32) -> Vec<(String, String)> {
        Windows::new(from, to, days)
            .map(|window| (window.from.to_string(), window.to.to_string()))
            .collect()
    }

    #[test]
    fn windows_touch_and_never_overlap() {
        let pairs = |list: &[(&str, &str)]| -> Vec<(String, String)> {
            list.iter()
                .map(|(a, b)| ((*a).into(), (*b).into()))
                .collect()
        };
        assert_eq!(
            cut(date(2024, 1, 1), date(2024, 3, 1), 31),
            pairs(&[("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-03-01")]),
        );
        assert_eq!(
            cut(date(2024, 2, 28), date(2024, 3, 1), 1),
            pairs(&[
                ("2024-02-28", "2024-02-28"),
                ("2024-02-29", "2024-02-29"),
                ("2024-03-01", "2024-03-01"),
            ]),
        );
        assert_eq!(
            cut(date(2024, 1, 1), date(2024, 1, 31), 31),
            pairs(&[("2024-01-01", "2024-01-31")]),
        );
        assert_eq!(cut(date(1, 1, 1), Date::MAX, u32::MAX).len(), 1);
        assert_eq!(cut(Date::MAX, Date::MAX, 1).len(), 1);
    }

    #[test]
    fn a_day_belongs_to_one_window() {
        let windows: Vec<_> = Windows::new(date(2024, 1, 1), date(2024, 1, 9), 3).collect();
        let homes = |day| windows.iter().filter(|window| window.admits(day)).count();
        let mut day = date(2023, 12, 30);
        while day < date(2024, 1, 12) {
            assert_eq!(homes(day), 1, "{day}");
            day = day.tomorrow().unwrap();
        }
    }
}
