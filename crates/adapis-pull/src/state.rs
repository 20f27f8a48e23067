//! What is known about the published files: an index that is rebuilt from the files whenever it cannot be trusted.
//!
//! The files themselves are the truth. The index is written after them, one file for each stream of a source, so that
//! a crash between the two leaves days that look due: they are pulled again and replaced by equals.

mod saved;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::due::is_ahead;
use crate::footer::{DayStats, Footer};
use crate::store::{Partition, PartitionKey, Stamp, Stamped, Store, StoreError, partitions};
use crate::write::{Format, WriteError, read_footer};
use saved::Saved;

/// What is known about the files of one stream of one source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamState {
    /// The published files, by account and days.
    pub partitions: BTreeMap<(String, PartitionKey), Footer>,
    /// Partitions that are held back, by account and days.
    pub suspects: BTreeMap<(String, PartitionKey), Suspect>,
    /// Published days that may be wrong, by account and days. They stay due until a pull settles them.
    pub doubts: BTreeMap<(String, PartitionKey), BTreeMap<Date, Doubt>>,
    /// How much days changed when they were pulled again, by the number of days between their end and the previous
    /// pull.
    pub changes: BTreeMap<u32, Change>,
    /// The sizes and times of the files, where the store shows them without a request.
    pub(crate) stamps: BTreeMap<(String, PartitionKey), Stamp>,
}

/// Why a partition is held back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Suspect {
    /// The days that are suspicious; empty if it is the partition as a whole.
    pub days: BTreeSet<Date>,
    /// What was found.
    pub finding: String,
    /// When it was first found.
    pub since: Timestamp,
}

/// Why a published day may be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Doubt {
    /// What was found: a sum that is not the vendor's own, that nothing was compared, or another file.
    pub finding: String,
    /// Whether nothing else makes the day due.
    pub is_final: bool,
    /// Whether `--accept` has settled it.
    pub is_accepted: bool,
}

/// How much days of one age changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Change {
    /// How many days were pulled again at this age.
    pub pulls: u64,
    /// How many of them had changed.
    pub changed: u64,
    /// The largest change of a sum, as a share of what it was.
    pub largest: Decimal,
}

impl StreamState {
    /// Returns what is known of a day of an account.
    #[must_use]
    pub fn day(&self, account: &str, key: PartitionKey, day: Date) -> Option<&DayStats> {
        let footer = self.partitions.get(&(account.to_owned(), key))?;
        footer.days.get(&day)
    }

    /// Returns the days of an account that are due whatever the instant of their pull: a file of them is held back, or
    /// they may be wrong.
    pub(crate) fn unsettled(&self, account: &str) -> BTreeSet<Date> {
        let mut unsettled = BTreeSet::new();
        for ((owner, key), suspect) in &self.suspects {
            let own = || suspect.days.iter().filter(|day| key.holds(**day));
            if owner != account {
                continue;
            }
            unsettled.extend(own());
            if own().next().is_none() {
                let file = self.partitions.get(&(owner.clone(), *key));
                unsettled.extend(file.iter().flat_map(|file| file.days.keys()));
            }
        }
        for ((owner, _), doubts) in &self.doubts {
            let open = doubts.iter().filter(|(_, doubt)| !doubt.is_accepted);
            if owner == account {
                unsettled.extend(open.map(|(day, _)| *day));
            }
        }
        unsettled
    }

    /// Returns the files of one account, in the order of their days.
    pub(crate) fn of<'a>(
        &'a self,
        account: &'a str,
    ) -> impl DoubleEndedIterator<Item = (PartitionKey, &'a Footer)> {
        // The order of keys: the largest is a snapshot.
        let first = (account.to_owned(), PartitionKey::Month(Date::MIN));
        let last = (account.to_owned(), PartitionKey::Snapshot(Date::MAX));
        let own = self.partitions.range(first..=last);
        own.map(|((_, key), footer)| (*key, footer))
    }

    /// Returns the fingerprint that the published files have, if there are any.
    ///
    /// Files are replaced one by one after `--restart`, so that the newest is the one that counts. Files that were
    /// pulled in the future, by a clock that was wrong, are not replaced before their days have come, so that they
    /// count only if there are no others.
    #[must_use]
    pub fn fingerprint(&self, now: Timestamp) -> Option<&str> {
        let age = |footer: &&Footer| (!is_ahead(footer.requested, now), footer.requested);
        let newest = self.partitions.values().max_by_key(age);
        newest.map(|footer| footer.fingerprint.as_str())
    }
}

