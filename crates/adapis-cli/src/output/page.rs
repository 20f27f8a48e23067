//! One HTML page of statistics by day.

use std::io::Write;

use adapis_report::{DayRow, Report};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::row::{Cell, Row};
use crate::error::CliError;
use crate::page::{
    CLICKS, DAYS, IMPRESSIONS, MONEY, Names, SECOND_SPLIT, Subject, group_of, is_second_split,
};

/// Where the vendors are.
const MOSCOW: jiff::tz::Offset = jiff::tz::offset(3);

/// Keeps the numbers of all rows, from which the page is made at the end.
pub(super) struct Page {
    subject: Option<Subject>,
    rows: Vec<DayRow>,
    names: Names,
    /// The column of the groups' names.
    group: Option<&'static str>,
}

impl Page {
    pub(super) fn new(subject: Option<Subject>) -> Self {
        Self {
            subject,
            rows: Vec::new(),
            names: Names::default(),
            group: None,
        }
    }

    pub(super) fn push(&mut self, row: &Row) -> Result<(), CliError> {
        let subject = self.subject.ok_or_else(no_day)?;
        let day = first(row, &DAYS)
            .and_then(|text| day(&text))
            .ok_or_else(no_day)?;
        let named = row.cells().filter(|(_, cell)| is_name(&cell.text()));
        let mut named: Vec<&str> = named.map(|(name, _)| name).collect();
        let second = named.iter_mut().find(|name| is_second_split(name));
        let second = second.map(|name| std::mem::replace(name, SECOND_SPLIT));
        let text = |name| match second {
            Some(second) if name == SECOND_SPLIT => text(row, second),
            _ => text(row, name),
        };
        let (name, key) = match group_of(&named) {
            Some((name, key)) => {
                self.group = Some(name);
                (text(name), text(key))
            }
            None => (subject.title().to_owned(), subject.title().to_owned()),
        };
        self.names.learn(&key, &name);
        self.rows.push(
            DayRow::new(day, key)
                .impressions(number(row, &IMPRESSIONS).and_then(|number| number.try_into().ok()))
                .clicks(number(row, &CLICKS).and_then(|number| number.try_into().ok()))
                .money(number(row, &MONEY)),
        );
        Ok(())
    }

    pub(super) fn finish(mut self, out: &mut dyn Write) -> Result<(), CliError> {
        let subject = self.subject.ok_or_else(no_day)?;
        self.names.apply(&mut self.rows);
        let mut report = Report::new(subject.title(), Timestamp::now())
            .money(subject.money())
            .grouping(subject.grouping(self.group))
            .rows(self.rows);
        report.offset_seconds = MOSCOW.seconds();
        Ok(out.write_all(adapis_report::render(&report).as_bytes())?)
    }
}

/// The error of statistics that are not by day.
pub(crate) fn no_day() -> CliError {
    let message = "--format html needs statistics by day: add --group date_day (spots), --split Day or --each-day \
                   (hybrid v3) or --dimension date (adfox); hybrid stats campaign and advertiser have days";
    CliError::input("format", message)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && day(text).is_none()
}

/// A day, which may have a time behind it.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn text(row: &Row, name: &str) -> String {
    row.get(name)
        .map(|cell| cell.text().into_owned())
        .unwrap_or_default()
}

fn first(row: &Row, names: &[&str]) -> Option<String> {
    names
        .iter()
        .map(|name| text(row, name))
        .find(|text| !text.is_empty())
}

/// The first number that there is.
fn number(row: &Row, names: &[&str]) -> Option<Decimal> {
    let cells = names.iter().filter_map(|name| row.get(name));
    cells
        .filter(|cell| !matches!(cell, Cell::Null))
        .find_map(|cell| cell.text().parse().ok())
}
