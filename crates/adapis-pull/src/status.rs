//! How complete the files are, and how late the vendor still changes its days.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::config::{Source, StreamSettings};
use crate::due::days;
use crate::footer::DayStats;
use crate::plan::{Known, accounts, pulled_advertisers};
use crate::state::{Doubt, StreamState, Suspect};
use crate::store::PartitionKey;
use crate::unlisted::unlisted;

/// The number of days whose rows a sparkline shows.
const SPARK_DAYS: usize = 30;

/// The state of a source's files.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SourceStatus {
    /// The source.
    pub source: String,
    /// Each stream and account.
    pub streams: Vec<StreamStatus>,
}

/// The state of the files of one stream and account.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StreamStatus {
    /// The stream.
    pub stream: &'static str,
    /// The account: the source, or the source and an advertiser.
    pub account: String,
    /// Whether runs still pull it: an advertiser may be left out by the configuration, or the vendor may list it no
    /// more. What is not pulled has neither gaps nor open days.
    pub is_pulled: bool,
    /// Whether the vendor does not list the advertiser any more, and the configuration does not leave it out.
    pub is_unlisted: bool,
    /// The first and the last day or snapshot up to today that has a file.
    pub span: Option<(Date, Date)>,
    /// The number of rows in all files.
    pub rows: u64,
    /// Days before the last one that have never been pulled, as ranges.
    pub gaps: Vec<(Date, Date)>,
    /// Days that may still change, as ranges.
    pub open: Vec<(Date, Date)>,
    /// The number of final days.
    pub final_days: u64,
    /// Partitions that are held back.
    pub suspects: Vec<SuspectPartition>,
    /// Files with days that can no longer change and may be wrong: their sums are not the vendor's own, or were not
    /// compared.
    pub doubts: Vec<DoubtfulPartition>,
    /// How late days changed; `None` until a day has been pulled twice.
    pub late: Option<LateChanges>,
    /// The rows of each of the last thirty days up to the last one that may be pulled.
    pub recent_rows: Vec<u64>,
}

/// A partition that is held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SuspectPartition {
    /// The partition, such as `month=2025-12-01`.
    pub partition: String,
    /// Why.
    #[serde(flatten)]
    pub suspect: Suspect,
}

/// A file with days that may be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DoubtfulPartition {
    /// The partition, such as `month=2025-12-01`.
    pub partition: String,
    /// The days, each with what was found.
    pub days: BTreeMap<Date, String>,
}

/// How late days changed at a re-pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LateChanges {
    /// The largest number of days after its end at which a day was found changed; `None` if none ever was.
    pub until_days: Option<u32>,
    /// The largest change of a sum, in percent.
    pub at_most_percent: Decimal,
    /// The lookback of the configuration.
    pub lookback: u32,
    /// Whether days stopped changing before their lookback ended.
    pub suffices: bool,
}

impl std::fmt::Display for LateChanges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(until) = self.until_days else {
            return write!(f, "no day changed; lookback {} suffices", self.lookback);
        };
        let verdict = if self.suffices {
            format!("lookback {} suffices", self.lookback)
        } else {
            format!(
                "lookback {} may be too short, because days changed up to its end",
                self.lookback
            )
        };
        write!(
            f,
            "days changed until {until} days after their end, by at most {} %; {verdict}",
            self.at_most_percent
        )
    }
}

impl StreamStatus {
    /// Returns the rows of the recent days as a line of block characters in eight heights.
    #[must_use]
    pub fn sparkline(&self) -> String {
        const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let highest = self.recent_rows.iter().copied().max().unwrap_or(0).max(1);
        let height = |rows: &u64| {
            let step = u128::from(*rows) * 7 / u128::from(highest);
            let step = usize::try_from(step).unwrap_or(0);
            if *rows == 0 {
                ' '
            } else {
                HEIGHTS.get(step).copied().unwrap_or('█')
            }
        };
        self.recent_rows.iter().map(height).collect()
    }
}

