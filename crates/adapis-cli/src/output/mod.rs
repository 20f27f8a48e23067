mod json;
mod row;
mod sheet;
mod table;

use std::io::{self, BufWriter, Write};

use serde_json::value::RawValue;

use crate::args::Format;
use crate::error::CliError;

pub(crate) use row::{Cell, Row};

/// Stdout in the chosen format. Results go nowhere else.
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

    /// Starts rows of these columns; with none given the first row names them.
    ///
    /// A table shows the rows in pages, the others write each row as it comes, so that an answer of
    /// any length needs constant memory. Rows that lack [`Rows::finish`] leave a JSON array open:
    /// a broken answer must not look whole.
    pub(crate) fn rows(&mut self, columns: Option<&[&str]>) -> Rows<'_> {
        let columns = columns.map(|names| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        });
        let style = match self.format {
            Format::Table => Style::Table(table::Pages::new(columns, self.colored)),
            Format::Csv => Style::Csv(sheet::Sheet::new(columns)),
            Format::Json => Style::Json(json::Array::default()),
            Format::Ndjson => Style::Ndjson,
        };
        Rows {
            out: &mut self.out,
            style,
        }
    }

    /// Prints one object: a member a line in a table, otherwise as a single row without an array.
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

    /// Prints JSON of any shape; numbers keep their digits.
    ///
    /// An array becomes rows, an object one object; anything else is printed as it is.
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
                Err(error) => Err(CliError::local("cannot print the answer", error.into())),
            };
        }
        if !text.starts_with('[') {
            return self.object(&Row::new().with("value", Cell::json(value.to_owned())));
        }
        let members: Vec<&RawValue> = serde_json::from_str(text)
            .map_err(|error| CliError::local("cannot print the answer", error.into()))?;
        let mut rows = self.rows(None);
        for member in members {
            let row = Row::parse(member.get())
                .unwrap_or_else(|_| Row::new().with("value", Cell::json(member.to_owned())));
            rows.push(&row)?;
        }
        rows.finish()
    }

    /// Prints rows under a title, one table of several; only for a person.
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
    Csv(sheet::Sheet),
    Json(json::Array),
    Ndjson,
}

/// Rows on their way out; see [`Output::rows`].
#[must_use = "rows are complete after finish"]
pub(crate) struct Rows<'a> {
    out: &'a mut Box<dyn Write + Send>,
    style: Style,
}

impl Rows<'_> {
    pub(crate) fn push(&mut self, row: &Row) -> Result<(), CliError> {
        match &mut self.style {
            Style::Table(pages) => pages.push(&mut *self.out, row)?,
            Style::Csv(sheet) => sheet.push(&mut *self.out, row)?,
            Style::Json(array) => array.push(&mut *self.out, row)?,
            Style::Ndjson => {
                json::row(&mut *self.out, row)?;
                self.out.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Hands what is there to the reader, such as after a page from the vendor.
    pub(crate) fn flush(&mut self) -> Result<(), CliError> {
        Ok(self.out.flush()?)
    }

    pub(crate) fn finish(self) -> Result<(), CliError> {
        match self.style {
            Style::Table(pages) => pages.finish(&mut *self.out)?,
            Style::Csv(sheet) => sheet.finish(&mut *self.out)?,
            Style::Json(array) => array.finish(&mut *self.out)?,
            Style::Ndjson => {}
        }
        Ok(self.out.flush()?)
    }
}

#[cfg(test)]
mod tests;
