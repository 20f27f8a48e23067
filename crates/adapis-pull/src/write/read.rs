//! Reading what was published.

mod blob;
mod columns;
mod whole;

use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use parquet::file::reader::{FileReader, SerializedFileReader};

use self::blob::Blob;
use self::columns::{Group, check_columns};
pub(crate) use self::whole::Published;
use super::parquet::{FOOTER_KEY, refuse};
use super::{Format, WriteError, beside, csv, ndjson};
use crate::footer::Footer;
use crate::schema::{Schema, Value};
use crate::store::{Partition, ReadAt, Store};

/// Reads what the file of a partition says about itself. Returns `None` if there is no file.
///
/// If someone has changed a text file, its rows are counted again, and its [`run`](Footer::run) is empty.
///
/// # Errors
///
/// The file cannot be read, or has no footer: then it is not ours and must not be replaced unnoticed.
pub fn read_footer(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
) -> Result<Option<Footer>, WriteError> {
    partition.check()?;
    if format != Format::Parquet {
        return beside::read(store, partition, format);
    }
    let Some((reader, path)) = open(store, partition)? else {
        return Ok(None);
    };
    footer_of(&reader, path).map(Some)
}

fn footer_of(reader: &SerializedFileReader<Blob>, path: String) -> Result<Footer, WriteError> {
    let metadata = reader.metadata().file_metadata().key_value_metadata();
    let mut entries = metadata.into_iter().flatten();
    let footer = entries
        .find(|entry| entry.key == FOOTER_KEY)
        .and_then(|entry| entry.value.as_deref());
    let Some(footer) = footer else {
        let reason =
            "has no footer, so its days are not known; move it away to have them pulled again";
        return Err(WriteError::content(path, &reason));
    };
    serde_json::from_str(footer).map_err(|error| {
        WriteError::content(path, &format!("has a footer that cannot be read: {error}"))
    })
}

/// Reads the rows of a partition. There are none if it has no file. Money may have another size than in the schema.
///
/// # Errors
///
/// The file cannot be opened, or has other columns than the schema.
pub fn read_rows(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
    schema: &Schema,
) -> Result<Rows, WriteError> {
    partition.check()?;
    let path = format.path(partition);
    let shown = store.show(&path);
    match store.open(&path)? {
        Some(data) => Rows::begin(data, format, schema, shown),
        None => Ok(Rows::new(Source::Ended, schema, shown)),
    }
}

fn open(
    store: &dyn Store,
    partition: &Partition,
) -> Result<Option<(SerializedFileReader<Blob>, String)>, WriteError> {
    let path = Format::Parquet.path(partition);
    let Some(data) = store.open(&path)? else {
        return Ok(None);
    };
    let path = store.show(&path);
    let reader = parquet_reader(data, &path)?;
    Ok(Some((reader, path)))
}

fn parquet_reader(
    data: Box<dyn ReadAt>,
    path: &str,
) -> Result<SerializedFileReader<Blob>, WriteError> {
    SerializedFileReader::new(Blob::new(data)).map_err(|error| refuse(path, error))
}

/// The rows of a file, in order. The iterator ends after an error.
pub struct Rows {
    source: Source,
    schema: Arc<Schema>,
    path: String,
    rows: u64,
}

enum Source {
    Parquet {
        reader: Box<SerializedFileReader<Blob>>,
        next: usize,
        group: Group,
    },
    Csv(csv::Records<BufReader<Box<dyn Read + Send>>>),
    Ndjson(BufReader<Box<dyn Read + Send>>),
    Ended,
}

impl Rows {
    fn new(source: Source, schema: &Schema, path: String) -> Self {
        Self {
            source,
            schema: Arc::new(schema.clone()),
            path,
            rows: 0,
        }
    }

    fn begin(
        data: Box<dyn ReadAt>,
        format: Format,
        schema: &Schema,
        path: String,
    ) -> Result<Self, WriteError> {
        if format == Format::Parquet {
            let reader = parquet_reader(data, &path)?;
            // A setting of the money decides how the file is written the next time, not how it is.
            let schema = whole::schema_of(&reader, schema);
            return Self::of_parquet(reader, &schema, path);
        }
        let input = BufReader::new(Box::new(Blob::new(data).read_from(0)) as Box<dyn Read + Send>);
        let source = if format == Format::Ndjson {
            Source::Ndjson(input)
        } else {
            let records = csv::Records::begin(input, &schema.columns);
            Source::Csv(records.map_err(|reason| WriteError::content(&path, &reason))?)
        };
        Ok(Self::new(source, schema, path))
    }

    fn of_parquet(
        reader: SerializedFileReader<Blob>,
        schema: &Schema,
        path: String,
    ) -> Result<Self, WriteError> {
        check_columns(&reader, schema).map_err(|reason| WriteError::content(&path, &reason))?;
        let source = Source::Parquet {
            reader: Box::new(reader),
            next: 0,
            group: Group::default(),
        };
        Ok(Self::new(source, schema, path))
    }

    fn read(&mut self) -> Result<Option<Vec<Value<'static>>>, WriteError> {
        let columns = &self.schema.columns;
        let path = &self.path;
        let rows = self.rows;
        let content =
            |reason: String| WriteError::content(path, &format!("row {}: {reason}", rows + 1));
        match &mut self.source {
            Source::Parquet {
                reader,
                next,
                group,
            } => {
                while group.is_empty() && *next < reader.num_row_groups() {
                    let read = reader
                        .get_row_group(*next)
                        .and_then(|group| Group::read(&*group));
                    *group = read.map_err(|error| refuse(path, error))?;
                    *next += 1;
                }
                group.row(columns).map_err(content)
            }
            Source::Csv(records) => records.row(columns).map_err(content),
            Source::Ndjson(input) => {
                let mut line = String::new();
                let read = input.read_line(&mut line);
                if read.map_err(|error| content(error.to_string()))? == 0 {
                    return Ok(None);
                }
                ndjson::parse_row(columns, &line).map(Some).map_err(content)
            }
            Source::Ended => Ok(None),
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Vec<Value<'static>>, WriteError>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.read().transpose();
        match &row {
            Some(Ok(_)) => self.rows += 1,
            Some(Err(_)) | None => self.source = Source::Ended,
        }
        row
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("path", &self.path)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}
