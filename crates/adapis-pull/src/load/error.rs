//! Why a database does not have what the folder has.

use std::fmt;

use serde::Serialize;

use crate::write::WriteError;

/// Something that was not loaded. The database has what it had before: the old partition, whole, or the new one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{message}")]
#[non_exhaustive]
pub struct LoadError {
    /// The kind of the error.
    pub kind: LoadErrorKind,
    /// Where it happened, what is wrong and what to do. Contains no credential.
    pub message: String,
}

/// The kinds of [`LoadError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// A setting is wrong; nothing was sent.
    Input,
    /// A file of the folder cannot be read, or its rows are not those of its footer.
    Folder,
    /// The file of a partition is older than the rows that the database has of it.
    Older,
    /// There is no connection, or it broke. The next load sees whether the last partition is the old or the new one.
    Connection,
    /// The database refuses the user.
    Denied,
    /// The database refuses a statement.
    Refused,
    /// A table has other columns than the files.
    Schema,
    /// Another load is running in the same schema.
    Locked,
}

impl LoadError {
    pub(crate) fn new(kind: LoadErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    pub(crate) fn folder(message: impl Into<String>) -> Self {
        Self::new(LoadErrorKind::Folder, message)
    }

    /// Returns the exit code of the program.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            LoadErrorKind::Schema | LoadErrorKind::Folder | LoadErrorKind::Older => 1,
            LoadErrorKind::Input => 2,
            LoadErrorKind::Denied => 3,
            LoadErrorKind::Connection => 4,
            LoadErrorKind::Refused => 6,
            LoadErrorKind::Locked => crate::summary::LOCKED,
        }
    }

    /// Whether other partitions would fail in the same way.
    pub(crate) fn ends_load(&self) -> bool {
        matches!(
            self.kind,
            LoadErrorKind::Connection | LoadErrorKind::Denied | LoadErrorKind::Locked
        )
    }
}

impl From<WriteError> for LoadError {
    fn from(error: WriteError) -> Self {
        Self::folder(error.to_string())
    }
}

/// Writes how a table differs from what it should be, and what to do.
pub(crate) fn schema_error(
    shown: impl fmt::Display,
    differences: &[String],
    can_migrate: bool,
) -> LoadError {
    let way_out = if can_migrate {
        "load with `migrate` to alter the table, or drop it to have it created and loaded again"
    } else {
        "drop the table to have it created and loaded again"
    };
    LoadError::new(
        LoadErrorKind::Schema,
        format!("{shown}: {}; {way_out}", differences.join(", ")),
    )
}
