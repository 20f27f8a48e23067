use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use http::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::auth::{Authorize, Draft, Stamp, bearer};
use crate::store::{StoredTokens, TokenStore};
use crate::{Error, ErrorKind};

/// How a vendor hands out tokens; a [`TokenCache`] decides when to ask.
#[async_trait]
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// Fetches a token with the primary credential (password, client secret).
    ///
    /// # Errors
    /// A kind that is not transient means the credential itself is wrong.
    async fn grant(&self) -> Result<Grant, Error>;

    /// Fetches a token with a refresh token.
    ///
    /// # Errors
    /// A kind that is not transient means the refresh token is spent; the primary grant follows.
    async fn refresh(&self, refresh_token: &SecretString) -> Result<Grant, Error>;

    /// Shows the primary credential's secrets, so that error texts can be cleansed.
    fn secrets(&self, each: &mut dyn FnMut(&str));
}

/// What a token server answered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Grant {
    /// The token for calls.
    pub access_token: SecretString,
    /// How long it lives from the moment of the request; `None` when not said.
    pub expires_in: Option<Duration>,
    /// The token for the next refresh; `None` keeps the old one.
    pub refresh_token: Option<SecretString>,
    /// How long the refresh token lives; `None` when not said.
    pub refresh_expires_in: Option<Duration>,
}

impl Grant {
    /// A grant of an access token only.
    #[must_use]
    pub fn new(access_token: SecretString) -> Self {
        Self {
            access_token,
            expires_in: None,
            refresh_token: None,
            refresh_expires_in: None,
        }
    }

    /// Sets the lifetime of the access token.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Option<Duration>) -> Self {
        self.expires_in = lifetime;
        self
    }

    /// Sets the refresh token and its lifetime.
    #[must_use]
    pub fn refresh_token(
        mut self,
        token: Option<SecretString>,
        lifetime: Option<Duration>,
    ) -> Self {
        self.refresh_token = token;
        self.refresh_expires_in = lifetime;
        self
    }
}

/// Reads a lifetime in seconds as servers print it: `86400`, `"86400"`, `86399.5`, `-1`, `1e300`.
///
/// What is not a number is `None`; negative is zero; more than ten years is ten years.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(adcore::lifetime("86400"), Some(Duration::from_secs(86400)));
/// assert_eq!(adcore::lifetime("-1"), Some(Duration::ZERO));
/// assert_eq!(adcore::lifetime("abc"), None);
/// ```
#[must_use]
pub fn lifetime(seconds: &str) -> Option<Duration> {
    const LONGEST: f64 = 10.0 * 365.0 * 24.0 * 60.0 * 60.0;
    let seconds: f64 = seconds.trim().parse().ok()?;
    (!seconds.is_nan()).then(|| Duration::from_secs_f64(seconds.clamp(0.0, LONGEST)))
}

/// When tokens are renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenSettings {
    /// The lifetime of a token whose server names none. Default 5 minutes.
    pub default_lifetime: Duration,
    /// The longest early window; it is a tenth of the lifetime where that is less. Default 300 s.
    pub early_window: Duration,
    /// The least time between two fetches, after a failure or for short tokens. Default 1 s.
    pub pause: Duration,
    /// The time for one whole renewal: lock, refresh, primary grant, saving. Default 30 s.
    pub deadline: Duration,
    /// Seed of the jitter; `None` takes one from the system.
    pub seed: Option<u64>,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            default_lifetime: Duration::from_secs(5 * 60),
            early_window: Duration::from_secs(300),
            pause: Duration::from_secs(1),
            deadline: Duration::from_secs(30),
            seed: None,
        }
    }
}

impl TokenSettings {
    /// Sets the lifetime of a token whose server names none.
    #[must_use]
    pub fn default_lifetime(mut self, lifetime: Duration) -> Self {
        self.default_lifetime = lifetime;
        self
    }

    /// Sets the longest early window.
    #[must_use]
    pub fn early_window(mut self, window: Duration) -> Self {
        self.early_window = window;
        self
    }

    /// Sets the least time between two fetches.
    #[must_use]
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Sets the time for one whole renewal.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Fixes the jitter.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }
}

/// An access token in use.
pub struct Token {
    header: HeaderValue,
    access: SecretString,
    generation: u64,
    refresh_at: Instant,
    expires_at: Instant,
    refused: AtomicBool,
}

