//! Footers of text files, which cannot hold one themselves.
//!
//! A footer is in `.adapis/footer/`, and the digest of the data file's bytes is a part of its name. It is written
//! before the data file gets its place, and those of older files are removed afterwards. So there is no moment at
//! which a data file has the footer of another one, whatever is killed when.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

use super::cell::Cell;
use super::digest::{self, RowDigest};
use super::tally::Tally;
use super::{Format, WriteError, read};
use crate::footer::{Footer, FooterFacts};
use crate::schema::{Column, Schema};
use crate::store::{Partition, ReadAt, Store, StoreError};

/// The footer of a file, as it is to be written.
#[derive(Debug)]
pub(super) struct Beside {
    folder: String,
    prefix: String,
    name: String,
    text: Vec<u8>,
}

/// The contents of the file. The columns are there so that rows can be counted again if only the data file was changed.
#[derive(Serialize, Deserialize)]
struct Contents {
    #[serde(flatten)]
    footer: Footer,
    columns: Vec<Column>,
}

fn folder(partition: &Partition) -> String {
    format!(".adapis/footer/{}", partition.path())
}

fn prefix(format: Format) -> String {
    format!("{}.", format.file_name())
}

fn name(format: Format, digest: &str) -> String {
    // A colon is not allowed in the names of files on Windows.
    format!("{}{}.json", prefix(format), digest.replace(':', "-"))
}

impl Beside {
    pub(super) fn new(
        partition: &Partition,
        format: Format,
        digest: &str,
        schema: &Schema,
        footer: &Footer,
    ) -> Result<Self, WriteError> {
        let contents = Contents {
            footer: footer.clone(),
            columns: schema.columns.clone(),
        };
        let folder = folder(partition);
        let text = serde_json::to_vec_pretty(&contents)
            .map_err(|error| WriteError::content(&folder, &error))?;
        Ok(Self {
            folder,
            prefix: prefix(format),
            name: name(format, digest),
            text,
        })
    }

    pub(super) fn write(&self, store: &dyn Store) -> Result<(), StoreError> {
        store.write_atomic(&format!("{}/{}", self.folder, self.name), &self.text)
    }

    /// Removes the footers of files that were replaced.
    pub(super) fn remove_others(&self, store: &dyn Store) -> Result<(), StoreError> {
        remove(store, &self.folder, &self.prefix, Some(&self.name))
    }
}

/// Removes all footers of a partition in a format.
pub(super) fn remove_all(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
) -> Result<(), StoreError> {
    remove(store, &folder(partition), &prefix(format), None)
}

fn remove(
    store: &dyn Store,
    folder: &str,
    prefix: &str,
    except: Option<&str>,
) -> Result<(), StoreError> {
    for entry in store.list(folder)? {
        if entry.name.starts_with(prefix) && Some(entry.name.as_str()) != except {
            store.remove(&format!("{folder}/{}", entry.name))?;
        }
    }
    Ok(())
}

/// Reads the footer of a text file. Returns `None` if there is no file.
pub(super) fn read(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
) -> Result<Option<Footer>, WriteError> {
    let path = format.path(partition);
    let folder = folder(partition);
    let mut latest = None;
    loop {
        let Some(data) = store.open(&path)? else {
            return Ok(None);
        };
        let digest = digest_of(&*data).map_err(StoreError::io("read", store.show(&path)))?;
        let own = format!("{folder}/{}", name(format, &digest));
        if let Some(contents) = read_contents(store, &own)? {
            return Ok(Some(contents.footer));
        }
        // A run may have replaced the file meanwhile, and removed the footer with it.
        if latest.as_ref() == Some(&digest) {
            break;
        }
        latest = Some(digest);
    }
    for entry in store.list(&folder)? {
        if entry.name.starts_with(&prefix(format))
            && let Some(stale) = read_contents(store, &format!("{folder}/{}", entry.name))?
        {
            return recount(store, partition, format, stale).map(Some);
        }
    }
    let reason = "has no footer in .adapis/footer, so its days are not known; put the footer back, or \
                  move the file away to have its days pulled again";
    Err(WriteError::content(store.show(&path), &reason))
}

fn read_contents(store: &dyn Store, path: &str) -> Result<Option<Contents>, WriteError> {
    let Some(text) = store.read(path)? else {
        return Ok(None);
    };
    let contents = serde_json::from_slice(&text);
    contents.map(Some).map_err(|error| {
        WriteError::content(store.show(path), &format!("is not a footer: {error}"))
    })
}

fn digest_of(data: &dyn ReadAt) -> std::io::Result<String> {
    let mut hash = XxHash3_128::new();
    let mut piece = vec![0; 64 << 10];
    let mut position = 0;
    loop {
        let read = data.read_at(position, &mut piece)?;
        if read == 0 {
            return Ok(digest::show(hash.finish_128()));
        }
        hash.write(piece.get(..read).unwrap_or_default());
        position += read as u64;
    }
}

/// Counts the rows of a file that someone has changed. It is not known when they were requested, so they count as old
/// and are due again.
fn recount(
    store: &dyn Store,
    partition: &Partition,
    format: Format,
    stale: Contents,
) -> Result<Footer, WriteError> {
    let schema = Schema::new(stale.footer.schema, stale.columns);
    let path = store.show(&format.path(partition));
    let mut digest = RowDigest::new(&schema.columns);
    let mut tally = Tally::new(partition.key, &schema);
    let mut rows = 0;
    for row in read::read_rows(store, partition, format, &schema)? {
        let row = row?;
        rows += 1;
        let refuse = |reason: String| WriteError::content(&path, &format!("row {rows}: {reason}"));
        tally
            .start_row(partition.key, &row)
            .map_err(|(_, reason)| refuse(reason))?;
        for (index, (column, value)) in schema.columns.iter().zip(&row).enumerate() {
            let cell = Cell::fit(column, value).map_err(|reason| {
                let name = &column.name;
                refuse(format!("column {name}: {reason}"))
            })?;
            digest.cell(&cell);
            tally.cell(index, &cell);
        }
    }
    let requested = Timestamp::UNIX_EPOCH;
    let days: BTreeMap<_, _> = tally
        .days()
        .into_iter()
        .map(|day| (day, requested))
        .collect();
    let about = FooterFacts {
        stream: stale.footer.stream,
        account: stale.footer.account,
        fingerprint: stale.footer.fingerprint,
        run: String::new(),
        requested,
        days,
    };
    tally.footer(about, partition, schema.number, rows, digest.finish())
}
