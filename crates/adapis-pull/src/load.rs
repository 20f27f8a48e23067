//! Loading the files into databases.

#[cfg(feature = "clickhouse")]
mod clickhouse;
mod error;
#[cfg(feature = "postgres")]
mod postgres;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

#[cfg(feature = "clickhouse")]
pub use clickhouse::ClickHouse;
pub use error::{LoadError, LoadErrorKind};
#[cfg(feature = "postgres")]
pub use postgres::Postgres;

use self::table::Table;
use crate::footer::Footer;
use crate::plan::Selection;
use crate::store::{Partition, PartitionKey, Store, partitions};
use crate::stream::{self, Stream};
use crate::write::{Published, WriteError};

/// How often a file that is replaced while it is read is read in all.
const ATTEMPTS: u32 = 3;

/// What is loaded, and what a loader may do for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadOptions {
    /// Which sources and streams are loaded. Partitions without a day from `from` to `to` are left as they are, and
    /// streams in `restart` are loaded again, whatever was loaded before, newer files included.
    pub selection: Selection,
    /// The streams of reports, which only a configuration knows: those of [`Config::reports`](crate::Config::reports).
    pub reports: Vec<Stream>,
    /// Whether tables may be altered to fit the files.
    pub migrate: bool,
    /// Whether to remove the rows of accounts that have no files. Otherwise they are only [named](LoadSummary::left),
    /// because a folder that is not mounted, or another machine's, looks the same.
    pub prune: bool,
}

/// What a load did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoadSummary {
    /// The partitions that were loaded or replaced.
    pub loaded: Vec<LoadedPartition>,
    /// The number of partitions that the database already had.
    pub unchanged: u64,
    /// The partitions that no longer have a file, and whose rows were removed.
    pub removed: Vec<String>,
    /// The partitions of accounts that have no files. Their rows are still there.
    pub left: Vec<String>,
    /// Descriptions of how tables were altered.
    pub altered: Vec<String>,
    /// What was not loaded, and why. Its old rows are still there.
    pub problems: Vec<LoadError>,
}

impl LoadSummary {
    /// Returns the number of rows that were sent.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.loaded.iter().map(|partition| partition.rows).sum()
    }

    /// Returns the exit code of the program: 0, or that of the first problem.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.problems.first().map_or(0, LoadError::exit_code)
    }
}

/// A partition that was loaded or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LoadedPartition {
    /// The path of its folder, such as `spots.day/source=publisher/month=2025-12-01`.
    pub partition: String,
    /// The table.
    pub table: String,
    /// The number of its rows.
    pub rows: u64,
    /// Whether the database had other rows of it before.
    pub replaced: bool,
}

/// The file that a database has of a partition.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) digest: String,
    /// The instant before its first request, as far as the database knows it.
    pub(crate) requested: Option<Timestamp>,
}

impl Loaded {
    /// Whether it is newer than a file. Databases keep microseconds.
    fn is_newer_than(&self, footer: &Footer) -> bool {
        let file = footer.requested.as_microsecond();
        let newer = self
            .requested
            .filter(|loaded| loaded.as_microsecond() > file + 1);
        newer.is_some() && self.digest != footer.digest
    }

    fn refuse(&self, partition: &Partition, footer: &Footer) -> LoadError {
        let loaded = self.requested.unwrap_or_default();
        LoadError::new(
            LoadErrorKind::Older,
            format!(
                "{partition}: the database has rows that were requested at {loaded}, and those of the file are older \
                 ({}), as in a folder that was restored from a backup; pull its days again, or replace the newer rows \
                 with --restart {}",
                footer.requested, partition.stream
            ),
        )
    }
}

/// What a database does for a loader.
pub(crate) trait Session: Send {
    /// Whether [`loaded`](Self::loaded) knows partitions without rows.
    const KNOWS_EMPTY: bool;

    /// Creates the table, or checks it and alters it if that is allowed. Returns `false` if there is none and none is
    /// needed.
    fn prepare(
        &mut self,
        table: &Table,
        is_needed: bool,
        migrate: bool,
        altered: &mut Vec<String>,
    ) -> impl Future<Output = Result<bool, LoadError>> + Send;

    /// The partitions that the table has.
    fn loaded(
        &mut self,
        table: &Table,
    ) -> impl Future<Output = Result<BTreeMap<(String, PartitionKey), Loaded>, LoadError>> + Send;

    /// Replaces the rows of a partition by those of its file, at once.
    fn replace(
        &mut self,
        table: &Table,
        partition: &Partition,
        store: &dyn Store,
    ) -> impl Future<Output = Result<u64, LoadError>> + Send;

    /// Removes the rows of a partition, and what is known of it, at once.
    fn remove(
        &mut self,
        table: &Table,
        partition: &Partition,
    ) -> impl Future<Output = Result<(), LoadError>> + Send;
}

/// Brings a database in line with the folder.
pub(crate) async fn run<S: Session>(
    session: &mut S,
    store: &dyn Store,
    options: &LoadOptions,
) -> LoadSummary {
    let mut summary = LoadSummary::default();
    for stream in stream::all().iter().chain(&options.reports) {
        if !options.selection.has_stream(stream) {
            continue;
        }
        if let Err(error) = load_stream(session, store, options, stream, &mut summary).await {
            let is_end = error.ends_load();
            summary.problems.push(error);
            if is_end {
                break;
            }
        }
    }
    summary
}

/// The partitions of a stream that have a file.
struct Found {
    readable: Vec<(Partition, Footer)>,
    /// Those whose file cannot be read: what the database has of them stays.
    unreadable: BTreeSet<Partition>,
    is_wide: bool,
}

