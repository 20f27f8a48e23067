//! The journal of an import, from which it can be resumed.

use std::collections::{BTreeMap, HashSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::CliError;

/// The progress of an import: one JSON object per line, synced to disk before the import goes on.
///
/// The file is locked while the import runs, because two imports at once would add objects twice.
/// A row that was started but not finished was interrupted: a lookup decides whether it was added.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    existing: Option<HashSet<String>>,
    rows: BTreeMap<u64, Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Head {
        object: String,
    },
    /// Objects with the same names that existed before the import.
    Existing {
        existing: HashSet<String>,
    },
    Row {
        row: u64,
        fingerprint: String,
        #[serde(flatten)]
        state: State,
    },
}

struct Entry {
    fingerprint: String,
    state: State,
}

/// The state of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum State {
    /// It is about to be sent.
    Started,
    /// It was added.
    Added {
        #[serde(rename = "ID")]
        id: String,
    },
    /// It was rejected and can be sent again.
    Refused,
}

/// Locks the journal until the file is closed, at the latest when the process ends.
fn lock(file: &File, path: &Path) -> Result<(), CliError> {
    let shown = path.display();
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => {
            let message = format!("another import is running with the journal {shown}");
            CliError::input("journal", message)
        }
        TryLockError::Error(error) => {
            CliError::local(format!("cannot lock the journal {shown}"), error)
        }
    })
}

impl Journal {
    /// Opens or creates the journal of an import of `object`.
    pub(super) fn open(path: &Path, object: &str) -> Result<Self, CliError> {
        let fail =
            |error| CliError::local(format!("cannot open the journal {}", path.display()), error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(fail)?;
        lock(&file, path)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(fail)?;
        // The import does not go on before a line is complete, so a partial line can be dropped.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64).map_err(fail)?;
        file.seek(SeekFrom::End(0)).map_err(fail)?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
            existing: None,
            rows: BTreeMap::new(),
        };
        for (number, line) in text[..whole].lines().enumerate() {
            let line = serde_json::from_str(line).ok();
            if !line.is_some_and(|line| journal.take(number, line, object)) {
                let message = format!(
                    "{} is not the journal of an import of {object} (line {})",
                    path.display(),
                    number + 1
                );
                return Err(CliError::input("journal", message));
            }
        }
        if whole == 0 {
            journal.write(&Line::Head {
                object: object.to_owned(),
            })?;
        }
        Ok(journal)
    }

    fn take(&mut self, number: usize, line: Line, expected: &str) -> bool {
        match line {
            Line::Head { object } => return number == 0 && object == expected,
            Line::Existing { existing } => self.existing = Some(existing),
            Line::Row {
                row,
                fingerprint,
                state,
            } => drop(self.rows.insert(row, Entry { fingerprint, state })),
        }
        number > 0
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Objects with the same names that existed before the import; `None` if not looked up yet.
    pub(super) fn existing(&self) -> Option<&HashSet<String>> {
        self.existing.as_ref()
    }

    pub(super) fn set_existing(&mut self, existing: HashSet<String>) -> Result<(), CliError> {
        self.write(&Line::Existing {
            existing: existing.clone(),
        })?;
        self.existing = Some(existing);
        Ok(())
    }

    /// The state of a row; an error if its parameters have changed since it was recorded.
    pub(super) fn state(&self, row: u64, fingerprint: &str) -> Result<Option<&State>, CliError> {
        match self.rows.get(&row) {
            Some(entry) if entry.fingerprint != fingerprint && entry.state != State::Refused => {
                let message = format!(
                    "row {row} has changed since it was recorded in the journal {}; restore the row or use another --journal",
                    self.path.display()
                );
                Err(CliError::input("journal", message))
            }
            entry => Ok(entry.map(|entry| &entry.state)),
        }
    }

    /// Whether an object was added by this import or existed before it.
    pub(super) fn knows(&self, id: &str) -> bool {
        let added = |entry: &Entry| matches!(&entry.state, State::Added { id: own } if own == id);
        self.existing.as_ref().is_some_and(|ids| ids.contains(id)) || self.rows.values().any(added)
    }

    pub(super) fn record(
        &mut self,
        row: u64,
        fingerprint: &str,
        state: State,
    ) -> Result<(), CliError> {
        self.write(&Line::Row {
            row,
            fingerprint: fingerprint.to_owned(),
            state: state.clone(),
        })?;
        let fingerprint = fingerprint.to_owned();
        self.rows.insert(row, Entry { fingerprint, state });
        Ok(())
    }

    fn write(&mut self, line: &Line) -> Result<(), CliError> {
        let mut text = serde_json::to_string(line).map_err(std::io::Error::from)?;
        text.push('\n');
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(|error| {
                CliError::local(
                    format!("cannot write the journal {}", self.path.display()),
                    error,
                )
            })
    }
}
