//! A bucket or container of S3, Google Cloud Storage or Azure.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use twox_hash::XxHash3_128;

use self::address::Address;
use self::background::Background;
use self::blob::Blob;
use self::client::{Client, Condition};
use self::lease::{Lease, Renewal};
use super::disk::{Disk, RealDisk};
use super::partition::{SOURCE, check_segment, escape, unescape};
use super::{Entry, ReadAt, Store, StoreError, StoreLock, TempFile};
use crate::sync::lock;

mod address;
mod background;
mod blob;
mod client;
mod failure;
mod http;
mod lease;

/// A store below `s3://bucket/prefix`, `gs://bucket/prefix` or `az://container/prefix` (feature `object-store`).
///
/// It needs a store that honours `If-Match` and `If-None-Match` when it writes; the first lock tries that out, and a
/// store that does not is refused. Every object is replaced under the condition that it is still the one which was looked
/// at last. Files are written to the local folder of temporary files, and uploaded in one request when they are whole.
///
/// Calls block, and the requests are made by a thread of the store.
#[derive(Debug, Clone)]
pub struct RemoteStore {
    client: Client,
    background: Background,
    lease: Duration,
    temp: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// The versions of objects when they were looked at last.
    seen: Mutex<HashMap<String, Condition>>,
    /// The locks that are held, by source.
    leases: Mutex<HashMap<String, Arc<Lease>>>,
    is_tried: Mutex<bool>,
}

impl RemoteStore {
    /// Opens a root with the settings of the environment, which are named as the store's own tools expect them:
    /// `AWS_…`, `GOOGLE_…` or `AZURE_…`, such as `AWS_ACCESS_KEY_ID`, `AWS_REGION`, `AWS_ENDPOINT_URL`,
    /// `GOOGLE_APPLICATION_CREDENTIALS`, `AZURE_STORAGE_ACCOUNT_NAME`, `AZURE_STORAGE_ACCOUNT_KEY`. Without credentials
    /// there, those of the machine are used.
    ///
    /// No request is sent.
    ///
    /// # Errors
    ///
    /// The address or a setting is not valid. No error quotes a setting.
    pub fn open(root: &str) -> Result<Self, StoreError> {
        let settings = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self::open_with(root, settings)
    }

    /// Opens a root with these settings, which have the names of the environment variables, instead of the environment.
    ///
    /// # Errors
    ///
    /// As for [`open`](Self::open).
    pub fn open_with(
        root: &str,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, StoreError> {
        let address = Address::parse(root)?;
        let store = address.open(settings)?;
        Ok(Self {
            client: Client {
                store,
                address: Arc::new(address),
            },
            background: Background::start().map_err(StoreError::io("start a thread for", root))?,
            lease: lease::LEASE,
            temp: std::env::temp_dir(),
            shared: Arc::default(),
        })
    }

    /// Sets how long a lock holds unless its run renews it. After that, another run may take over from one that was
    /// killed. The default is 60 seconds and the maximum a day; all machines should use the same value.
    #[must_use]
    pub fn lease(mut self, duration: Duration) -> Self {
        self.lease = duration.clamp(Duration::from_millis(100), Duration::from_secs(86_400));
        self
    }

    /// Sets until when requests are waited for. After that each of them fails at once, and a write that was on its way
    /// takes place whole or not at all. There is no end by default.
    ///
    /// The calls of a store block, so that a timer on the caller's thread cannot end them.
    #[must_use]
    pub fn deadline(mut self, until: Instant) -> Self {
        self.background.until = Some(until);
        self
    }

    /// Sets the folder of temporary files. The default is that of the system.
    #[must_use]
    pub fn temp_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.temp = folder.into();
        self
    }

    fn wait<T: Send + 'static>(
        &self,
        request: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        let answer = self.background.wait(request);
        answer.unwrap_or_else(|error| Err(StoreError::io("use", self.show(""))(error)))
    }

    /// Fails if the run that writes to a path has lost the lock of its source.
    fn check_lease(&self, path: &str) -> Result<(), StoreError> {
        let Some(owner) = owner(path) else {
            return Ok(());
        };
        for (source, lease) in &*lock(&self.shared.leases) {
            if crate::state::is_of_source(&owner, source) {
                lease.check()?;
            }
        }
        Ok(())
    }

    fn see(&self, path: &str, condition: Condition) {
        lock(&self.shared.seen).insert(path.to_owned(), condition);
    }

    fn condition(&self, path: &str) -> Condition {
        let seen = lock(&self.shared.seen);
        seen.get(path).cloned().unwrap_or(Condition::Any)
    }

    fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        check_path(path)?;
        self.check_lease(path)?;
        let (client, to) = (self.client.clone(), path.to_owned());
        let condition = self.condition(path);
        let version = self.wait(async move { client.put(&to, bytes, condition).await })?;
        self.see(path, Condition::Is(version));
        Ok(())
    }

    /// Tries once whether the store honours conditions. One that ignores them would hand each lock to everyone.
    fn try_conditions(&self) -> Result<(), StoreError> {
        let mut is_tried = lock(&self.shared.is_tried);
        if *is_tried {
            return Ok(());
        }
        let client = self.client.clone();
        self.wait(async move {
            let path = format!(".adapis/check/{:016x}", fastrand::u64(..));
            let tried = async {
                let first = client.put(&path, "1", Condition::Absent).await?;
                let again = client.put(&path, "2", Condition::Absent).await;
                let second = client.put(&path, "3", Condition::Is(first.clone())).await?;
                let stale = client.put(&path, "4", Condition::Is(first)).await;
                let _ = second;
                match (again, stale) {
                    (Err(StoreError::Replaced { .. }), Err(StoreError::Replaced { .. })) => Ok(()),
                    (Ok(_), _) | (_, Ok(_)) => Err(StoreError::Unconditional {
                        path: client.address.show(""),
                    }),
                    (Err(StoreError::Replaced { .. }), Err(error)) | (Err(error), _) => Err(error),
                }
            };
            let tried = tried.await;
            let removed = client.delete(&path).await;
            tried.and(removed)
        })?;
        *is_tried = true;
        Ok(())
    }

    /// What the names of temporary files of an owner begin with. Other roots may have files in the same folder.
    fn temp_prefix(&self, owner: &str) -> String {
        let name = format!("{}\n{owner}", self.show(""));
        format!("adapis-{:032x}-", XxHash3_128::oneshot(name.as_bytes()))
    }
}

