//! Access tokens that are renewed in the background.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::SystemTime;

use async_trait::async_trait;
use http::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::auth::{Authorize, CredentialVersion, OutgoingRequest};
use crate::{Error, ErrorKind};

mod counts;
#[cfg(feature = "file-store")]
mod file;
mod renew;
mod settings;
mod source;
mod store;

#[cfg(any(test, feature = "testing"))]
pub use counts::TokenCounts;
#[cfg(not(any(test, feature = "testing")))]
use counts::TokenCounts;
#[cfg(feature = "file-store")]
pub use file::FileTokenStore;
use renew::Renewal;
pub use settings::TokenSettings;
pub use source::{TokenResponse, TokenSource, parse_lifetime};
pub use store::{StoreLock, StoredTokens, TokenStore};

/// An access token, as a [`TokenCache`] hands it out.
pub struct Token {
    header: HeaderValue,
    access: SecretString,
    generation: u64,
    refresh_at: Instant,
    expires_at: Instant,
    refused: AtomicBool,
}

impl Token {
    /// Returns the complete value of the `Authorization` header, marked sensitive.
    #[must_use]
    pub fn header(&self) -> &HeaderValue {
        &self.header
    }

    /// Returns the token's number in its cache, from 1 on.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    fn is_valid(&self, now: Instant) -> bool {
        now < self.expires_at && !self.refused.load(Ordering::Acquire)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token(generation {})", self.generation)
    }
}

/// Keeps one access token fresh for all callers; see the state machine in ARCHITECTURE.md.
///
/// Reading a fresh token takes a read lock for an instant and copies nothing. A token is renewed
/// early, while it is still valid, by at most one renewal at a time. A renewal runs as a separate
/// task, so a caller that gives up does not cancel it for the others. The cache is cheap to clone,
/// and must be used inside a tokio runtime.
#[derive(Clone)]
pub struct TokenCache(Arc<Inner>);

struct Inner {
    source: Box<dyn TokenSource>,
    store: Option<Arc<dyn TokenStore>>,
    settings: TokenSettings,
    current: RwLock<Option<Arc<Token>>>,
    in_flight: Mutex<InFlight>,
    refresh: Mutex<Option<RefreshToken>>,
    seen: Mutex<VecDeque<SecretString>>,
    counts: Mutex<TokenCounts>,
}

#[derive(Clone)]
struct RefreshToken {
    token: SecretString,
    expires_at: Option<SystemTime>,
}

type Outcome = Option<Result<Arc<Token>, Error>>;

#[derive(Default)]
struct InFlight {
    running: Option<watch::Receiver<Outcome>>,
    failed: Option<(Instant, Error)>,
    generation: u64,
}

