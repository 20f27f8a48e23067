//! Access and refresh tokens that expire.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// What happens to a refresh token once it has been used.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OldRefreshToken {
    /// It stays valid until it expires.
    Keep,
    /// It is refused from then on.
    #[default]
    Burn,
    /// It is refused, and using it again revokes all tokens that descend from it.
    RevokeFamily,
}

/// Expired tokens are removed once there are more tokens than this.
const SWEEP: usize = 10_000;

/// Lifetimes of tokens, and what happens to old ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) access_ttl: u64,
    pub(crate) refresh_ttl: u64,
    pub(crate) old_refresh_token: OldRefreshToken,
    /// Whether a refresh also expires the access token issued with the refresh token.
    pub(crate) burn_access_token: bool,
    /// Whether a refresh token is issued, too.
    pub(crate) with_refresh_token: bool,
}

/// The tokens issued by a grant.
pub(crate) struct TokenPair {
    pub(crate) access: String,
    pub(crate) refresh: Option<String>,
}

struct Token<S> {
    subject: S,
    /// Shared by all tokens that descend from one grant.
    family: u64,
    until: Instant,
    used: bool,
    /// The access token issued with a refresh token.
    sibling: String,
}

struct State<S> {
    random: fastrand::Rng,
    access: HashMap<String, Token<S>>,
    refresh: HashMap<String, Token<S>>,
}

/// The tokens of one vendor; `S` is the account that a token belongs to.
pub(crate) struct Tokens<S> {
    state: Mutex<State<S>>,
}

impl<S: Clone> Tokens<S> {
    /// Tokens differ between runs, so that tokens of an earlier run are refused.
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

    /// Issues a new pair for this subject.
    pub(crate) fn grant(&self, subject: S, rules: Rules) -> TokenPair {
        self.with(|state| {
            let family = state.random.u64(..);
            state.issue(subject, family, rules)
        })
    }

    /// Issues a new pair for a refresh token, or returns `None` if the token is not valid.
    ///
    /// `may` decides whether the caller may use tokens of this subject.
    pub(crate) fn refresh(
        &self,
        token: &str,
        rules: Rules,
        may: impl FnOnce(&S) -> bool,
    ) -> Option<(S, TokenPair)> {
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

    /// Returns the subject of a valid access token.
    pub(crate) fn subject(&self, access: &str) -> Option<S> {
        self.with(|state| {
            let token = state.access.get(access)?;
            (token.until > Instant::now()).then(|| token.subject.clone())
        })
    }

    /// Expires one token of either kind.
    pub(crate) fn expire(&self, token: &str) {
        self.with(|state| {
            state.access.remove(token);
            state.refresh.remove(token);
        });
    }

    /// Expires all access tokens and returns how many were valid.
    pub(crate) fn expire_all(&self) -> usize {
        self.with(|state| {
            let now = Instant::now();
            let valid = state.access.values().filter(|t| t.until > now).count();
            state.access.clear();
            valid
        })
    }

    /// Removes all tokens.
    pub(crate) fn clear(&self) {
        self.with(|state| {
            state.access.clear();
            state.refresh.clear();
        });
    }
}

impl<S: Clone> State<S> {
    fn issue(&mut self, subject: S, family: u64, rules: Rules) -> TokenPair {
        let now = Instant::now();
        if self.access.len() > SWEEP {
            self.access.retain(|_, token| token.until > now);
        }
        if self.refresh.len() > SWEEP {
            self.refresh
                .retain(|_, token| token.until > now && !token.used);
        }
        let access = self.new_token();
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
            let refresh = self.new_token();
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
        TokenPair { access, refresh }
    }

    fn new_token(&mut self) -> String {
        let random = std::iter::repeat_with(|| self.random.alphanumeric());
        "ey".chars().chain(random.take(60)).collect()
    }
}

fn after(now: Instant, seconds: u64) -> Instant {
    const FAR: u64 = 100 * 365 * 86_400;
    now + Duration::from_secs(seconds.min(FAR))
}

/// Returns the token of an `Authorization: Bearer` header.
pub(crate) fn bearer(headers: &http::HeaderMap) -> Option<&str> {
    let value = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim())
        .filter(|token| !token.is_empty())
}
