//! What can go wrong in a store, and what to do then.

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

/// A file of a store cannot be read or written. Nothing that was published has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {action} {path}: {error}{}", advice(error))]
    #[non_exhaustive]
    Io {
        /// What was attempted, such as `write`.
        action: &'static str,
        /// The path.
        path: String,
        /// The reason.
        error: io::Error,
    },
    /// Another run is working on the source.
    #[error("another run{} works on this source and holds {path}; wait until it ends", by(.holder.as_ref()))]
    #[non_exhaustive]
    Locked {
        /// The path of the lock.
        path: String,
        /// Who holds it, if known.
        holder: Option<Holder>,
    },
    /// A name would lead out of its folder, or means something else to engines.
    #[error("{name:?} cannot be the name of {what}: {reason}")]
    #[non_exhaustive]
    Name {
        /// What has the name: an account, a stream or a file.
        what: &'static str,
        /// The name.
        name: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// Something in the private area is not what this crate put there.
    #[error(
        "{path} is a symbolic link, which this program does not follow in its own folder; remove it"
    )]
    #[non_exhaustive]
    Link {
        /// The path of the link.
        path: String,
    },
    /// A remote store refused, or could not be reached.
    #[error("cannot {action} {path}: {reason}{advice}")]
    #[non_exhaustive]
    Remote {
        /// What was attempted, such as `write`.
        action: &'static str,
        /// The object.
        path: String,
        /// The reason, without anything that the store quoted.
        reason: String,
        /// What to do, after a semicolon; may be empty.
        advice: &'static str,
    },
    /// An object was replaced since it was looked at.
    #[error("{path} was replaced by another run while this one worked; run again")]
    #[non_exhaustive]
    Replaced {
        /// The object.
        path: String,
    },
    /// The lease of a source ended during the run.
    #[error(
        "the lock {path} is no longer this run's, because it could not be renewed in time or another run took it over: \
         this run publishes nothing more; run again"
    )]
    #[non_exhaustive]
    LeaseLost {
        /// The object of the lock.
        path: String,
    },
    /// A store ignores the condition of a conditional write.
    #[error(
        "{path}: this store does not honour If-Match and If-None-Match on writes, so two runs could replace \
         each other's files unseen; use a store that does, such as AWS S3, Google Cloud Storage, Azure, R2 or MinIO"
    )]
    #[non_exhaustive]
    Unconditional {
        /// The root.
        path: String,
    },
    /// The root is not the address of a store that can be used.
    #[error("pull.root {root}: {reason}")]
    #[non_exhaustive]
    Address {
        /// The root, without credentials.
        root: String,
        /// What is wrong and what to do.
        reason: String,
    },
}

/// The run that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Holder {
    /// The number of its process.
    pub pid: u32,
    /// The machine that it runs on.
    pub host: String,
}

impl Holder {
    /// The running process.
    pub(crate) fn this_process() -> Self {
        Self {
            pid: std::process::id(),
            host: host(),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} on {}", self.pid, self.host)
    }
}

#[cfg(unix)]
fn host() -> String {
    let names = rustix::system::uname();
    names.nodename().to_string_lossy().into_owned()
}

#[cfg(not(unix))]
fn host() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}

fn by(holder: Option<&Holder>) -> String {
    holder.map_or_else(String::new, |holder| format!(" ({holder})"))
}

impl StoreError {
    /// For `map_err`: says what was to be done to which path.
    pub(crate) fn io(
        action: &'static str,
        path: impl fmt::Display,
    ) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io {
            action,
            path: path.to_string(),
            error,
        }
    }
}

/// EIO, which std has no [`io::ErrorKind`] for; the number is the same on every unix.
const EIO: i32 = 5;

fn advice(error: &io::Error) -> &'static str {
    use io::ErrorKind::{
        CrossesDevices, NotADirectory, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem,
        StorageFull,
    };
    match error.kind() {
        StorageFull => "; free space on this disk and run again, what was published is unchanged",
        QuotaExceeded => {
            "; raise the disk quota of this user or free space, what was published is unchanged"
        }
        PermissionDenied => "; let the user of this process read and write the folder",
        ReadOnlyFilesystem => {
            "; mount the disk for writing (a disk with errors turns read-only by itself)"
        }
        CrossesDevices => "; the folder of the stream must lie on the same disk as the root",
        NotADirectory => "; a part of the path is a file, move it away",
        _ if cfg!(unix) && error.raw_os_error() == Some(EIO) => {
            "; the disk reports a fault, check it before running again, what was published is unchanged"
        }
        _ => "",
    }
}
