//! Results on standard output, in the chosen format.

mod columns;
mod csv;
mod file;
mod json;
mod layout;
#[cfg(feature = "pull")]
mod page;
mod row;
mod table;

use std::io::{self, BufWriter, Write};

use serde_json::value::RawValue;

use crate::error::CliError;
use crate::format::Format;

pub(crate) use columns::{Columns, Selection};
pub(crate) use file::OutputFile;
#[cfg(feature = "pull")]
pub(crate) use page::no_day;
pub(crate) use row::{Cell, Row, raw};
pub(crate) use table::Look;

/// Standard output in one format. All results are printed through it.
pub(crate) struct Output {
    format: Format,
    look: Look,
    selection: Option<Selection>,
    limit: Option<u64>,
    out: Box<dyn Write + Send>,
}

impl Output {
    pub(crate) fn stdout(format: Format, look: Look) -> Self {
        Self::to(format, look, io::stdout())
    }

    pub(crate) fn to(format: Format, look: Look, out: impl Write + Send + 'static) -> Self {
        Self {
            format,
            look,
            selection: None,
            limit: None,
            out: Box::new(BufWriter::with_capacity(64 * 1024, out)),
        }
    }

    /// Prints only the columns of `--columns`, if it is given.
    #[must_use]
    pub(crate) fn select(mut self, selection: Option<Selection>) -> Self {
        self.selection = selection;
        self
    }

    /// Prints at most this many rows of a list.
    #[must_use]
    pub(crate) fn limit(mut self, rows: Option<u64>) -> Self {
        self.limit = rows;
        self
    }

    /// Starts a list of rows with these columns.
    ///
    /// The columns of CSV do not depend on the rows. JSON has the members of each row as they are.
    /// Memory use is constant, except for CSV with a column for every member: a table is printed in
    /// pages, and the other formats write each row at once. Without [`Rows::finish`] a JSON array
    /// stays open, so that an interrupted response does not look complete.
    pub(crate) fn rows(&mut self, columns: Columns) -> Rows<'_> {
        let columns = columns.select(self.selection.as_ref());
        let style = match self.format {
            Format::Table => Style::Table(table::Pages::new(columns, self.look)),
            Format::Csv => Style::Csv(csv::CsvWriter::new(columns, b',')),
            Format::Tsv => Style::Csv(csv::CsvWriter::new(columns, b'\t')),
            Format::Json => Style::Json(json::Array::default()),
            Format::Ndjson => Style::Ndjson,
            #[cfg(feature = "pull")]
            Format::Html => Style::Page(Box::new(page::Page::new(columns.subject))),
        };
        let names = match &self.selection {
            Some(Selection::Names(names)) => names.clone(),
            Some(Selection::All) | None => Vec::new(),
        };
        Rows {
            out: &mut self.out,
            style,
            missing: names.clone(),
            names,
            count: 0,
            limit: self.limit.unwrap_or(u64::MAX),
        }
    }

    /// Prints one object: one member per line as a table, otherwise a single row without an array.
    pub(crate) fn object(&mut self, row: &Row) -> Result<(), CliError> {
        self.object_as(row, Columns::of_all_rows())
    }

    /// As [`object`](Self::object); CSV has these columns.
    pub(crate) fn object_as(&mut self, row: &Row, columns: Columns) -> Result<(), CliError> {
        if matches!(self.format, Format::Csv | Format::Tsv) {
            let mut rows = self.rows(columns);
            rows.push(row)?;
            return rows.finish();
        }
        let selected;
        let row = match &self.selection {
            Some(Selection::Names(names)) => {
                names
                    .iter()
                    .filter(|name| row.get(name).is_none())
                    .for_each(|name| no_member(name));
                selected = row.select(names);
                &selected
            }
            Some(Selection::All) | None => row,
        };
        match self.format {
            Format::Table => table::object(&mut self.out, row, self.look)?,
            _ => {
                json::row(&mut self.out, row)?;
                self.out.write_all(b"\n")?;
            }
        }
        Ok(self.out.flush()?)
    }

    /// Says that `--limit` has no effect where there is no list.
    pub(crate) fn note_limit(&self) {
        if self.limit.is_some() {
            note("--limit has no effect, because there is no list to print");
        }
    }

    /// Gives up the format: what is written is printed as it is.
    #[cfg(feature = "pull")]
    pub(crate) fn into_writer(self) -> Box<dyn Write + Send> {
        self.out
    }

    /// Prints a line of text, whatever the format is.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), CliError> {
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")?;
        Ok(self.out.flush()?)
    }

    /// Prints any JSON value; numbers keep their digits.
    ///
    /// An array is printed as rows, an object as one object, anything else unchanged.
    pub(crate) fn json(&mut self, value: &RawValue) -> Result<(), CliError> {
        let text = value.get();
        let is_whole = self.limit.is_none() && !matches!(self.selection, Some(Selection::Names(_)));
        if self.format == Format::Json && is_whole {
            json::verbatim(&mut self.out, text)?;
            self.out.write_all(b"\n")?;
            return Ok(self.out.flush()?);
        }
        if !text.starts_with('[') {
            self.note_limit();
        }
        if text.starts_with('{') {
            return match Row::parse(text) {
                Ok(row) => self.object(&row),
                Err(error) => Err(CliError::local("cannot print the response", error.into())),
            };
        }
        if !text.starts_with('[') {
            return self.object(&Row::new().with("value", Cell::json(value.to_owned())));
        }
        let members: Vec<&RawValue> = serde_json::from_str(text)
            .map_err(|error| CliError::local("cannot print the response", error.into()))?;
        let mut rows = self.rows(Columns::of_all_rows());
        for member in members {
            let row = Row::parse(member.get())
                .unwrap_or_else(|_| Row::new().with("value", Cell::json(member.to_owned())));
            rows.push(&row)?;
        }
        rows.finish()
    }

    /// Prints a value as [`json`](Self::json) does.
    #[cfg(feature = "pull")]
    pub(crate) fn value(&mut self, value: &impl serde::Serialize) -> Result<(), CliError> {
        let json = serde_json::value::to_raw_value(value)
            .map_err(|error| CliError::local("cannot print the result", error.into()))?;
        self.json(&json)
    }

    /// Prints rows as a table with a title; does nothing in other formats.
    pub(crate) fn section(&mut self, title: &str, rows: &[Row]) -> Result<(), CliError> {
        if self.format != Format::Table {
            return Ok(());
        }
        table::title(&mut self.out, title, self.look)?;
        let mut shown = self.rows(Columns::of_all_rows());
        for row in rows {
            shown.push(row)?;
        }
        shown.finish()
    }
}