/// The state in which a caller finds the cache.
enum Lookup {
    Ready(Arc<Token>),
    Wait(watch::Receiver<Outcome>, bool),
    Failed(Error),
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TokenCache {
    /// Creates an empty cache that keeps its token in memory only.
    pub fn new(source: impl TokenSource, settings: TokenSettings) -> Self {
        Self::build(Box::new(source), settings, None)
    }

    /// Creates a cache whose tokens outlive the program and are shared with other processes.
    pub fn with_store(
        source: impl TokenSource,
        settings: TokenSettings,
        store: Arc<dyn TokenStore>,
    ) -> Self {
        Self::build(Box::new(source), settings, Some(store))
    }

    fn build(
        source: Box<dyn TokenSource>,
        settings: TokenSettings,
        store: Option<Arc<dyn TokenStore>>,
    ) -> Self {
        Self(Arc::new(Inner {
            source,
            store,
            settings: settings.finite(),
            current: RwLock::new(None),
            in_flight: Mutex::new(InFlight::default()),
            refresh: Mutex::new(None),
            seen: Mutex::new(VecDeque::new()),
            counts: Mutex::default(),
        }))
    }

    /// Returns a token that has neither expired nor been refused, and fetches one if necessary.
    ///
    /// # Errors
    /// The error of the renewal, shared by all callers that waited for it. For a short pause after
    /// a failure the same error is returned without another request; [`Error::retry_after`] says
    /// for how long.
    pub async fn token(&self) -> Result<Arc<Token>, Error> {
        let now = Instant::now();
        let current = self.0.current();
        if let Some(token) = current.filter(|token| token.is_valid(now)) {
            if now >= token.refresh_at {
                self.renew_early(now);
            }
            return Ok(token);
        }
        const LOST_TASKS: u32 = 3;
        for _ in 0..LOST_TASKS {
            let (mut outcome, own) = match self.lookup() {
                Lookup::Ready(token) => return Ok(token),
                Lookup::Wait(outcome, own) => (outcome, own),
                Lookup::Failed(error) => {
                    locked(&self.0.counts).shared_failures += 1;
                    return Err(error);
                }
            };
            let finished = outcome.wait_for(Option::is_some).await;
            if let Some(result) = finished.ok().and_then(|finished| finished.clone()) {
                if result.is_err() && !own {
                    locked(&self.0.counts).shared_failures += 1;
                }
                return result;
            }
        }
        Err(Error::new(
            ErrorKind::Interrupted,
            "the token renewal was aborted; is the runtime shutting down?",
        ))
    }

    /// Marks a token as refused by the vendor, so that it is not handed out again.
    ///
    /// Nothing happens if the token is no longer the current one.
    pub fn invalidate(&self, generation: u64) {
        if let Some(token) = self.0.current()
            && token.generation == generation
        {
            token.refused.store(true, Ordering::Release);
        }
    }

    /// Returns the counters of renewals and failures.
    #[cfg(any(test, feature = "testing"))]
    #[must_use]
    pub fn counts(&self) -> TokenCounts {
        *locked(&self.0.counts)
    }

    fn lookup(&self) -> Lookup {
        let now = Instant::now();
        let mut in_flight = locked(&self.0.in_flight);
        if let Some(token) = self.0.current().filter(|token| token.is_valid(now)) {
            return Lookup::Ready(token);
        }
        if let Some(outcome) = &in_flight.running {
            return Lookup::Wait(outcome.clone(), false);
        }
        match &in_flight.failed {
            Some((until, error)) if now < *until => {
                let rest = error.is_transient().then(|| *until - now);
                let wait = rest.or(error.retry_after());
                Lookup::Failed(error.clone().with_retry_after(wait))
            }
            _ => Lookup::Wait(self.start(&mut in_flight), true),
        }
    }

    fn renew_early(&self, now: Instant) {
        let mut in_flight = locked(&self.0.in_flight);
        let failed = in_flight.failed.as_ref();
        let resting = failed.is_some_and(|(until, _)| now < *until);
        let renewed = self.0.current().is_some_and(|token| now < token.refresh_at);
        if in_flight.running.is_none() && !resting && !renewed {
            self.start(&mut in_flight);
        }
    }

    fn start(&self, in_flight: &mut InFlight) -> watch::Receiver<Outcome> {
        let (finished, outcome) = watch::channel(None);
        in_flight.generation += 1;
        in_flight.running = Some(outcome.clone());
        let renewal = Renewal {
            inner: Arc::clone(&self.0),
            generation: in_flight.generation,
        };
        tokio::spawn(renewal.run(finished));
        outcome
    }
}

impl Inner {
    fn current(&self) -> Option<Arc<Token>> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn publish(&self, token: Arc<Token>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        self.source.secrets(each);
        for token in &*locked(&self.seen) {
            each(token.expose_secret());
        }
    }

    /// Remembers a token, so that it can be redacted from errors of calls that were sent with it.
    fn remember(&self, token: &SecretString) {
        const REMEMBERED: usize = 8;
        let mut seen = locked(&self.seen);
        seen.truncate(REMEMBERED - 1);
        seen.push_front(token.clone());
    }
}

#[async_trait]
impl Authorize for TokenCache {
    async fn authorize(&self, outgoing: &mut OutgoingRequest) -> Result<CredentialVersion, Error> {
        let token = self.token().await?;
        outgoing.authorization(token.header.clone());
        Ok(CredentialVersion(token.generation))
    }

    async fn refused(&self, version: CredentialVersion) -> bool {
        self.invalidate(version.0);
        true
    }

    fn secrets(&self, each: &mut dyn FnMut(&str)) {
        self.0.secrets(each);
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCache")
            .field("current", &self.0.current())
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}
