//! The journal of an import, from which it can be resumed.

use std::collections::{BTreeMap, HashSet};
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::error::CliError;

/// The progress of an import: one JSON object per line, synced to disk before the import continues.
///
/// The file is locked while the import runs, because two imports at once would add objects twice.
/// A row that was started but not finished was interrupted: a lookup decides whether it was added.
/// A file that is not the journal of this import is never written to, nor is a link followed.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    existing: HashSet<String>,
    rows: BTreeMap<u64, Entry>,
    checked: bool,
}

/// What a journal belongs to: an action, such as `add`, the kind of the objects, and their account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Subject {
    pub(super) action: String,
    pub(super) object: String,
    pub(super) account: String,
}

impl Subject {
    fn is_same_but_account(&self, other: &Self) -> bool {
        (&self.action, &self.object) == (&other.action, &other.object)
    }

    fn is_not_the_account_of(&self, found: &Self, path: &Path) -> CliError {
        let (path, found, own) = (path.display(), &found.account, &self.account);
        let message = format!(
            "{path} is the journal of another account, {found}, not of {own}: use another --journal, \
             or, if it is the same account with a new token, replace the account in its first line"
        );
        CliError::input("journal", message)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Head(Subject),
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
    /// The rows up to here were compared with the list.
    Checked {
        checked: bool,
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
    /// It is about to be sent, or its response was lost.
    Started {
        /// The time until which the call may have been on its way.
        #[serde(with = "milliseconds")]
        until: SystemTime,
    },
    /// It was added or changed.
    #[serde(rename = "added")]
    Done {
        #[serde(rename = "ID")]
        id: String,
    },
    /// It was rejected and can be sent again.
    Refused,
}

impl State {
    /// A row that is sent now.
    pub(super) fn started(ctx: &Context) -> Self {
        Self::Started {
            until: SystemTime::now() + ctx.longest_call(),
        }
    }
}

/// Times as milliseconds since 1970.
mod milliseconds {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        to.serialize_u64(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SystemTime, D::Error> {
        let since = Duration::from_millis(u64::deserialize(from)?);
        Ok(UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH))
    }
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

/// Opens a file that is not a link, or creates one that only its owner can read.
fn open_or_create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => Err(io::Error::other("it is not a regular file")),
        Ok(found) => {
            let file = options.open(path)?;
            // A link may have taken its place meanwhile.
            if is_same(&found, &file.metadata()?) {
                Ok(file)
            } else {
                Err(io::Error::other("it was replaced while it was opened"))
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            // Fails if there is anything, a link to nothing included.
            options.create_new(true).open(path)
        }
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, other: &Metadata) -> bool {
    other.is_file()
}

/// Makes a journal of ours readable for its owner only.
#[cfg(unix)]
fn make_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let mut permissions = file.metadata()?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    permissions.set_mode(0o600);
    file.set_permissions(permissions)
}

#[cfg(not(unix))]
fn make_private(_: &File) -> io::Result<()> {
    Ok(())
}

impl Journal {
    /// Opens or creates the journal of an import.
    pub(super) fn open(path: &Path, subject: &Subject) -> Result<Self, CliError> {
        let fail =
            |error| CliError::local(format!("cannot open the journal {}", path.display()), error);
        let head = line(&Line::Head(subject.clone()))?;
        let mut file = open_or_create(path).map_err(fail)?;
        lock(&file, path)?;
        let foreign = |number: usize| {
            let message = format!(
                "{} is not the journal of this import: {} {} (line {number})",
                path.display(),
                subject.action,
                subject.object,
            );
            CliError::input("journal", message)
        };
        // Only the begin of a file that may be of any kind and size.
        const OURS: &[u8] = b"{\"action\":";
        let mut bytes = Vec::new();
        Read::by_ref(&mut file)
            .take(OURS.len() as u64)
            .read_to_end(&mut bytes)
            .map_err(fail)?;
        if !bytes.is_empty() && !bytes.starts_with(OURS) {
            return Err(foreign(1));
        }
        file.read_to_end(&mut bytes).map_err(fail)?;
        // A beginning of the head was cut off when the journal was created.
        let is_new = bytes.len() < head.len() && head.as_bytes().starts_with(&bytes);
        let first_line = bytes.iter().position(|byte| *byte == b'\n');
        let text = match first_line {
            _ if is_new => String::new(),
            Some(end) => match serde_json::from_slice(&bytes[..end]) {
                Ok(Line::Head(found)) if found == *subject => {
                    String::from_utf8(bytes.split_off(end + 1)).map_err(|_| foreign(2))?
                }
                Ok(Line::Head(found)) if found.is_same_but_account(subject) => {
                    return Err(subject.is_not_the_account_of(&found, path));
                }
                _ => return Err(foreign(1)),
            },
            None => return Err(foreign(1)),
        };
        let mut journal = Self {
            path: path.to_owned(),
            file,
            existing: HashSet::new(),
            rows: BTreeMap::new(),
            checked: true,
        };
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        for (number, line) in (2..).zip(text[..whole].lines()) {
            match serde_json::from_str(line) {
                Ok(line @ (Line::Existing { .. } | Line::Row { .. } | Line::Checked { .. })) => {
                    journal.take(line);
                }
                _ => return Err(foreign(number)),
            }
        }
        make_private(&journal.file).map_err(fail)?;
        if is_new {
            journal.end_at(0)?;
            journal.append(&head)?;
        } else {
            // A line that was cut off when the import was killed: what it said was not acted on.
            journal.end_at((head.len() + whole) as u64)?;
        }
        Ok(journal)
    }

    /// Truncates the file to `length`, and continues there.
    fn end_at(&mut self, length: u64) -> Result<(), CliError> {
        let outcome = self.file.set_len(length);
        let outcome = outcome.and_then(|()| self.file.seek(SeekFrom::Start(length)));
        outcome.map(drop).map_err(|error| self.unwritable(error))
    }

    fn take(&mut self, line: Line) {
        match line {
            Line::Existing { existing } => self.existing.extend(existing),
            Line::Row {
                row,
                fingerprint,
                state,
            } => {
                self.rows.insert(row, Entry { fingerprint, state });
                self.checked = false;
            }
            Line::Checked { checked } => self.checked = checked,
            Line::Head(_) => {}
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Records objects with the names of rows that existed before these rows were sent.
    pub(super) fn add_existing(&mut self, existing: HashSet<String>) -> Result<(), CliError> {
        if existing.is_subset(&self.existing) {
            return Ok(());
        }
        self.write(Line::Existing { existing })
    }

    /// Whether all rows were compared with the list since the last of them was recorded.
    pub(super) fn is_checked(&self) -> bool {
        self.checked
    }

    pub(super) fn set_checked(&mut self) -> Result<(), CliError> {
        self.write(Line::Checked { checked: true })
    }

    /// Fails if a row has changed since it was recorded.
    pub(super) fn check(&self, fingerprints: &[String]) -> Result<(), CliError> {
        for (row, entry) in &self.rows {
            let now = usize::try_from(row.saturating_sub(1)).unwrap_or(usize::MAX);
            let now = fingerprints.get(now);
            if entry.state != State::Refused && now != Some(&entry.fingerprint) {
                let message = format!(
                    "row {row} has changed since it was recorded in the journal {}; restore the row or use another --journal",
                    self.path.display()
                );
                return Err(CliError::input("journal", message));
            }
        }
        Ok(())
    }

    /// The state of a row.
    pub(super) fn state(&self, row: u64) -> Option<&State> {
        self.rows.get(&row).map(|entry| &entry.state)
    }

    /// Whether an object was added by this import or existed before it.
    pub(super) fn knows(&self, id: &str) -> bool {
        let added = |entry: &Entry| matches!(&entry.state, State::Done { id: own } if own == id);
        self.existing.contains(id) || self.rows.values().any(added)
    }

    pub(super) fn record(
        &mut self,
        row: u64,
        fingerprint: &str,
        state: State,
    ) -> Result<(), CliError> {
        self.write(Line::Row {
            row,
            fingerprint: fingerprint.to_owned(),
            state,
        })
    }

    fn write(&mut self, entry: Line) -> Result<(), CliError> {
        let text = line(&entry)?;
        self.append(&text)?;
        self.take(entry);
        Ok(())
    }

    fn append(&mut self, text: &str) -> Result<(), CliError> {
        let outcome = self.file.write_all(text.as_bytes());
        let outcome = outcome.and_then(|()| self.file.sync_data());
        outcome.map_err(|error| self.unwritable(error))
    }

    fn unwritable(&self, error: io::Error) -> CliError {
        let shown = self.path.display();
        CliError::local(format!("cannot write the journal {shown}"), error)
    }
}

fn line(entry: &Line) -> Result<String, CliError> {
    let mut text = serde_json::to_string(entry).map_err(io::Error::from)?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests;
