//! The rows as a Singer tap writes them: `SCHEMA`, `RECORD` and `STATE`, one JSON object a line, for any target.
//!
//! The bookmark of a stream is the digest of each of its partitions and the instant of its request, so that with the last
//! `STATE` only those are written that have changed since, and they whole. One that is older than what was written, as in
//! a folder that was restored, is a problem instead. The keys of a stream are its `key_properties`, by which targets replace rows.
//!
//! **A row that vanished cannot be reported.** The Singer specification has no message for it: a target keeps rows that
//! the vendor and the folder no longer have. Partitions that vanished whole are [named](SingerSummary::vanished). Where
//! rows may vanish (SPOTS has only those with data) and sums have to be right, use a loader, which replaces partitions.

mod message;
mod state;

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use self::message::Message;
use self::state::State;
use crate::footer::Footer;
use crate::plan::Selection;
use crate::schema::{MoneyType, Schema};
use crate::store::{Partition, Store, partitions};
use crate::stream::{self, Stream};
use crate::write::{Published, WriteError};

/// How amounts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SingerMoney {
    /// As JSON numbers with all of their digits. Exact in targets that read decimals, such as those of the Meltano SDK;
    /// others read doubles, which may change the last of 18 digits.
    #[default]
    Number,
    /// As strings with the format `singer.decimal`: no target loses a digit, but many create a text column.
    Text,
}

/// What is written, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SingerOptions {
    /// Which sources and streams, and partitions with a day from `from` to `to`. Streams in `restart` are written
    /// again, whatever the state says.
    pub selection: Selection,
    /// The streams of reports, which only a configuration knows: those of [`Config::reports`](crate::Config::reports).
    pub reports: Vec<Stream>,
    /// How amounts are written.
    pub money: SingerMoney,
    /// The last `STATE` that the target has written: its line, or its value alone.
    pub state: Option<String>,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SingerSummary {
    /// The number of records.
    pub records: u64,
    /// The partitions that were written.
    pub written: Vec<String>,
    /// The number of partitions that the target already has.
    pub unchanged: u64,
    /// The partitions of the state that the folder no longer has. A target keeps their rows.
    pub vanished: Vec<String>,
    /// Partitions that cannot be read, and why. The state keeps what it had of them.
    pub problems: Vec<String>,
}

/// Why nothing more could be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SingerError {
    /// The state is not one that this crate wrote.
    #[error(
        "the state cannot be read: {0}; give the last line that the target wrote, or none to send everything"
    )]
    State(serde_json::Error),
    /// The target stopped reading.
    #[error("cannot write to the target: {0}")]
    Output(#[from] io::Error),
    /// The folder cannot be read.
    #[error(transparent)]
    Store(#[from] WriteError),
}

/// Writes the partitions that have changed since the state.
///
/// # Errors
///
/// The state cannot be read, the folder cannot be listed, or the target stopped reading. What was written counts as sent only
/// where the target has repeated the `STATE` behind it.
pub fn write(
    store: &dyn Store,
    options: &SingerOptions,
    out: &mut dyn Write,
) -> Result<SingerSummary, SingerError> {
    let mut state = State::read(options.state.as_deref()).map_err(SingerError::State)?;
    let mut summary = SingerSummary::default();
    let mut counted = Counted {
        out,
        since_state: 0,
    };
    for stream in stream::all().iter().chain(&options.reports) {
        if options.selection.has_stream(stream) {
            write_stream(
                store,
                options,
                stream,
                &mut state,
                &mut counted,
                &mut summary,
            )?;
        }
    }
    write_state(&state, &mut counted)?;
    counted.out.flush()?;
    Ok(summary)
}

/// Counts the bytes since the last state.
struct Counted<'a> {
    out: &'a mut dyn Write,
    since_state: usize,
}

impl Counted<'_> {
    fn line(&mut self, line: &str) -> io::Result<()> {
        self.since_state += line.len();
        self.out.write_all(line.as_bytes())
    }
}

