//! Reading the reports of an ADFOX source.

use super::StreamSettings;
use super::fields::{ConfigError, Field, Table};
use super::filters::read_filters;
use super::read::{Defaults, override_stream};
use crate::stream::adfox::report::{self, DATE, MetricKind};

/// The vendor's limits.
const MOST: usize = 10;

/// PostgreSQL cuts longer names of columns, and of tables: those of reports are called `adfox_report_NAME`.
const LONGEST_COLUMN: usize = 63;
const LONGEST_NAME: usize = LONGEST_COLUMN - "adfox_report_".len();

/// Columns and folders that the rows of every stream have.
const TAKEN: [&str; 6] = ["account", "extra", "source", "month", "day", "snapshot"];

/// Reads the list of reports.
pub(super) fn read_reports(
    field: &Field<'_>,
    defaults: &Defaults,
) -> Result<Vec<StreamSettings>, ConfigError> {
    let mut reports: Vec<StreamSettings> = Vec::new();
    for item in field.list()? {
        let table = item.table()?;
        let name = table.require("name")?;
        check_word(&name, b'-', LONGEST_NAME)?;
        refuse_saved(&table)?;
        let dimensions = table.require("dimensions")?;
        let mut by: Vec<&str> = Vec::new();
        for item in dimensions.list()? {
            by.push(read_column(&item, &by)?);
        }
        if !by.contains(&DATE) {
            return Err(dimensions.error("must contain date, by which rows find their files"));
        }
        check_length(&dimensions, by.len())?;
        let list = table.require("metrics")?;
        let mut metrics = Vec::new();
        let mut taken = by.clone();
        for item in list.list()? {
            let metric = read_metric(&item, &taken)?;
            taken.push(metric.0);
            metrics.push(metric);
        }
        check_length(&list, metrics.len())?;
        let stream = report::stream(name.text()?, &metrics, &by);
        if reports.iter().any(|other| other.stream.name == stream.name) {
            return Err(name.error("is the name of two reports"));
        }
        let mut settings = defaults.settings(&stream);
        override_stream(&mut settings, &table)?;
        if let Some(field) = table.get("filters") {
            settings.filters = read_filters(&field, MOST)?;
        }
        if let Some(field) = table.get("owner") {
            settings.owner = Some(u64::from(field.integer(1, u32::MAX)?).into());
        }
        table.finish()?;
        reports.push(settings);
    }
    if reports.is_empty() {
        return Err(field.error("must not be empty"));
    }
    Ok(reports)
}

/// What a saved report selects is changed in the vendor's interface, where nothing that was pulled before can follow,
/// and its columns are not known until it has been made.
fn refuse_saved(table: &Table<'_>) -> Result<(), ConfigError> {
    let Some(field) = table.forbidden("saved") else {
        return Ok(());
    };
    Err(field.error(
        "cannot be pulled, because the columns and conditions of a saved report can change in ADFOX unseen: \
         `adapis adfox reports NAME` prints its fields; list them as dimensions, metrics and filters instead",
    ))
}

fn check_length(field: &Field<'_>, length: usize) -> Result<(), ConfigError> {
    if (1..=MOST).contains(&length) {
        return Ok(());
    }
    Err(field.error(format!("must have between 1 and {MOST} names")))
}

/// A name of a report becomes a part of paths, and one of a column a name in every engine.
fn check_word<'a>(field: &Field<'a>, sign: u8, longest: usize) -> Result<&'a str, ConfigError> {
    let word = field.text()?;
    let is_letter = |byte: u8| byte.is_ascii_lowercase();
    let is_plain = |byte: u8| is_letter(byte) || byte.is_ascii_digit() || byte == sign;
    let begins = word.bytes().next().is_some_and(is_letter);
    if begins && word.len() <= longest && word.bytes().all(is_plain) {
        return Ok(word);
    }
    let sign = char::from(sign);
    Err(field.error(format!(
        "must be at most {longest} lowercase letters, digits and {sign}, and begin with a letter"
    )))
}

fn read_column<'a>(field: &Field<'a>, others: &[&str]) -> Result<&'a str, ConfigError> {
    let name = check_word(field, b'_', LONGEST_COLUMN)?;
    if TAKEN.contains(&name) {
        return Err(
            field.error("is the name of another column or of a folder; choose another name")
        );
    }
    if others.contains(&name) {
        return Err(field.error("is in the list twice"));
    }
    Ok(name)
}

/// Reads a metric: a name that is known here, or a name and a type.
fn read_metric<'a>(
    field: &Field<'a>,
    others: &[&str],
) -> Result<(&'a str, MetricKind), ConfigError> {
    let types = || MetricKind::ALL.map(|(word, _)| word).join(", ");
    if field.is_text() {
        let name = read_column(field, others)?;
        let kind = MetricKind::of(name).ok_or_else(|| {
            field.error(format!(
                "needs a type: {{ name = \"{name}\", type = \"count\" }}, of {}",
                types()
            ))
        })?;
        return Ok((name, kind));
    }
    let table = field.table()?;
    let name = read_column(&table.require("name")?, others)?;
    let given = table.require("type")?;
    let word = given.text()?;
    let kind = MetricKind::ALL.iter().find(|(known, _)| *known == word);
    let (_, kind) = kind.ok_or_else(|| given.error(format!("must be one of {}", types())))?;
    table.finish()?;
    Ok((name, *kind))
}

#[cfg(test)]
mod tests;
