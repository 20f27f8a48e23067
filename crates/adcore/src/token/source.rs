use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::Error;

/// How a vendor hands out tokens; a [`TokenCache`](super::TokenCache) decides when to ask.
#[async_trait]
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// Fetches a token with the primary credential (password, client secret).
    ///
    /// # Errors
    /// A kind that is not transient means the credential itself is wrong.
    async fn fetch(&self) -> Result<TokenResponse, Error>;

    /// Fetches a token with a refresh token.
    ///
    /// # Errors
    /// A kind that is not transient means the refresh token is spent; the primary grant follows.
    async fn refresh(&self, refresh_token: &SecretString) -> Result<TokenResponse, Error>;

    /// Shows the primary credential's secrets, so that error texts can be redacted.
    fn secrets(&self, each: &mut dyn FnMut(&str));
}

/// The successful response of a token server (RFC 6749, section 5.1).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TokenResponse {
    /// The token for calls.
    pub access_token: SecretString,
    /// How long it lives from the moment of the request; `None` when not said.
    pub expires_in: Option<Duration>,
    /// The token for the next refresh; `None` keeps the old one.
    pub refresh_token: Option<SecretString>,
    /// How long the refresh token lives; `None` when not said.
    pub refresh_expires_in: Option<Duration>,
}

impl TokenResponse {
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
/// assert_eq!(adcore::parse_lifetime("86400"), Some(Duration::from_secs(86400)));
/// assert_eq!(adcore::parse_lifetime("-1"), Some(Duration::ZERO));
/// assert_eq!(adcore::parse_lifetime("abc"), None);
/// ```
#[must_use]
pub fn parse_lifetime(seconds: &str) -> Option<Duration> {
    const MAX_TIME: f64 = 10.0 * 365.0 * 24.0 * 60.0 * 60.0;
    let seconds: f64 = seconds.trim().parse().ok()?;
    (!seconds.is_nan()).then(|| Duration::from_secs_f64(seconds.clamp(0.0, MAX_TIME)))
}
