//! Which files have days that are due, and which days are pulled for each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::calls::latest_snapshot;
use super::{Part, Reason, Selection};
use crate::config::{PartitionBy, Source, StreamSettings};
use crate::due::{DueRule, days};
use crate::footer::Footer;
use crate::state::StreamState;
use crate::store::{Partition, PartitionKey};

impl StreamSettings {
    pub(super) fn key(&self, day: Date) -> PartitionKey {
        match self.partition {
            PartitionBy::Month => PartitionKey::month_of(day),
            PartitionBy::Day => PartitionKey::Day(day),
        }
    }
}

/// Returns the files with days that are due, each with the days that are pulled for it.
pub(super) fn parts(
    source: &Source,
    settings: &StreamSettings,
    state: &StreamState,
    account: &str,
    now: Timestamp,
    (selection, is_restart): (&Selection, bool),
) -> Vec<(Date, Date, Part)> {
    let rule = settings.rule(source);
    let last = rule.last(now);
    let fingerprint = settings.fingerprint(source);
    let asked = match (selection.from, selection.to) {
        (None, None) => None,
        (from, to) => Some((from.unwrap_or(rule.from), to.unwrap_or(last).min(last))),
    };
    let mut due: BTreeMap<PartitionKey, BTreeMap<Date, Reason>> = BTreeMap::new();
    let mut add = |day: Date, reason: Reason| {
        let days = due.entry(settings.key(day)).or_default();
        days.entry(day).or_insert(reason);
    };
    let files: BTreeMap<PartitionKey, &Footer> = state.of(account).collect();
    // A restart that was interrupted continues with the files that still have the old settings.
    let is_stale = |footer: &Footer| footer.fingerprint != fingerprint;
    // Those before a later `from` too: days that end at another midnight do not add up with the others.
    let stale = files.values().filter(|footer| is_stale(footer));
    let earlier = stale.flat_map(|footer| footer.days.keys().take_while(|day| **day < rule.from));
    earlier.for_each(|day| add(*day, Reason::Restart));
    for day in days(rule.from, last) {
        let footer = files.get(&settings.key(day));
        let stats = footer.and_then(|footer| footer.days.get(&day));
        let requested = stats.map(|stats| stats.requested);
        if rule.is_due(day, requested, now) {
            add(
                day,
                if requested.is_some() {
                    Reason::Open
                } else {
                    Reason::New
                },
            );
        } else if is_restart || footer.is_some_and(|footer| is_stale(footer)) {
            add(day, Reason::Restart);
        }
    }
    let unsettled = state.unsettled(account).into_iter();
    unsettled
        .filter(|day| *day <= last)
        .for_each(|day| add(day, Reason::Unsettled));
    if let Some((from, to)) = asked {
        days(from, to).for_each(|day| add(day, Reason::Asked));
    }
    let mut parts: Vec<(Date, Date, Part)> = due
        .into_iter()
        .filter_map(|(key, due)| {
            let footer = files.get(&key);
            let known: BTreeSet<Date> = footer
                .map(|footer| footer.days.keys().copied().collect())
                .unwrap_or_default();
            let (from, to) = extent(key, &rule, last, &due, &known)?;
            let partition = Partition {
                stream: settings.stream.name.to_owned(),
                account: account.to_owned(),
                key,
            };
            let part = Part {
                path: partition.path(),
                partition,
                from,
                to,
                due,
                rows: footer.map(|footer| footer.rows),
            };
            Some((from, to, part))
        })
        .collect();
    parts.sort_by_key(|(from, ..)| *from);
    parts
}

/// Returns the days that are pulled for a file.
///
/// The file is replaced whole, so they are all days of the month up to the last one, and every day that the file has
/// already: a later `from` must not drop days that were published, which the vendor may no longer have.
fn extent(
    key: PartitionKey,
    rule: &DueRule,
    last: Date,
    due: &BTreeMap<Date, Reason>,
    known: &BTreeSet<Date>,
) -> Option<(Date, Date)> {
    let (first, end) = key.extent();
    let earliest = [due.keys().next(), known.first()]
        .into_iter()
        .flatten()
        .min();
    let latest = [due.keys().next_back(), known.last()]
        .into_iter()
        .flatten()
        .max();
    let from = first.max(rule.from).min(*earliest?);
    let to = end.min(last).max(*latest?);
    Some((from.max(first), to.min(end)))
}

/// A snapshot is due when there is none of today.
pub(super) fn snapshot(
    source: &Source,
    settings: &StreamSettings,
    state: &StreamState,
    account: &str,
    now: Timestamp,
    selection: &Selection,
) -> Vec<(Date, Date, Part)> {
    let today = source.zone.day(now);
    let key = PartitionKey::Snapshot(today);
    let footer = state.partitions.get(&(account.to_owned(), key));
    let reason = match footer {
        None => Reason::New,
        Some(_) if selection.restarts(&settings.stream) => Reason::Restart,
        Some(_) => return vec![],
    };
    let partition = Partition {
        stream: settings.stream.name.to_owned(),
        account: account.to_owned(),
        key,
    };
    let part = Part {
        path: partition.path(),
        partition,
        from: today,
        to: today,
        due: BTreeMap::from([(today, reason)]),
        rows: latest_snapshot(state, account),
    };
    vec![(today, today, part)]
}
