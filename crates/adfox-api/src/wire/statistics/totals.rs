//! The sums of the rows, compared with the totals of the vendor.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::calls::statistics::{Cell, Column};

/// Which columns are added up.
#[derive(Debug, Clone)]
pub(crate) struct Summing {
    pub(crate) enabled: bool,
    /// Metrics that cannot be added up, besides those that are known by their columns.
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
    /// The digits of the sum, and how many of them are decimals: the most that a number had.
    Digits(i128, u32),
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
                Sum::Digits(0, 0)
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
        let Self::Digits(sum, scale) = *self else {
            return;
        };
        let (digits, decimals) = match cell {
            Cell::Null => return,
            Cell::Integer(number) => (i128::from(*number), 0),
            Cell::Decimal(number) => (number.mantissa(), number.scale()),
            Cell::Text(_) => return *self = Self::None,
        };
        // Nearly all numbers of a column have the same number of decimals.
        let more = if decimals == scale {
            sum.checked_add(digits)
        } else {
            Self::plus((sum, scale), (digits, decimals))
        };
        *self = more.map_or(Self::None, |sum| Self::Digits(sum, scale.max(decimals)));
    }

    /// Adds digits with different numbers of decimals.
    fn plus((one, decimals): (i128, u32), (other, others): (i128, u32)) -> Option<i128> {
        let scale = decimals.max(others);
        let raised = |digits: i128, from: u32| {
            let power = 10_i128.checked_pow(scale - from)?;
            digits.checked_mul(power)
        };
        raised(one, decimals)?.checked_add(raised(other, others)?)
    }

    fn compare(self, column: &str, total: &Cell, rows: u64) -> Option<Mismatch> {
        let total = total.as_decimal()?;
        let Self::Digits(digits, scale) = self else {
            return None;
        };
        let sum = Decimal::try_from_i128_with_scale(digits, scale).ok()?;
        let tolerance = match scale {
            0 => Decimal::ZERO,
            _ => tolerance(scale.max(total.scale()), rows),
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
        assert_eq!(mismatch(&money, &["0.125", "-0.1", "2"], "2.025"), None);
        assert_eq!(
            mismatch(&money, &["0.125", "-0.1", "2"], "2.02"),
            Some(false)
        );
        assert_eq!(mismatch(&money, &["0.125", "-0.1", "2"], "2"), Some(false));
        let huge = "9".repeat(28);
        let huge = [&*huge, "0.0000000000000000000000000001"];
        assert_eq!(mismatch(&money, &huge, "1"), None, "it cannot be held");
    }
}