fn write_state(state: &State, out: &mut Counted<'_>) -> io::Result<()> {
    let line = state.message();
    out.line(&line)?;
    out.since_state = 0;
    Ok(())
}

fn write_stream(
    store: &dyn Store,
    options: &SingerOptions,
    stream: &Stream,
    state: &mut State,
    out: &mut Counted<'_>,
    summary: &mut SingerSummary,
) -> Result<(), SingerError> {
    let selection = &options.selection;
    let mut found = partitions(store, stream.name).map_err(WriteError::Store)?;
    found.retain(|partition| selection.has_partition(partition));
    let mut due = Vec::new();
    let mut present = BTreeSet::new();
    let mut is_wide = false;
    for partition in found {
        let file = match Published::open(store, &partition, &stream.schema) {
            Ok(Some(file)) => file,
            Ok(None) => continue,
            Err(error) => {
                summary.problems.push(error.to_string());
                present.insert(partition);
                continue;
            }
        };
        is_wide |= file.schema != *stream.schema;
        let is_same = state.digest(&partition) == Some(file.footer.digest.as_str());
        present.insert(partition.clone());
        if let Some(newer) = state.newer_than(&partition, &file.footer)
            && !selection.restarts(stream)
        {
            summary.problems.push(format!(
                "{partition}: the target has rows that were requested at {newer}, and those of the file are older ({}), as \
                 in a folder that was restored from a backup; pull its days again, or write it with --restart {}",
                file.footer.requested, stream.name
            ));
            continue;
        }
        if is_same && !selection.restarts(stream) {
            summary.unchanged += 1;
        } else {
            due.push(partition);
        }
    }
    let vanished = state.remove_vanished(stream.name, |partition| {
        present.contains(partition) || !selection.has_partition(partition)
    });
    summary.vanished.extend(vanished);
    if due.is_empty() {
        return Ok(());
    }
    let schema = Schema::clone(&stream.schema).with_money(MoneyType::wide_if(is_wide));
    let message = Message::new(stream, &schema, options.money);
    out.line(&message.schema())?;
    for partition in due {
        match write_partition(store, stream, &partition, &message, out)? {
            Ok((footer, records)) => {
                summary.records += records;
                summary.written.push(partition.path());
                state.set(&partition, &footer);
            }
            Err(error) => summary.problems.push(error.to_string()),
        }
        // A state names all partitions; one after each of them would soon be more than the rows.
        if out.since_state >= state.size() {
            write_state(state, out)?;
        }
    }
    Ok(())
}

/// Writes the records of a file. The inner error is that of the file, the outer one that of the target.
fn write_partition(
    store: &dyn Store,
    stream: &Stream,
    partition: &Partition,
    message: &Message<'_>,
    out: &mut Counted<'_>,
) -> Result<Result<(Footer, u64), WriteError>, SingerError> {
    // What was written cannot be taken back, so that the file is read as a whole before.
    let verified = Published::open(store, partition, &stream.schema).and_then(|file| match file {
        Some(mut file) => file.verify(|_| Ok(())),
        None => Ok(()),
    });
    if let Err(error) = verified {
        return Ok(Err(error));
    }
    let mut file = match Published::open(store, partition, &stream.schema) {
        Ok(Some(file)) => file,
        Ok(None) => {
            return Ok(Err(WriteError::content(
                store.show(&partition.path()),
                &"was removed meanwhile",
            )));
        }
        Err(error) => return Ok(Err(error)),
    };
    let mut records = 0;
    loop {
        match file.next() {
            Ok(Some(row)) => {
                records += 1;
                out.line(&message.record(partition, &row, records, file.footer.requested))?;
            }
            Ok(None) => return Ok(Ok((file.footer.clone(), records))),
            Err(error) => return Ok(Err(error)),
        }
    }
}