enum Style {
    Table(table::Pages),
    Csv(csv::CsvWriter),
    Json(json::Array),
    Ndjson,
    #[cfg(feature = "pull")]
    Page(Box<page::Page>),
}

/// A list of rows being printed; see [`Output::rows`].
#[must_use = "the output is complete only after finish"]
pub(crate) struct Rows<'a> {
    out: &'a mut Box<dyn Write + Send>,
    style: Style,
    /// The columns of `--columns`; all members if empty.
    names: Vec<String>,
    /// Those that no row has had.
    missing: Vec<String>,
    count: u64,
    limit: u64,
}

impl Rows<'_> {
    /// Whether there are as many rows as `--limit` allows, so that no more need to be requested.
    pub(crate) fn is_full(&self) -> bool {
        self.count >= self.limit
    }

    /// Prints one row; does nothing if the list [is full](Self::is_full).
    pub(crate) fn push(&mut self, row: &Row) -> Result<(), CliError> {
        if self.is_full() {
            return Ok(());
        }
        self.count += 1;
        self.missing.retain(|name| row.get(name).is_none());
        let selected;
        let row = if self.names.is_empty() {
            row
        } else {
            selected = row.select(&self.names);
            &selected
        };
        match &mut self.style {
            Style::Table(pages) => pages.push(&mut *self.out, row)?,
            Style::Csv(writer) => writer.push(&mut *self.out, row)?,
            Style::Json(array) => array.push(&mut *self.out, row)?,
            Style::Ndjson => {
                json::row(&mut *self.out, row)?;
                self.out.write_all(b"\n")?;
            }
            #[cfg(feature = "pull")]
            Style::Page(page) => page.push(row)?,
        }
        Ok(())
    }

    /// Flushes the rows printed so far, such as after a page from the vendor.
    pub(crate) fn flush(&mut self) -> Result<(), CliError> {
        Ok(self.out.flush()?)
    }

    /// Ends the list.
    pub(crate) fn finish(self) -> Result<(), CliError> {
        tracing::info!(rows = self.count, "result complete");
        if self.count > 0 {
            self.missing.iter().for_each(|name| no_member(name));
        }
        match self.style {
            Style::Table(pages) => pages.finish(&mut *self.out)?,
            Style::Csv(writer) => writer.finish(&mut *self.out)?,
            Style::Json(array) => array.finish(&mut *self.out)?,
            Style::Ndjson => {}
            #[cfg(feature = "pull")]
            Style::Page(page) => page.finish(&mut *self.out)?,
        }
        Ok(self.out.flush()?)
    }
}

/// Says that a column of `--columns` is empty; it may be misspelled.
fn no_member(name: &str) {
    note(format_args!("no row has a member '{name}' (see --columns)"));
}

/// Prints a note on stderr.
pub(crate) fn note(text: impl std::fmt::Display) {
    let line = crate::error::one_line(&text.to_string());
    // Ignored: if stderr is closed, the note cannot be printed anywhere.
    let _ = io::stderr().write_fmt(format_args!("note: {line}\n"));
}

#[cfg(test)]
mod tests;