/// Returns the status of a source.
pub(crate) fn of_source(source: &Source, known: Known<'_>) -> SourceStatus {
    let mut streams = Vec::new();
    let advertisers = pulled_advertisers(source, known.advertisers);
    let listed = known.advertisers;
    let unlisted: BTreeSet<String> = listed
        .map(|listed| unlisted(source, known.states, listed))
        .unwrap_or_default()
        .into_iter()
        .map(|id| format!("{}.{id}", source.name))
        .collect();
    for settings in &source.streams {
        let empty = StreamState::default();
        let state = known.states.get(settings.stream.name).unwrap_or(&empty);
        let pulled: Option<BTreeSet<String>> = advertisers.as_ref().map(|advertisers| {
            let accounts = accounts(source, &settings.stream, advertisers).into_iter();
            accounts.map(|(account, _)| account).collect()
        });
        let keys = state.partitions.keys().chain(state.suspects.keys());
        let mut accounts: BTreeSet<&str> = keys.map(|(account, _)| account.as_str()).collect();
        accounts.extend(pulled.iter().flatten().map(String::as_str));
        if accounts.is_empty() {
            accounts.insert(&source.name);
        }
        for account in accounts {
            let mut status = of_stream(source, settings, state, account, known.now);
            // A list without advertisers is no reason to expect nothing.
            status.is_pulled = pulled
                .as_ref()
                .is_none_or(|pulled| pulled.contains(account) || account == source.name);
            status.is_unlisted = unlisted.contains(account);
            if !status.is_pulled {
                status.gaps.clear();
                status.open.clear();
            }
            streams.push(status);
        }
    }
    SourceStatus {
        source: source.name.clone(),
        streams,
    }
}

fn of_stream(
    source: &Source,
    settings: &StreamSettings,
    state: &StreamState,
    account: &str,
    now: Timestamp,
) -> StreamStatus {
    let rule = settings.rule(source);
    let own = || state.of(account);
    let pulled: BTreeMap<Date, &DayStats> = own()
        .flat_map(|(_, footer)| footer.days.iter().map(|(day, stats)| (*day, stats)))
        // A clock that was wrong may have made files of days to come.
        .filter(|(day, _)| *day <= source.zone.day(now))
        .collect();
    let last = rule.last(now);
    let (mut gaps, mut open) = (Vec::new(), Vec::new());
    let mut final_days = 0;
    let mut recent_rows = Vec::new();
    if settings.stream.is_snapshot() {
        let snapshots = own().filter_map(|(key, footer)| match key {
            PartitionKey::Snapshot(_) => Some(footer.rows),
            _ => None,
        });
        recent_rows = snapshots.collect();
    } else {
        for day in days(rule.from, last) {
            match pulled.get(&day) {
                None => extend(&mut gaps, day),
                Some(stats) if rule.is_due(day, Some(stats.requested), now) => {
                    extend(&mut open, day);
                }
                Some(_) => final_days += 1,
            }
            recent_rows.push(pulled.get(&day).map_or(0, |stats| stats.rows));
        }
    }
    let surplus = recent_rows.len().saturating_sub(SPARK_DAYS);
    recent_rows.drain(..surplus);
    let suspects = state
        .suspects
        .iter()
        .filter(|((known, _), _)| known == account);
    StreamStatus {
        stream: settings.stream.name,
        account: account.to_owned(),
        is_pulled: true,
        is_unlisted: false,
        span: pulled
            .keys()
            .next()
            .copied()
            .zip(pulled.keys().next_back().copied()),
        rows: own().map(|(_, footer)| footer.rows).sum(),
        gaps,
        open,
        final_days,
        suspects: suspects
            .map(|((_, key), suspect)| SuspectPartition {
                partition: key.to_string(),
                suspect: suspect.clone(),
            })
            .collect(),
        doubts: doubts(state, account),
        late: late(settings, state),
        recent_rows,
    }
}

