use std::fmt;
use std::ops::Deref;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::names::is_ratio;
use crate::calls::enums::string_enum;

string_enum! {
    /// The type of a column.
    ColumnType {
        /// Texts, such as names and dates.
        Text = "string",
        /// Whole numbers.
        Integer = "integer",
        /// Numbers that may have decimals.
        Number = "number",
    }
}

/// A column of a report.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Column {
    /// The name of a dimension or a metric.
    pub name: String,
    /// The type of its cells.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// The form of its numbers, such as `float`.
    pub format: Option<String>,
    /// The unit of its numbers, such as `percent`.
    pub unit: Option<String>,
}

impl Column {
    /// Creates a column without format and unit.
    pub fn new(name: impl Into<String>, kind: impl Into<ColumnType>) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            format: None,
            unit: None,
        }
    }

    /// Returns whether the cells of two rows can be added up.
    ///
    /// Texts and ratios cannot, nor can the numbers of unique visitors: somebody may be counted in both
    /// rows. Ratios are recognized by their format or unit (`float`, `percent`), and those without one by
    /// words in their names, as unique visitors are: `ecpm`, `cpc`, `ctr`, `rate`, `share`, `average`,
    /// `reach`, `uniq`, `visitor` and the like. A metric that has none of them may still be one that cannot
    /// be added up.
    #[must_use]
    pub fn is_additive(&self) -> bool {
        let is = |value: &Option<String>, word: &str| {
            let value = value.as_deref().unwrap_or_default();
            value.eq_ignore_ascii_case(word)
        };
        matches!(self.kind, ColumnType::Integer | ColumnType::Number)
            && !is(&self.format, "float")
            && !is(&self.unit, "percent")
            && !is_ratio(&self.name)
    }
}

/// A value in a report: exactly the digits of the response.
///
/// `Display` prints a text or the digits, and nothing for [`Null`](Self::Null), as in a CSV file.
///
/// ```
/// use adfox_api::Decimal;
/// use adfox_api::calls::statistics::Cell;
///
/// let cell = Cell::Decimal(Decimal::new(150, 2));
/// assert_eq!(cell.to_string(), "1.50");
/// assert_eq!(cell.as_decimal(), Some(Decimal::new(15, 1)));
/// assert_eq!(Cell::Null.to_string(), "");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// No value, which is not 0.
    #[default]
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number of a column whose numbers may have decimals.
    #[serde(with = "rust_decimal::serde::str")]
    Decimal(Decimal),
}

impl Cell {
    /// Returns whether there is no value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the text, unless the cell is a number.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the whole number.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the number, whole or not.
    #[must_use]
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Integer(number) => Some(Decimal::from(*number)),
            Self::Decimal(number) => Some(*number),
            _ => None,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => number.fmt(f),
            Self::Decimal(number) => number.fmt(f),
        }
    }
}

/// A row of a report: its cells in the order of the columns.
///
/// It dereferences to `[Cell]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReportRow(Vec<Cell>);

impl ReportRow {
    /// Returns the cells in the order of the columns.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.0
    }

    /// Converts the row into its cells.
    #[must_use]
    pub fn into_cells(self) -> Vec<Cell> {
        self.0
    }
}

impl From<Vec<Cell>> for ReportRow {
    fn from(cells: Vec<Cell>) -> Self {
        Self(cells)
    }
}

impl Deref for ReportRow {
    type Target = [Cell];

    fn deref(&self) -> &[Cell] {
        &self.0
    }
}

/// A whole report in memory; see [`ReportStream::collect`](crate::ReportStream::collect).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with one cell per column.
    pub rows: Vec<ReportRow>,
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>, rows: Vec<ReportRow>) -> Self {
        Self { columns, rows }
    }
}