impl Store for RemoteStore {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        check_path(path)?;
        let (client, from) = (self.client.clone(), path.to_owned());
        let found = self.wait(async move { client.get(&from).await })?;
        let Some(object) = found else {
            self.see(path, Condition::Absent);
            return Ok(None);
        };
        self.see(path, Condition::Is(object.version));
        Ok(Some(object.bytes.to_vec()))
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn ReadAt>>, StoreError> {
        check_path(path)?;
        let (client, from) = (self.client.clone(), path.to_owned());
        let Some(meta) = self.wait(async move { client.head(&from).await })? else {
            self.see(path, Condition::Absent);
            return Ok(None);
        };
        let blob = Blob {
            client: self.client.clone(),
            background: self.background.clone(),
            path: path.to_owned(),
            e_tag: meta.e_tag.clone(),
            size: meta.size,
            blocks: Mutex::default(),
        };
        self.see(path, Condition::Is(client::version(meta)));
        Ok(Some(Box::new(blob)))
    }

    fn write_atomic(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.put(path, bytes.to_vec())
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, StoreError> {
        check_path(folder)?;
        let (client, folder) = (self.client.clone(), folder.to_owned());
        self.wait(async move { client.list(&folder).await })
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        check_path(path)?;
        self.check_lease(path)?;
        let (client, from) = (self.client.clone(), path.to_owned());
        self.wait(async move { client.delete(&from).await })?;
        self.see(path, Condition::Absent);
        Ok(())
    }

    fn lock(&self, source: &str) -> Result<StoreLock, StoreError> {
        check_segment("a source", source)?;
        self.try_conditions()?;
        let path = format!(".adapis/lock/{}", escape(source));
        let (client, duration) = (self.client.clone(), self.lease);
        let lease = self.wait(async move { Lease::take(client, path, duration).await })?;
        let lease = Arc::new(lease);
        lock(&self.shared.leases).insert(source.to_owned(), Arc::clone(&lease));
        // What another run has written since this one looked is not what this one replaces.
        let own = format!(".adapis/state/{source}/");
        lock(&self.shared.seen).retain(|path, _| !path.starts_with(&own));
        let (shared, source) = (Arc::clone(&self.shared), source.to_owned());
        let renewal = Renewal::start(lease, &self.background, move || {
            lock(&shared.leases).remove(&source);
        });
        Ok(StoreLock::new(renewal))
    }

    fn temp(&self, source: &str, target: &str) -> Result<TempFile, StoreError> {
        check_segment("a source", source)?;
        check_path(target)?;
        let name = format!("{}{:016x}", self.temp_prefix(source), fastrand::u64(..));
        TempFile::create(Arc::new(PrivateDisk), self.temp.join(name), target)
    }

    fn publish(&self, temp: TempFile) -> Result<(), StoreError> {
        self.check_lease(temp.target())?;
        let path = temp.path().display().to_string();
        let bytes = std::fs::read(temp.path()).map_err(StoreError::io("read", path))?;
        if !lock(&self.shared.seen).contains_key(temp.target()) {
            self.open(temp.target())?;
        }
        self.put(temp.target(), bytes)
    }

    fn sweep(&self, source: &str) -> Result<usize, StoreError> {
        let own = self.temp_prefix(source);
        let shown = || self.temp.display().to_string();
        let entries = std::fs::read_dir(&self.temp).map_err(StoreError::io("read", shown()))?;
        let mut swept = 0;
        for entry in entries {
            let entry = entry.map_err(StoreError::io("read", shown()))?;
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with(&own)) {
                let path = entry.path();
                std::fs::remove_file(&path).map_err(StoreError::io("remove", path.display()))?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    fn show(&self, path: &str) -> String {
        self.client.address.show(path)
    }

    fn check(&self) -> Result<(), StoreError> {
        self.try_conditions()
    }
}

fn check_path(path: &str) -> Result<(), StoreError> {
    path.split('/')
        .try_for_each(|segment| check_segment("an object", segment))
}

/// Returns whose run writes to a path: the account of a partition, or the source of a state.
fn owner(path: &str) -> Option<String> {
    if let Some(rest) = path.strip_prefix(".adapis/state/") {
        return rest.split('/').next().map(ToOwned::to_owned);
    }
    let mut segments = path.split('/');
    segments
        .find_map(|segment| segment.strip_prefix(SOURCE)?.strip_prefix('='))
        .and_then(unescape)
}

/// The folder of temporary files may be everyone's, but the rows are not.
#[derive(Debug)]
struct PrivateDisk;

impl Disk for PrivateDisk {
    fn create_new(&self, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        // It is uploaded or lost: nobody looks for it after a crash. The call still reports a full disk.
        RealDisk.sync(file)
    }
}

#[cfg(test)]
mod tests;
