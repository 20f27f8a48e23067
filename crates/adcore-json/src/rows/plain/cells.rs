//! Rows that are arrays of scalars.

use rust_decimal::Decimal;

use super::digits::Digits;
use super::value::decimal;
use super::{Plain, PlainValue};
use crate::number::parse_decimal;

/// A row that is an array and can be read cell by cell, without serde, if all cells are scalars.
///
/// The result must equal that of the type's `Deserialize`.
pub trait PlainCells {
    /// Creates a row without cells, with room for as many as the row before had.
    fn with_room(cells: usize) -> Self;

    /// Adds `null`.
    fn null(&mut self);

    /// Adds a string.
    fn text(&mut self, text: &str);

    /// Adds a number without a point that fits.
    fn integer(&mut self, number: i64);

    /// Adds a number with a point, with exactly its digits.
    fn decimal(&mut self, number: Decimal);
}

impl Plain {
    /// As [`read`](Self::read), for an array.
    pub(crate) fn read_cells<T: PlainCells>(
        &mut self,
        text: &str,
        row: &mut Option<T>,
    ) -> Option<usize> {
        if self.is_hopeless() {
            return None;
        }
        let mut value = PlainValue::new(text);
        let row = row.insert(T::with_room(self.cells));
        self.cells = value.cells(row)?;
        self.odd = self.odd.saturating_sub(1);
        Some(value.at())
    }
}

/// A cell goes straight into the row: an enum of all cells would be written in parts and then loaded
/// whole, which stalls the processor.
impl PlainValue<'_> {
    /// Reads an array of scalars and returns their number.
    fn cells<T: PlainCells>(&mut self, row: &mut T) -> Option<usize> {
        self.takes(b'[').then_some(())?;
        self.skip_blanks();
        if self.takes(b']') {
            return Some(0);
        }
        let mut count = 0;
        loop {
            self.cell(row)?;
            count += 1;
            if !self.takes(b',') {
                self.skip_blanks();
                if self.takes(b']') {
                    return Some(count);
                }
                self.takes(b',').then_some(())?;
            }
            self.skip_blanks();
        }
    }

    #[inline]
    fn cell<T: PlainCells>(&mut self, row: &mut T) -> Option<()> {
        match self.rest().first()? {
            b'"' => match self.quoted() {
                Some(text) => row.text(text),
                None => row.text(&self.text()??),
            },
            b'n' => {
                self.text()?.is_none().then_some(())?;
                row.null();
            }
            _ => return self.number_cell(row),
        }
        Some(())
    }

    #[inline]
    fn number_cell<T: PlainCells>(&mut self, row: &mut T) -> Option<()> {
        let Some(whole) = Digits::short(self.rest()) else {
            return self.long_number(row);
        };
        if *self.rest().get(whole.count)? == b'.' {
            match self.short_decimal(&whole) {
                (_, 0) => return self.long_number(row),
                (digits, decimals) => row.decimal(decimal(digits, decimals)),
            }
        } else {
            self.pass(whole.count);
            row.integer(whole.value.cast_signed());
        }
        self.ends_number()
    }

    fn long_number<T: PlainCells>(&mut self, row: &mut T) -> Option<()> {
        let text = self.number()?;
        if text.contains('.') {
            row.decimal(parse_decimal(text)?);
        } else {
            row.integer(text.parse().ok()?);
        }
        self.ends_number()
    }

    /// Leaves numbers with an exponent to serde.
    #[inline]
    fn ends_number(&self) -> Option<()> {
        let next = self.rest().first()?;
        matches!(next, b',' | b']' | b' ' | b'\t' | b'\r' | b'\n').then_some(())
    }
}
