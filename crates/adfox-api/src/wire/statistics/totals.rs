//! The sums of the rows, compared with the totals of the vendor.
//!
//! A metric that cannot be added up is not always marked as a ratio, and whether the rows are rounded is
//! not documented. A guess about either must not refuse a report that is right, and no row may be lost in
//! silence:
//!
//! - A sum below its total is an error in every column that is compared. No guess can cause it: a mean, a
//!   maximum or a number of unique visitors of rows is never above the sum of the rows, unless one of them
//!   is negative.
//! - A sum above its total is an error in the columns that are certainly sums. In others it is a doubt: the
//!   column may be one that cannot be added up.
//! - Numbers with decimals may be rounded. A difference that rounding can explain only if it went the same
//!   way in nearly all rows, as where all rows have one price, is a doubt if a counter of the report agrees
//!   with its total exactly, and otherwise an error.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::rounding::Rounding;
use crate::calls::statistics::{Cell, Column, ColumnType, is_sum};

/// Which columns are added up.
#[derive(Debug, Clone)]
pub(crate) struct Summing {
    pub(crate) enabled: bool,
    /// Metrics that cannot be added up, besides those that are known by their columns.
    pub(crate) except: Arc<[String]>,
    /// Metrics that certainly can, whatever their columns say.
    pub(crate) certain: Arc<[String]>,
}

/// The sums of the rows so far.
#[derive(Debug)]
pub(super) struct Tally {
    pub(super) rows: u64,
    sums: Vec<Sum>,
}

#[derive(Debug, Clone, Copy)]
struct Sum {
    /// The digits, and how many of them are decimals: the most that a number had. `None` if the column
    /// cannot be added up.
    digits: Option<(i128, u32)>,
    /// Whether a number was negative.
    is_signed: bool,
    /// Whether the column certainly can be added up.
    is_certain: bool,
    whole: Whole,
}

/// What whole numbers of a column are.
#[derive(Debug, Clone, Copy)]
enum Whole {
    /// Counts, which are exact: the column has the type `integer`.
    Exact,
    /// Counts or amounts: the column may have decimals, and none of its numbers has.
    Unclear,
    /// Amounts, which may be rounded: the column has a unit as well.
    Rounded,
}

/// How a sum compares with its total.
enum Agreement {
    /// There is no total, or no sum.
    Unknown,
    Exact,
    Rounded,
    Differs(Mismatch),
}

/// A column whose rows do not add up to its total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub(crate) column: String,
    pub(crate) sum: String,
    pub(crate) total: String,
    /// Whether the sum is less than the total, as if rows were missing.
    pub(crate) is_less: bool,
    /// Whether it can be rounding that went the same way in nearly all rows.
    pub(crate) may_be_rounding: bool,
}

/// What is wrong with the sums.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The most important difference that cannot be right.
    pub(super) error: Option<Mismatch>,
    /// Differences that may be right.
    pub(super) doubts: Vec<Mismatch>,
}

impl Summing {
    fn sum(&self, column: &Column) -> Sum {
        let named = |names: &[String]| names.contains(&column.name);
        let is_number = matches!(column.kind, ColumnType::Integer | ColumnType::Number);
        let is_additive = named(&self.certain) || column.is_additive();
        let is_compared = self.enabled && is_number && is_additive && !named(&self.except);
        Sum {
            digits: is_compared.then_some((0, 0)),
            is_signed: false,
            is_certain: named(&self.certain) || is_sum(&column.name),
            whole: match column.kind {
                ColumnType::Number if column.unit.is_some() => Whole::Rounded,
                ColumnType::Number => Whole::Unclear,
                _ => Whole::Exact,
            },
        }
    }
}

impl Tally {
    pub(super) fn new(columns: &[Column], summing: &Summing) -> Self {
        Self {
            rows: 0,
            sums: columns.iter().map(|column| summing.sum(column)).collect(),
        }
    }

    pub(super) fn add(&mut self, cells: &[Cell]) {
        self.rows += 1;
        for (sum, cell) in self.sums.iter_mut().zip(cells) {
            sum.add(cell);
        }
    }

