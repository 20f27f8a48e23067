//! The rows of a Parquet row group.

use std::collections::VecDeque;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, FileReader, RowGroupReader, SerializedFileReader};

use super::super::cell::{Cell, from_days};
use super::super::parquet::message;
use crate::schema::{Column, ColumnType, Schema, Value};

/// Checks that a file has the columns of the schema, with the same types.
pub(super) fn check_columns(
    reader: &SerializedFileReader<impl ChunkReader + 'static>,
    schema: &Schema,
) -> Result<(), String> {
    let expected = message(schema).map_err(|error| error.to_string())?;
    let found = reader.metadata().file_metadata().schema();
    if found.get_fields() == expected.get_fields() {
        Ok(())
    } else {
        Err("has other columns than its schema".to_owned())
    }
}

/// The values of a row group that were not handed out yet.
#[derive(Debug, Default)]
pub(super) struct Group {
    columns: Vec<Values>,
    rows: usize,
}

/// The values of a column, nulls included.
#[derive(Debug)]
enum Values {
    Int32(VecDeque<Option<i32>>),
    Int64(VecDeque<Option<i64>>),
    Bytes(VecDeque<Option<ByteArray>>),
    Fixed(VecDeque<Option<FixedLenByteArray>>),
}

impl Group {
    /// Reads all columns. A group is small, because the writer bounds it.
    pub(super) fn read(group: &dyn RowGroupReader) -> Result<Self, ParquetError> {
        let metadata = group.metadata();
        let rows = usize::try_from(metadata.num_rows())?;
        let mut columns = Vec::with_capacity(metadata.num_columns());
        for index in 0..metadata.num_columns() {
            columns.push(match group.get_column_reader(index)? {
                ColumnReader::Int32ColumnReader(mut column) => {
                    Values::Int32(read(&mut column, rows)?)
                }
                ColumnReader::Int64ColumnReader(mut column) => {
                    Values::Int64(read(&mut column, rows)?)
                }
                ColumnReader::ByteArrayColumnReader(mut column) => {
                    Values::Bytes(read(&mut column, rows)?)
                }
                ColumnReader::FixedLenByteArrayColumnReader(mut column) => {
                    Values::Fixed(read(&mut column, rows)?)
                }
                _ => {
                    return Err(ParquetError::General(
                        "a column has another type".to_owned(),
                    ));
                }
            });
        }
        Ok(Self { columns, rows })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Hands out the next row.
    pub(super) fn row(
        &mut self,
        columns: &[Column],
    ) -> Result<Option<Vec<Value<'static>>>, String> {
        if self.rows == 0 {
            return Ok(None);
        }
        self.rows -= 1;
        let values = self.columns.iter_mut().zip(columns);
        values
            .map(|(values, column)| values.next(column))
            .collect::<Result<_, _>>()
            .map(Some)
    }
}

impl Values {
    fn next(&mut self, column: &Column) -> Result<Value<'static>, String> {
        let name = &column.name;
        let other = || format!("column {name} is damaged");
        let text: ByteArray;
        let cell = match self {
            Self::Int32(days) => match days.pop_front().ok_or_else(other)? {
                Some(days) => Cell::Date(from_days(days).ok_or_else(other)?),
                None => Cell::Null,
            },
            Self::Int64(values) => match values.pop_front().ok_or_else(other)? {
                Some(value) if column.column_type == ColumnType::Money => Cell::Money(value),
                Some(value) => Cell::Count(value),
                None => Cell::Null,
            },
            Self::Bytes(texts) => match texts.pop_front().ok_or_else(other)? {
                Some(bytes) => {
                    text = bytes;
                    Cell::Text(text.as_utf8().map_err(|_| other())?)
                }
                None => Cell::Null,
            },
            Self::Fixed(values) => match values.pop_front().ok_or_else(other)? {
                Some(value) => {
                    let bytes = value.data().try_into().map_err(|_| other())?;
                    Cell::WideMoney(i128::from_be_bytes(bytes))
                }
                None => Cell::Null,
            },
        };
        cell.to_value()
    }
}

fn read<T: DataType>(
    column: &mut ColumnReaderImpl<T>,
    rows: usize,
) -> Result<VecDeque<Option<T::T>>, ParquetError> {
    let mut levels = Vec::new();
    let mut values = Vec::new();
    let mut read = 0;
    while read < rows {
        let (records, _, _) =
            column.read_records(rows - read, Some(&mut levels), None, &mut values)?;
        if records == 0 {
            return Err(ParquetError::EOF(
                "a column is shorter than its row group".to_owned(),
            ));
        }
        read += records;
    }
    if levels.is_empty() {
        return Ok(values.into_iter().map(Some).collect());
    }
    let mut values = values.into_iter();
    Ok(levels
        .into_iter()
        .map(|level| if level > 0 { values.next() } else { None })
        .collect())
}