impl Token {
    /// The ready value of the `Authorization` header, marked sensitive.
    #[must_use]
    pub fn header(&self) -> &HeaderValue {
        &self.header
    }

    /// Which of the cache's tokens this is, counted from 1.
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

/// How often what has happened in a cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenCounts {
    /// Renewals begun, each by one task for all callers.
    pub renewals: u64,
    /// Renewals begun because the vendor had refused the current token.
    pub forced: u64,
    /// Requests with a refresh token.
    pub refreshes: u64,
    /// Requests with the primary credential.
    pub grants: u64,
    /// Tokens taken from the store, where another process had put them.
    pub adopted: u64,
    /// Renewals that failed.
    pub failures: u64,
    /// Callers that were given the error of a renewal they did not start.
    pub shared_failures: u64,
}

#[derive(Debug, Default)]
struct Counters {
    renewals: AtomicU64,
    forced: AtomicU64,
    refreshes: AtomicU64,
    grants: AtomicU64,
    adopted: AtomicU64,
    failures: AtomicU64,
    shared_failures: AtomicU64,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Keeps one access token fresh for all callers; the state machine of ARCHITECTURE.md.
///
/// Reading a fresh token takes a read lock for an instant and copies nothing. At most one renewal
/// runs; it is a task of its own, so a caller that gives up loses nobody's token. Cheap to clone.
/// Must be used inside a tokio runtime.
#[derive(Clone)]
pub struct TokenCache(Arc<Inner>);

struct Inner {
    source: Box<dyn TokenSource>,
    store: Option<Arc<dyn TokenStore>>,
    settings: TokenSettings,
    current: RwLock<Option<Arc<Token>>>,
    flight: Mutex<Flight>,
    refresh: Mutex<Option<RefreshToken>>,
    counters: Counters,
}

#[derive(Clone)]
struct RefreshToken {
    token: SecretString,
    expires_at: Option<SystemTime>,
}

type Landed = Option<Result<Arc<Token>, Error>>;

#[derive(Default)]
struct Flight {
    running: Option<watch::Receiver<Landed>>,
    failed: Option<(Instant, Error)>,
    generation: u64,
}

/// What a caller finds when it asks for a token.
enum Ticket {
    Ready(Arc<Token>),
    Wait(watch::Receiver<Landed>, bool),
    Failed(Error),
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TokenCache {
    /// An empty cache in memory.
    pub fn new(source: impl TokenSource, settings: TokenSettings) -> Self {
        Self::build(Box::new(source), settings, None)
    }

    /// A cache whose tokens outlive the program and are shared with other processes.
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
            settings,
            current: RwLock::new(None),
            flight: Mutex::new(Flight::default()),
            refresh: Mutex::new(None),
            counters: Counters::default(),
        }))
    }

    /// A token that is good as far as this side knows.
    ///
    /// # Errors
    /// The error of the renewal, shared by all who waited for it. For a pause after a failure it
    /// is answered from memory; [`Error::retry_after`] then says how long.
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
            let (mut landed, own) = match self.ticket() {
                Ticket::Ready(token) => return Ok(token),
                Ticket::Wait(landed, own) => (landed, own),
                Ticket::Failed(error) => {
                    count(&self.0.counters.shared_failures);
                    return Err(error);
                }
            };
            let result = match landed.wait_for(Option::is_some).await {
                Ok(result) => result.clone(),
                Err(_) => continue,
            };
            if let Some(result) = result {
                if result.is_err() && !own {
                    count(&self.0.counters.shared_failures);
                }
                return result;
            }
        }
        Err(Error::new(
            ErrorKind::Interrupted,
            "the token renewal was aborted, is the runtime shutting down?",
        ))
    }

    /// Tells that the vendor refused this token: it is handed out no more.
    ///
    /// A token that is not the current one any more changes nothing.
    pub fn invalidate(&self, generation: u64) {
        if let Some(token) = self
            .0
            .current()
            .filter(|token| token.generation == generation)
        {
            token.refused.store(true, Ordering::Release);
        }
    }

    /// How often what has happened.
    #[must_use]
    pub fn counts(&self) -> TokenCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.0.counters;
        TokenCounts {
            renewals: read(&counters.renewals),
            forced: read(&counters.forced),
            refreshes: read(&counters.refreshes),
            grants: read(&counters.grants),
            adopted: read(&counters.adopted),
            failures: read(&counters.failures),
            shared_failures: read(&counters.shared_failures),
        }
    }

    fn ticket(&self) -> Ticket {
        let now = Instant::now();
        let mut flight = locked(&self.0.flight);
        if let Some(token) = self.0.current().filter(|token| token.is_valid(now)) {
            return Ticket::Ready(token);
        }
        if let Some(landed) = &flight.running {
            return Ticket::Wait(landed.clone(), false);
        }
        match &flight.failed {
            Some((until, error)) if now < *until => {
                let error = if error.is_transient() {
                    error.clone().with_retry_after(Some(*until - now))
                } else {
                    error.clone()
                };
                Ticket::Failed(error)
            }
            _ => Ticket::Wait(self.start(&mut flight), true),
        }
    }

    fn renew_early(&self, now: Instant) {
        let mut flight = locked(&self.0.flight);
        let resting = flight
            .failed
            .as_ref()
            .is_some_and(|(until, _)| now < *until);
        let renewed = self.0.current().is_some_and(|token| now < token.refresh_at);
        if flight.running.is_none() && !resting && !renewed {
            self.start(&mut flight);
        }
    }

    fn start(&self, flight: &mut Flight) -> watch::Receiver<Landed> {
        let (land, landed) = watch::channel(None);
        flight.generation += 1;
        flight.running = Some(landed.clone());
        let renewal = Renewal {
            inner: Arc::clone(&self.0),
            generation: flight.generation,
        };
        tokio::spawn(renewal.fly(land));
        landed
    }
}

