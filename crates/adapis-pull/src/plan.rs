//! What a run would do: a function of the configuration, the state and the current instant, and of nothing else.

mod calls;
mod parts;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::config::{PARTITION, Source, StreamSettings, VendorSettings, word};
use crate::due::DueRule;
use crate::state::{StreamState, is_of_source};
use crate::store::Partition;
use crate::stream::{self, Calls};
use crate::window::join;
use calls::calls;
use parts::{parts, snapshot};

/// What a run or a plan is limited or extended to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// Only these sources; all if empty.
    pub sources: Vec<String>,
    /// Only these streams, by full or short name; all if empty.
    pub streams: Vec<String>,
    /// Also pulls the days from this one on, whatever their state.
    pub from: Option<Date>,
    /// The end of the range that `from` begins, whatever the state of its days; by default the last day.
    pub to: Option<Date>,
    /// Streams whose settings have changed on purpose: all of their days are due again.
    pub restart: Vec<String>,
}

impl Selection {
    /// Returns whether a stream of a source is selected.
    #[must_use]
    pub fn has(&self, source: &str, stream: &stream::Stream) -> bool {
        self.has_source(source) && self.has_stream(stream)
    }

    pub(crate) fn has_source(&self, source: &str) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|name| name == source)
    }

    pub(crate) fn has_stream(&self, stream: &stream::Stream) -> bool {
        self.streams.is_empty() || names(&self.streams, stream)
    }

    /// Whether a partition is of a selected source and has a selected day.
    pub(crate) fn has_partition(&self, partition: &Partition) -> bool {
        let (first, last) = partition.key.extent();
        (self.sources.is_empty()
            || self
                .sources
                .iter()
                .any(|source| is_of_source(&partition.account, source)))
            && self.from.is_none_or(|from| from <= last)
            && self.to.is_none_or(|to| first <= to)
    }

    pub(crate) fn restarts(&self, stream: &stream::Stream) -> bool {
        names(&self.restart, stream)
    }
}

fn names(list: &[String], stream: &stream::Stream) -> bool {
    list.iter().any(|name| stream.is_named(name))
}

/// What a source would pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourcePlan {
    /// The source.
    pub source: String,
    /// Its streams, in the order of the configuration.
    pub streams: Vec<StreamPlan>,
    /// All requests of the source, those for its list of advertisers included.
    #[serde(serialize_with = "calls_as_text")]
    pub calls: Calls,
    /// What people should know, such as that the advertisers are not known yet.
    pub notes: Vec<String>,
}

/// What a stream would pull.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct StreamPlan {
    /// The full name.
    pub stream: &'static str,
    /// What is fetched together, newest first.
    pub windows: Vec<Window>,
    /// Why nothing of the stream can be pulled.
    pub refused: Option<String>,
}

/// Days that are fetched together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Window {
    /// The stream.
    pub stream: &'static str,
    /// The account: the source, or the source and an advertiser.
    pub account: String,
    /// The advertiser, where each has its own files.
    pub advertiser: Option<String>,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The files that are replaced, in order.
    pub parts: Vec<Part>,
    /// The number of requests that this takes, if none is repeated.
    #[serde(serialize_with = "calls_as_text")]
    pub calls: Calls,
    /// When the oldest of the files was requested; `None` if one of them has never been pulled.
    #[serde(skip)]
    pub(crate) pulled: Option<Timestamp>,
}

/// A file that is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Part {
    /// Its folder.
    pub path: String,
    /// The file.
    #[serde(skip)]
    pub partition: Partition,
    /// The first day that is pulled.
    pub from: Date,
    /// The last day that is pulled.
    pub to: Date,
    /// The days that are due, with the reasons why.
    pub due: BTreeMap<Date, Reason>,
    /// The number of rows in the file now; about as many are to be expected.
    pub rows: Option<u64>,
}

