//! Locks on a remote store: objects that are created unless they exist, and that say until when they hold.
//!
//! The holder renews its lock while it lives. A run that was killed renews nothing, and once its lock has expired
//! another run takes it over. Every write of a lock has the condition that it is still the one that was read, so that
//! only one of two runs wins. A lock is never removed, because stores cannot remove under a condition everywhere: it is
//! marked as released.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use object_store::UpdateVersion;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::super::{Holder, StoreError};
use super::background::Background;
use super::client::{Client, Condition};
use crate::sync::lock;

/// How long a lock holds unless it is renewed.
pub(super) const LEASE: Duration = Duration::from_secs(60);

/// How often a lock is renewed within the time that it holds.
const RENEWALS: u32 = 4;

/// How long the end of a run waits until its lock is released. A lock that is not expires.
const RELEASE: Duration = Duration::from_secs(10);

/// The contents of a lock's object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lock {
    holder: Holder,
    /// Of the run: a number that no other has.
    id: String,
    /// Grows with each renewal, so that no two contents of a lock are equal.
    renewal: u64,
    expires: Timestamp,
    released: bool,
}

/// A lock that a run holds.
#[derive(Debug)]
pub(super) struct Lease {
    client: Client,
    path: String,
    duration: Duration,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    lock: Lock,
    version: UpdateVersion,
    /// The instant before the latest write that succeeded.
    confirmed: Instant,
    is_lost: bool,
}

impl Lease {
    /// Takes a lock that is free, released or expired.
    pub(super) async fn take(
        client: Client,
        path: String,
        duration: Duration,
    ) -> Result<Self, StoreError> {
        let locked = |holder| StoreError::Locked {
            path: client.address.show(&path),
            holder,
        };
        let found = client.get(&path).await?;
        let condition = match &found {
            None => Condition::Absent,
            Some(object) => {
                let holder = match serde_json::from_slice::<Lock>(&object.bytes) {
                    Ok(lock) if lock.released => None,
                    Ok(lock) if is_over(lock.expires, duration) => None,
                    Ok(lock) => Some(Some(lock.holder)),
                    // Nobody can say whose it is. It is no one's once it has not been renewed for long.
                    Err(_) if is_over(object.modified, duration.saturating_mul(2)) => None,
                    Err(_) => Some(None),
                };
                if let Some(holder) = holder {
                    return Err(locked(holder));
                }
                Condition::Is(object.version.clone())
            }
        };
        let lock = Lock {
            holder: Holder::this_process(),
            id: format!("{:032x}", fastrand::u128(..)),
            renewal: 0,
            expires: after(Timestamp::now(), duration),
            released: false,
        };
        let begin = Instant::now();
        match client.put(&path, bytes(&lock), condition).await {
            Ok(version) => Ok(Self {
                held: Mutex::new(Held {
                    lock,
                    version,
                    confirmed: begin,
                    is_lost: false,
                }),
                client,
                path,
                duration,
            }),
            // Another run was quicker.
            Err(StoreError::Replaced { .. }) => Err(locked(None)),
            Err(error) => Err(error),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        lock(&self.held)
    }

    /// Fails once the lock may be another run's.
    ///
    /// Both clocks are asked: the monotonic one stops while a machine sleeps, and the other one can be set back.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let held = self.held();
        let is_over =
            held.confirmed.elapsed() >= self.duration || Timestamp::now() >= held.lock.expires;
        if held.is_lost || is_over {
            return Err(StoreError::LeaseLost {
                path: self.client.address.show(&self.path),
            });
        }
        Ok(())
    }

    /// Writes the next state of the lock.
    async fn write(&self, released: bool) {
        let (mut lock, version) = {
            let held = self.held();
            if held.is_lost {
                return;
            }
            (held.lock.clone(), held.version.clone())
        };
        lock.renewal += 1;
        lock.released = released;
        lock.expires = after(Timestamp::now(), self.duration);
        let begin = Instant::now();
        let put = self
            .client
            .put(&self.path, bytes(&lock), Condition::Is(version));
        // One that takes longer is of no use, and is tried again.
        let Ok(written) = tokio::time::timeout(self.duration / 2, put).await else {
            return self.look_again().await;
        };
        let mut held = self.held();
        match written {
            Ok(version) => {
                held.lock = lock;
                held.version = version;
                held.confirmed = begin;
            }
            Err(StoreError::Replaced { .. }) => {
                drop(held);
                self.look_again().await;
            }
            // The store may be back before the lock expires.
            Err(_) => {}
        }
    }

    /// Looks whose the lock is, after a write of unknown outcome.
    async fn look_again(&self) {
        let Ok(Ok(found)) =
            tokio::time::timeout(self.duration / 4, self.client.get(&self.path)).await
        else {
            return;
        };
        let mut held = self.held();
        let lock = found
            .as_ref()
            .and_then(|object| serde_json::from_slice::<Lock>(&object.bytes).ok());
        match (lock, found) {
            (Some(lock), Some(object)) if lock.id == held.lock.id => {
                held.lock.renewal = lock.renewal;
                held.version = object.version;
            }
            _ => held.is_lost = true,
        }
    }
}

/// Renews a lock until this is dropped, and releases it then.
#[derive(Debug)]
pub(super) struct Renewal {
    stop: Option<oneshot::Sender<()>>,
    released: Mutex<std::sync::mpsc::Receiver<()>>,
    background: Background,
    /// Called when the lock is released.
    forget: Forget,
}

struct Forget(Box<dyn Fn() + Send + Sync>);

impl std::fmt::Debug for Forget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Forget")
    }
}

impl Renewal {
    pub(super) fn start(
        lease: Arc<Lease>,
        background: &Background,
        forget: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let (stop, mut stopped) = oneshot::channel();
        let (release, released) = std::sync::mpsc::sync_channel(1);
        background.spawn(async move {
            let pause = lease.duration / RENEWALS;
            while tokio::time::timeout(pause, &mut stopped).await.is_err() {
                lease.write(false).await;
                if lease.held().is_lost {
                    break;
                }
            }
            lease.write(true).await;
            let _ = release.send(());
        });
        Self {
            stop: Some(stop),
            released: Mutex::new(released),
            background: background.clone(),
            forget: Forget(Box::new(forget)),
        }
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        drop(self.stop.take());
        // The process may end right after this.
        let released = lock(&self.released);
        let _ = released.recv_timeout(self.background.patience(RELEASE));
        (self.forget.0)();
    }
}

/// Whether an instant lies so far back that no clock of another machine makes it the future.
fn is_over(instant: Timestamp, duration: Duration) -> bool {
    Timestamp::now() > after(instant, duration / 2)
}

fn after(instant: Timestamp, duration: Duration) -> Timestamp {
    instant.checked_add(duration).unwrap_or(Timestamp::MAX)
}

fn bytes(lock: &Lock) -> Vec<u8> {
    // Texts and numbers: serializing them cannot fail.
    serde_json::to_vec(lock).unwrap_or_default()
}
