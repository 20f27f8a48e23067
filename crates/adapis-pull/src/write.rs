//! Writing the rows of a partition, and reading them again.

mod beside;
mod cell;
mod csv;
mod digest;
mod error;
mod ndjson;
mod parquet;
mod read;
mod stage;
mod tally;
mod text;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use error::WriteError;
pub(crate) use read::Published;
pub use read::{Rows, read_footer, read_rows};
pub use stage::Staged;

use self::cell::Cell;
use self::digest::RowDigest;
use self::parquet::ParquetFile;
use self::tally::Tally;
use self::text::TextFile;
use crate::footer::FooterFacts;
use crate::schema::{Schema, Value};
use crate::store::{Partition, PartitionKey, SOURCE, Store, StoreError};

/// The format of the files.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// Parquet, compressed with zstd.
    #[default]
    Parquet,
    /// CSV as in RFC 4180, with a header and LF line ends.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Parquet, Self::Csv, Self::Ndjson];

    /// The name of the only file in the folder of a partition, such as `rows.parquet`.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Parquet => "rows.parquet",
            Self::Csv => "rows.csv",
            Self::Ndjson => "rows.ndjson",
        }
    }

    /// The path of a partition's file in the store.
    #[must_use]
    pub fn path(self, partition: &Partition) -> String {
        format!("{}/{}", partition.path(), self.file_name())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut formats = Self::ALL.into_iter();
        formats
            .find(|format| format.name() == text)
            .ok_or_else(|| format!("the format is parquet, csv or ndjson, not {text:?}"))
    }
}

/// One partition that is being written to a temporary file. Dropping it removes the file.
#[derive(Debug)]
pub struct PartitionWriter {
    partition: Partition,
    format: Format,
    schema: Arc<Schema>,
    file: RowFile,
    digest: RowDigest,
    tally: Tally,
    rows: u64,
    is_refused: bool,
}

#[derive(Debug)]
enum RowFile {
    Parquet(Box<ParquetFile>),
    Text(Box<TextFile>),
}

impl PartitionWriter {
    /// Creates the temporary file.
    ///
    /// # Errors
    ///
    /// A name of the partition is not allowed, or the file cannot be created.
    pub fn create(
        store: &dyn Store,
        partition: &Partition,
        format: Format,
        schema: Arc<Schema>,
    ) -> Result<Self, WriteError> {
        partition.check()?;
        check_names(partition, &schema)?;
        let temp = store.temp(&partition.account, &format.path(partition))?;
        let file = match format {
            Format::Parquet => RowFile::Parquet(Box::new(ParquetFile::create(temp, &schema)?)),
            Format::Csv | Format::Ndjson => {
                RowFile::Text(Box::new(TextFile::create(temp, format, &schema)))
            }
        };
        Ok(Self {
            digest: RowDigest::new(&schema.columns),
            tally: Tally::new(partition.key, &schema),
            partition: partition.clone(),
            format,
            schema,
            file,
            rows: 0,
            is_refused: false,
        })
    }

    /// Appends a row.
    ///
    /// # Errors
    ///
    /// [`WriteError::Value`] names the row and the column of a value that does not fit. The partition is then refused
    /// as a whole: [`finish`](Self::finish) fails too.
    pub fn push(&mut self, row: &[Value<'_>]) -> Result<(), WriteError> {
        let pushed = self.push_row(row);
        self.is_refused |= pushed.is_err();
        pushed
    }

    fn push_row(&mut self, row: &[Value<'_>]) -> Result<(), WriteError> {
        self.rows += 1;
        let columns = &self.schema.columns;
        if row.len() != columns.len() {
            return Err(WriteError::Row {
                partition: self.partition.path(),
                row: self.rows,
                found: row.len(),
                expected: columns.len(),
            });
        }
        self.tally
            .start_row(self.partition.key, row)
            .map_err(|(column, reason)| self.refuse(column, reason))?;
        for (index, (column, value)) in columns.iter().zip(row).enumerate() {
            let cell = Cell::fit(column, value).map_err(|reason| self.refuse(index, reason))?;
            self.digest.cell(&cell);
            self.tally.cell(index, &cell);
            match &mut self.file {
                RowFile::Parquet(file) => file.cell(index, &cell),
                RowFile::Text(file) => file.cell(index, &cell),
            }
        }
        match &mut self.file {
            RowFile::Parquet(file) => file.end_row(),
            RowFile::Text(file) => file.end_row(),
        }
    }

    fn refuse(&self, column: usize, reason: String) -> WriteError {
        let column = self.schema.columns.get(column);
        WriteError::Value {
            partition: self.partition.path(),
            row: self.rows,
            column: column.map(|column| column.name.clone()).unwrap_or_default(),
            reason,
        }
    }

    /// Returns the number of rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns how many bytes of rows are in memory and not in the temporary file yet.
    ///
    /// They are bounded per writer. With many writers open, [`flush`](Self::flush) the fullest.
    #[must_use]
    pub fn buffered(&self) -> usize {
        match &self.file {
            RowFile::Parquet(file) => file.buffered(),
            RowFile::Text(file) => file.buffered(),
        }
    }

    /// Moves the buffered rows to the temporary file. In a Parquet file they become a row group, so frequent calls make
    /// it larger and slower to read.
    ///
    /// # Errors
    ///
    /// The file cannot be written. The partition is then refused.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        let flushed = match &mut self.file {
            RowFile::Parquet(file) => file.flush(),
            RowFile::Text(file) => file.flush(),
        };
        self.is_refused |= flushed.is_err();
        flushed
    }

    /// Writes the footer, and returns when the whole file is on the disk under its temporary name.
    ///
    /// # Errors
    ///
    /// A row was refused, [a row's day is not among those of the facts](WriteError::Day), or the file cannot be
    /// written.
    pub fn finish(self, about: FooterFacts) -> Result<Staged, WriteError> {
        if self.is_refused {
            return Err(WriteError::Refused {
                partition: self.partition.path(),
            });
        }
        let digest = self.digest.finish();
        let footer = self.tally.footer(
            about,
            &self.partition,
            self.schema.number,
            self.rows,
            digest,
        )?;
        let partition = self.partition;
        match self.file {
            RowFile::Parquet(file) => Staged::parquet(*file, partition, footer),
            RowFile::Text(file) => {
                Staged::text(*file, partition, self.format, &self.schema, footer)
            }
        }
    }
}

/// Removes the file of a partition in a format, if there is one, and the footer beside it.
pub(crate) fn remove_file(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
) -> Result<(), StoreError> {
    store.remove(&format.path(partition))?;
    match format {
        Format::Parquet => Ok(()),
        Format::Csv | Format::Ndjson => beside::remove_all(store, partition, format),
    }
}

/// Refuses columns of one name. Spark knows no case, and the partition columns are columns too.
fn check_names(partition: &Partition, schema: &Schema) -> Result<(), WriteError> {
    let mut names = vec![SOURCE.to_owned(), partition.key.column().to_owned()];
    for column in &schema.columns {
        let name = column.name.to_lowercase();
        if names.contains(&name) {
            let reason = format!("has two columns with the name {name:?}");
            return Err(WriteError::content(partition.path(), &reason));
        }
        names.push(name);
    }
    Ok(())
}

/// The day that the rows of a partition count for, if no column says so.
fn day_of_all_rows(key: PartitionKey) -> Option<Date> {
    match key {
        PartitionKey::Snapshot(date) => Some(date),
        PartitionKey::Month(_) | PartitionKey::Day(_) => None,
    }
}

#[cfg(test)]
mod tests;
