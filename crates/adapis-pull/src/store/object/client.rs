//! Requests for single objects, with deadlines and with conditions.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{
    Attribute, AttributeValue, Attributes, GetOptions, GetRange, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMode, PutOptions, PutPayload, UpdateVersion,
};

use super::super::{Entry, StoreError};
use super::address::Address;
use super::failure::{Kind, failed, kind};

/// How long a request for little may take, with its repetitions.
const DEADLINE: Duration = Duration::from_secs(60);

/// The slowest upload that is waited for, in bytes a second.
const SLOWEST: u64 = 64 << 10;

/// How often a write of unknown outcome is tried.
const TRIES: u32 = 3;

/// Names the upload that an object is of. Azure allows letters and digits only.
const UPLOAD: &str = "adapisupload";

/// What must be true of an object for a write to take place.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// Any object, or none.
    Any,
    /// The object does not exist.
    Absent,
    /// The object has this version.
    Is(UpdateVersion),
}

/// An object that was read whole.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) bytes: Bytes,
    pub(super) version: UpdateVersion,
    pub(super) modified: Timestamp,
}

/// A store, and the address of the root in it.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) address: Arc<Address>,
}

/// The stores of the crate `object_store` would print all their settings.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client")
            .field(&self.address.show(""))
            .finish()
    }
}

impl Client {
    fn path(&self, path: &str) -> Result<Path, StoreError> {
        let prefix = &self.address.prefix;
        let full = if prefix.is_empty() {
            path.to_owned()
        } else {
            format!("{prefix}/{path}")
        };
        Path::parse(full).map_err(|_| StoreError::Name {
            what: "an object",
            name: path.to_owned(),
            reason: "it has a part that stores do not allow",
        })
    }

    async fn within<T>(
        &self,
        action: &'static str,
        path: &str,
        deadline: Duration,
        request: impl Future<Output = object_store::Result<T>>,
    ) -> Result<object_store::Result<T>, StoreError> {
        let answer = tokio::time::timeout(deadline, request).await;
        answer.map_err(|_| StoreError::Remote {
            action,
            path: self.address.show(path),
            reason: "no answer in time".to_owned(),
            advice: "; check the network and the endpoint, what was published is unchanged",
        })
    }

    /// Reads a small object.
    pub(super) async fn get(&self, path: &str) -> Result<Option<Object>, StoreError> {
        let location = self.path(path)?;
        let read = async {
            let found = self.store.get(&location).await?;
            let meta = found.meta.clone();
            Ok((found.bytes().await?, meta))
        };
        match self.within("read", path, DEADLINE, read).await? {
            Ok((bytes, meta)) => Ok(Some(Object {
                bytes,
                modified: modified(&meta),
                version: version(meta),
            })),
            Err(error) if kind(&error) == Kind::NotFound => Ok(None),
            Err(error) => Err(failed("read", self.address.show(path))(error)),
        }
    }

    /// Looks at an object without reading it.
    pub(super) async fn head(&self, path: &str) -> Result<Option<ObjectMeta>, StoreError> {
        let location = self.path(path)?;
        let head = self.store.head(&location);
        match self.within("read", path, DEADLINE, head).await? {
            Ok(meta) => Ok(Some(meta)),
            Err(error) if kind(&error) == Kind::NotFound => Ok(None),
            Err(error) => Err(failed("read", self.address.show(path))(error)),
        }
    }