    /// Compares the sums with the totals; a sum that is too small is more important.
    pub(super) fn compare(&self, columns: &[Column], totals: &[Cell]) -> Findings {
        let (mut errors, mut doubts, mut roundings) = (Vec::new(), Vec::new(), Vec::new());
        let mut has_exact_counter = false;
        for ((column, sum), total) in columns.iter().zip(&self.sums).zip(totals) {
            match sum.compare(&column.name, total, self.rows) {
                Agreement::Unknown | Agreement::Rounded => {}
                Agreement::Exact => {
                    let is_counter = column.kind == ColumnType::Integer && !sum.is_zero();
                    has_exact_counter |= is_counter && sum.is_certain;
                }
                Agreement::Differs(mismatch) if mismatch.may_be_rounding => {
                    roundings.push(mismatch);
                }
                Agreement::Differs(mismatch) => match sum.can_be(&mismatch) {
                    true => doubts.push(mismatch),
                    false => errors.push(mismatch),
                },
            }
        }
        match has_exact_counter {
            true => doubts.append(&mut roundings),
            false => errors.append(&mut roundings),
        }
        let at = errors.iter().position(|mismatch| mismatch.is_less);
        let error = (!errors.is_empty()).then(|| errors.swap_remove(at.unwrap_or(0)));
        Findings { error, doubts }
    }
}

