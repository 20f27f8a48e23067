//! Rows that are arrays of scalars.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::digits::Digits;
use super::{Plain, PlainValue};
use crate::number::parse_decimal;

/// A scalar in a row that is an array.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum PlainCell<'a> {
    /// `null`.
    Null,
    /// A string.
    Text(Cow<'a, str>),
    /// A number without a point that fits.
    Integer(i64),
    /// A number with a point, with exactly its digits.
    Decimal(Decimal),
}

/// A row that is an array and can be read cell by cell, without serde, if all cells are scalars.
///
/// The result must equal that of the type's `Deserialize`.
pub trait PlainCells {
    /// Creates a row without cells, with room for as many as the row before had.
    fn with_room(cells: usize) -> Self;

    /// Adds a cell.
    fn push(&mut self, cell: PlainCell<'_>);
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
        self.cells = value.cells(|cell| row.push(cell))?;
        self.odd = self.odd.saturating_sub(1);
        Some(value.at())
    }
}

impl<'a> PlainValue<'a> {
    /// Reads an array of scalars and returns their number.
    fn cells(&mut self, mut each: impl FnMut(PlainCell<'a>)) -> Option<usize> {
        self.takes(b'[').then_some(())?;
        self.skip_blanks();
        if self.takes(b']') {
            return Some(0);
        }
        let mut count = 0;
        loop {
            each(self.cell()?);
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
    fn cell(&mut self) -> Option<PlainCell<'a>> {
        match self.rest().first()? {
            b'"' => self.text()?.map(PlainCell::Text),
            b'n' => self.text()?.map_or(Some(PlainCell::Null), |_| None),
            _ => self.number_cell(),
        }
    }

    #[inline]
    fn number_cell(&mut self) -> Option<PlainCell<'a>> {
        let Some(whole) = Digits::short(self.rest()) else {
            return self.long_number();
        };
        match self.rest().get(whole.count)? {
            b'.' => match self.short_decimal() {
                Some(number) => self.ends_number(PlainCell::Decimal(number)),
                None => self.long_number(),
            },
            _ => {
                self.pass(whole.count);
                self.ends_number(PlainCell::Integer(whole.value.cast_signed()))
            }
        }
    }

    fn long_number(&mut self) -> Option<PlainCell<'a>> {
        let text = self.number()?;
        let cell = if text.contains('.') {
            PlainCell::Decimal(parse_decimal(text)?)
        } else {
            PlainCell::Integer(text.parse().ok()?)
        };
        self.ends_number(cell)
    }

    /// Leaves numbers to serde that go on with an exponent.
    #[inline]
    fn ends_number(&self, cell: PlainCell<'a>) -> Option<PlainCell<'a>> {
        let next = self.rest().first()?;
        matches!(next, b',' | b']' | b' ' | b'\t' | b'\r' | b'\n').then_some(cell)
    }
}