/// Why a day is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// It has never been pulled.
    New,
    /// It may have changed since its latest pull.
    Open,
    /// It was held back, or its published rows may be wrong.
    Unsettled,
    /// `--from` and `--to` ask for it.
    Asked,
    /// `--restart` asks for it.
    Restart,
}

fn calls_as_text<S: serde::Serializer>(calls: &Calls, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(calls)
}

/// What is known at the time of planning, beside the configuration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    /// The index of each stream.
    pub(crate) states: &'a BTreeMap<&'static str, StreamState>,
    /// The advertisers of the account; `None` if nobody has asked yet.
    pub(crate) advertisers: Option<&'a [String]>,
    pub(crate) now: Timestamp,
}

/// Plans a source.
pub(crate) fn plan(source: &Source, known: Known<'_>, selection: &Selection) -> SourcePlan {
    let (advertisers, mut calls, mut notes) = advertisers(source, known, selection);
    let mut streams = Vec::new();
    for settings in &source.streams {
        if selection.has(&source.name, &settings.stream) {
            let plan = plan_stream(source, settings, known, &advertisers, selection);
            calls = plan
                .windows
                .iter()
                .map(|window| window.calls)
                .fold(calls, |a, b| a + b);
            streams.push(plan);
        }
    }
    notes.extend(uncertainties(source, calls, &streams));
    SourcePlan {
        source: source.name.clone(),
        streams,
        calls,
        notes,
    }
}

/// Returns why more requests may be sent than are certain.
fn uncertainties(source: &Source, calls: Calls, streams: &[StreamPlan]) -> Vec<String> {
    if calls.exact {
        return vec![];
    }
    let is_report = |plan: &&StreamPlan| {
        let settings = source.stream(plan.stream);
        settings.is_some_and(|settings| settings.stream.is_report())
    };
    let (reports, others): (Vec<_>, Vec<_>) = streams.iter().partition(is_report);
    let mut notes = Vec::new();
    if reports.iter().any(|plan| !plan.windows.is_empty()) {
        notes.push(
            "ADFOX is also asked whether each report is ready, as often as that takes".to_owned(),
        );
    }
    let is_exact = |plan: &&StreamPlan| plan.windows.iter().all(|window| window.calls.exact);
    if notes.is_empty() || !others.iter().all(is_exact) {
        notes.push(
            "the number of requests depends on lists and pages that only the vendor knows"
                .to_owned(),
        );
    }
    notes
}

/// Returns whether the streams that are selected need the account's list of advertisers.
pub(crate) fn needs_advertisers(source: &Source, selection: &Selection) -> bool {
    let is_selected = |settings: &&StreamSettings| selection.has(&source.name, &settings.stream);
    let mut selected = source.streams.iter().filter(is_selected);
    matches!(
        &source.vendor,
        VendorSettings::Hybrid {
            advertisers: None,
            ..
        }
    ) && selected.any(|settings| settings.stream.per_advertiser)
}

/// Returns whether the stream is the list of advertisers, and that is asked for once for other streams.
fn is_listed_anyway(source: &Source, settings: &StreamSettings, selection: &Selection) -> bool {
    settings.stream.name == "hybrid.advertiser" && needs_advertisers(source, selection)
}

/// Returns the advertisers that are pulled; `None` if their list is not known yet.
pub(crate) fn pulled_advertisers(source: &Source, known: Option<&[String]>) -> Option<Vec<String>> {
    let VendorSettings::Hybrid {
        advertisers,
        except,
        ..
    } = &source.vendor
    else {
        return Some(vec![]);
    };
    let all = advertisers.as_deref().or(known)?.iter();
    Some(all.filter(|id| !except.contains(id)).cloned().collect())
}

/// Returns the accounts of a stream, which have their own files, with their advertisers.
pub(crate) fn accounts(
    source: &Source,
    stream: &stream::Stream,
    advertisers: &[String],
) -> Vec<(String, Option<String>)> {
    if !stream.per_advertiser {
        return vec![(source.name.clone(), None)];
    }
    let account = |id: &String| (format!("{}.{id}", source.name), Some(id.clone()));
    advertisers.iter().map(account).collect()
}

