//! NDJSON: one object a line, with every column in every line.
//!
//! An amount is a string of decimal text. DuckDB, Spark and ClickHouse convert a string and a number exactly, but polars
//! and pandas make a double of a number before anyone can ask for its digits. Counts are numbers, and a null is
//! written out.

use super::cell::{self, Cell, SCALE, WIDE_SCALE, push_display, write_money};
use crate::schema::{Column, ColumnType, Value};

/// The text before the value of each column.
pub(super) fn members(columns: &[Column]) -> Vec<String> {
    let names = columns.iter().enumerate().map(|(index, column)| {
        let mut member = vec![if index == 0 { b'{' } else { b',' }];
        write_text(&mut member, &column.name);
        member.push(b':');
        String::from_utf8_lossy(&member).into_owned()
    });
    names.collect()
}

pub(super) fn write_cell(out: &mut Vec<u8>, member: &str, cell: &Cell<'_>) {
    out.extend_from_slice(member.as_bytes());
    match cell {
        Cell::Null => out.extend_from_slice(b"null"),
        Cell::Text(text) => write_text(out, text),
        Cell::Date(date) => push_display(out, format_args!("\"{date}\"")),
        Cell::Count(count) => push_display(out, format_args!("{count}")),
        Cell::Money(units) => write_amount(out, i128::from(*units), SCALE),
        Cell::WideMoney(units) => write_amount(out, *units, WIDE_SCALE),
    }
}

fn write_amount(out: &mut Vec<u8>, units: i128, scale: u32) {
    out.push(b'"');
    write_money(out, units, scale);
    out.push(b'"');
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    // Neither memory nor a text can refuse.
    let _ = serde_json::to_writer(out, text);
}

/// Reads the row of one line.
pub(super) fn parse_row(columns: &[Column], line: &str) -> Result<Vec<Value<'static>>, String> {
    let row: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(line).map_err(|error| error.to_string())?;
    let values = columns.iter().map(|column| {
        let name = &column.name;
        match row.get(name) {
            None => Err(format!("a row has no member {name:?}")),
            Some(serde_json::Value::Null) => Ok(Value::Null),
            Some(serde_json::Value::String(text)) if column.column_type != ColumnType::Count => {
                cell::parse(column, text)
            }
            Some(serde_json::Value::Number(number)) if column.column_type == ColumnType::Count => {
                cell::parse(column, &number.to_string())
            }
            Some(_) => Err(format!("a value of {name:?} has another type")),
        }
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    if row.len() != columns.len() {
        return Err("a row has other members than its schema".to_owned());
    }
    Ok(values)
}
