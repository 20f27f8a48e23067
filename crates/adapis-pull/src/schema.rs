//! The columns of a stream, and the values of a row.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a column holds. The types are chosen so that every engine reads them alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ColumnType {
    /// UTF-8 text. Parquet: `STRING`.
    Text,
    /// A day of the vendor's calendar, in the years 1 to 9999. Parquet: `DATE`.
    Date,
    /// A whole number, such as impressions. Parquet: `INT64`.
    Count,
    /// An exact amount below 10⁹ with at most nine decimals. Parquet: `DECIMAL(18, 9)` stored as `INT64`.
    Money,
    /// An exact amount with at most twelve decimals. Parquet: `DECIMAL(38, 12)` stored in 16 bytes.
    WideMoney,
}

impl ColumnType {
    /// Returns the size of an amount; `None` for everything else.
    pub(crate) const fn money(self) -> Option<MoneyType> {
        match self {
            Self::Money => Some(MoneyType::Narrow),
            Self::WideMoney => Some(MoneyType::Wide),
            Self::Text | Self::Date | Self::Count => None,
        }
    }
}

/// The precision that money is stored with: the setting `money`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum MoneyType {
    /// `18,9`: [`ColumnType::Money`]. Every engine adds and multiplies it without losing a digit.
    #[default]
    Narrow,
    /// `38,12`: [`ColumnType::WideMoney`]. Holds more, but Spark rounds the results of its arithmetic.
    Wide,
}

impl MoneyType {
    pub(crate) const fn wide_if(is_wide: bool) -> Self {
        if is_wide { Self::Wide } else { Self::Narrow }
    }

    /// Returns the number of digits.
    pub(crate) const fn precision(self) -> u8 {
        match self {
            Self::Narrow => 18,
            Self::Wide => 38,
        }
    }

    /// Returns how many of the digits are decimals.
    pub(crate) const fn scale(self) -> u8 {
        match self {
            Self::Narrow => 9,
            Self::Wide => 12,
        }
    }
}

impl fmt::Display for MoneyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.precision(), self.scale())
    }
}

impl FromStr for MoneyType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "18,9" => Ok(Self::Narrow),
            "38,12" => Ok(Self::Wide),
            _ => Err(format!("money is 18,9 or 38,12, not {text:?}")),
        }
    }
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

impl Column {
    /// Describes a column that every row has.
    pub fn new(name: impl Into<String>, column_type: ColumnType) -> Self {
        Self {
            name: name.into(),
            column_type,
            nullable: false,
        }
    }

    /// Makes the value optional.
    #[must_use]
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }
}

/// The columns of a stream, in their order in the file.
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

impl Schema {
    /// Describes the columns of a stream.
    pub fn new(number: u32, columns: impl Into<Vec<Column>>) -> Self {
        Self {
            number,
            columns: columns.into(),
        }
    }

    /// Stores all money with this precision.
    #[must_use]
    pub fn with_money(mut self, money: MoneyType) -> Self {
        for column in &mut self.columns {
            if column.column_type.money().is_some() {
                column.column_type = match money {
                    MoneyType::Narrow => ColumnType::Money,
                    MoneyType::Wide => ColumnType::WideMoney,
                };
            }
        }
        self
    }

    /// The position of the first date column: the day that a row of statistics belongs to.
    pub(crate) fn day_column(&self) -> Option<usize> {
        let mut columns = self.columns.iter();
        columns.position(|column| column.column_type == ColumnType::Date)
    }
}

/// One value of a row, which may borrow its text from the row that the vendor's client decoded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Value<'a> {
    /// Absent, which is not the same as zero.
    Null,
    /// A value of a [`ColumnType::Text`] column.
    Text(Cow<'a, str>),
    /// A value of a [`ColumnType::Date`] column.
    Date(Date),
    /// A value of a [`ColumnType::Count`] column.
    Count(i64),
    /// A value of a [`ColumnType::Money`] or [`ColumnType::WideMoney`] column.
    ///
    /// A count column takes it too, if it is a whole number that fits.
    Money(Decimal),
}

impl Value<'_> {
    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Date(date) => Value::Date(date),
            Self::Count(count) => Value::Count(count),
            Self::Money(money) => Value::Money(money),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<Date> for Value<'_> {
    fn from(date: Date) -> Self {
        Self::Date(date)
    }
}

impl From<i64> for Value<'_> {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

/// A number above [`i64::MAX`] is kept as it is, and refused by the writer, which names its row.
impl From<u64> for Value<'_> {
    fn from(count: u64) -> Self {
        i64::try_from(count).map_or_else(|_| Self::Money(count.into()), Self::Count)
    }
}

impl From<Decimal> for Value<'_> {
    fn from(money: Decimal) -> Self {
        Self::Money(money)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
