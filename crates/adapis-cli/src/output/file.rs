//! The file of `--output`, which appears under its name only when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use crate::error::CliError;

/// A file that is written beside its place and renamed when it is whole.
#[derive(Debug)]
pub(crate) struct OutputFile {
    file: Arc<Mutex<File>>,
    /// Where the file goes.
    path: PathBuf,
    /// Where it is until then; `None` for what is not a file, such as a pipe.
    partial: Option<PathBuf>,
}

impl OutputFile {
    /// Creates the file beside `path`, so that a wrong path is found before anything is sent.
    pub(crate) fn create(path: &Path) -> Result<Self, CliError> {
        Self::open(path).map_err(|error| {
            let message = format!("cannot write to {}: {error}", path.display());
            CliError::input("output", message)
        })
    }

    fn open(path: &Path) -> io::Result<Self> {
        if path.as_os_str().is_empty() {
            return Err(io::Error::other("the path is empty"));
        }
        // The target of a link is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let existing = fs::metadata(&path).ok();
        if let Some(existing) = &existing
            && !existing.is_file()
        {
            let file = OpenOptions::new().write(true).open(&path)?;
            return Ok(Self::new(file, path, None));
        }
        let name = path
            .file_name()
            .ok_or_else(|| io::Error::other("the path has no file name"))?;
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        let beside = format!(
            ".{}.{}-{}.part",
            name.to_string_lossy(),
            std::process::id(),
            now.as_nanos()
        );
        let partial = path.with_file_name(beside);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&partial)?;
        let created = Self::new(file, path, Some(partial));
        if let (Some(existing), Some(partial)) = (existing, &created.partial) {
            fs::set_permissions(partial, existing.permissions())?;
        }
        Ok(created)
    }

    fn new(file: File, path: PathBuf, partial: Option<PathBuf>) -> Self {
        Self {
            file: Arc::new(Mutex::new(file)),
            path,
            partial,
        }
    }

    /// A writer to the file.
    pub(crate) fn writer(&self) -> impl Write + Send + use<> {
        Writer(Arc::clone(&self.file))
    }

    /// Puts the whole file in its place.
    pub(crate) fn finish(mut self) -> Result<(), CliError> {
        let Some(partial) = &self.partial else {
            return Ok(());
        };
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.sync_all()
            .and_then(|()| fs::rename(partial, &self.path))
            .map_err(|error| {
                CliError::local(format!("cannot write {}", self.path.display()), error)
            })?;
        drop(file);
        self.partial = None;
        Ok(())
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if let Some(partial) = &self.partial {
            // Ignored: what is left is not under the name that was asked for.
            let _ = fs::remove_file(partial);
        }
    }
}

struct Writer(Arc<Mutex<File>>);

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let files = fs::read_dir(folder).unwrap();
        files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn the_name_appears_with_the_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        fs::write(&path, "old").unwrap();
        let file = OutputFile::create(&path).unwrap();
        file.writer().write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(folder.path()), ["rows.csv"]);
    }

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let file = OutputFile::create(&path).unwrap();
        file.writer().write_all(b"half").unwrap();
        drop(file);
        assert!(names(folder.path()).is_empty());
        for wrong in ["", "no/such/folder/rows.csv", "/"] {
            let error = OutputFile::create(Path::new(wrong)).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{wrong}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_are_kept() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        std::os::unix::fs::symlink("real", &link).unwrap();
        let file = OutputFile::create(&link).unwrap();
        file.writer().write_all(b"new").unwrap();
        file.finish().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
