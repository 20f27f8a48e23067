//! Why a partition was not written or not read.

use jiff::civil::Date;

use crate::store::StoreError;

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
    /// The number of values of a row is not that of the columns.
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
    /// There are rows of a day that was not asked for.
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
    #[error(
        "{partition}: a row was refused before, so the file is incomplete and cannot be published; write the partition again"
    )]
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
    pub(crate) fn content(path: impl Into<String>, reason: &impl ToString) -> Self {
        Self::Content {
            path: path.into(),
            reason: reason.to_string(),
        }
    }
}