/// One renewal in flight; dropping it makes room for the next.
struct Renewal {
    inner: Arc<Inner>,
    generation: u64,
}

impl Drop for Renewal {
    fn drop(&mut self) {
        let mut flight = locked(&self.inner.flight);
        if flight.generation == self.generation {
            flight.running = None;
        }
    }
}

impl Renewal {
    async fn fly(self, land: watch::Sender<Landed>) {
        let inner = &self.inner;
        let refused = inner
            .current()
            .filter(|token| token.refused.load(Ordering::Acquire));
        count(&inner.counters.renewals);
        if refused.is_some() {
            count(&inner.counters.forced);
        }
        let result = timeout(
            inner.settings.deadline,
            inner.renew(self.generation, refused.as_deref()),
        )
        .await
        .unwrap_or_else(|_| {
            let deadline = inner.settings.deadline;
            Err(Error::new(
                ErrorKind::Timeout,
                format!("no access token within {deadline:?}"),
            ))
        })
        .map(Arc::new)
        .map_err(|error| {
            count(&inner.counters.failures);
            let mut error = error;
            inner.secrets(&mut |secret| error.scrub(secret));
            error
        });
        let result = {
            let mut flight = locked(&inner.flight);
            match &result {
                Ok(token) => {
                    flight.failed = None;
                    inner.publish(Arc::clone(token));
                    result
                }
                Err(error) => {
                    let pause = inner
                        .settings
                        .pause
                        .max(error.retry_after().unwrap_or_default());
                    let error = if error.is_transient() {
                        error.clone().with_retry_after(Some(pause))
                    } else {
                        error.clone()
                    };
                    flight.failed = Some((Instant::now() + pause, error.clone()));
                    Err(error)
                }
            }
        };
        drop(self);
        let _ = land.send(Some(result));
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
        if let Some(token) = self.current() {
            each(token.access.expose_secret());
        }
        if let Some(refresh) = &*locked(&self.refresh) {
            each(refresh.token.expose_secret());
        }
    }