fn find(
    store: &dyn Store,
    stream: &Stream,
    selection: &Selection,
    problems: &mut Vec<LoadError>,
) -> Result<Found, LoadError> {
    let mut found = Found {
        readable: Vec::new(),
        unreadable: BTreeSet::new(),
        is_wide: false,
    };
    for partition in partitions(store, stream.name).map_err(WriteError::Store)? {
        match Published::open(store, &partition, &stream.schema) {
            Ok(Some(file)) => {
                found.is_wide |= file.schema != *stream.schema;
                found.readable.push((partition, file.footer));
            }
            Ok(None) => {}
            Err(error) => {
                if selection.has_partition(&partition) {
                    problems.push(error.into());
                }
                found.unreadable.insert(partition);
            }
        }
    }
    Ok(found)
}

async fn load_stream<S: Session>(
    session: &mut S,
    store: &dyn Store,
    options: &LoadOptions,
    stream: &Stream,
    summary: &mut LoadSummary,
) -> Result<(), LoadError> {
    let selection = &options.selection;
    let found = find(store, stream, selection, &mut summary.problems)?;
    check_overlaps(&found.readable)?;
    let table = Table::new(stream, found.is_wide);
    let is_needed = found
        .readable
        .iter()
        .any(|(partition, _)| selection.has_partition(partition));
    let exists = session
        .prepare(&table, is_needed, options.migrate, &mut summary.altered)
        .await?;
    if !exists {
        return Ok(());
    }
    let mut loaded = session.loaded(&table).await?;
    let readable = found.readable.iter().map(|(partition, _)| partition);
    let present: BTreeSet<(&str, PartitionKey)> = readable
        .chain(&found.unreadable)
        .map(|partition| (partition.account.as_str(), partition.key))
        .collect();
    let known: BTreeSet<&str> = present.iter().map(|(account, _)| *account).collect();
    // An older folder lacks what was pulled since, which has not vanished.
    let older: BTreeSet<&str> = found
        .readable
        .iter()
        .filter(|(partition, footer)| {
            let old = loaded.get(&(partition.account.clone(), partition.key));
            old.is_some_and(|old| old.is_newer_than(footer)) && !selection.restarts(stream)
        })
        .map(|(partition, _)| partition.account.as_str())
        .collect();
    // What vanished goes first: a month that is now kept by days has the days of its successors.
    for (account, key) in loaded.keys() {
        let partition = Partition {
            stream: stream.name.to_owned(),
            account: account.clone(),
            key: *key,
        };
        if present.contains(&(account.as_str(), *key)) || !selection.has_partition(&partition) {
            continue;
        }
        let is_gone = known.contains(account.as_str()) || options.prune;
        if is_gone && !older.contains(account.as_str()) {
            session.remove(&table, &partition).await?;
            summary.removed.push(partition.path());
        } else {
            summary.left.push(partition.path());
        }
    }
    for (partition, footer) in &found.readable {
        if !selection.has_partition(partition) {
            continue;
        }
        let old = loaded.remove(&(partition.account.clone(), partition.key));
        let is_same = old.as_ref().is_some_and(|old| old.digest == footer.digest)
            || (old.is_none() && footer.rows == 0 && !S::KNOWS_EMPTY);
        if is_same && !selection.restarts(stream) {
            summary.unchanged += 1;
            continue;
        }
        if let Some(old) = old.as_ref().filter(|old| old.is_newer_than(footer))
            && !selection.restarts(stream)
        {
            summary.problems.push(old.refuse(partition, footer));
            continue;
        }
        match replace(session, store, &table, partition, footer.digest.clone()).await {
            Ok(rows) => summary.loaded.push(LoadedPartition {
                partition: partition.path(),
                table: table.name.clone(),
                rows,
                replaced: old.is_some(),
            }),
            Err(error) if error.ends_load() => return Err(error),
            Err(error) => summary.problems.push(error),
        }
    }
    Ok(())
}

/// Replaces a partition. If a run has replaced its file since that had `digest`, the new file is tried too.
async fn replace<S: Session>(
    session: &mut S,
    store: &dyn Store,
    table: &Table,
    partition: &Partition,
    digest: String,
) -> Result<u64, LoadError> {
    let mut known = Some(digest);
    let mut attempt = 1;
    loop {
        let result = session.replace(table, partition, store).await;
        let is_of_file = matches!(&result, Err(error) if error.kind == LoadErrorKind::Folder);
        if !is_of_file || attempt == ATTEMPTS {
            return result;
        }
        let file = Published::open(store, partition, &table.schema)?;
        let now = file.map(|file| file.footer.digest);
        if now == known {
            return result;
        }
        known = now;
        attempt += 1;
    }
}

/// Two files that answer for the same day would be loaded over each other.
fn check_overlaps(list: &[(Partition, Footer)]) -> Result<(), LoadError> {
    for (index, (partition, _)) in list.iter().enumerate() {
        let PartitionKey::Month(month) = partition.key else {
            continue;
        };
        let others = list.iter().skip(index + 1).map(|(other, _)| other);
        let of_account = others.take_while(|other| other.account == partition.account);
        for other in of_account {
            if let PartitionKey::Day(day) = other.key
                && PartitionKey::Month(month).holds(day)
            {
                return Err(LoadError::folder(format!(
                    "{partition} and {other} both have rows of {day}; remove the one that is no longer pulled"
                )));
            }
        }
    }
    Ok(())
}
