//! Where the files are kept.

mod disk;
mod error;
mod local;
#[cfg(feature = "object-store")]
mod object;
mod partition;
mod temp;

use std::fmt::Debug;
use std::io;

#[cfg(test)]
pub(crate) use disk::FailingDisk;
pub use error::{Holder, StoreError};
pub use local::LocalStore;
#[cfg(feature = "object-store")]
pub use object::RemoteStore;
pub use partition::{Partition, PartitionKey, partitions};
pub(crate) use partition::{SOURCE, unescape};
pub use temp::TempFile;

/// A place that holds the files of all streams, and a private area `.adapis/` beside them.
///
/// Paths are relative to the root of the store and are separated by `/`.
///
/// What is published replaces what was there at once and whole: readers see the old file or the new one. The trait
/// leaves open how: a folder renames a temporary file, and a remote store uploads it with the condition that the object is
/// still the one which was looked at last.
///
/// The calls block. On a disk they are as short as those of std, and with a remote store a request is made by a thread of
/// the store; so the same code does for both, and nothing between two awaits depends on where the files lie.
pub trait Store: Debug + Send + Sync {
    /// Reads a small file. Returns `None` if there is none.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or its path is not allowed.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Opens a file for reading at any position. Returns `None` if there is none.
    ///
    /// What was opened never turns into another file: when the file is replaced, a local one stays readable, and
    /// reading on from a remote store is an error.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or its path is not allowed.
    fn open(&self, path: &str) -> Result<Option<Box<dyn ReadAt>>, StoreError>;

    /// Replaces a small file at once, and returns when it is on the disk.
    ///
    /// # Errors
    ///
    /// The file cannot be written; the old one is unchanged.
    fn write_atomic(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError>;

    /// Returns whether there is a file, or `None` where only a request could show it.
    ///
    /// # Errors
    ///
    /// The file cannot be looked at, or its path is not allowed.
    fn is_there(&self, path: &str) -> Result<Option<bool>, StoreError> {
        let _ = path;
        Ok(None)
    }

    /// Returns what changes when a file does, without opening it.
    ///
    /// # Errors
    ///
    /// The file cannot be looked at, or its path is not allowed.
    fn stamp(&self, path: &str) -> Result<Stamped, StoreError> {
        let _ = path;
        Ok(Stamped::Unknown)
    }

    /// Lists a folder by name. A folder that does not exist is empty.
    ///
    /// # Errors
    ///
    /// The folder cannot be read, or its path is not allowed.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, StoreError>;

    /// Removes a file, if there is one.
    ///
    /// # Errors
    ///
    /// The file cannot be removed, or its path is not allowed.
    fn remove(&self, path: &str) -> Result<(), StoreError>;

    /// Locks a source until the returned value is dropped, at the latest until the process ends.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] if another run holds the lock: the call does not wait.
    fn lock(&self, source: &str) -> Result<StoreLock, StoreError>;

    /// Creates an empty temporary file of a source, which is to become the file `target`.
    ///
    /// # Errors
    ///
    /// The file cannot be created, or the path of the target is not allowed.
    fn temp(&self, source: &str, target: &str) -> Result<TempFile, StoreError>;

    /// Moves a temporary file, which must have been [synced](TempFile::sync), into place.
    ///
    /// # Errors
    ///
    /// The file cannot be moved there. The old one is unchanged, and the temporary file is removed.
    fn publish(&self, temp: TempFile) -> Result<(), StoreError>;

    /// Removes the temporary files that killed runs of a source left behind, and returns their number.
    ///
    /// The caller holds the lock of the source.
    ///
    /// # Errors
    ///
    /// The folder of the temporary files cannot be read, or one of them not removed.
    fn sweep(&self, source: &str) -> Result<usize, StoreError>;

    /// Returns a path for messages, with the root.
    fn show(&self, path: &str) -> String;

    /// Checks whether files can be written and removed.
    ///
    /// # Errors
    ///
    /// They cannot.
    fn check(&self) -> Result<(), StoreError> {
        const FILE: &str = ".adapis/check";
        self.write_atomic(FILE, b"")?;
        self.remove(FILE)
    }
}

/// Whether there is a file, and what changes when it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamped {
    /// Only a request could show it.
    Unknown,
    /// There is none.
    Absent,
    /// There is one.
    Is(Stamp),
}

/// What changes when a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    /// Its length in bytes.
    pub size: u64,
    /// When it was written last, in nanoseconds since 1970; 0 where the file system does not say that.
    pub modified: u64,
}

/// One entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Entry {
    /// The last part of its path.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// A file that is read at any position.
pub trait ReadAt: Debug + Send + Sync {
    /// The length of the file in bytes.
    fn size(&self) -> u64;

    /// Reads from a position, and returns the number of bytes read, which is 0 only at the end.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    fn read_at(&self, position: u64, into: &mut [u8]) -> io::Result<usize>;
}

/// The lock of a source, which is released when this is dropped.
#[derive(Debug)]
pub struct StoreLock {
    _held: Box<dyn Held>,
}

/// Whatever releases a lock when it is dropped.
pub(crate) trait Held: Debug + Send + Sync {}

impl<T: Debug + Send + Sync> Held for T {}

impl StoreLock {
    pub(crate) fn new(held: impl Held + 'static) -> Self {
        Self {
            _held: Box::new(held),
        }
    }
}
