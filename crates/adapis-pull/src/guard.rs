//! Reasons to hold a partition back: rows that were not asked for, repeated keys, settled days that shrink.
//!
//! A partition with a finding keeps its old file, and its days stay due.

#[cfg(test)]
mod tests;

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{Hash, Hasher};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::due::DueRule;
use crate::footer::Footer;
use crate::reconcile::Difference;
use crate::schema::Value;
use crate::stream::Stream;

/// Why a partition is held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// A row is of a day that was not asked for.
    OtherDay {
        /// The day of the row.
        day: Date,
    },
    /// A row lacks a member of its key, which means that the vendor did not group by it.
    Missing {
        /// The name of the member.
        member: String,
        /// The number of the row, from 1.
        row: u64,
    },
    /// Two rows have the same key.
    Repeated {
        /// The key, such as `date_day=2025-12-01 site_id=7`.
        key: String,
    },
    /// A value does not fit its column without losing a digit.
    Inexact {
        /// The error of the writer.
        problem: String,
    },
    /// A settled day had rows and has none now.
    Vanished {
        /// The day.
        day: Date,
        /// The number of rows that it had.
        rows: u64,
    },
    /// A sum of a settled day is much less than it was.
    Dropped {
        /// The day.
        day: Date,
        /// The column.
        column: String,
        /// The sum as published.
        before: Decimal,
        /// The sum now.
        now: Decimal,
    },
    /// A list of objects has much fewer than the snapshot before it.
    Shrunk {
        /// The day of the snapshot.
        day: Date,
        /// The number of objects in the snapshot before.
        before: u64,
        /// The number of objects now.
        now: u64,
    },
    /// A member of numbers that was asked for is absent or null in all rows.
    Absent {
        /// The name of the member.
        member: String,
        /// The last day that has rows.
        day: Date,
    },
    /// The vendor lists a campaign or a banner of the published file no more, and refuses to send its rows.
    Gone {
        /// The id.
        id: String,
        /// The last day of its rows.
        day: Date,
    },
    /// A sum of a settled day is not the vendor's own, and that of the published file was.
    Differs(Difference),
}

impl Finding {
    /// Returns the day that `--accept` would name, if the finding is about one.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        match self {
            Self::OtherDay { day }
            | Self::Vanished { day, .. }
            | Self::Dropped { day, .. }
            | Self::Shrunk { day, .. }
            | Self::Absent { day, .. }
            | Self::Gone { day, .. } => Some(*day),
            Self::Differs(difference) => Some(difference.day),
            _ => None,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherDay { day } => write!(f, "a row is of {day}, which was not asked for"),
            Self::Missing { member, row } => {
                write!(f, "row {row} has no {member}, which was asked for")
            }
            Self::Repeated { key } => write!(f, "two rows have the key {key}"),
            Self::Inexact { problem } => f.write_str(problem),
            Self::Vanished { day, rows } => write!(
                f,
                "{day} has settled, had {rows} {} and has none now; --accept {day} publishes it",
                if *rows == 1 { "row" } else { "rows" }
            ),
            Self::Dropped {
                day,
                column,
                before,
                now,
            } => write!(
                f,
                "{column} of {day}, which has settled, fell from {before} to {now}; --accept {day} publishes it"
            ),
            Self::Shrunk { day, before, now } => write!(
                f,
                "the list fell from {before} objects to {now}; --accept {day} publishes it"
            ),
            Self::Absent { member, day } => write!(
                f,
                "no row has {member}, which was asked for; --accept {day} publishes them without it"
            ),
            Self::Gone { id, day } => write!(
                f,
                "the vendor does not list {id} any more and refuses its rows, which the published file has until {day}; \
                 --accept {day} publishes the file without them"
            ),
            Self::Differs(difference) => write!(
                f,
                "{difference}, with which the published file agreed; --accept {} publishes it",
                difference.day
            ),
        }
    }
}

/// Watches the rows of one partition while they arrive.
///
/// Keys are not kept, because those of a million rows take more memory than the rows themselves: 48 bits of each are,
/// and are sorted in the end. Two different keys may have the same 48 bits (once in five hundred months of a million
/// rows), and that must not hold anything back. So if digests repeat, the window is fetched again with
/// these digests [watched](Self::watch): of the few rows that have them the whole key is kept and compared. This costs
/// a second request only where a key does repeat, and then the vendor gets a second chance too.
#[derive(Debug)]
pub(crate) struct RowGuard {
    from: Date,
    to: Date,
    day: Option<usize>,
    key: Vec<usize>,
    names: Vec<&'static str>,
    digests: Vec<[u8; 6]>,
    watched: HashMap<u64, BTreeSet<String>>,
    rows: u64,
}