/// Returns the days that may be wrong. Open ones are pulled again anyway.
fn doubts(state: &StreamState, account: &str) -> Vec<DoubtfulPartition> {
    let own = state
        .doubts
        .iter()
        .filter(|((known, _), _)| known == account);
    let files = own.map(|((_, key), doubts)| {
        let is_shown = |doubt: &Doubt| doubt.is_final && !doubt.is_accepted;
        let days = doubts.iter().filter(|(_, doubt)| is_shown(doubt));
        DoubtfulPartition {
            partition: key.to_string(),
            days: days
                .map(|(day, doubt)| (*day, doubt.finding.clone()))
                .collect(),
        }
    });
    files.filter(|file| !file.days.is_empty()).collect()
}

/// Adds a day to ranges of neighbouring days.
fn extend(ranges: &mut Vec<(Date, Date)>, day: Date) {
    match ranges.last_mut() {
        Some((_, last)) if last.tomorrow().ok() == Some(day) => *last = day,
        _ => ranges.push((day, day)),
    }
}

fn late(settings: &StreamSettings, state: &StreamState) -> Option<LateChanges> {
    if state.changes.is_empty() {
        return None;
    }
    let changed = || {
        state
            .changes
            .iter()
            .filter(|(_, change)| change.changed > 0)
    };
    let until_days = changed().map(|(age, _)| *age).max();
    let largest = changed()
        .map(|(_, change)| change.largest)
        .max()
        .unwrap_or_default();
    let percent = largest.saturating_mul(Decimal::ONE_HUNDRED);
    // A day of this age was still seen unchanged, so that the vendor was done before.
    let suffices = until_days.is_none_or(|until| until < settings.lookback);
    Some(LateChanges {
        until_days,
        at_most_percent: percent.round_dp(2).normalize(),
        lookback: settings.lookback,
        suffices,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::state::Change;

    #[test]
    fn ranges_grow_by_neighbours() {
        let mut ranges = Vec::new();
        for day in [1, 2, 4, 5, 6, 9] {
            extend(&mut ranges, date(2025, 12, day));
        }
        let days: Vec<(i8, i8)> = ranges.iter().map(|(a, b)| (a.day(), b.day())).collect();
        assert_eq!(days, [(1, 2), (4, 6), (9, 9)]);
    }

    #[test]
    fn late_changes_are_a_sentence() {
        let text = "[pull]\nroot = \"/x\"\n[[pull.source]]\nname = \"p\"\nspots = { profile = \"p\" }\n\
                    from = 2025-01-10\nstreams = [\"day\"]\n";
        let config = crate::config::Config::parse(text).unwrap();
        let settings = &config.sources[0].streams[0];
        let mut state = StreamState::default();
        assert_eq!(late(settings, &state), None);
        let change = |changed, largest: &str| Change {
            pulls: 9,
            changed,
            largest: largest.parse().unwrap(),
        };
        state.changes.insert(6, change(0, "0"));
        assert_eq!(
            late(settings, &state).unwrap().to_string(),
            "no day changed; lookback 7 suffices"
        );
        state.changes.insert(4, change(2, "0.013"));
        assert_eq!(
            late(settings, &state).unwrap().to_string(),
            "days changed until 4 days after their end, by at most 1.3 %; lookback 7 suffices"
        );
        state.changes.insert(7, change(1, "0.5"));
        assert_eq!(
            late(settings, &state).unwrap().to_string(),
            "days changed until 7 days after their end, by at most 50 %; lookback 7 may be too short, because days \
             changed up to its end"
        );
    }

    #[test]
    fn a_sparkline_has_a_height_for_each_day() {
        let status = StreamStatus {
            stream: "spots.day",
            account: "p".to_owned(),
            is_pulled: true,
            is_unlisted: false,
            span: None,
            rows: 0,
            gaps: vec![],
            open: vec![],
            final_days: 0,
            suspects: vec![],
            doubts: vec![],
            late: None,
            recent_rows: vec![0, 1, 4, 8],
        };
        assert_eq!(status.sparkline(), " ▁▄█");
    }
}
