//! What a run did, for people and for programs.

use serde::Serialize;

use crate::guard::Finding;
use crate::reconcile::Difference;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// The identifier of the run.
    pub run: String,
    /// Each source, in the order of the configuration.
    pub sources: Vec<SourceSummary>,
    /// The exit code: the worst of the sources'.
    pub exit_code: u8,
}

/// What a run did for a source.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SourceSummary {
    /// The source.
    pub source: String,
    /// The number of days that were due, over all streams and advertisers.
    pub days_due: u64,
    /// How many of them were published.
    pub days_done: u64,
    /// The number of files that were published.
    pub files: u64,
    /// The number of rows in those files.
    pub rows: u64,
    /// The number of requests that were sent, including those for tokens and repeated ones.
    pub calls: u64,
    /// The number of requests that failed and may have been repeated.
    pub retries: u64,
    /// The total time that requests waited for the pace of the account, in seconds.
    pub waited_seconds: f64,
    /// The number of days that had changed since they were last pulled.
    pub changed_days: u64,
    /// The number of rows that the vendor no longer has, and that are gone here too.
    pub vanished_rows: u64,
    /// The number of days that agree with the vendor's own sums.
    pub reconciled: u64,
    /// The days that do not agree, after open days were asked for a second time.
    pub differences: Vec<Difference>,
    /// What is held back.
    pub suspects: Vec<HeldBack>,
    /// What went wrong.
    pub errors: Vec<Problem>,
    /// What people should know.
    pub warnings: Vec<String>,
    /// The exit code of this source.
    pub exit_code: u8,
}

/// A partition that is held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HeldBack {
    /// The folder of the partition.
    pub path: String,
    /// Why.
    pub finding: Finding,
}

/// Something that failed while the rest continued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// The stream and the days, or the source.
    pub what: String,
    /// The error.
    pub error: String,
    /// The exit code for it alone.
    pub exit_code: u8,
}

/// Exit code: numbers are held back or do not agree with the vendor's.
pub const HELD_BACK: u8 = 9;

/// Exit code: another run holds the lock.
pub const LOCKED: u8 = 10;

/// Returns the exit code of a vendor's error, as everywhere in the program.
pub(crate) fn exit_code(error: &adcore::Error) -> u8 {
    use adcore::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidInput => 2,
        ErrorKind::Unauthenticated => 3,
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted => 4,
        ErrorKind::RateLimited => 5,
        ErrorKind::PermissionDenied | ErrorKind::NotFound | ErrorKind::Rejected => 6,
        ErrorKind::Server => 7,
        ErrorKind::Decode => 8,
        _ => 1,
    }
}

/// Returns the worse of two exit codes: errors by their number, numbers that are held back after them.
///
/// A wrong credential must not hide behind a suspicious day, so that 9 counts for less than any error does.
pub(crate) fn worse(a: u8, b: u8) -> u8 {
    let rank = |code: u8| match code {
        0 => 0,
        HELD_BACK => 1,
        LOCKED => 2,
        error => 2 + error,
    };
    if rank(a) >= rank(b) { a } else { b }
}

impl SourceSummary {
    /// Adds an error.
    pub(crate) fn fail(
        &mut self,
        what: impl Into<String>,
        error: impl Into<String>,
        exit_code: u8,
    ) {
        self.errors.push(Problem {
            what: what.into(),
            error: error.into(),
            exit_code,
        });
    }

    /// Decides the exit code.
    pub(crate) fn conclude(&mut self, is_strict: bool) {
        let errors = self.errors.iter().map(|problem| problem.exit_code);
        let mut code = errors.fold(0, worse);
        let is_bad = |difference: &Difference| difference.is_final || is_strict;
        if !self.suspects.is_empty() || self.differences.iter().any(is_bad) {
            code = worse(code, HELD_BACK);
        }
        self.exit_code = code;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_exit_code_counts() {
        for (codes, expected) in [
            (vec![], 0),
            (vec![0, 9], 9),
            (vec![9, 10], 10),
            (vec![9, 4, 7], 7),
            (vec![10, 3], 3),
        ] {
            assert_eq!(codes.into_iter().fold(0, worse), expected);
        }
    }
}
