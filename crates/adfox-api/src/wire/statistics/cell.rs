//! The cells of a row: scalars whose digits are kept.

use std::fmt;

use adcore_json::{ExactDecimal, PlainCells};
use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::calls::statistics::{Cell, ColumnType};

/// The cells of a row as JSON has them, before they get the types of their columns.
#[derive(Debug)]
pub(super) struct WireRow(pub(super) Vec<Cell>);

struct WireCell(Cell);

impl PlainCells for WireRow {
    fn with_room(cells: usize) -> Self {
        Self(Vec::with_capacity(cells))
    }

    fn null(&mut self) {
        self.0.push(Cell::Null);
    }

    #[inline]
    fn text(&mut self, text: &str) {
        self.0.push(Cell::Text(text.to_owned()));
    }

    #[inline]
    fn integer(&mut self, number: i64) {
        self.0.push(Cell::Integer(number));
    }

    #[inline]
    fn decimal(&mut self, number: Decimal) {
        self.0.push(Cell::Decimal(number));
    }
}

impl<'de> Deserialize<'de> for WireRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;

        impl<'de> Visitor<'de> for Cells {
            type Value = WireRow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of scalars")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<WireRow, A::Error> {
                let mut cells = Vec::with_capacity(seq.size_hint().unwrap_or(8));
                while let Some(WireCell(cell)) = seq.next_element()? {
                    cells.push(cell);
                }
                Ok(WireRow(cells))
            }
        }

        deserializer.deserialize_seq(Cells)
    }
}

impl<'de> Deserialize<'de> for WireCell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let cell = match text.as_bytes().first() {
            Some(b'"') => string(text).map(Cell::Text),
            Some(b'n') => Some(Cell::Null),
            Some(b't' | b'f') => Some(Cell::Text(text.to_owned())),
            Some(b'[' | b'{') | None => None,
            Some(_) => number(text),
        };
        cell.map(Self)
            .ok_or_else(|| D::Error::custom("not a scalar that can be held exactly"))
    }
}

fn string(json: &str) -> Option<String> {
    let plain = json.strip_prefix('"')?.strip_suffix('"')?;
    if plain.contains('\\') {
        return serde_json::from_str(json).ok();
    }
    Some(plain.to_owned())
}

fn number(json: &str) -> Option<Cell> {
    match json.parse() {
        Ok(number) => Some(Cell::Integer(number)),
        Err(_) => decimal(json).map(Cell::Decimal),
    }
}

fn decimal(json: &str) -> Option<Decimal> {
    serde_json::from_str::<ExactDecimal>(json).ok()?.0
}

/// Gives a cell the type of its column. A text that is not a number stays a text.
#[inline]
pub(super) fn set_type(cell: &mut Cell, kind: &ColumnType) {
    match (kind, &*cell) {
        (ColumnType::Text, Cell::Text(_) | Cell::Null)
        | (ColumnType::Integer, Cell::Integer(_) | Cell::Null)
        | (ColumnType::Number, Cell::Decimal(_) | Cell::Null) => {}
        _ => *cell = typed(std::mem::take(cell), kind),
    }
}

fn typed(cell: Cell, kind: &ColumnType) -> Cell {
    match (kind, cell) {
        (ColumnType::Text, cell @ (Cell::Integer(_) | Cell::Decimal(_))) => {
            Cell::Text(cell.to_string())
        }
        (ColumnType::Integer, Cell::Decimal(number)) => whole(number),
        (ColumnType::Integer, Cell::Text(text)) => match number_of(&text) {
            Some(Cell::Decimal(number)) => whole(number),
            Some(cell) => cell,
            None => Cell::Text(text),
        },
        (ColumnType::Number, Cell::Integer(number)) => Cell::Decimal(number.into()),
        (ColumnType::Number, Cell::Text(text)) => match number_of(&text) {
            Some(Cell::Integer(number)) => Cell::Decimal(number.into()),
            Some(cell) => cell,
            None => Cell::Text(text),
        },
        (_, cell) => cell,
    }
}

/// A whole number such as `7.0` as an integer; any other remains as it is.
fn whole(number: Decimal) -> Cell {
    let integer = number.is_integer().then(|| i64::try_from(number).ok());
    integer
        .flatten()
        .map_or(Cell::Decimal(number), Cell::Integer)
}

