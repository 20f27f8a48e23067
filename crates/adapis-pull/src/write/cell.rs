//! A value that was checked against its column.

use std::fmt::Write;

use jiff::SignedDuration;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use crate::schema::{Column, ColumnType, MoneyType, Value};

/// Decimals of [`ColumnType::Money`].
pub(super) const SCALE: u32 = MoneyType::Narrow.scale() as u32;
/// Decimals of [`ColumnType::WideMoney`].
pub(super) const WIDE_SCALE: u32 = MoneyType::Wide.scale() as u32;

/// The first amount of units that is too large for a type of money.
const LIMIT: i128 = 10_i128.pow(MoneyType::Narrow.precision() as u32);
const WIDE_LIMIT: i128 = 10_i128.pow(MoneyType::Wide.precision() as u32);

/// The longest text. The limits of engines are not far above it.
const LONGEST_TEXT: usize = 64 << 20;

const EPOCH: Date = date(1970, 1, 1);

/// A value in the form in which it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    Null,
    Text(&'a str),
    Date(Date),
    Count(i64),
    /// In units of the ninth decimal.
    Money(i64),
    /// In units of the twelfth decimal.
    WideMoney(i128),
}

impl<'a> Cell<'a> {
    /// Fits a value into a column, or says why it does not fit.
    pub(super) fn fit(column: &Column, value: &'a Value<'_>) -> Result<Self, String> {
        match (column.column_type, value) {
            (_, Value::Null) if column.nullable => Ok(Self::Null),
            (_, Value::Null) => Err("is missing, and every row must have it".to_owned()),
            (ColumnType::Text, Value::Text(text)) if text.len() <= LONGEST_TEXT => {
                Ok(Self::Text(text))
            }
            (ColumnType::Text, Value::Text(text)) => {
                let length = text.len();
                Err(format!(
                    "has {length} bytes, the longest text has {LONGEST_TEXT}"
                ))
            }
            (ColumnType::Date, Value::Date(date)) if (1..=9999).contains(&date.year()) => {
                Ok(Self::Date(*date))
            }
            (ColumnType::Date, Value::Date(date)) => {
                Err(format!("{date} is not in the years 1 to 9999"))
            }
            (ColumnType::Count, Value::Count(count)) => Ok(Self::Count(*count)),
            (ColumnType::Count, Value::Money(number)) => whole(*number).map(Self::Count),
            (ColumnType::Money, Value::Money(money)) => narrow(*money).map(Self::Money),
            (ColumnType::WideMoney, Value::Money(money)) => wide(*money).map(Self::WideMoney),
            (expected, found) => Err(format!("is {}, not {}", kind(found), type_name(expected))),
        }
    }

    pub(super) fn to_value(self) -> Result<Value<'static>, String> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::from(text.to_owned()),
            Self::Date(date) => Value::Date(date),
            Self::Count(count) => Value::Count(count),
            Self::Money(units) => Value::Money(Decimal::new(units, SCALE)),
            Self::WideMoney(units) => {
                let money = decimal(units, WIDE_SCALE);
                Value::Money(money.ok_or("an amount has more than 28 digits")?)
            }
        })
    }
}

/// Counts the days since 1970.
pub(super) fn to_days(date: Date) -> i32 {
    // All days from -9999 to 9999 fit.
    i32::try_from(EPOCH.duration_until(date).as_hours() / 24).unwrap_or(0)
}

pub(super) fn from_days(days: i32) -> Option<Date> {
    EPOCH
        .checked_add(SignedDuration::from_hours(i64::from(days) * 24))
        .ok()
}

fn narrow(money: Decimal) -> Result<i64, String> {
    let units = scaled(money, SCALE, LIMIT)?;
    i64::try_from(units).map_err(|error| error.to_string())
}

fn wide(money: Decimal) -> Result<i128, String> {
    scaled(money, WIDE_SCALE, WIDE_LIMIT)
}

/// Counts the units of the last decimal in an amount. Nothing is rounded.
fn scaled(money: Decimal, scale: u32, limit: i128) -> Result<i128, String> {
    let (mantissa, own) = (money.mantissa(), money.scale());
    let units = if own <= scale {
        mantissa.checked_mul(10_i128.pow(scale - own))
    } else {
        let divisor = 10_i128.pow(own - scale);
        if mantissa % divisor != 0 {
            return Err(format!("{money} has more than {scale} decimals"));
        }
        Some(mantissa / divisor)
    };
    match units {
        Some(units) if units.abs() < limit => Ok(units),
        _ => {
            let digits = limit.ilog10() - scale;
            Err(format!(
                "{money} has more than {digits} digits before the point"
            ))
        }
    }
}

fn whole(number: Decimal) -> Result<i64, String> {
    let normal = number.normalize();
    if normal.scale() != 0 {
        return Err(format!("{number} is not a whole number"));
    }
    i64::try_from(normal.mantissa()).map_err(|_| format!("{number} is not a number of 64 bits"))
}

/// Makes a decimal of units, if it has no more than 28 digits without the zeros at its end.
pub(super) fn decimal(mut units: i128, mut scale: u32) -> Option<Decimal> {
    loop {
        match Decimal::try_from_i128_with_scale(units, scale) {
            Ok(decimal) => return Some(decimal.normalize()),
            Err(_) if scale > 0 && units % 10 == 0 => {
                units /= 10;
                scale -= 1;
            }
            Err(_) => return None,
        }
    }
}

/// Writes an amount without the zeros at its end: `-1.5`, never with an exponent.
pub(super) fn write_money(out: &mut Vec<u8>, units: i128, scale: u32) {
    let one = 10_u128.pow(scale);
    let (absolute, sign) = (units.unsigned_abs(), if units < 0 { "-" } else { "" });
    let (whole, fraction) = (absolute / one, absolute % one);
    push_display(out, format_args!("{sign}{whole}"));
    if fraction != 0 {
        push_display(
            out,
            format_args!(".{fraction:0width$}", width = scale as usize),
        );
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
}

/// Appends text to bytes.
pub(super) fn push_display(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    struct Utf8<'a>(&'a mut Vec<u8>);
    impl Write for Utf8<'_> {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.extend_from_slice(text.as_bytes());
            Ok(())
        }
    }
    // Memory takes whatever is written to it.
    let _ = Utf8(out).write_fmt(text);
}

/// Reads a value from the text that represents it in CSV and NDJSON.
pub(super) fn parse(column: &Column, text: &str) -> Result<Value<'static>, String> {
    let refuse = || format!("{text:?} is not {}", type_name(column.column_type));
    match column.column_type {
        ColumnType::Text => Ok(Value::from(text.to_owned())),
        ColumnType::Date => text.parse().map(Value::Date).map_err(|_| refuse()),
        ColumnType::Count => text.parse().map(Value::Count).map_err(|_| refuse()),
        ColumnType::Money | ColumnType::WideMoney => Decimal::from_str_exact(text)
            .map(Value::Money)
            .map_err(|_| refuse()),
    }
}

fn type_name(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Text => "a text",
        ColumnType::Date => "a date",
        ColumnType::Count => "a whole number of 64 bits",
        ColumnType::Money | ColumnType::WideMoney => "an exact amount",
    }
}

fn kind(value: &Value<'_>) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Text(_) => "a text",
        Value::Date(_) => "a date",
        Value::Count(_) => "a whole number",
        Value::Money(_) => "an amount",
    }
}