    /// Reads a part of an object, if it is still the one that was looked at.
    pub(super) async fn range(
        &self,
        path: &str,
        e_tag: Option<String>,
        range: std::ops::Range<u64>,
    ) -> Result<Bytes, StoreError> {
        let location = self.path(path)?;
        let options = GetOptions {
            if_match: e_tag,
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let read = async { self.store.get_opts(&location, options).await?.bytes().await };
        let read = self.within("read", path, DEADLINE, read).await?;
        read.map_err(failed("read", self.address.show(path)))
    }

    /// Writes an object.
    ///
    /// Whether a write whose response was lost took place is looked up: each has its own number, which the object
    /// carries.
    pub(super) async fn put(
        &self,
        path: &str,
        bytes: impl Into<Bytes>,
        condition: Condition,
    ) -> Result<UpdateVersion, StoreError> {
        let location = self.path(path)?;
        let payload = PutPayload::from_bytes(bytes.into());
        let length = payload.content_length() as u64;
        let deadline = DEADLINE + Duration::from_secs(length / SLOWEST);
        let upload = format!("{:032x}", fastrand::u128(..));
        let mut attributes = Attributes::new();
        attributes.insert(
            Attribute::Metadata(UPLOAD.into()),
            AttributeValue::from(upload.clone()),
        );
        let mut tries = 0;
        loop {
            tries += 1;
            let options = PutOptions {
                mode: match &condition {
                    Condition::Any => PutMode::Overwrite,
                    Condition::Absent => PutMode::Create,
                    Condition::Is(version) => PutMode::Update(version.clone()),
                },
                attributes: attributes.clone(),
                ..PutOptions::default()
            };
            let put = self.store.put_opts(&location, payload.clone(), options);
            let mut is_lost = true;
            let error = match self.within("write", path, deadline, put).await {
                Ok(Ok(put)) => return Ok(put.into()),
                Ok(Err(error)) => match kind(&error) {
                    Kind::Lost => failed("write", self.address.show(path))(error),
                    Kind::Unconditional => {
                        return Err(StoreError::Unconditional {
                            path: self.address.show(""),
                        });
                    }
                    Kind::Refused => return Err(failed("write", self.address.show(path))(error)),
                    Kind::Conflict | Kind::NotFound => {
                        is_lost = false;
                        StoreError::Replaced {
                            path: self.address.show(path),
                        }
                    }
                    Kind::Failed => {
                        is_lost = false;
                        failed("write", self.address.show(path))(error)
                    }
                },
                Err(error) => error,
            };
            if let Some(version) = self.written(&location, path, &upload).await {
                return Ok(version);
            }
            if tries == TRIES || !is_lost {
                return Err(error);
            }
        }
    }

    /// Returns the version of an object if it is of this upload.
    async fn written(&self, location: &Path, path: &str, upload: &str) -> Option<UpdateVersion> {
        let options = GetOptions {
            head: true,
            ..GetOptions::default()
        };
        let look = self.store.get_opts(location, options);
        let found = self.within("read", path, DEADLINE, look).await.ok()?.ok()?;
        let own = found.attributes.get(&Attribute::Metadata(UPLOAD.into()))?;
        (own.as_ref() == upload).then(|| version(found.meta))
    }

    pub(super) async fn delete(&self, path: &str) -> Result<(), StoreError> {
        let location = self.path(path)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let delete = self.store.delete(&location);
            let error = match self.within("remove", path, DEADLINE, delete).await? {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match kind(&error) {
                Kind::NotFound => return Ok(()),
                // S3 removes by POST, which the crate `object_store` does not repeat.
                Kind::Lost if tries < TRIES => {}
                _ => return Err(failed("remove", self.address.show(path))(error)),
            }
        }
    }

    /// Lists what lies right below a prefix.
    pub(super) async fn list(&self, folder: &str) -> Result<Vec<Entry>, StoreError> {
        let location = self.path(folder)?;
        let list = self.store.list_with_delimiter(Some(&location));
        // A folder of many objects takes many requests.
        let list = self.within("list", folder, 10 * DEADLINE, list).await?;
        let list = list.map_err(failed("list", self.address.show(folder)))?;
        let name = |path: &Path| path.filename().map(ToOwned::to_owned);
        let folders = list.common_prefixes.iter().filter_map(name);
        let folders = folders.map(|name| Entry {
            name,
            is_folder: true,
        });
        let objects = list.objects.iter().filter_map(|meta| name(&meta.location));
        let objects = objects.map(|name| Entry {
            name,
            is_folder: false,
        });
        let mut entries: Vec<Entry> = folders.chain(objects).collect();
        entries.sort();
        Ok(entries)
    }
}

pub(super) fn version(meta: ObjectMeta) -> UpdateVersion {
    UpdateVersion {
        e_tag: meta.e_tag,
        version: meta.version,
    }
}

fn modified(meta: &ObjectMeta) -> Timestamp {
    Timestamp::from_second(meta.last_modified.timestamp()).unwrap_or(Timestamp::MAX)
}
