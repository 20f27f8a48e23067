//! The sums of the rows, compared with the totals of the vendor.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::calls::statistics::{Cell, Column};

/// Which columns are added up.
#[derive(Debug, Clone)]
pub(crate) struct Summing {
    pub(crate) enabled: bool,
    /// Metrics that cannot be added up, besides those that their columns tell.
    pub(crate) except: Arc<[String]>,
}

/// The sums of the rows so far.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) rows: u64,
    sums: Vec<Sum>,
}

#[derive(Debug, Clone, Copy)]
enum Sum {
    /// The column cannot be added up.
    None,
    Integer(i128),
    /// A sum, and the most decimals that a number had.
    Decimal(Decimal, u32),
}

/// A column whose rows do not add up to its total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub(crate) column: String,
    pub(crate) sum: String,
    pub(crate) total: String,
    /// Whether the sum is less than the total, as if rows were missing.
    pub(crate) is_less: bool,
}

impl Tally {
    pub(super) fn new(columns: &[Column], summing: &Summing) -> Self {
        let sum = |column: &Column| {
            let excepted = summing.except.contains(&column.name);
            if summing.enabled && column.is_additive() && !excepted {
                Sum::Integer(0)
            } else {
                Sum::None
            }
        };
        Self {
            rows: 0,
            sums: columns.iter().map(sum).collect(),
        }
    }

    pub(super) fn add(&mut self, cells: &[Cell]) {
        self.rows += 1;
        for (sum, cell) in self.sums.iter_mut().zip(cells) {
            sum.add(cell);
        }
    }

    /// Compares the sums with the totals; a sum that is too small is more important.
    pub(super) fn compare(&self, columns: &[Column], totals: &[Cell]) -> Option<Mismatch> {
        let columns = columns.iter().zip(&self.sums).zip(totals);
        let mut mismatches: Vec<Mismatch> = columns
            .filter_map(|((column, sum), total)| sum.compare(&column.name, total, self.rows))
            .collect();
        let at = mismatches.iter().position(|mismatch| mismatch.is_less);
        (!mismatches.is_empty()).then(|| mismatches.swap_remove(at.unwrap_or(0)))
    }
}

impl Sum {
    #[inline]
    fn add(&mut self, cell: &Cell) {
        match (&mut *self, cell) {
            (Self::None, _) | (_, Cell::Null) => {}
            (Self::Integer(sum), Cell::Integer(number)) => {
                match sum.checked_add(i128::from(*number)) {
                    Some(more) => *sum = more,
                    None => *self = Self::None,
                }
            }
            _ => *self = self.plus(cell),
        }
    }

    fn plus(self, cell: &Cell) -> Self {
        match (self, cell) {
            (Self::Integer(sum), Cell::Decimal(number)) => {
                Decimal::try_from_i128_with_scale(sum, 0)
                    .ok()
                    .and_then(|sum| sum.checked_add(*number))
                    .map_or(Self::None, |sum| Self::Decimal(sum, number.scale()))
            }
            (Self::Decimal(sum, scale), _) => cell
                .as_decimal()
                .and_then(|number| Some((sum.checked_add(number)?, scale.max(number.scale()))))
                .map_or(Self::None, |(sum, scale)| Self::Decimal(sum, scale)),
            (Self::None | Self::Integer(_), _) => Self::None,
        }
    }

    fn compare(self, column: &str, total: &Cell, rows: u64) -> Option<Mismatch> {
        let total = total.as_decimal()?;
        let (sum, tolerance) = match self {
            Self::None => return None,
            Self::Integer(sum) => (
                Decimal::try_from_i128_with_scale(sum, 0).ok()?,
                Decimal::ZERO,
            ),
            Self::Decimal(sum, scale) => (sum, tolerance(scale.max(total.scale()), rows)),
        };
        if sum.checked_sub(total)?.abs() <= tolerance {
            return None;
        }
        Some(Mismatch {
            column: column.to_owned(),
            sum: sum.to_string(),
            total: total.to_string(),
            is_less: sum < total,
        })
    }
}

/// How far a sum of rounded numbers may be from a rounded total: half of the last digit for each.
///
/// Numbers without decimals are not taken as rounded.
fn tolerance(scale: u32, rows: u64) -> Decimal {
    if scale == 0 {
        return Decimal::ZERO;
    }
    let unit = Decimal::try_new(5, scale + 1).unwrap_or_default();
    unit.checked_mul(Decimal::from(rows.saturating_add(1)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> Cell {
        match text.parse() {
            Ok(number) => Cell::Integer(number),
            Err(_) => match Decimal::from_str_exact(text) {
                Ok(number) => Cell::Decimal(number),
                Err(_) if text.is_empty() => Cell::Null,
                Err(_) => Cell::Text(text.to_owned()),
            },
        }
    }

    fn mismatch(column: &Column, cells: &[&str], total: &str) -> Option<bool> {
        let summing = Summing {
            enabled: true,
            except: Arc::from(["excepted".to_owned()]),
        };
        let columns = std::slice::from_ref(column);
        let mut tally = Tally::new(columns, &summing);
        cells.iter().for_each(|text| tally.add(&[cell(text)]));
        let found = tally.compare(columns, &[cell(total)])?;
        assert_eq!(found.column, column.name);
        Some(found.is_less)
    }

    #[test]
    fn sums_are_compared_where_the_vendor_has_a_total() {
        let column = |name: &str| Column::new(name, "integer");
        let loads = column("loads");
        assert_eq!(mismatch(&loads, &["1", "2", ""], "3"), None);
        assert_eq!(mismatch(&loads, &["1", "2"], "4"), Some(true));
        assert_eq!(mismatch(&loads, &["1", "2"], "2"), Some(false));
        assert_eq!(mismatch(&loads, &[], "1"), Some(true));
        assert_eq!(mismatch(&loads, &["1"], ""), None);
        assert_eq!(mismatch(&loads, &["1", "many"], "7"), None);
        for name in ["excepted", "reach", "uniqVisitors", "frequency"] {
            assert_eq!(mismatch(&column(name), &["1", "2"], "9"), None, "{name}");
        }
        let mut ratio = Column::new("ctr", "number");
        ratio.format = Some("float".to_owned());
        assert_eq!(mismatch(&ratio, &["1.5", "1.5"], "1.5"), None);
        assert_eq!(mismatch(&Column::new("id", "string"), &["1"], "2"), None);
    }

    #[test]
    fn decimals_may_be_rounded_in_their_last_digit() {
        let money = Column::new("revenue", "number");
        assert_eq!(mismatch(&money, &["0.1", "0.2"], "0.3"), None);
        assert_eq!(mismatch(&money, &["0.33", "0.33", "0.33"], "1.00"), None);
        assert_eq!(mismatch(&money, &["0.33", "0.33"], "1.00"), Some(true));
        assert_eq!(mismatch(&money, &["1", "0.50"], "1.50"), None);
        assert_eq!(mismatch(&money, &["1", "2"], "4.0"), Some(true));
    }
}