impl Sum {
    #[inline]
    fn add(&mut self, cell: &Cell) {
        let Some((sum, scale)) = self.digits else {
            return;
        };
        let (digits, decimals) = match cell {
            Cell::Null => return,
            Cell::Integer(number) => (i128::from(*number), 0),
            Cell::Decimal(number) => (number.mantissa(), number.scale()),
            Cell::Text(_) => return self.digits = None,
        };
        self.is_signed |= digits < 0;
        // Nearly all numbers of a column have the same number of decimals.
        let more = if decimals == scale {
            sum.checked_add(digits)
        } else {
            Self::plus((sum, scale), (digits, decimals))
        };
        self.digits = more.map(|sum| (sum, scale.max(decimals)));
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

    fn is_zero(self) -> bool {
        self.digits.is_some_and(|(digits, _)| digits == 0)
    }

    /// Returns whether a difference can be right, because the column may be one that cannot be added up.
    fn can_be(self, mismatch: &Mismatch) -> bool {
        !self.is_certain && (self.is_signed || !mismatch.is_less)
    }

    fn compare(self, column: &str, total: &Cell, rows: u64) -> Agreement {
        self.differ(column, total, rows)
            .unwrap_or(Agreement::Unknown)
    }

    fn differ(self, column: &str, total: &Cell, rows: u64) -> Option<Agreement> {
        let total = total.as_decimal()?;
        let (digits, scale) = self.digits?;
        let sum = Decimal::try_from_i128_with_scale(digits, scale).ok()?;
        let gap = sum.checked_sub(total)?.abs();
        let rounding = match (scale, self.whole) {
            (0, Whole::Exact) => Rounding::default(),
            (0, Whole::Unclear) => Rounding {
                likely: Decimal::ZERO,
                ..Rounding::of(rows, 0)
            },
            (0, Whole::Rounded) => Rounding::of(rows, 0),
            _ => Rounding::of(rows, scale.max(total.scale())),
        };
        Some(if gap.is_zero() {
            Agreement::Exact
        } else if gap <= rounding.likely {
            Agreement::Rounded
        } else {
            Agreement::Differs(Mismatch {
                column: column.to_owned(),
                sum: sum.to_string(),
                total: total.to_string(),
                is_less: sum < total,
                may_be_rounding: gap <= rounding.utmost,
            })
        })
    }
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

    fn summing() -> Summing {
        Summing {
            enabled: true,
            except: Arc::from(["excepted".to_owned()]),
            certain: Arc::from(["summed".to_owned()]),
        }
    }

    fn mismatch(column: &Column, cells: &[&str], total: &str) -> Option<bool> {
        let columns = std::slice::from_ref(column);
        let mut tally = Tally::new(columns, &summing());
        cells.iter().for_each(|text| tally.add(&[cell(text)]));
        let found = tally.compare(columns, &[cell(total)]).error?;
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

    /// The columns in error and in doubt.
    fn found(columns: &[Column], rows: &[&[&str]], totals: &[&str]) -> [Vec<String>; 2] {
        let mut tally = Tally::new(columns, &summing());
        let cells = |row: &[&str]| row.iter().map(|text| cell(text)).collect::<Vec<_>>();
        rows.iter().for_each(|row| tally.add(&cells(row)));
        let findings = tally.compare(columns, &cells(totals));
        let names = |found: Vec<Mismatch>| found.into_iter().map(|found| found.column).collect();
        [
            names(findings.error.into_iter().collect()),
            names(findings.doubts),
        ]
    }

    #[test]
    fn a_guess_about_a_column_refuses_nothing() {
        let one = |name: &str, kind: &str, rows: &[&[&str]], total: &str| {
            let [errors, doubts] = found(&[Column::new(name, kind)], rows, &[total]);
            (errors.len(), doubts.len())
        };
        // A mean, a maximum or a number of people, whose name is not known here.
        for (kind, rows, total) in [
            ("integer", &[&["3"][..], &["5"]], "4"),
            ("integer", &[&["3"], &["5"]], "5"),
            ("number", &[&["0.30"], &["0.50"]], "0.40"),
            ("number", &[&["-0.30"], &["-0.50"]], "-0.40"),
        ] {
            assert_eq!(one("score", kind, rows, total), (0, 1), "{total}");
            assert_eq!(one("summed", kind, rows, total), (1, 0), "{total}");
            assert_eq!(one("ecpm", kind, rows, total), (0, 0), "{total}");
        }
        // Rows are missing, or there is one too many.
        assert_eq!(one("score", "integer", &[&["3"]], "4"), (1, 0));
        assert_eq!(one("clicks_total", "integer", &[&["3"]], "2"), (1, 0));
        let mut ratio = Column::new("summed", "number");
        ratio.format = Some("float".to_owned());
        let [errors, _] = found(&[ratio], &[&["1.5"]], &["2.5"]);
        assert_eq!(errors, ["summed"]);
    }

    #[test]
    fn a_counter_vouches_for_rows_whose_money_was_all_rounded_down() {
        let columns = ["loads", "clicks", "income"].map(|name| match name {
            "income" => Column::new(name, "number"),
            _ => Column::new(name, "integer"),
        });
        let rows = vec![&["1", "0", "0.33"][..]; 1000];
        let doubt = found(&columns, &rows, &["1000", "0", "333.33"]);
        assert_eq!(doubt, [vec![], vec!["income".to_owned()]]);
        // Without a counter that agrees they are taken as missing.
        let error = [vec!["income".to_owned()], vec![]];
        assert_eq!(found(&columns, &rows, &["", "0", "333.33"]), error);
        // More than rounding can explain.
        assert_eq!(found(&columns, &rows, &["1000", "0", "335.01"]), error);
        let missing = found(&columns, &rows, &["1001", "0", "333.33"]);
        assert_eq!(missing[0], ["loads"]);
    }

    #[test]
    fn whole_numbers_may_be_rounded_amounts() {
        let loads = Column::new("loads", "integer");
        let mut income = Column::new("income", "number");
        let columns = |income: &Column| [loads.clone(), income.clone()];
        let rows = vec![&["1", "7"][..]; 100];
        let of = |income: &Column, totals: &[&str]| found(&columns(income), &rows, totals);
        let one = || vec!["income".to_owned()];
        assert_eq!(of(&income, &["100", "703"]), [vec![], one()]);
        assert_eq!(of(&income, &["", "703"]), [one(), vec![]]);
        income.unit = Some("rub".to_owned());
        assert_eq!(of(&income, &["", "703"]).concat(), [""; 0]);
        assert_eq!(of(&income, &["", "749"]), [one(), vec![]]);
        assert_eq!(of(&income, &["101", "703"])[0], ["loads"]);
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
