//! What is in the folders of streams although no run of this configuration put it there.
//!
//! Engines read whatever they find in a folder.

use std::collections::BTreeSet;

use crate::config::Config;
use crate::state::is_of_source;
use crate::store::{PartitionKey, SOURCE, Store, StoreError, unescape};
use crate::write::Format;

/// Returns the folders of accounts that no source of the configuration has, below the root.
pub(crate) fn accounts(store: &dyn Store, config: &Config) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for stream in streams(config) {
        for entry in store.list(stream)? {
            let Some(account) = account(&entry.name) else {
                continue;
            };
            let mut sources = config.sources.iter();
            let is_own = sources.any(|source| {
                is_of_source(&account, &source.name) && source.stream(stream).is_some()
            });
            if entry.is_folder && !is_own {
                found.push(format!("{stream}/{}", entry.name));
            }
        }
    }
    Ok(found)
}

/// Returns the files and folders that no run writes, below the root.
pub(crate) fn files(store: &dyn Store, config: &Config) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for stream in streams(config) {
        for entry in store.list(stream)? {
            let path = format!("{stream}/{}", entry.name);
            if entry.is_folder && account(&entry.name).is_some() {
                of_account(store, &path, &mut found)?;
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// Looks into the folder of an account. On a remote store each partition would take a request, so that only their names
/// are looked at.
fn of_account(store: &dyn Store, folder: &str, found: &mut Vec<String>) -> Result<(), StoreError> {
    let own = Format::ALL.map(Format::file_name);
    for entry in store.list(folder)? {
        let path = format!("{folder}/{}", entry.name);
        if !entry.is_folder || PartitionKey::parse(&entry.name).is_none() {
            found.push(path);
        } else if store.is_there(&path)?.is_some() {
            let inside = store.list(&path)?.into_iter();
            // Files of a format that the configuration no longer has are for `pull rewrite`.
            let foreign = inside.filter(|entry| entry.is_folder || !own.contains(&&*entry.name));
            found.extend(foreign.map(|entry| format!("{path}/{}", entry.name)));
        }
    }
    Ok(())
}

fn streams(config: &Config) -> BTreeSet<&'static str> {
    let streams = config.sources.iter().flat_map(|source| &source.streams);
    streams.map(|settings| settings.stream.name).collect()
}

fn account(folder: &str) -> Option<String> {
    let name = folder.strip_prefix(SOURCE)?.strip_prefix('=')?;
    unescape(name)
}
