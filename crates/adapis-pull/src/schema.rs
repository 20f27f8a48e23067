//! The columns of a stream, and the values of a row.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a column holds. The types are chosen so that every engine reads them alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ColumnType {
    /// UTF-8 text. Parquet: `STRING`.
    Text,
    /// A day of the vendor's calendar. Parquet: `DATE`.
    Date,
    /// A whole number, such as impressions. Parquet: `INT64`.
    Count,
    /// An exact amount. Parquet: `DECIMAL(18, 9)` stored as `INT64`.
    Money,
}

/// One column of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Column {
    /// The name, as in the vendor's response.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub column_type: ColumnType,
    /// Whether a row may lack the value.
    pub nullable: bool,
}

/// The columns of a stream, in the order in which they stand in the file.
///
/// The first column is `account`, the last one `extra`: the members that this version does not know, as a JSON object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Schema {
    /// The number of the schema. It grows when the columns of a stream change.
    pub number: u32,
    /// The columns.
    pub columns: Vec<Column>,
}

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Value {
    /// Absent. Not the same as zero.
    Null,
    /// A value of a [`ColumnType::Text`] column.
    Text(String),
    /// A value of a [`ColumnType::Date`] column.
    Date(Date),
    /// A value of a [`ColumnType::Count`] column.
    Count(i64),
    /// A value of a [`ColumnType::Money`] column.
    Money(Decimal),
}