/// What was loaded, and what people should know about it.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) state: StreamState,
    /// Why the index is not the one that was saved, if it is not.
    pub(crate) rebuilt: Option<String>,
}

fn path(source: &str, stream: &str) -> String {
    format!(".adapis/state/{source}/{stream}.json")
}

/// Loads the index of a stream, or rebuilds it from the footers of the files.
///
/// An index that cannot be read is set aside under another name, so that the reason can still be found.
pub(crate) fn load(
    store: &dyn Store,
    source: &str,
    stream: &str,
    format: Format,
) -> Result<Loaded, LoadError> {
    let path = path(source, stream);
    let problem = match store.read(&path)? {
        None => None,
        Some(bytes) => match Saved::parse(&bytes) {
            Ok(saved) if saved.is_without_files() => {
                let (files, unreadable) = rebuild(store, source, stream, format)?;
                let mut state = saved.into_state();
                (state.partitions, state.stamps) = (files.partitions, files.stamps);
                let rebuilt = (!unreadable.is_empty()).then(|| unreadable.join("; "));
                return Ok(Loaded { state, rebuilt });
            }
            Ok(saved) => {
                let written = saved.format;
                let mut state = saved.into_state();
                if written != format && !state.partitions.is_empty() {
                    return Err(LoadError::Format {
                        stream: stream.to_owned(),
                        written,
                        format,
                    });
                }
                let rebuilt = verify(store, stream, format, &mut state)?;
                return Ok(Loaded { state, rebuilt });
            }
            Err(problem) => {
                let aside = format!("{path}.unreadable");
                store.write_atomic(&aside, &bytes)?;
                store.remove(&path)?;
                let aside = store.show(&aside);
                Some(format!(
                    "the state was not readable ({problem}) and is now {aside}"
                ))
            }
        },
    };
    let (state, unreadable) = rebuild(store, source, stream, format)?;
    let is_new = problem.is_none() && state.partitions.is_empty() && unreadable.is_empty();
    let rebuilt = (!is_new).then(|| {
        let problem = problem.unwrap_or_else(|| "there was no state".to_owned());
        let files = state.partitions.len();
        let mut text = format!("{problem}; it was rebuilt from {files} files");
        for file in unreadable {
            text.push_str(&format!("; {file}"));
        }
        text
    });
    Ok(Loaded { state, rebuilt })
}

/// What a file turns out to be that is not the one which the index knows.
enum Found {
    /// Its size and time have changed, and nothing else.
    Same,
    Gone,
    Other(Box<Footer>),
    Unreadable(String),
}

fn look(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
    known: &Footer,
) -> Result<Found, WriteError> {
    match read_footer(store, partition, format) {
        Ok(Some(footer)) if footer == *known => Ok(Found::Same),
        Ok(Some(footer)) => Ok(Found::Other(Box::new(footer))),
        Ok(None) => Ok(Found::Gone),
        Err(error @ WriteError::Content { .. }) => Ok(Found::Unreadable(error.to_string())),
        Err(error) => Err(error),
    }
}

/// Compares the index with the files, and returns what people should know: the days of a file that someone has removed,
/// replaced or cut would be final forever. A file is opened only if its size or time has changed; on a remote store that
/// would take a request for each file.
fn verify(
    store: &dyn Store,
    stream: &str,
    format: Format,
    state: &mut StreamState,
) -> Result<Option<String>, LoadError> {
    let (mut gone, mut other) = (0, 0);
    let mut texts = Vec::new();
    for (known, known_footer) in std::mem::take(&mut state.partitions) {
        let partition = Partition {
            stream: stream.to_owned(),
            account: known.0.clone(),
            key: known.1,
        };
        let stamp = store.stamp(&format.path(&partition))?;
        let found = match stamp {
            Stamped::Unknown => Found::Same,
            Stamped::Absent => Found::Gone,
            Stamped::Is(stamp) if state.stamps.get(&known) == Some(&stamp) => Found::Same,
            Stamped::Is(_) => look(store, &partition, format, &known_footer)?,
        };
        if let (Found::Same, Stamped::Is(stamp)) = (&found, stamp) {
            state.stamps.insert(known.clone(), stamp);
        } else {
            state.stamps.remove(&known);
        }
        match found {
            Found::Same => {
                state.partitions.insert(known, known_footer);
                continue;
            }
            Found::Gone => gone += 1,
            Found::Unreadable(text) => texts.push(text),
            Found::Other(footer) => {
                other += 1;
                // A snapshot is not pulled again.
                if !matches!(known.1, PartitionKey::Snapshot(_)) {
                    state
                        .doubts
                        .insert(known.clone(), not_known(&footer, &known_footer));
                }
                state.partitions.insert(known, *footer);
                continue;
            }
        }
        state.doubts.remove(&known);
    }
    if gone > 0 {
        texts.push(format!(
            "files that the state knew are gone ({gone} in all), and their days are due again"
        ));
    }
    if other > 0 {
        texts.push(format!(
            "files are not those that the state knows ({other} in all), because someone has replaced them or a run was \
             interrupted, and their days are due again"
        ));
    }
    Ok((!texts.is_empty()).then(|| texts.join("; ")))
}

