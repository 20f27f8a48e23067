//! Files of rows: stand-in until the real writers are merged. NDJSON only.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::str::FromStr;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::footer::{DayStats, Footer, FooterFacts};
use crate::schema::{ColumnType, Schema, Value};
use crate::store::{Partition, PartitionKey, Store, StoreError};

/// The format of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Parquet.
    Parquet,
    /// CSV.
    Csv,
    /// NDJSON.
    Ndjson,
}

impl Format {
    /// Returns the constant name of a partition's file.
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
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        })
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "parquet" => Self::Parquet,
            "csv" => Self::Csv,
            "ndjson" => Self::Ndjson,
            _ => return Err(format!("unknown format {text}")),
        })
    }
}

/// A partition was not written, or could not be read. What was published is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A value does not fit its column.
    #[error("{partition}: row {row}, column {column}: {reason}")]
    #[non_exhaustive]
    Value {
        /// The partition.
        partition: String,
        /// The number of the row, from 1.
        row: u64,
        /// The name of the column.
        column: String,
        /// What does not fit.
        reason: String,
    },
    /// A row does not have one value for each column.
    #[error("{partition}: row {row} has {found} values, and the schema {expected} columns")]
    #[non_exhaustive]
    Row {
        /// The partition.
        partition: String,
        /// The number of the row, from 1.
        row: u64,
        /// The number of its values.
        found: usize,
        /// The number of columns.
        expected: usize,
    },
    /// There are rows of a day that the file does not answer for.
    #[error("{partition}: {rows} rows are of {day}, which was not asked for")]
    #[non_exhaustive]
    Day {
        /// The partition.
        partition: String,
        /// The day.
        day: Date,
        /// The number of its rows.
        rows: u64,
    },
    /// A sum has more digits than a footer holds.
    #[error("{partition}: the sum of {column} on {day} has more than 28 digits")]
    #[non_exhaustive]
    Sum {
        /// The partition.
        partition: String,
        /// The name of the column.
        column: String,
        /// The day.
        day: Date,
    },
    /// An earlier error left the file incomplete.
    #[error("{partition}: a row was refused before, so that the file is not whole and cannot be published")]
    #[non_exhaustive]
    Refused {
        /// The partition.
        partition: String,
    },
    /// A file does not hold what it should.
    #[error("{path}: {reason}")]
    #[non_exhaustive]
    Content {
        /// The path of the file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl WriteError {
    fn content(path: impl Into<String>, reason: impl ToString) -> Self {
        Self::Content {
            path: path.into(),
            reason: reason.to_string(),
        }
    }
}

/// One partition being written.
#[derive(Debug)]
pub struct PartitionWriter {
    partition: Partition,
    format: Format,
    schema: Arc<Schema>,
    text: String,
    rows: u64,
    days: BTreeMap<Date, (u64, BTreeMap<String, Decimal>)>,
}

fn json(text: &impl serde::Serialize) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

