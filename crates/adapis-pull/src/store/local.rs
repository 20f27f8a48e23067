//! A folder of this machine.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use super::disk::{Disk, RealDisk};
use super::partition::{check_segment, check_segment_on_windows, escape};
use super::{Entry, Holder, ReadAt, Stamp, Stamped, Store, StoreError, StoreLock, TempFile};
use crate::sync::lock;

/// The folder of everything that is not a row.
const PRIVATE: &str = ".adapis";

/// Where temporary files lie: on the disk of the streams, but in none of their folders, because engines read whatever
/// they find there.
const TEMP: &str = ".adapis/tmp";

/// Stands between the owner of a temporary file and the rest of its name; names of owners never contain it.
const OWNER_END: char = '#';

/// The owner of what [`Store::write_atomic`] writes, which lives for milliseconds.
const NO_OWNER: &str = "#";

/// When a file of [`NO_OWNER`] was certainly left by a killed process.
const LEFT_BEHIND: Duration = Duration::from_secs(3600);

/// A store in a folder. Needs a file system with atomic renames and, for locks, one that knows them across the
/// machines that use it: local disks and NFS 4 do.
#[derive(Debug, Clone)]
pub struct LocalStore {
    root: PathBuf,
    disk: Arc<dyn Disk>,
}

impl LocalStore {
    /// Uses the folder `root`, which is created by the first file.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            disk: Arc::new(RealDisk),
        }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    #[cfg(test)]
    pub(crate) fn with_disk(root: impl Into<PathBuf>, disk: Arc<dyn Disk>) -> Self {
        Self {
            root: root.into(),
            disk,
        }
    }

    /// The place of a path below the root. In the private area it must not lead through a link.
    fn place(&self, path: &str) -> Result<PathBuf, StoreError> {
        let mut place = self.root.clone();
        for segment in path.split('/') {
            check_segment("a file", segment)?;
            if cfg!(windows) {
                check_segment_on_windows("a file", segment)?;
            }
            place.push(segment);
        }
        if path.split('/').next() == Some(PRIVATE) {
            self.refuse_links(path)?;
        }
        Ok(place)
    }

    fn refuse_links(&self, path: &str) -> Result<(), StoreError> {
        let mut place = self.root.clone();
        for segment in path.split('/') {
            place.push(segment);
            match std::fs::symlink_metadata(&place) {
                Ok(found) if found.is_symlink() => {
                    return Err(StoreError::Link {
                        path: place.display().to_string(),
                    });
                }
                Ok(_) => {}
                Err(error) if is_absent(&error) => break,
                Err(error) => return Err(StoreError::io("look at", place.display())(error)),
            }
        }
        Ok(())
    }

    /// Creates a folder and those above it; each new name is on the disk before anything is put below it.
    fn create_folder(&self, place: &Path) -> Result<(), StoreError> {
        if place.is_dir() {
            return Ok(());
        }
        let above = match place.parent() {
            Some(above) if !above.as_os_str().is_empty() => above,
            _ => Path::new("."),
        };
        self.create_folder(above)?;
        match self.disk.create_folder(place) {
            Ok(()) => {}
            // Another run has just created it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && place.is_dir() => {}
            Err(error) => return Err(StoreError::io("create", place.display())(error)),
        }
        let synced = self.disk.sync_folder(above);
        synced.map_err(StoreError::io("write", above.display()))
    }

    fn temp_of(&self, owner: &str, target: &str) -> Result<TempFile, StoreError> {
        let folder = self.place(TEMP)?;
        self.create_folder(&folder)?;
        let name = format!("{owner}{OWNER_END}{:016x}", fastrand::u64(..));
        TempFile::create(Arc::clone(&self.disk), folder.join(name), target)
    }
}

impl Store for LocalStore {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let place = self.place(path)?;
        found(std::fs::read(&place)).map_err(StoreError::io("read", place.display()))
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn ReadAt>>, StoreError> {
        let place = self.place(path)?;
        let opened = || {
            let file = File::open(&place)?;
            let size = file.metadata()?.len();
            Ok(LocalFile {
                file: Mutex::new(file),
                size,
            })
        };
        let file = found(opened()).map_err(StoreError::io("read", place.display()))?;
        Ok(file.map(|file| Box::new(file) as Box<dyn ReadAt>))
    }

    fn write_atomic(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let mut temp = self.temp_of(NO_OWNER, path)?;
        let written = temp.write_all(bytes);
        written.map_err(StoreError::io("write", temp.path().display()))?;
        temp.sync()?;
        self.publish(temp)
    }

