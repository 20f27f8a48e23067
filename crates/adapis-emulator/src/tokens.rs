//! Access and refresh tokens that run out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::settings::OldRefreshToken;

/// Expired tokens are swept once there are more tokens than this.
const SWEEP: usize = 10_000;

/// How long tokens live and what becomes of old ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) access_ttl: u64,
    pub(crate) refresh_ttl: u64,
    pub(crate) old_refresh_token: OldRefreshToken,
    /// A refresh also ends the access token that came with the refresh token.
    pub(crate) burn_access_token: bool,
    /// Whether a refresh token is given, too.
    pub(crate) with_refresh_token: bool,
}

/// What a grant hands out.
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

struct Token<S> {
    subject: S,
    family: u64,
    until: Instant,
    used: bool,
    /// The access token that a refresh token came with.
    sibling: String,
}

struct State<S> {
    random: fastrand::Rng,
    access: HashMap<String, Token<S>>,
    refresh: HashMap<String, Token<S>>,
}

/// The tokens of one vendor; `S` says whom a token speaks for.
pub(crate) struct Tokens<S> {
    state: Mutex<State<S>>,
}

impl<S: Clone> Tokens<S> {
    /// Tokens differ from run to run, so that those of an earlier run are refused.
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                random: fastrand::Rng::new(),
                access: HashMap::new(),
                refresh: HashMap::new(),
            }),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut State<S>) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A new pair for this subject.
    pub(crate) fn grant(&self, subject: S, rules: Rules) -> Pair {
        self.with(|state| {
            let family = state.random.u64(..);
            state.issue(subject, family, rules)
        })
    }

    /// A new pair for a refresh token, `None` when it is not good (any more).
    pub(crate) fn refresh(
        &self,
        token: &str,
        rules: Rules,
        may: impl FnOnce(&S) -> bool,
    ) -> Option<(S, Pair)> {
        self.with(|state| {
            let old = state.refresh.get_mut(token)?;
            if !may(&old.subject) {
                return None;
            }
            let (subject, family) = (old.subject.clone(), old.family);
            if old.used {
                if rules.old_refresh_token == OldRefreshToken::RevokeFamily {
                    state.access.retain(|_, token| token.family != family);
                    state.refresh.retain(|_, token| token.family != family);
                }
                return None;
            }
            if old.until <= Instant::now() {
                return None;
            }
            let sibling = old.sibling.clone();
            old.used = rules.with_refresh_token && rules.old_refresh_token != OldRefreshToken::Keep;
            if rules.burn_access_token {
                state.access.remove(&sibling);
            }
            let pair = state.issue(subject.clone(), family, rules);
            Some((subject, pair))
        })
    }

    /// Whom a living access token speaks for.
    pub(crate) fn subject(&self, access: &str) -> Option<S> {
        self.with(|state| {
            let token = state.access.get(access)?;
            (token.until > Instant::now()).then(|| token.subject.clone())
        })
    }

    /// Ends one token of either kind.
    pub(crate) fn expire(&self, token: &str) {
        self.with(|state| {
            state.access.remove(token);
            state.refresh.remove(token);
        });
    }

    /// Ends all access tokens and says how many were alive.
    pub(crate) fn expire_all(&self) -> usize {
        self.with(|state| {
            let now = Instant::now();
            let alive = state.access.values().filter(|t| t.until > now).count();
            state.access.clear();
            alive
        })
    }

    /// Forgets all tokens.
    pub(crate) fn clear(&self) {
        self.with(|state| {
            state.access.clear();
            state.refresh.clear();
        });
    }
}

impl<S: Clone> State<S> {
    fn issue(&mut self, subject: S, family: u64, rules: Rules) -> Pair {
        let now = Instant::now();
        if self.access.len() > SWEEP {
            self.access.retain(|_, token| token.until > now);
        }
        if self.refresh.len() > SWEEP {
            self.refresh
                .retain(|_, token| token.until > now && !token.used);
        }
        let access = self.text();
        self.access.insert(
            access.clone(),
            Token {
                subject: subject.clone(),
                family,
                until: after(now, rules.access_ttl),
                used: false,
                sibling: String::new(),
            },
        );
        let refresh = rules.with_refresh_token.then(|| {
            let refresh = self.text();
            self.refresh.insert(
                refresh.clone(),
                Token {
                    subject,
                    family,
                    until: after(now, rules.refresh_ttl),
                    used: false,
                    sibling: access.clone(),
                },
            );
            refresh
        });
        Pair { access, refresh }
    }

    fn text(&mut self) -> String {
        let random = std::iter::repeat_with(|| self.random.alphanumeric());
        "ey".chars().chain(random.take(60)).collect()
    }
}

fn after(now: Instant, seconds: u64) -> Instant {
    const FAR: u64 = 100 * 365 * 86_400;
    now + Duration::from_secs(seconds.min(FAR))
}

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer(headers: &http::HeaderMap) -> Option<&str> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}