impl PartitionWriter {
    /// Begins a partition.
    ///
    /// # Errors
    /// If the temporary file cannot be created.
    pub fn create(
        _store: &dyn Store,
        partition: &Partition,
        format: Format,
        schema: Arc<Schema>,
    ) -> Result<Self, WriteError> {
        Ok(Self {
            partition: partition.clone(),
            format,
            schema,
            text: String::new(),
            rows: 0,
            days: BTreeMap::new(),
        })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// `Value` if a value does not fit.
    pub fn push(&mut self, row: &[Value<'_>]) -> Result<(), WriteError> {
        self.rows += 1;
        let mut day = None;
        let mut line = Vec::new();
        for (column, value) in self.schema.columns.iter().zip(row) {
            let wrong = |problem: &str| WriteError::Value {
                partition: self.partition.path(),
                row: self.rows,
                column: column.name.clone(),
                reason: problem.to_owned(),
            };
            let text = match value {
                Value::Null if column.nullable => "null".to_owned(),
                Value::Null => return Err(wrong("is missing")),
                Value::Text(text) => json(text),
                Value::Date(date) => {
                    day.get_or_insert(*date);
                    json(&date.to_string())
                }
                Value::Count(count) => count.to_string(),
                Value::Money(money) => {
                    if column.column_type == ColumnType::Count {
                        return Err(wrong("does not fit"));
                    }
                    if money.normalize().scale() > 9 {
                        return Err(wrong("has more than nine decimals"));
                    }
                    json(&money.normalize().to_string())
                }
            };
            line.push(format!("{}:{text}", json(&column.name)));
        }
        if let PartitionKey::Snapshot(date) = self.partition.key {
            day = Some(date);
        }
        if let Some(day) = day {
            let (rows, sums) = self.days.entry(day).or_default();
            *rows += 1;
            for (column, value) in self.schema.columns.iter().zip(row) {
                let number = match value {
                    Value::Count(count) => Decimal::from(*count),
                    Value::Money(money) => *money,
                    _ => continue,
                };
                *sums.entry(column.name.clone()).or_default() += number;
            }
        }
        self.text.push_str(&format!("{{{}}}\n", line.join(",")));
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn finish(mut self, about: FooterFacts) -> Result<Staged, WriteError> {
        let mut hash = DefaultHasher::new();
        self.text.hash(&mut hash);
        let days = about.days.iter().map(|(day, requested)| {
            let (rows, sums) = self.days.remove(day).unwrap_or_default();
            let stats = DayStats {
                requested: *requested,
                rows,
                sums: sums.into_iter().map(|(name, sum)| (name, sum.normalize())).collect(),
            };
            (*day, stats)
        });
        let footer = Footer {
            stream: about.stream,
            account: about.account,
            schema: self.schema.number,
            fingerprint: about.fingerprint,
            run: about.run,
            requested: about.requested,
            days: days.collect(),
            rows: self.rows,
            digest: format!("{:016x}", hash.finish()),
        };
        Ok(Staged {
            partition: self.partition,
            format: self.format,
            text: self.text,
            footer,
        })
    }
}

/// A whole file under its temporary name.
#[derive(Debug)]
pub struct Staged {
    partition: Partition,
    format: Format,
    text: String,
    footer: Footer,
}

impl Staged {
    /// Returns what the file says about itself.
    #[must_use]
    pub fn footer(&self) -> &Footer {
        &self.footer
    }

    /// Replaces the published file.
    ///
    /// # Errors
    /// If the store fails.
    pub fn publish(self, store: &dyn Store) -> Result<(), WriteError> {
        let path = self.partition.path();
        let bytes = format!("{}\u{1e}{}", self.text, json(&self.footer));
        let target = self.format.path(&self.partition);
        let mut temp = store.temp(&self.partition.account, &target)?;
        let written = temp.write_all(bytes.as_bytes());
        written.map_err(|error| WriteError::content(&path, error))?;
        temp.sync()?;
        store.publish(temp)?;
        Ok(())
    }
}

fn read(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
) -> Result<Option<(String, Footer)>, WriteError> {
    let path = format!("{}/{}", partition.path(), format.file_name());
    let Some(bytes) = store.read(&path)? else {
        return Ok(None);
    };
    let unreadable = |problem: &dyn fmt::Display| WriteError::content(&path, problem);
    let text = String::from_utf8(bytes).map_err(|error| unreadable(&error))?;
    let (rows, footer) = text.split_once('\u{1e}').ok_or_else(|| unreadable(&"no footer"))?;
    let footer = serde_json::from_str(footer).map_err(|error| unreadable(&error))?;
    Ok(Some((rows.to_owned(), footer)))
}

/// Reads what a published file says about itself.
///
/// # Errors
/// If the file is there and cannot be read.
pub fn read_footer(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
) -> Result<Option<Footer>, WriteError> {
    Ok(read(store, partition, format)?.map(|(_, footer)| footer))
}

/// Reads the rows of a published file.
///
/// # Errors
/// If the file cannot be read.
pub fn read_rows(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
    schema: &Schema,
) -> Result<impl Iterator<Item = Result<Vec<Value<'static>>, WriteError>>, WriteError> {
    let text = read(store, partition, format)?.map(|(text, _)| text).unwrap_or_default();
    let schema = schema.clone();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    Ok(lines.into_iter().map(move |line| {
        let unreadable = || WriteError::content("rows", "a row is not readable");
        let members: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(&line).map_err(|_| unreadable())?;
        let value = |column: &crate::schema::Column| {
            let value = members.get(&column.name)?;
            Some(match (column.column_type, value) {
                (_, serde_json::Value::Null) => Value::Null,
                (ColumnType::Count, value) => Value::Count(value.as_i64()?),
                (ColumnType::Date, value) => Value::Date(value.as_str()?.parse().ok()?),
                (ColumnType::Text, value) => Value::from(value.as_str()?.to_owned()),
                (_, value) => Value::Money(value.as_str()?.parse().ok()?),
            })
        };
        let row: Option<Vec<_>> = schema.columns.iter().map(value).collect();
        row.ok_or_else(unreadable)
    }))
}

