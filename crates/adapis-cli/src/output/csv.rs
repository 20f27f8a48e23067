//! Comma-separated values.

use std::io::Write;

use super::row::Row;
use crate::error::CliError;

/// Writes comma-separated values. The header cannot change after the first row.
pub(super) struct CsvWriter {
    columns: Option<Vec<String>>,
    started: bool,
}

impl CsvWriter {
    pub(super) fn new(columns: Option<Vec<String>>) -> Self {
        Self {
            columns,
            started: false,
        }
    }

    pub(super) fn push(&mut self, out: &mut dyn Write, row: &Row) -> Result<(), CliError> {
        let columns = self.columns.get_or_insert_with(|| row.names()).clone();
        self.header(out, &columns)?;
        if let Some((name, _)) = row
            .cells()
            .find(|(name, _)| !columns.iter().any(|column| column == name))
        {
            return Err(CliError::input(
                "format",
                format!(
                    "--format csv cannot add a column for '{name}' after the first row; use --format ndjson"
                ),
            ));
        }
        let cells = columns
            .iter()
            .map(|column| row.get(column).map(|cell| cell.text().into_owned()));
        record(out, cells.map(Option::unwrap_or_default))
    }

    pub(super) fn finish(mut self, out: &mut dyn Write) -> Result<(), CliError> {
        match self.columns.take() {
            Some(columns) => self.header(out, &columns),
            None => Ok(()),
        }
    }

    fn header(&mut self, out: &mut dyn Write, columns: &[String]) -> Result<(), CliError> {
        if self.started {
            return Ok(());
        }
        self.started = true;
        record(out, columns.iter().cloned())
    }
}

fn record(out: &mut dyn Write, cells: impl Iterator<Item = String>) -> Result<(), CliError> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let bytes = writer
        .write_record(cells.map(String::into_bytes))
        .map_err(std::io::Error::from)
        .and_then(|()| writer.into_inner().map_err(csv::IntoInnerError::into_error))?;
    Ok(out.write_all(&bytes)?)
}
