//! Which snapshots are removed after a run.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Span;
use jiff::civil::Date;

use super::context::Context;
use crate::config::KeepSnapshots;
use crate::store::{Partition, PartitionKey, Store, StoreError};
use crate::write::{Format, remove_file};

/// Returns the snapshots that are kept no longer.
///
/// Each snapshot is kept for some days, and the first of each month for some months. The newest is always kept.
///
/// The days are counted from the one after the newest snapshot before today's, if that is earlier: a run whose clock is
/// far ahead removes only what the next night would have.
fn expired(snapshots: &BTreeSet<Date>, keep: KeepSnapshots, today: Date) -> Vec<Date> {
    let before = snapshots.range(..today).next_back();
    let today = before
        .and_then(|day| day.tomorrow().ok())
        .map_or(today, |next| next.min(today));
    let days = Span::new().try_days(i64::from(keep.days));
    let from_day = days
        .and_then(|span| today.checked_sub(span))
        .unwrap_or(Date::MIN);
    let months = Span::new().try_months(i64::from(keep.months));
    let from_month = months
        .and_then(|span| today.first_of_month().checked_sub(span))
        .unwrap_or(Date::MIN);
    let mut seen = BTreeSet::new();
    let mut expired = Vec::new();
    for day in snapshots {
        let is_first = seen.insert(day.first_of_month());
        let is_kept = *day > from_day
            || (is_first && day.first_of_month() > from_month)
            || Some(day) == snapshots.last();
        if !is_kept {
            expired.push(*day);
        }
    }
    expired
}

/// Removes the snapshots of a stream that are kept no longer.
pub(super) fn remove_expired(ctx: &Context<'_>, stream: &'static str) -> Result<u64, StoreError> {
    let Some(keep) = ctx.source.keep_snapshots else {
        return Ok(0);
    };
    let today = ctx.source.zone.day(ctx.clock.now());
    let mut snapshots: BTreeMap<String, BTreeSet<Date>> = BTreeMap::new();
    ctx.with_state(stream, |state| {
        for (account, key) in state.partitions.keys() {
            if let PartitionKey::Snapshot(day) = key {
                snapshots.entry(account.clone()).or_default().insert(*day);
            }
        }
    });
    let mut removed = 0;
    for (account, snapshots) in snapshots {
        for day in expired(&snapshots, keep, today) {
            let key = PartitionKey::Snapshot(day);
            let partition = Partition {
                stream: stream.to_owned(),
                account: account.clone(),
                key,
            };
            remove_partition(ctx.store, &partition)?;
            ctx.with_state(stream, |state| {
                let known = (account.clone(), key);
                state.partitions.remove(&known);
                state.stamps.remove(&known);
            });
            removed += 1;
        }
    }
    if removed > 0 {
        ctx.save(stream)?;
    }
    Ok(removed)
}

/// Removes the file of a partition, whatever its format.
pub(crate) fn remove_partition(store: &dyn Store, partition: &Partition) -> Result<(), StoreError> {
    Format::ALL
        .into_iter()
        .try_for_each(|format| remove_file(store, partition, format))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::due::days;

    #[test]
    fn days_and_the_first_of_each_month_are_kept() {
        let mut snapshots: BTreeSet<Date> = days(date(2025, 1, 3), date(2025, 6, 20)).collect();
        let keep = KeepSnapshots {
            days: 10,
            months: 3,
        };
        for day in expired(&snapshots, keep, date(2025, 6, 20)) {
            snapshots.remove(&day);
        }
        let mut expected: BTreeSet<Date> = days(date(2025, 6, 11), date(2025, 6, 20)).collect();
        expected.extend([date(2025, 4, 1), date(2025, 5, 1), date(2025, 6, 1)]);
        assert_eq!(snapshots, expected);
        // A clock that is a year ahead.
        let ahead = date(2026, 6, 20);
        snapshots.insert(ahead);
        assert_eq!(expired(&snapshots, keep, ahead), [date(2025, 6, 11)]);
        // A job that did not run for a year loses nothing that it cannot replace.
        let only = BTreeSet::from([date(2025, 1, 3)]);
        assert!(expired(&only, keep, date(2026, 6, 20)).is_empty());
        assert!(expired(&BTreeSet::new(), keep, date(2026, 6, 20)).is_empty());
    }
}