impl RowGuard {
    pub(crate) fn new(stream: &Stream, (from, to): (Date, Date), watch: &BTreeSet<u64>) -> Self {
        Self {
            from,
            to,
            day: stream.day.and_then(|day| stream.position(day)),
            key: stream.key_positions(),
            names: stream.key.clone(),
            digests: Vec::new(),
            watched: watch
                .iter()
                .map(|digest| (*digest, BTreeSet::new()))
                .collect(),
            rows: 0,
        }
    }

    /// Looks at a row before it is written.
    pub(crate) fn check(&mut self, row: &[Value<'_>]) -> Result<(), Finding> {
        self.rows += 1;
        if let Some(Value::Date(day)) = self.day.and_then(|day| row.get(day))
            && !(self.from..=self.to).contains(day)
        {
            return Err(Finding::OtherDay { day: *day });
        }
        if self.key.is_empty() {
            return Ok(());
        }
        let mut hash = DefaultHasher::new();
        for (position, name) in self.key.iter().zip(&self.names) {
            match row.get(*position) {
                None | Some(Value::Null) => {
                    return Err(Finding::Missing {
                        member: (*name).to_owned(),
                        row: self.rows,
                    });
                }
                Some(value) => value.hash(&mut hash),
            }
        }
        let digest = hash.finish() >> 16;
        if let Some(keys) = self.watched.get_mut(&digest) {
            let key = key_text(&self.names, &self.key, row);
            if !keys.insert(key.clone()) {
                return Err(Finding::Repeated { key });
            }
        } else {
            // They are most of the memory of a window, and doubling would leave up to half of it unused.
            if self.digests.len() == self.digests.capacity() {
                self.digests
                    .reserve_exact((self.digests.len() / 16).max(512));
            }
            let [_, _, digest @ ..] = digest.to_be_bytes();
            self.digests.push(digest);
        }
        Ok(())
    }

    /// Returns the digests that several rows have; those that are watched are of different keys.
    ///
    /// It is called once, after the last row.
    pub(crate) fn repeated(&mut self) -> BTreeSet<u64> {
        let mut digests = std::mem::take(&mut self.digests);
        digests.sort_unstable();
        let pairs = digests
            .windows(2)
            .filter(|pair| pair.first() == pair.last());
        pairs
            .filter_map(|pair| pair.first().copied().map(whole))
            .collect()
    }
}

fn whole([a, b, c, d, e, f]: [u8; 6]) -> u64 {
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

fn key_text(names: &[&str], positions: &[usize], row: &[Value<'_>]) -> String {
    let members = names.iter().zip(positions).map(|(name, position)| {
        let value = match row.get(*position) {
            Some(Value::Text(text)) => text.to_string(),
            Some(Value::Date(day)) => day.to_string(),
            Some(Value::Count(count)) => count.to_string(),
            Some(Value::Money(amount)) => amount.to_string(),
            _ => String::new(),
        };
        format!("{name}={value}")
    });
    members.collect::<Vec<_>>().join(" ")
}

/// Compares a snapshot of a day with the number of objects in the one before it.
pub(crate) fn compare_snapshots(
    day: Date,
    (before, now): (u64, u64),
    alert_drop: Decimal,
    accepted: &BTreeSet<Date>,
) -> Option<Finding> {
    let least = Decimal::from(before) * (Decimal::ONE - alert_drop);
    let has_shrunk = before > 0 && (now == 0 || Decimal::from(now) < least);
    (has_shrunk && !accepted.contains(&day)).then_some(Finding::Shrunk { day, before, now })
}

/// Compares a file with the one that it would replace.
///
/// Only days that are final once this file is published matter: an open day is pulled again and corrects itself, but
/// of a final one nobody would ever ask again.
pub(crate) fn compare(
    old: &Footer,
    new: &Footer,
    stream: &Stream,
    rule: &DueRule,
    alert_drop: Decimal,
    accepted: &BTreeSet<Date>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (day, before) in &old.days {
        if accepted.contains(day) || !rule.is_final(*day, new.requested) {
            continue;
        }
        let now = new.days.get(day);
        if before.rows > 0 && now.is_none_or(|now| now.rows == 0) {
            findings.push(Finding::Vanished {
                day: *day,
                rows: before.rows,
            });
            continue;
        }
        let Some(now) = now else { continue };
        for column in &stream.additive {
            let (before, now) = (before.sum(column), now.sum(column));
            let least = before
                .checked_mul(Decimal::ONE - alert_drop)
                .unwrap_or(before);
            if before > Decimal::ZERO && now < least {
                findings.push(Finding::Dropped {
                    day: *day,
                    column: (*column).to_owned(),
                    before,
                    now,
                });
                break;
            }
        }
    }
    findings
}