/// Returns the days of a file that is not the one which the index knows. A newer one is that of a run which has not
/// saved the index yet, and no reason for alarm.
fn not_known(footer: &Footer, known: &Footer) -> BTreeMap<Date, Doubt> {
    let doubt = |day: &Date| Doubt {
        finding: format!(
            "{day} of {}: its file is not the one that was published",
            footer.account
        ),
        is_final: footer.requested <= known.requested,
        is_accepted: false,
    };
    footer.days.keys().map(|day| (*day, doubt(day))).collect()
}

/// Why an index could not be loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// The files have another format than the configuration says.
    #[error(
        "the files of {stream} are {written}, and the configuration says {format}: rewrite them with `pull rewrite`, or \
         set the format back"
    )]
    Format {
        stream: String,
        written: Format,
        format: Format,
    },
    /// The files or the index cannot be read.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl From<StoreError> for LoadError {
    fn from(error: StoreError) -> Self {
        Self::Write(error.into())
    }
}

/// Returns whether an account belongs to a source: it has its name, or that and an advertiser's.
pub(crate) fn is_of_source(account: &str, source: &str) -> bool {
    account
        .strip_prefix(source)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Reads the footers of all files of a stream. Files that cannot be read are named, and their days look due; they are
/// not replaced as long as they cannot be read.
fn rebuild(
    store: &dyn Store,
    source: &str,
    stream: &str,
    format: Format,
) -> Result<(StreamState, Vec<String>), LoadError> {
    let mut state = StreamState::default();
    let mut unreadable = Vec::new();
    for partition in partitions(store, stream)? {
        if !is_of_source(&partition.account, source) {
            continue;
        }
        for entry in store.list(&partition.path())? {
            let mut formats = Format::ALL.into_iter();
            let written = formats.find(|known| known.file_name() == entry.name);
            if let Some(written) = written.filter(|written| *written != format) {
                let stream = stream.to_owned();
                return Err(LoadError::Format {
                    stream,
                    written,
                    format,
                });
            }
        }
        match read_footer(store, &partition, format) {
            Ok(Some(footer)) => {
                let known = partition.state_key();
                if let Stamped::Is(stamp) = store.stamp(&format.path(&partition))? {
                    state.stamps.insert(known.clone(), stamp);
                }
                state.partitions.insert(known, footer);
            }
            Ok(None) => {}
            Err(error @ WriteError::Content { .. }) => unreadable.push(error.to_string()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok((state, unreadable))
}

/// Saves the index of a stream.
pub(crate) fn save(
    store: &dyn Store,
    source: &str,
    stream: &str,
    format: Format,
    state: &StreamState,
) -> Result<(), StoreError> {
    let bytes = Saved::new(format, state).to_bytes();
    store.write_atomic(&path(source, stream), &bytes)
}

/// Makes the next load read the files again, because they are about to be changed. What only the index knows of files
/// that are kept stays in it.
pub(crate) fn reset(
    store: &dyn Store,
    source: &str,
    stream: &str,
    is_kept: impl Fn(PartitionKey) -> bool,
) -> Result<(), StoreError> {
    let path = path(source, stream);
    let Some(bytes) = store.read(&path)? else {
        return Ok(());
    };
    match Saved::parse(&bytes) {
        Ok(saved) => store.write_atomic(&path, &saved.without_files(is_kept).to_bytes()),
        Err(_) => store.remove(&path),
    }
}

/// Loads the advertisers that a source had at its latest run, for the plan.
pub(crate) fn load_advertisers(
    store: &dyn Store,
    source: &str,
) -> Result<Option<Vec<String>>, StoreError> {
    let bytes = store.read(&path(source, "advertisers"))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Remembers the advertisers of a source.
pub(crate) fn save_advertisers(
    store: &dyn Store,
    source: &str,
    advertisers: &[String],
) -> Result<(), StoreError> {
    let bytes = serde_json::to_vec(advertisers).unwrap_or_default();
    store.write_atomic(&path(source, "advertisers"), &bytes)
}
