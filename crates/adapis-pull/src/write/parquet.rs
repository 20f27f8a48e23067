//! Parquet files.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use jiff::civil::Date;
use parquet::basic::{Compression, LogicalType, Repetition, Type as PhysicalType, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::WriteError;
use super::cell::{Cell, to_days};
use crate::footer::Footer;
use crate::schema::{ColumnType, Schema};
use crate::store::{StoreError, TempFile};
use crate::sync::lock;

/// The key of the footer in the file's metadata.
pub(super) const FOOTER_KEY: &str = "adapis";

/// When buffered rows become a row group. It bounds the memory of a writer; larger groups do not compress much better.
const GROUP_BYTES: usize = 4 << 20;

/// Values are handed to the encoder in pieces, so that only a piece exists in its form.
const PIECE: usize = 1024;

const DICTIONARY_BYTES: usize = 256 << 10;

/// A Parquet file that is being written, column by column in memory until a row group is full.
pub(super) struct ParquetFile {
    file: SerializedFileWriter<Shared>,
    temp: Arc<Mutex<TempFile>>,
    path: String,
    columns: Vec<Buffer>,
    rows: usize,
    bytes: usize,
}

/// The buffered values of one column.
struct Buffer {
    /// Whether each row has the value. Empty if all rows must have it.
    present: Vec<bool>,
    is_nullable: bool,
    values: Values,
}

enum Values {
    /// All texts one after the other, and begin and length of each. A text that repeats the previous one is not
    /// stored again: reports are mostly sorted, and the account is the same in all rows.
    Text {
        texts: Vec<u8>,
        spans: Vec<(u32, u32)>,
    },
    /// The latest date is remembered, because counting its days is slow and rows of one day are adjacent.
    Date {
        days: Vec<i32>,
        latest: Option<(Date, i32)>,
    },
    Long(Vec<i64>),
    Wide(Vec<i128>),
}

impl fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetFile")
            .field("path", &self.path)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl ParquetFile {
    pub(super) fn create(temp: TempFile, schema: &Schema) -> Result<Self, WriteError> {
        let path = temp.path().display().to_string();
        let refuse = |error| refuse(&path, error);
        let level = ZstdLevel::try_new(3).map_err(refuse)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_dictionary_page_size_limit(DICTIONARY_BYTES)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_offset_index_disabled(true)
            .build();
        let message = message(schema).map_err(refuse)?;
        let temp = Arc::new(Mutex::new(temp));
        let shared = Shared(Arc::clone(&temp));
        let file =
            SerializedFileWriter::new(shared, message, Arc::new(properties)).map_err(refuse)?;
        Ok(Self {
            file,
            temp,
            path,
            columns: schema.columns.iter().map(Buffer::new).collect(),
            rows: 0,
            bytes: 0,
        })
    }

    #[inline]
    pub(super) fn cell(&mut self, column: usize, cell: &Cell<'_>) {
        if let Some(buffer) = self.columns.get_mut(column) {
            self.bytes += buffer.push(cell);
        }
    }

    pub(super) fn end_row(&mut self) -> Result<(), WriteError> {
        self.rows += 1;
        if self.bytes >= GROUP_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn buffered(&self) -> usize {
        self.bytes
    }

    /// Writes what is buffered as a row group.
    pub(super) fn flush(&mut self) -> Result<(), WriteError> {
        if self.rows > 0 {
            self.write_group()
                .map_err(|error| refuse(&self.path, error))?;
            self.rows = 0;
            self.bytes = 0;
        }
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.file.next_row_group()?;
        for buffer in &mut self.columns {
            let Some(mut column) = group.next_column()? else {
                break;
            };
            buffer.write(self.rows, column.untyped())?;
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    pub(super) fn finish(mut self, footer: &Footer) -> Result<TempFile, WriteError> {
        self.flush()?;
        let path = self.path;
        let footer =
            serde_json::to_string(footer).map_err(|error| WriteError::content(&path, &error))?;
        let footer = KeyValue::new(FOOTER_KEY.to_owned(), footer);
        self.file.append_key_value_metadata(footer);
        self.file.finish().map_err(|error| refuse(&path, error))?;
        drop(self.file);
        let temp = Arc::into_inner(self.temp).map(Mutex::into_inner);
        let temp = temp.ok_or_else(|| WriteError::content(&path, &"is still being written"))?;
        Ok(temp.unwrap_or_else(PoisonError::into_inner))
    }
}

/// The temporary file, which the library hands back only with the disk's errors turned into text.
struct Shared(Arc<Mutex<TempFile>>);

impl Shared {
    fn with<T>(&self, call: impl FnOnce(&mut TempFile) -> T) -> T {
        call(&mut lock(&self.0))
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|temp| temp.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(Write::flush)
    }
}

impl Buffer {
    fn new(column: &crate::schema::Column) -> Self {
        let values = match column.column_type {
            ColumnType::Text => Values::Text {
                texts: Vec::new(),
                spans: Vec::new(),
            },
            ColumnType::Date => Values::Date {
                days: Vec::new(),
                latest: None,
            },
            ColumnType::Count | ColumnType::Money => Values::Long(Vec::new()),
            ColumnType::WideMoney => Values::Wide(Vec::new()),
        };
        Self {
            present: Vec::new(),
            is_nullable: column.nullable,
            values,
        }
    }

    /// Appends a cell, and returns the bytes that it takes.
    #[inline]
    fn push(&mut self, cell: &Cell<'_>) -> usize {
        if self.is_nullable {
            self.present.push(*cell != Cell::Null);
        }
        let bytes = match (&mut self.values, cell) {
            (Values::Text { texts, spans }, Cell::Text(text)) => push_text(texts, spans, text),
            (Values::Date { days, latest }, Cell::Date(date)) => {
                let day = match latest {
                    Some((latest, day)) if latest == date => *day,
                    _ => to_days(*date),
                };
                *latest = Some((*date, day));
                days.push(day);
                size_of::<i32>()
            }
            (Values::Long(values), Cell::Count(value) | Cell::Money(value)) => {
                values.push(*value);
                size_of::<i64>()
            }
            (Values::Wide(values), Cell::WideMoney(value)) => {
                values.push(*value);
                size_of::<i128>()
            }
            // A null. A cell of another type does not occur, because it was fitted to this column.
            _ => 0,
        };
        bytes + usize::from(self.is_nullable)
    }

    /// Writes all values as one column chunk, and forgets them.
    fn write(&mut self, rows: usize, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let mut levels = Vec::with_capacity(PIECE);
        let mut written = 0;
        let texts = match &mut self.values {
            // The memory goes to the encoder, which keeps the texts of its dictionary there.
            Values::Text { texts, .. } => Bytes::from(std::mem::take(texts)),
            _ => Bytes::new(),
        };
        for start in (0..rows).step_by(PIECE) {
            let piece = PIECE.min(rows - start);
            let count = match self.present.get(start..start + piece) {
                Some(present) => {
                    levels.clear();
                    levels.extend(present.iter().map(|&present| i16::from(present)));
                    present.iter().filter(|&&present| present).count()
                }
                None => piece,
            };
            let levels = self.is_nullable.then_some(levels.as_slice());
            let range = written..written + count;
            match (&self.values, &mut *writer) {
                (Values::Text { spans, .. }, ColumnWriter::ByteArrayColumnWriter(writer)) => {
                    writer.write_batch(&slice_texts(&texts, slice(spans, range)?), levels, None)?;
                }
                (Values::Date { days, .. }, ColumnWriter::Int32ColumnWriter(writer)) => {
                    writer.write_batch(slice(days, range)?, levels, None)?;
                }
                (Values::Long(values), ColumnWriter::Int64ColumnWriter(writer)) => {
                    writer.write_batch(slice(values, range)?, levels, None)?;
                }
                (Values::Wide(values), ColumnWriter::FixedLenByteArrayColumnWriter(writer)) => {
                    let values: Vec<_> = slice(values, range)?
                        .iter()
                        .map(|value| fixed(*value))
                        .collect();
                    writer.write_batch(&values, levels, None)?;
                }
                _ => {
                    return Err(ParquetError::General(
                        "a column has another type".to_owned(),
                    ));
                }
            }
            written += count;
        }
        self.clear();
        Ok(())
    }

    /// Releases the memory: of many files that are open at once, most are idle and empty.
    fn clear(&mut self) {
        self.present = Vec::new();
        match &mut self.values {
            Values::Text { spans, .. } => *spans = Vec::new(),
            Values::Date { days, .. } => *days = Vec::new(),
            Values::Long(values) => *values = Vec::new(),
            Values::Wide(values) => *values = Vec::new(),
        }
    }
}

fn push_text(texts: &mut Vec<u8>, spans: &mut Vec<(u32, u32)>, text: &str) -> usize {
    const SPAN: usize = size_of::<(u32, u32)>();
    if let Some(&(begin, length)) = spans.last() {
        let latest = texts
            .get(begin as usize..)
            .and_then(|rest| rest.get(..length as usize));
        if latest == Some(text.as_bytes()) {
            spans.push((begin, length));
            return SPAN;
        }
    }
    // Neither can overflow: a group ends after 4 MiB and one row, and a text is shorter than 64 MiB.
    let begin = u32::try_from(texts.len()).unwrap_or(u32::MAX);
    spans.push((begin, u32::try_from(text.len()).unwrap_or(u32::MAX)));
    texts.extend_from_slice(text.as_bytes());
    SPAN + text.len()
}

fn slice_texts(texts: &Bytes, spans: &[(u32, u32)]) -> Vec<ByteArray> {
    let mut arrays: Vec<ByteArray> = Vec::with_capacity(spans.len());
    let mut latest = None;
    for &(begin, length) in spans {
        let array = match arrays.last() {
            Some(array) if latest == Some((begin, length)) => array.clone(),
            _ => ByteArray::from(texts.slice(begin as usize..(begin + length) as usize)),
        };
        latest = Some((begin, length));
        arrays.push(array);
    }
    arrays
}

fn slice<T>(values: &[T], range: std::ops::Range<usize>) -> Result<&[T], ParquetError> {
    values
        .get(range)
        .ok_or_else(|| ParquetError::General("a column is shorter than the others".to_owned()))
}

fn fixed(value: i128) -> FixedLenByteArray {
    FixedLenByteArray::from(value.to_be_bytes().to_vec())
}

/// Makes the schema of the file.
pub(super) fn message(schema: &Schema) -> Result<TypePtr, ParquetError> {
    let mut fields = Vec::with_capacity(schema.columns.len());
    for column in &schema.columns {
        let money = column.column_type.money();
        let (precision, scale) = money.map_or((-1, -1), |money| {
            (i32::from(money.precision()), i32::from(money.scale()))
        });
        let (physical, logical, length) = match column.column_type {
            ColumnType::Text => (PhysicalType::BYTE_ARRAY, LogicalType::String, -1),
            ColumnType::Date => (PhysicalType::INT32, LogicalType::Date, -1),
            ColumnType::Count => (PhysicalType::INT64, LogicalType::integer(64, true), -1),
            ColumnType::Money => (
                PhysicalType::INT64,
                LogicalType::decimal(scale, precision),
                -1,
            ),
            ColumnType::WideMoney => {
                let logical = LogicalType::decimal(scale, precision);
                (PhysicalType::FIXED_LEN_BYTE_ARRAY, logical, 16)
            }
        };
        let repetition = if column.nullable {
            Repetition::OPTIONAL
        } else {
            Repetition::REQUIRED
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_logical_type(Some(logical))
            .with_repetition(repetition)
            .with_length(length)
            .with_precision(precision)
            .with_scale(scale)
            .build()?;
        fields.push(Arc::new(field));
    }
    let message = Type::group_type_builder("rows")
        .with_fields(fields)
        .build()?;
    Ok(Arc::new(message))
}

/// Distinguishes what the disk refused from what the library refused.
pub(super) fn refuse(path: &str, error: ParquetError) -> WriteError {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => StoreError::io("write", path)(*error).into(),
            Err(inner) => WriteError::content(path, &inner),
        },
        error => {
            let reason = format!("{error}; move it away to have its days pulled again");
            WriteError::content(path, &reason)
        }
    }
}
