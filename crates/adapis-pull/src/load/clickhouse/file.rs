//! The file of a partition as it is sent.

use bytes::Bytes;
use jiff::civil::date;

use crate::footer::Footer;
use crate::load::LoadError;
use crate::load::table::Table;
use crate::schema::{Schema, Value};
use crate::store::{Partition, ReadAt, Store};
use crate::write::{Format, Published, WriteError};

/// A file in memory, which was read as a whole.
pub(super) struct File {
    pub(super) footer: Footer,
    pub(super) schema: Schema,
    pub(super) format: Format,
    pub(super) bytes: Bytes,
}

/// Reads the file of a partition, and each of its rows: what is wrong is found before anything is sent.
pub(super) fn read(
    store: &dyn Store,
    partition: &Partition,
    table: &Table,
) -> Result<File, LoadError> {
    for format in Format::ALL {
        let bytes = store
            .read(&format.path(partition))
            .map_err(WriteError::Store)?;
        let Some(bytes) = bytes.map(Bytes::from) else {
            continue;
        };
        let data = Box::new(Memory(bytes.clone()));
        let mut file = Published::read(store, partition, format, data, &table.schema)?;
        file.verify(|row| {
            let mut days = row.iter().filter_map(|value| match value {
                Value::Date(day) => Some(*day),
                _ => None,
            });
            match days.find(|day| *day < date(1900, 1, 1) || *day > date(2299, 12, 31)) {
                Some(day) => Err(format!(
                    "{day} is not in the years 1900 to 2299, the range of ClickHouse"
                )),
                None => Ok(()),
            }
        })?;
        return Ok(File {
            footer: file.footer,
            schema: file.schema,
            format,
            bytes,
        });
    }
    let path = store.show(&partition.path());
    Err(LoadError::folder(format!(
        "{path} was removed while it was to be loaded; load again"
    )))
}

#[derive(Debug)]
struct Memory(Bytes);

impl ReadAt for Memory {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_at(&self, position: u64, into: &mut [u8]) -> std::io::Result<usize> {
        let rest = usize::try_from(position)
            .ok()
            .and_then(|position| self.0.get(position..));
        let rest = rest.unwrap_or_default();
        let length = rest.len().min(into.len());
        into[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

/// How a format is to be read exactly.
pub(super) fn settings_of(format: Format) -> &'static [(&'static str, &'static str)] {
    match format {
        // An empty field is null, and one of two quotes an empty text.
        Format::Csv => &[
            ("format_csv_null_representation", ""),
            ("input_format_csv_empty_as_default", "0"),
        ],
        Format::Parquet | Format::Ndjson => &[],
    }
}