    fn is_there(&self, path: &str) -> Result<Option<bool>, StoreError> {
        let place = self.place(path)?;
        let is_there = std::fs::exists(&place);
        is_there
            .map(Some)
            .map_err(StoreError::io("look at", place.display()))
    }

    fn stamp(&self, path: &str) -> Result<Stamped, StoreError> {
        let place = self.place(path)?;
        let metadata = found(std::fs::metadata(&place));
        let metadata = metadata.map_err(StoreError::io("look at", place.display()))?;
        Ok(metadata.map_or(Stamped::Absent, |metadata| {
            let modified = metadata.modified().ok();
            let since = modified.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            Stamped::Is(Stamp {
                size: metadata.len(),
                modified: since
                    .and_then(|since| u64::try_from(since.as_nanos()).ok())
                    .unwrap_or_default(),
            })
        }))
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, StoreError> {
        let place = self.place(folder)?;
        let entries = || -> io::Result<Vec<Entry>> {
            let mut entries = Vec::new();
            for entry in std::fs::read_dir(&place)? {
                let entry = entry?;
                // A name that is not UTF-8 is not ours.
                if let Ok(name) = entry.file_name().into_string() {
                    let is_folder = entry.path().is_dir();
                    entries.push(Entry { name, is_folder });
                }
            }
            entries.sort();
            Ok(entries)
        };
        let entries = found(entries()).map_err(StoreError::io("read", place.display()))?;
        Ok(entries.unwrap_or_default())
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        let place = self.place(path)?;
        let removed = found(std::fs::remove_file(&place));
        removed
            .map(|_| ())
            .map_err(StoreError::io("remove", place.display()))
    }

    fn lock(&self, source: &str) -> Result<StoreLock, StoreError> {
        check_segment("a source", source)?;
        let path = format!("{PRIVATE}/lock/{}", escape(source));
        let place = self.place(&path)?;
        let shown = place.display();
        if let Some(folder) = place.parent() {
            self.create_folder(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = options
            .open(&place)
            .map_err(StoreError::io("open", &shown))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                // Some systems let nobody read a locked file; then the error names no one.
                let text = std::fs::read(&place).unwrap_or_default();
                return Err(StoreError::Locked {
                    path: shown.to_string(),
                    holder: serde_json::from_slice(&text).ok(),
                });
            }
            Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", &shown)(error)),
        }
        // The file stays when the lock is released: removing it would let two runs lock two files of this name.
        let mut tell = || {
            let holder = serde_json::to_vec(&Holder::this_process())?;
            file.set_len(0)?;
            file.write_all(&holder)
        };
        tell().map_err(StoreError::io("write", &shown))?;
        Ok(StoreLock::new(file))
    }

    fn temp(&self, source: &str, target: &str) -> Result<TempFile, StoreError> {
        check_segment("a source", source)?;
        self.place(target)?;
        self.temp_of(&escape(source), target)
    }

    fn publish(&self, temp: TempFile) -> Result<(), StoreError> {
        let place = self.place(temp.target())?;
        let folder = place.parent().unwrap_or(&self.root);
        self.create_folder(folder)?;
        temp.place(&place)
            .map_err(StoreError::io("replace", place.display()))?;
        let synced = self.disk.sync_folder(folder);
        synced.map_err(StoreError::io("write", folder.display()))
    }

    fn sweep(&self, source: &str) -> Result<usize, StoreError> {
        let folder = self.place(TEMP)?;
        let own = format!("{}{OWNER_END}", escape(source));
        let mut swept = 0;
        for entry in self.list(TEMP)? {
            let path = folder.join(&entry.name);
            let is_left = entry.name.starts_with(&own)
                || (entry.name.starts_with(NO_OWNER) && is_older(&path, LEFT_BEHIND));
            if is_left {
                let removed = found(std::fs::remove_file(&path));
                swept += usize::from(
                    removed
                        .map_err(StoreError::io("remove", path.display()))?
                        .is_some(),
                );
            }
        }
        Ok(swept)
    }

    fn show(&self, path: &str) -> String {
        self.root.join(path).display().to_string()
    }
}

fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_older(path: &Path, age: Duration) -> bool {
    let modified = std::fs::symlink_metadata(path).and_then(|found| found.modified());
    modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|elapsed| elapsed > age))
}

#[derive(Debug)]
struct LocalFile {
    file: Mutex<File>,
    size: u64,
}

impl ReadAt for LocalFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, position: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut file = lock(&self.file);
        file.seek(SeekFrom::Start(position))?;
        file.read(into)
    }
}

#[cfg(test)]
mod tests;
