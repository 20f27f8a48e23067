//! The pool of idle connections.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::header::HeaderValue;
use http::uri::{Authority, Scheme};
use tokio::time::{Instant, sleep};

use super::Sender;

/// Servers drop idle connections after a while; ours are dropped before that.
const IDLE: Duration = Duration::from_secs(20);

/// The server that connections lead to.
pub(super) struct Origin {
    pub(super) https: bool,
    pub(super) authority: Authority,
    pub(super) host: HeaderValue,
}

/// Connections that wait for their next request; the most recently used is taken first.
#[derive(Default)]
pub(super) struct Pool(Mutex<Idle>);

/// A list rather than a map: a program talks to a handful of origins.
#[derive(Default)]
struct Idle {
    origins: Vec<Slot>,
    swept: bool,
}

/// The idle connections to one origin, and since when each is idle.
struct Slot {
    origin: Arc<Origin>,
    senders: Vec<(Sender, Instant)>,
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the origin, and a connection to it if one is idle; `None` for an unknown scheme.
    pub(super) fn take(
        &self,
        scheme: &Scheme,
        authority: &Authority,
    ) -> Option<(Arc<Origin>, Option<Sender>)> {
        let https = *scheme == Scheme::HTTPS;
        let mut idle = self.lock();
        if let Some(slot) = idle.slot(https, authority) {
            return Some((Arc::clone(&slot.origin), slot.freshest()));
        }
        if !https && *scheme != Scheme::HTTP {
            return None;
        }
        let origin = Arc::new(Origin {
            https,
            host: HeaderValue::from_str(authority.as_str()).ok()?,
            authority: authority.clone(),
        });
        idle.origins.push(Slot {
            origin: Arc::clone(&origin),
            senders: Vec::new(),
        });
        Some((origin, None))
    }

    /// Returns another idle connection to the same origin.
    pub(super) fn next(&self, origin: &Origin) -> Option<Sender> {
        let mut idle = self.lock();
        idle.slot(origin.https, &origin.authority)?.freshest()
    }

    fn put(self: &Arc<Self>, origin: Arc<Origin>, sender: Sender) {
        let mut idle = self.lock();
        let now = Instant::now();
        match idle.slot(origin.https, &origin.authority) {
            Some(slot) => slot.senders.push((sender, now)),
            None => idle.origins.push(Slot {
                origin,
                senders: vec![(sender, now)],
            }),
        }
        if idle.swept {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            idle.swept = true;
            runtime.spawn(sweep(Arc::downgrade(self)));
        }
    }
}

impl Idle {
    fn slot(&mut self, https: bool, authority: &Authority) -> Option<&mut Slot> {
        // Most are spelled alike; comparing without regard to case is slow.
        let alike = |own: &Authority| own.as_str() == authority.as_str() || own == authority;
        let is = |origin: &Origin| origin.https == https && alike(&origin.authority);
        self.origins.iter_mut().find(|slot| is(&slot.origin))
    }
}

impl Slot {
    fn freshest(&mut self) -> Option<Sender> {
        while let Some((sender, since)) = self.senders.pop() {
            if since.elapsed() >= IDLE {
                self.senders.clear();
            } else if !sender.is_closed() {
                return Some(sender);
            }
        }
        None
    }
}

/// Drops connections that are idle for too long, until none is left.
async fn sweep(pool: Weak<Pool>) {
    loop {
        sleep(IDLE / 4).await;
        let Some(pool) = pool.upgrade() else {
            return;
        };
        let mut idle = pool.lock();
        idle.origins.retain_mut(|slot| {
            let good =
                |(sender, since): &(Sender, Instant)| since.elapsed() < IDLE && !sender.is_closed();
            slot.senders.retain(good);
            !slot.senders.is_empty()
        });
        if idle.origins.is_empty() {
            idle.swept = false;
            return;
        }
    }
}

/// A connection in use by one response.
pub(super) struct Lease {
    pool: Weak<Pool>,
    origin: Arc<Origin>,
    sender: Sender,
}

impl Lease {
    pub(super) fn new(pool: &Arc<Pool>, origin: Arc<Origin>, sender: Sender) -> Self {
        Self {
            pool: Arc::downgrade(pool),
            origin,
            sender,
        }
    }

    /// Returns the connection to the pool: the response is complete.
    pub(super) fn end(self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.put(self.origin, self.sender);
        }
    }
}
