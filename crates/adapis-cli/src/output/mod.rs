//! Results on standard output, in the chosen format.

mod csv;
mod json;
mod row;
mod table;

use std::io::{self, BufWriter, Write};

use serde_json::value::RawValue;

use crate::error::CliError;
use crate::format::Format;

pub(crate) use row::{Cell, Row};

/// Standard output in one format. All results are printed through it.
pub(crate) struct Output {
    format: Format,
    colored: bool,
    out: Box<dyn Write + Send>,
}

impl Output {
    pub(crate) fn stdout(format: Format, colored: bool) -> Self {
        Self::to(format, colored, io::stdout())
    }

    fn to(format: Format, colored: bool, out: impl Write + Send + 'static) -> Self {
        Self {
            format,
            colored,
            out: Box::new(BufWriter::with_capacity(64 * 1024, out)),
        }
    }

    /// Starts a list of rows with these columns, by default those of the first row.
    ///
    /// Memory use is constant: a table is printed in pages, and the other formats write each row at
    /// once. Without [`Rows::finish`] a JSON array stays open, so that an interrupted response does
    /// not look complete.
    pub(crate) fn rows(&mut self, columns: Option<&[&str]>) -> Rows<'_> {
        let columns = columns.map(|names| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        });
        let style = match self.format {
            Format::Table => Style::Table(table::Pages::new(columns, self.colored)),
            Format::Csv => Style::Csv(csv::CsvWriter::new(columns)),
            Format::Json => Style::Json(json::Array::default()),
            Format::Ndjson => Style::Ndjson,
        };
        Rows {
            out: &mut self.out,
            style,
        }
    }

    /// Prints one object: one member per line as a table, otherwise a single row without an array.
    pub(crate) fn object(&mut self, row: &Row) -> Result<(), CliError> {
        match self.format {
            Format::Table => table::object(&mut self.out, row, self.colored)?,
            Format::Json | Format::Ndjson => {
                json::row(&mut self.out, row)?;
                self.out.write_all(b"\n")?;
            }
            Format::Csv => {
                let mut rows = self.rows(None);
                rows.push(row)?;
                return rows.finish();
            }
        }
        Ok(self.out.flush()?)
    }

    /// Prints any JSON value; numbers keep their digits.
    ///
    /// An array is printed as rows, an object as one object, anything else unchanged.
    pub(crate) fn json(&mut self, value: &RawValue) -> Result<(), CliError> {
        let text = value.get();
        if self.format == Format::Json {
            json::verbatim(&mut self.out, text)?;
            self.out.write_all(b"\n")?;
            return Ok(self.out.flush()?);
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
        let mut rows = self.rows(None);
        for member in members {
            let row = Row::parse(member.get())
                .unwrap_or_else(|_| Row::new().with("value", Cell::json(member.to_owned())));
            rows.push(&row)?;
        }
        rows.finish()
    }

    /// Prints rows as a table with a title; does nothing in other formats.
    pub(crate) fn section(&mut self, title: &str, rows: &[Row]) -> Result<(), CliError> {
        if self.format != Format::Table {
            return Ok(());
        }
        table::title(&mut self.out, title, self.colored)?;
        let mut shown = self.rows(None);
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
}

/// A list of rows being printed; see [`Output::rows`].
#[must_use = "the output is complete only after finish"]
pub(crate) struct Rows<'a> {
    out: &'a mut Box<dyn Write + Send>,
    style: Style,
}

impl Rows<'_> {
    /// Prints one row.
    pub(crate) fn push(&mut self, row: &Row) -> Result<(), CliError> {
        match &mut self.style {
            Style::Table(pages) => pages.push(&mut *self.out, row)?,
            Style::Csv(writer) => writer.push(&mut *self.out, row)?,
            Style::Json(array) => array.push(&mut *self.out, row)?,
            Style::Ndjson => {
                json::row(&mut *self.out, row)?;
                self.out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Flushes the rows printed so far, such as after a page from the vendor.
    pub(crate) fn flush(&mut self) -> Result<(), CliError> {
        Ok(self.out.flush()?)
    }

    /// Ends the list.
    pub(crate) fn finish(self) -> Result<(), CliError> {
        match self.style {
            Style::Table(pages) => pages.finish(&mut *self.out)?,
            Style::Csv(writer) => writer.finish(&mut *self.out)?,
            Style::Json(array) => array.finish(&mut *self.out)?,
            Style::Ndjson => {}
        }
        Ok(self.out.flush()?)
    }
}

#[cfg(test)]
mod tests;
