//! Whether a result is whole, and the errors of one that is not.

use adcore::{Error, ErrorKind};

use crate::calls::statistics::DateRange;
use crate::wire::statistics::{Mismatch, Summary};

/// The dimension by which a report can be cut.
pub(super) const DATE: &str = "date";

/// Whether a result is whole.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Whole,
    /// It may be cut off: it has as many rows as a result can have.
    Full(u64),
    /// Rows may be missing.
    Less(Mismatch),
    /// There are too many rows, which a cut cannot explain.
    More(Mismatch),
}

impl Verdict {
    pub(super) fn of(summary: Summary, most: u64) -> Self {
        match summary.mismatch {
            _ if summary.rows >= most => Self::Full(summary.rows),
            None => Self::Whole,
            Some(mismatch) if mismatch.is_less => Self::Less(mismatch),
            Some(mismatch) => Self::More(mismatch),
        }
    }

    /// Returns the error of a result that is not whole and cannot be cut.
    pub(super) fn error(self, days: DateRange, has_date: bool) -> Option<Error> {
        let hint =
            "; with the dimension `date` a report that was cut off is requested again by days";
        match self {
            Self::Whole => None,
            Self::Full(rows) if has_date => {
                let day = days.from;
                let must = format!(
                    "must select fewer rows: {day} alone has {rows}, the maximum of a result"
                );
                Some(Error::invalid_input("filters", must))
            }
            Self::Full(rows) => {
                let must = format!(
                    "must include `{DATE}`: the result has {rows} rows, which is the maximum, and \
                     can be completed only by days; reach, CTR and other ratios cannot be added up"
                );
                Some(Error::invalid_input("dimensions", must))
            }
            Self::Less(mismatch) if !has_date && days.days() > 1 => {
                Some(mismatch_error(&mismatch, hint))
            }
            Self::Less(mismatch) | Self::More(mismatch) => Some(mismatch_error(&mismatch, "")),
        }
    }

    /// As [`error`](Self::error), for a task whose report is not known.
    pub(super) fn task_error(self) -> Option<Error> {
        match self {
            Self::Whole => None,
            Self::Full(rows) => {
                let message = format!(
                    "the result has {rows} rows, which is the maximum, and may be cut off; request \
                     the report itself"
                );
                Some(Error::new(ErrorKind::Decode, message))
            }
            Self::Less(mismatch) => {
                let hint = "; a task that was made with a limit must be read with the same limit";
                Some(mismatch_error(&mismatch, hint))
            }
            Self::More(mismatch) => Some(mismatch_error(&mismatch, "")),
        }
    }
}

fn mismatch_error(mismatch: &Mismatch, hint: &str) -> Error {
    let mut message = format!("{}{hint}", difference(mismatch));
    if mismatch.may_be_rounding {
        message.push_str(
            "; if rows are not missing but all rounded the same way, add a counter such as loads to the \
             report, or leave the column out of the comparison",
        );
    }
    Error::new(ErrorKind::Decode, message)
}

/// Says how the rows of a column differ from its total.
pub(super) fn difference(mismatch: &Mismatch) -> String {
    let Mismatch {
        column, sum, total, ..
    } = mismatch;
    format!("the rows of column `{column}` add up to {sum}, and the vendor's total is {total}")
}

pub(super) fn unmergeable(days: u32) -> Error {
    let must = format!(
        "must include `{DATE}` for a range of more than {days} days: rows of two parts would have to be \
         merged, and reach, CTR and other ratios cannot be added up"
    );
    Error::invalid_input("dimensions", must)
}
