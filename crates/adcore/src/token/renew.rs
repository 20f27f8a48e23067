//! One renewal of a token, from the store or from the vendor.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::store::StoredTokens;
use super::{Inner, Outcome, RefreshToken, Token, TokenResponse, locked};
use crate::auth::bearer;
use crate::{Error, ErrorKind};

/// The longest wait that a token server can ask for: a client that lives for months asks again.
const MAX_PAUSE: Duration = Duration::from_secs(15 * 60);

/// A renewal in progress; dropping it makes way for the next.
pub(super) struct Renewal {
    pub(super) inner: Arc<Inner>,
    pub(super) generation: u64,
}

impl Drop for Renewal {
    fn drop(&mut self) {
        let mut in_flight = locked(&self.inner.in_flight);
        if in_flight.generation == self.generation {
            in_flight.running = None;
        }
    }
}

impl Renewal {
    pub(super) async fn run(self, finished: watch::Sender<Outcome>) {
        let inner = &self.inner;
        let current = inner.current();
        let refused = current.filter(|token| token.refused.load(Ordering::Acquire));
        locked(&inner.counts).renewals += 1;
        if refused.is_some() {
            locked(&inner.counts).forced += 1;
        }
        let deadline = inner.settings.deadline;
        let renewal = inner.renew(self.generation, refused.as_deref());
        let renewed = timeout(deadline, renewal).await.unwrap_or_else(|_| {
            let message = format!("no access token within {deadline:?}");
            Err(Error::new(ErrorKind::Timeout, message))
        });
        let renewed = renewed.map_err(|mut error| {
            inner.secrets(&mut |secret| error.redact(secret));
            error
        });
        let mut in_flight = locked(&inner.in_flight);
        let result = match renewed {
            Ok(token) => {
                tracing::debug!("access token renewed");
                let token = Arc::new(token);
                in_flight.failed = None;
                inner.publish(Arc::clone(&token));
                Ok(token)
            }
            Err(mut error) => {
                locked(&inner.counts).failures += 1;
                let asked = error.retry_after().unwrap_or_default();
                let pause = inner.settings.pause.max(asked.min(MAX_PAUSE));
                if error.is_transient() {
                    error = error.with_retry_after(Some(pause));
                }
                in_flight.failed = Some((Instant::now() + pause, error.clone()));
                Err(error)
            }
        };
        drop(in_flight);
        drop(self);
        let _ = finished.send(Some(result));
    }
}

impl Inner {
    /// Takes the token that another process has saved, or renews it, under the store's lock.
    async fn renew(&self, generation: u64, refused: Option<&Token>) -> Result<Token, Error> {
        let Some(store) = &self.store else {
            return self.fetch(generation).await;
        };
        let _lock = store.lock().await?;
        if let Some(stored) = store.load().await? {
            self.remember(&stored.access_token);
            if let Some(token) = &stored.refresh_token {
                self.remember(token);
            }
            *locked(&self.refresh) = stored.refresh_token.clone().map(|token| RefreshToken {
                token,
                expires_at: stored.refresh_expires_at,
            });
            if let Some(token) = self.adopt(generation, &stored, refused)? {
                locked(&self.counts).adopted += 1;
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

    /// Returns the stored token, unless it has run out, is the current one, or was refused.
    fn adopt(
        &self,
        generation: u64,
        stored: &StoredTokens,
        refused: Option<&Token>,
    ) -> Result<Option<Token>, Error> {
        let left = stored.expires_at.duration_since(SystemTime::now());
        let left = left.unwrap_or_default();
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

    /// Fetches a token with the refresh token, or with the primary credential if there is none, it
    /// is refused, or the server fails at it.
    async fn fetch(&self, generation: u64) -> Result<Token, Error> {
        let refresh = locked(&self.refresh)
            .clone()
            .filter(|refresh| refresh.expires_at.is_none_or(|at| SystemTime::now() < at));
        if let Some(refresh) = refresh {
            locked(&self.counts).refreshes += 1;
            let asked = (Instant::now(), SystemTime::now());
            let grant = self.source.refresh(&refresh.token).await;
            match grant.and_then(|grant| self.accept(generation, grant, Some(refresh), asked)) {
                Err(error) if !says_nothing(&error) => {
                    tracing::debug!(%error, "refresh failed, using the primary credential");
                    // A server that fails at everything has not refused it.
                    if !matches!(error.kind(), ErrorKind::Server | ErrorKind::Decode) {
                        *locked(&self.refresh) = None;
                    }
                }
                outcome => return outcome,
            }
        }
        locked(&self.counts).grants += 1;
        let asked = (Instant::now(), SystemTime::now());
        let grant = self.source.fetch().await?;
        self.accept(generation, grant, None, asked)
    }

    fn accept(
        &self,
        generation: u64,
        grant: TokenResponse,
        old: Option<RefreshToken>,
        (asked, asked_at): (Instant, SystemTime),
    ) -> Result<Token, Error> {
        self.remember(&grant.access_token);
        if let Some(token) = &grant.refresh_token {
            self.remember(token);
        }
        let expires_at = grant.refresh_expires_in.map(|lifetime| asked_at + lifetime);
        let new = |token| RefreshToken { token, expires_at };
        *locked(&self.refresh) = grant.refresh_token.map(new).or(old);
        let lifetime = grant.expires_in.unwrap_or(self.settings.default_lifetime);
        let now = Instant::now();
        self.token(generation, grant.access_token, asked, lifetime, now)
    }

    fn token(
        &self,
        generation: u64,
        access: SecretString,
        asked: Instant,
        lifetime: Duration,
        now: Instant,
    ) -> Result<Token, Error> {
        let seed = self.settings.seed.map(|seed| seed ^ generation);
        let mut rng = seed.map(fastrand::Rng::with_seed).unwrap_or_default();
        let window = self.settings.early_window.min(lifetime / 10);
        let early = window.mul_f64(1.0 - rng.f64() / 5.0);
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

/// Returns whether the error says nothing about the refresh token, because the server was not
/// reached or asks to wait.
fn says_nothing(error: &Error) -> bool {
    let asks_to_wait = error.retry_after() > Some(Duration::ZERO);
    error.is_transient() && (error.kind() != ErrorKind::Server || asks_to_wait)
}
