//! How much days changed when they were pulled again.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::derive::sum::{median, percent_change};
use crate::report::LateChange;

/// The changes that were found this many days after the end of their day.
#[derive(Debug)]
pub(crate) struct Age {
    pub(crate) days_after: u32,
    /// Number of days that were pulled again.
    pub(crate) pulled: usize,
    /// Number of these that had changed.
    pub(crate) changed: usize,
    /// The median of the changes without their signs, in percent.
    pub(crate) median: Option<Decimal>,
    /// The largest change, with its sign, in percent.
    pub(crate) largest: Option<Decimal>,
}

/// How much days changed when they were pulled again.
#[derive(Debug, Default)]
pub(crate) struct Late {
    /// By age.
    pub(crate) ages: Vec<Age>,
    /// The greatest age at which a day had still changed.
    pub(crate) until: Option<u32>,
    /// The largest change without its sign, in percent.
    pub(crate) largest: Option<Decimal>,
}

pub(crate) fn late(changes: &[LateChange]) -> Late {
    let mut by_age = BTreeMap::<u32, Vec<&LateChange>>::new();
    for change in changes {
        by_age.entry(change.days_after).or_default().push(change);
    }
    let ages: Vec<_> = by_age
        .into_iter()
        .map(|(days_after, changes)| {
            let percents: Vec<_> = changes
                .iter()
                .filter_map(|change| percent_change(change.before, change.after))
                .collect();
            Age {
                days_after,
                pulled: changes.len(),
                changed: changes
                    .iter()
                    .filter(|change| change.before != change.after)
                    .count(),
                median: median(percents.iter().map(Decimal::abs).collect()),
                largest: percents
                    .into_iter()
                    .max_by_key(|percent| (percent.abs(), *percent)),
            }
        })
        .collect();
    Late {
        until: ages
            .iter()
            .filter(|age| age.changed > 0)
            .map(|age| age.days_after)
            .next_back(),
        largest: ages
            .iter()
            .filter_map(|age| age.largest)
            .map(|percent| percent.abs())
            .max(),
        ages,
    }
}