/// Returns the advertisers, the requests that it takes to know them, and notes.
fn advertisers(
    source: &Source,
    known: Known<'_>,
    selection: &Selection,
) -> (Vec<String>, Calls, Vec<String>) {
    let wanted = pulled_advertisers(source, known.advertisers).unwrap_or_default();
    if !needs_advertisers(source, selection) {
        return (wanted, Calls::NONE, vec![]);
    }
    if known.advertisers.is_none() {
        let note = "the advertisers of the account are not known before the first run".to_owned();
        return (wanted, Calls::at_least(1), vec![note]);
    }
    (wanted, Calls::exactly(1), vec![])
}

fn plan_stream(
    source: &Source,
    settings: &StreamSettings,
    known: Known<'_>,
    advertisers: &[String],
    selection: &Selection,
) -> StreamPlan {
    let stream = &settings.stream;
    let empty = StreamState::default();
    let state = known.states.get(stream.name).unwrap_or(&empty);
    let is_restart = selection.restarts(stream);
    let mut plan = StreamPlan {
        stream: stream.name,
        windows: vec![],
        refused: None,
    };
    let fingerprint = settings.fingerprint(source);
    let published = state.fingerprint(known.now);
    if let Some(published) = published.filter(|published| *published != fingerprint) {
        let named = if stream.is_report() {
            "report"
        } else {
            "source"
        };
        let change = format!(
            "the files were written with other settings ({published}; now {fingerprint}): use another name for the {named}"
        );
        let has_other_layout = word(published, PARTITION) != word(&fingerprint, PARTITION);
        if has_other_layout {
            plan.refused = Some(format!(
                "{change}, or `pull forget` the stream first, because files of months and of days side by side would \
                 count every row twice"
            ));
            return plan;
        }
        if !is_restart {
            let rewrite = if settings.rewritten(source, published) == fingerprint {
                ", write the files again with `pull rewrite`"
            } else {
                ""
            };
            plan.refused = Some(format!(
                "{change}{rewrite}, or pull all days again with --restart {}",
                stream.name
            ));
            return plan;
        }
    }
    let mut windows = Vec::new();
    for (account, advertiser) in accounts(source, stream, advertisers) {
        let parts = if stream.is_snapshot() {
            snapshot(source, settings, state, &account, known.now, selection)
        } else {
            parts(
                source,
                settings,
                state,
                &account,
                known.now,
                (selection, is_restart),
            )
        };
        for joined in join(parts, source.window_days) {
            windows.push(Window {
                stream: stream.name,
                account: account.clone(),
                advertiser: advertiser.clone(),
                calls: if is_listed_anyway(source, settings, selection) {
                    Calls::NONE
                } else {
                    calls(source, settings, known, &account, (joined.from, joined.to))
                },
                from: joined.from,
                to: joined.to,
                pulled: pulled(state, &joined.parts),
                parts: joined.parts,
            });
        }
    }
    // The newest days of all advertisers come before the older ones of any.
    windows.sort_by_key(|window| (Reverse(window.to), window.pulled));
    plan.windows = windows;
    plan
}

impl StreamSettings {
    /// Returns the rule that says which days are due.
    #[must_use]
    pub fn rule(&self, source: &Source) -> DueRule {
        DueRule {
            zone: source.zone,
            lookback: self.lookback,
            from: source.from,
            today: source.today,
        }
    }
}

/// Returns when the oldest of these files was requested; `None` if one of them is not there.
fn pulled(state: &StreamState, parts: &[Part]) -> Option<Timestamp> {
    let files = parts.iter().map(|part| {
        let file = (part.partition.account.clone(), part.partition.key);
        state.partitions.get(&file).map(|footer| footer.requested)
    });
    files.min().flatten()
}
