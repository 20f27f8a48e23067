//! The binary format of `COPY`.

use bytes::{BufMut, BytesMut};
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use crate::schema::{Column, Value};

/// What begins every copy: the signature, no flags, no extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What ends it: a row of -1 fields.
pub(super) const TRAILER: &[u8] = b"\xff\xff";

/// The day from which PostgreSQL counts.
const EPOCH: Date = date(2000, 1, 1);

/// The groups of four digits behind the point in which every amount fits.
const GROUPS: u32 = 3;

/// Appends a row; `snapshot` is the value of the column behind those of the file.
pub(super) fn put_row(
    out: &mut BytesMut,
    columns: &[Column],
    row: &[Value<'_>],
    snapshot: Option<Date>,
) -> Result<(), String> {
    let fields = row.len() + usize::from(snapshot.is_some());
    out.put_i16(i16::try_from(fields).map_err(|_| "has too many columns".to_owned())?);
    for (column, value) in columns.iter().zip(row) {
        put_value(out, column, value)
            .map_err(|reason| format!("column {}: {reason}", column.name))?;
    }
    if let Some(day) = snapshot {
        put_date(out, day);
    }
    Ok(())
}

fn put_value(out: &mut BytesMut, column: &Column, value: &Value<'_>) -> Result<(), String> {
    match value {
        Value::Null => out.put_i32(-1),
        Value::Text(text) => {
            if text.contains('\0') {
                return Err("has the character U+0000, which PostgreSQL cannot store".to_owned());
            }
            let length = i32::try_from(text.len()).map_err(|_| "is too long".to_owned())?;
            out.put_i32(length);
            out.put_slice(text.as_bytes());
        }
        Value::Date(day) => put_date(out, *day),
        Value::Count(count) => {
            out.put_i32(8);
            out.put_i64(*count);
        }
        Value::Money(money) => {
            let size = column.column_type.money().unwrap_or_default();
            put_money(out, *money, size.scale().into())
                .ok_or_else(|| format!("{money} cannot be encoded"))?;
        }
    }
    Ok(())
}

fn put_date(out: &mut BytesMut, day: Date) {
    out.put_i32(4);
    // All days from -9999 to 9999 fit.
    out.put_i32(i32::try_from(EPOCH.duration_until(day).as_hours() / 24).unwrap_or(0));
}

/// Appends a NUMERIC: groups of four digits, the weight of the first, the sign, and the decimals that are shown.
fn put_money(out: &mut BytesMut, money: Decimal, scale: i16) -> Option<()> {
    let money = money.normalize();
    let up = (4 * GROUPS).checked_sub(money.scale())?;
    let mut rest = money
        .mantissa()
        .unsigned_abs()
        .checked_mul(10_u128.pow(up))?;
    let mut groups = Vec::new();
    while rest > 0 {
        groups.push(i16::try_from(rest % 10_000).ok()?);
        rest /= 10_000;
    }
    let weight = i16::try_from(groups.len()).ok()? - 1 - i16::try_from(GROUPS).ok()?;
    let zeros = groups.iter().take_while(|group| **group == 0).count();
    let groups = &groups[zeros..];
    out.put_i32(i32::try_from(8 + 2 * groups.len()).ok()?);
    out.put_i16(i16::try_from(groups.len()).ok()?);
    out.put_i16(if groups.is_empty() { 0 } else { weight });
    out.put_u16(if money.is_sign_negative() && !money.is_zero() {
        0x4000
    } else {
        0
    });
    out.put_i16(scale);
    for group in groups.iter().rev() {
        out.put_i16(*group);
    }
    Some(())
}
