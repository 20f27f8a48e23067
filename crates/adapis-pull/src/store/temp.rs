//! A file that is being written and is not in place yet.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::StoreError;
use super::disk::Disk;

/// A local file that will become a file of the store. It is removed on drop.
#[derive(Debug)]
pub struct TempFile {
    file: File,
    path: PathBuf,
    target: String,
    disk: Arc<dyn Disk>,
    is_placed: bool,
}

impl TempFile {
    pub(crate) fn create(
        disk: Arc<dyn Disk>,
        path: PathBuf,
        target: impl Into<String>,
    ) -> Result<Self, StoreError> {
        let file = disk
            .create_new(&path)
            .map_err(StoreError::io("create", path.display()))?;
        Ok(Self {
            file,
            path,
            target: target.into(),
            disk,
            is_placed: false,
        })
    }

    /// Returns the path of the file until it is published.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path in the store that the file is to have.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns when everything that was written is on the disk.
    ///
    /// # Errors
    ///
    /// The disk refuses. What it holds of the file is then unknown, and the file must not be published.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        self.disk
            .sync(&self.file)
            .map_err(StoreError::io("write", self.path.display()))
    }

    /// Renames the file.
    pub(crate) fn place(mut self, to: &Path) -> io::Result<()> {
        self.disk.rename(&self.path, to)?;
        self.is_placed = true;
        Ok(())
    }
}

impl Write for TempFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.write(&mut self.file, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if !self.is_placed {
            // What cannot be removed now is swept by the source's next run.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
