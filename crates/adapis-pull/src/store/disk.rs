//! The calls to the operating system that can fail while a file is written. Tests make them fail.

use std::fmt::Debug;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Each call that changes a disk.
pub(crate) trait Disk: Debug + Send + Sync {
    /// Creates a file where nothing is, not even a link.
    fn create_new(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().write(true).create_new(true).open(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        file.write(bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        std::fs::create_dir(path)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    /// Makes the names in a folder durable. Only unix opens folders as files; elsewhere a rename is all there is.
    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        if cfg!(unix) {
            File::open(path)?.sync_all()?;
        }
        Ok(())
    }
}

/// The disk as it is.
#[derive(Debug)]
pub(crate) struct RealDisk;

impl Disk for RealDisk {}

/// A disk on which the call of one number fails, or all from that one on.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct FailingDisk {
    calls: std::sync::atomic::AtomicUsize,
    fails: usize,
    errno: i32,
    recovers: bool,
}

#[cfg(test)]
impl FailingDisk {
    pub(crate) fn new(fails: usize, errno: i32) -> Self {
        Self {
            calls: 0.into(),
            fails,
            errno,
            recovers: true,
        }
    }

    /// Creates a disk on which all calls from this one on fail.
    pub(crate) fn for_good(fails: usize, errno: i32) -> Self {
        Self {
            recovers: false,
            ..Self::new(fails, errno)
        }
    }

    /// Returns whether a call has failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.calls.load(std::sync::atomic::Ordering::Relaxed) > self.fails
    }

    fn call(&self) -> io::Result<()> {
        let call = self
            .calls
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if call == self.fails || (call > self.fails && !self.recovers) {
            return Err(io::Error::from_raw_os_error(self.errno));
        }
        Ok(())
    }
}

#[cfg(test)]
impl Disk for FailingDisk {
    fn create_new(&self, path: &Path) -> io::Result<File> {
        self.call().and_then(|()| RealDisk.create_new(path))
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        self.call().and_then(|()| RealDisk.write(file, bytes))
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.sync(file))
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.create_folder(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.rename(from, to))
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.call().and_then(|()| RealDisk.sync_folder(path))
    }
}