/// Reads a text that is a number or empty.
fn number_of(text: &str) -> Option<Cell> {
    let text = text.trim();
    let is_number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    match text {
        "" => Some(Cell::Null),
        _ if is_number => number(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use adcore::Body;
    use adcore_json::{RowLocation, Rows};
    use futures_util::FutureExt;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn cells(json: &str, kind: &ColumnType) -> Vec<Cell> {
        let WireRow(mut cells) = serde_json::from_str(json).unwrap();
        cells.iter_mut().for_each(|cell| set_type(cell, kind));
        cells
    }

    fn decimal(text: &str) -> Cell {
        Cell::Decimal(Decimal::from_str_exact(text).unwrap())
    }

    #[test]
    fn cells_have_the_type_of_their_column_and_exact_digits() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let json = r#"["2024-01-01", 7, 1.50, null, true, "a\"b\u044f", "8", "1.5", ""]"#;
        assert_eq!(
            cells(json, &ColumnType::Text),
            [
                text("2024-01-01"),
                text("7"),
                text("1.50"),
                Cell::Null,
                text("true"),
                text("a\"bя"),
                text("8"),
                text("1.5"),
                text(""),
            ]
        );
        let numbers = r#"[7, 7.0, 1.50, "8", "-", "", null, 9223372036854775808]"#;
        assert_eq!(
            cells(numbers, &ColumnType::Integer),
            [
                Cell::Integer(7),
                Cell::Integer(7),
                decimal("1.50"),
                Cell::Integer(8),
                text("-"),
                Cell::Null,
                Cell::Null,
                decimal("9223372036854775808"),
            ]
        );
        assert_eq!(
            cells(r#"[7, 0.1, "1.50", 1.5e-3]"#, &ColumnType::Number),
            [
                decimal("7"),
                decimal("0.1"),
                decimal("1.50"),
                decimal("0.0015")
            ]
        );
        let other = cells(r#"[7, "8"]"#, &"date".into());
        assert_eq!(other, [Cell::Integer(7), text("8")]);
    }

    /// Reads rows as they arrive: the cells of each, and whether the text is refused.
    fn arrive(text: &str, read: fn(Body, RowLocation) -> Rows<WireRow>) -> (Vec<Vec<Cell>>, bool) {
        let body = Body::from(bytes::Bytes::copy_from_slice(text.as_bytes()));
        let mut rows = read(body, RowLocation::Array);
        let mut seen = Vec::new();
        while let Some(row) = rows.next().now_or_never().unwrap() {
            match row {
                Ok(WireRow(cells)) => seen.push(cells),
                Err(_) => return (seen, true),
            }
        }
        (seen, false)
    }

    fn cell_text() -> impl Strategy<Value = String> {
        const ODD: [&str; 22] = [
            "null",
            "true",
            "-0",
            "01",
            "1.",
            ".5",
            "1e3",
            "1.5E2",
            "7.0",
            "-",
            "nul",
            "",
            "[1]",
            "{}",
            "\"a\\nb\"",
            "\"\\ud83d\"",
            "\"\\x\"",
            "\"open",
            "9223372036854775808",
            "-9223372036854775808",
            "0.12345678901234567890123456789",
            "\"2024-01-01\"",
        ];
        prop_oneof![
            6 => "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?",
            3 => "\"[a-z0-9 я-]{0,12}\"",
            3 => select(&ODD[..]).prop_map(str::to_owned),
        ]
    }

    proptest! {
        #[test]
        fn cells_without_serde_are_those_of_serde(
            rows in vec(vec((cell_text(), select(&["", " ", "\n\t"][..])), 0..9), 0..6),
        ) {
            let rows: Vec<String> = rows
                .iter()
                .map(|cells| {
                    let cells = cells.iter().map(|(cell, blank)| format!("{blank}{cell}{blank}"));
                    format!("[{}]", cells.collect::<Vec<_>>().join(","))
                })
                .collect();
            let text = format!("[{}]", rows.join(","));
            prop_assert_eq!(arrive(&text, Rows::plain_cells), arrive(&text, Rows::new));
        }
    }

    #[test]
    fn nested_values_are_no_cells() {
        for bad in ["[[1]]", "[{}]", "{}", "7", "[1e99]"] {
            assert!(serde_json::from_str::<WireRow>(bad).is_err(), "{bad}");
        }
    }
}
