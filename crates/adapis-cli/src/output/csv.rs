//! Values separated by commas or tabs.

use std::io::Write;

use super::columns::{Columns, EXTRA, Others};
use super::row::Row;
use crate::error::CliError;

/// Writes separated values under one header, which does not depend on the rows.
pub(super) struct CsvWriter {
    columns: Columns,
    delimiter: u8,
    /// Rows that wait until all columns are known.
    waiting: Vec<Row>,
    started: bool,
}

impl CsvWriter {
    pub(super) fn new(columns: Columns, delimiter: u8) -> Self {
        Self {
            columns,
            delimiter,
            waiting: Vec::new(),
            started: false,
        }
    }

    pub(super) fn push(&mut self, out: &mut dyn Write, row: &Row) -> Result<(), CliError> {
        if self.columns.others == Others::Columns {
            for name in row.names() {
                if !self.columns.names.contains(&name) {
                    self.columns.names.push(name);
                }
            }
            self.waiting.push(row.clone());
            return Ok(());
        }
        self.header(out)?;
        self.row(out, row)
    }

    pub(super) fn finish(mut self, out: &mut dyn Write) -> Result<(), CliError> {
        self.header(out)?;
        for row in std::mem::take(&mut self.waiting) {
            self.row(out, &row)?;
        }
        Ok(())
    }

    fn header(&mut self, out: &mut dyn Write) -> Result<(), CliError> {
        if self.started || self.columns.names.is_empty() {
            return Ok(());
        }
        self.started = true;
        let mut names = self.columns.names.clone();
        if self.columns.others == Others::Extra {
            names.push(EXTRA.to_owned());
        }
        self.record(out, names)
    }

    fn row(&self, out: &mut dyn Write, row: &Row) -> Result<(), CliError> {
        let names = &self.columns.names;
        let mut cells: Vec<String> = names
            .iter()
            .map(|name| row.get(name).map(|cell| cell.text().into_owned()))
            .map(Option::unwrap_or_default)
            .collect();
        if self.columns.others == Others::Extra {
            cells.push(row.extra(names)?);
        }
        self.record(out, cells)
    }

    fn record(&self, out: &mut dyn Write, cells: Vec<String>) -> Result<(), CliError> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.delimiter)
            .from_writer(Vec::new());
        let bytes = writer
            .write_record(cells.into_iter().map(String::into_bytes))
            .map_err(std::io::Error::from)
            .and_then(|()| writer.into_inner().map_err(csv::IntoInnerError::into_error))?;
        Ok(out.write_all(&bytes)?)
    }
}
