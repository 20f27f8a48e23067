//! What the windows of a source share, and what they record together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::RunOptions;
use super::step::{Refused, Step};
use jiff::civil::Date;

use crate::account::Account;
use crate::budget::{Budget, Share};
use crate::clock::Clock;
use crate::config::{Source, StreamSettings};
use crate::pace::Pace;
use crate::plan::Window;
use crate::pull::Pull;
use crate::runlog::RunLog;
use crate::state::{self, StreamState};
use crate::store::{Store, StoreError};
use crate::stream::{Ask, Ids};
use crate::summary::SourceSummary;
use crate::sync::lock;
use crate::write::Format;

/// What all sources of a run share.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) pull: &'a Pull,
    pub(super) options: &'a RunOptions,
    pub(super) clock: &'a dyn Clock,
    pub(super) run: &'a str,
    pub(super) log: &'a RunLog,
    pub(super) budget: &'a Arc<Budget>,
}

/// What the windows of a source share.
pub(super) struct Context<'a> {
    pub(super) store: &'a dyn Store,
    pub(super) format: Format,
    pub(super) source: &'a Source,
    pub(super) account: Account,
    pub(super) options: &'a RunOptions,
    pub(super) clock: &'a dyn Clock,
    pub(super) run: &'a str,
    pub(super) parts: Parts<'a>,
    pub(super) states: Mutex<BTreeMap<&'static str, StreamState>>,
    pub(super) summary: Mutex<SourceSummary>,
    pub(super) halt: Mutex<Halt>,
    pub(super) share: Arc<Share>,
    pub(super) saved: Mutex<BTreeMap<&'static str, Saved>>,
}

/// When a state was saved.
pub(super) struct Saved {
    at: std::time::Instant,
    took: Duration,
    /// Whether it has changed since.
    is_left: bool,
}

/// A window with the settings of its stream.
#[derive(Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) window: &'a Window,
    pub(super) settings: &'a StreamSettings,
}

impl<'a> Job<'a> {
    /// Returns what the vendor is asked for.
    pub(super) fn ask(self, published: &'a Ids, accept: &'a BTreeSet<Date>) -> Ask<'a> {
        let Self { window, settings } = self;
        Ask {
            stream: &settings.stream,
            account: &window.account,
            advertiser: window.advertiser.as_deref(),
            splits: &settings.splits,
            filters: &settings.filters,
            owner: settings.owner,
            from: window.from,
            to: window.to,
            published,
            accept,
        }
    }
}

/// What is no longer tried.
#[derive(Debug, Default)]
pub(super) struct Halt {
    pub(super) failures: u32,
    pub(super) is_over: bool,
    /// Advertisers that the vendor has refused.
    pub(super) refused: BTreeSet<String>,
    /// Streams that it has refused, with their accounts.
    pub(super) refused_streams: BTreeSet<(&'static str, String)>,
    /// Windows that `--max-calls` left.
    pub(super) left: u64,
    /// Windows that it cut off, because they needed more requests than were planned.
    pub(super) cut: u64,
    /// The most requests that one of these windows is known to need.
    pub(super) needed: u64,
    /// Windows that it left without the comparison with the vendor's sums.
    pub(super) uncompared: u64,
}

impl Halt {
    /// Remembers what a window needs that the limit of requests did not allow.
    pub(super) fn needs(&mut self, calls: u64) {
        self.needed = self.needed.max(calls);
    }

    /// Whether a window is not tried any more.
    pub(super) fn has(&self, window: &Window) -> bool {
        let advertiser = window.advertiser.as_ref();
        self.is_over
            || advertiser.is_some_and(|id| self.refused.contains(id))
            || self.refused_streams.contains(&stream_of(window))
    }
}

/// The stream and the account of a window.
pub(super) fn stream_of(window: &Window) -> (&'static str, String) {
    (window.stream, window.account.clone())
}

impl Context<'_> {
    pub(super) fn check(&self, step: Step, about: &str) -> Result<(), Refused> {
        self.parts.pull.probe.check(step, about)
    }

    pub(super) fn log(&self, event: &'static str, mut about: serde_json::Value) {
        if let Some(members) = about.as_object_mut() {
            members.insert("source".to_owned(), self.source.name.clone().into());
        }
        self.parts.log.add(self.clock.now(), event, about);
    }

    /// Returns the pace of the source, if it has one.
    pub(super) fn pace(&self) -> Option<&Pace> {
        self.parts.pull.clients.pace_of(&self.source.name)
    }

    pub(super) fn summary(&self) -> MutexGuard<'_, SourceSummary> {
        lock(&self.summary)
    }

    pub(super) fn with_state(&self, stream: &'static str, change: impl FnOnce(&mut StreamState)) {
        change(lock(&self.states).entry(stream).or_default());
    }

    /// Saves the state of a stream, unless that was done a moment ago: it is written whole, and after each of many
    /// windows that would take longer than pulling them. What was left is saved at the end.
    pub(super) fn save(&self, stream: &'static str) -> Result<(), StoreError> {
        /// The part of a run that saving may take, as its inverse.
        const SHARE: u32 = 20;
        if let Some(saved) = lock(&self.saved).get_mut(stream)
            && saved.at.elapsed() < saved.took.saturating_mul(SHARE)
        {
            saved.is_left = true;
            return Ok(());
        }
        self.save_now(stream)
    }

    /// Saves the states that were left.
    pub(super) fn save_left(&self) {
        let is_left = |(stream, saved): (&&'static str, &Saved)| saved.is_left.then_some(*stream);
        let left: Vec<_> = lock(&self.saved).iter().filter_map(is_left).collect();
        for stream in left {
            if let Err(error) = self.save_now(stream) {
                self.summary().fail(stream, error.to_string(), 1);
            }
        }
    }

    fn save_now(&self, stream: &'static str) -> Result<(), StoreError> {
        let begin = std::time::Instant::now();
        let mut states = lock(&self.states);
        let state = states.entry(stream).or_default();
        state::save(self.store, &self.source.name, stream, self.format, state)?;
        let saved = Saved {
            at: std::time::Instant::now(),
            took: begin.elapsed(),
            is_left: false,
        };
        lock(&self.saved).insert(stream, saved);
        Ok(())
    }
}