    /// Under the store's lock: takes what another process has renewed, else renews.
    async fn renew(&self, generation: u64, refused: Option<&Token>) -> Result<Token, Error> {
        let Some(store) = &self.store else {
            return self.fetch(generation).await;
        };
        let _lock = store.lock().await?;
        if let Some(stored) = store.load().await? {
            *locked(&self.refresh) = stored.refresh_token.clone().map(|token| RefreshToken {
                token,
                expires_at: stored.refresh_expires_at,
            });
            if let Some(token) = self.adopt(generation, &stored, refused)? {
                count(&self.counters.adopted);
                return Ok(token);
            }
        }
        let token = self.fetch(generation).await?;
        let refresh = locked(&self.refresh).clone();
        let left = token.expires_at.saturating_duration_since(Instant::now());
        let tokens = StoredTokens {
            access_token: token.access.clone(),
            expires_at: SystemTime::now() + left,
            refresh_expires_at: refresh.as_ref().and_then(|refresh| refresh.expires_at),
            refresh_token: refresh.map(|refresh| refresh.token),
        };
        if let Err(error) = store.save(&tokens).await {
            tracing::warn!(%error, "renewed tokens could not be saved");
        }
        Ok(token)
    }

    /// The stored token, unless it is the one that is stale or was refused.
    fn adopt(
        &self,
        generation: u64,
        stored: &StoredTokens,
        refused: Option<&Token>,
    ) -> Result<Option<Token>, Error> {
        let left = stored
            .expires_at
            .duration_since(SystemTime::now())
            .unwrap_or_default();
        let same =
            |token: &Token| token.access.expose_secret() == stored.access_token.expose_secret();
        let known = self.current().is_some_and(|token| same(&token));
        if left <= self.settings.pause || known || refused.is_some_and(same) {
            return Ok(None);
        }
        let now = Instant::now();
        self.token(generation, stored.access_token.clone(), now, left, now)
            .map(Some)
    }

    /// The refresh token first, then the primary credential.
    async fn fetch(&self, generation: u64) -> Result<Token, Error> {
        let refresh = locked(&self.refresh)
            .clone()
            .filter(|refresh| refresh.expires_at.is_none_or(|at| SystemTime::now() < at));
        if let Some(refresh) = refresh {
            count(&self.counters.refreshes);
            let asked = (Instant::now(), SystemTime::now());
            match self.source.refresh(&refresh.token).await {
                Ok(grant) => return self.accept(generation, grant, Some(refresh), asked),
                Err(error) if is_definitive(&error) => {
                    tracing::debug!("refresh token refused, using the primary credential");
                    *locked(&self.refresh) = None;
                }
                Err(error) => return Err(error),
            }
        }
        count(&self.counters.grants);
        let asked = (Instant::now(), SystemTime::now());
        let grant = self.source.grant().await?;
        self.accept(generation, grant, None, asked)
    }

    fn accept(
        &self,
        generation: u64,
        grant: Grant,
        old: Option<RefreshToken>,
        (asked, asked_at): (Instant, SystemTime),
    ) -> Result<Token, Error> {
        *locked(&self.refresh) = match grant.refresh_token {
            Some(token) => Some(RefreshToken {
                token,
                expires_at: grant.refresh_expires_in.map(|lifetime| asked_at + lifetime),
            }),
            None => old,
        };
        let lifetime = grant.expires_in.unwrap_or(self.settings.default_lifetime);
        self.token(
            generation,
            grant.access_token,
            asked,
            lifetime,
            Instant::now(),
        )
    }

    fn token(
        &self,
        generation: u64,
        access: SecretString,
        asked: Instant,
        lifetime: Duration,
        now: Instant,
    ) -> Result<Token, Error> {
        let jitter = match self.settings.seed {
            Some(seed) => fastrand::Rng::with_seed(seed ^ generation).f64(),
            None => fastrand::f64(),
        };
        let window = self.settings.early_window.min(lifetime / 10);
        let early = window.mul_f64(1.0 - jitter / 5.0);
        let expires_at = (asked + lifetime).max(now + self.settings.pause);
        Ok(Token {
            header: bearer(&access)?,
            access,
            generation,
            refresh_at: (expires_at - early.min(expires_at - asked)).max(now),
            expires_at,
            refused: AtomicBool::new(false),
        })
    }
}

/// Whether the refresh token itself was refused, so that keeping it is of no use.
fn is_definitive(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::Rejected
    )
}

#[async_trait]
impl Authorize for TokenCache {
    async fn authorize(&self, draft: &mut Draft) -> Result<Stamp, Error> {
        let token = self.token().await?;
        draft.authorization(token.header.clone());
        Ok(Stamp(token.generation))
    }

    async fn refused(&self, stamp: Stamp) -> bool {
        self.invalidate(stamp.0);
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
