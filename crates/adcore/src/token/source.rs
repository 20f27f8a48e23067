//! Where tokens come from: the vendor.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::Error;

/// Fetches tokens from a vendor's token server; a [`TokenCache`](super::TokenCache) decides when.
///
/// ```
/// use std::time::Duration;
///
/// use adcore::{Error, TokenCache, TokenResponse, TokenSettings, TokenSource, async_trait};
/// use secrecy::{ExposeSecret, SecretString};
///
/// #[derive(Debug)]
/// struct Login(SecretString);
///
/// #[async_trait]
/// impl TokenSource for Login {
///     async fn fetch(&self) -> Result<TokenResponse, Error> {
///         // Here the vendor would be asked.
///         let token = TokenResponse::new("token".into());
///         Ok(token.expires_in(Some(Duration::from_secs(3600))))
///     }
///
///     async fn refresh(&self, _: &SecretString) -> Result<TokenResponse, Error> {
///         self.fetch().await
///     }
///
///     fn secrets(&self, each: &mut dyn FnMut(&str)) {
///         each(self.0.expose_secret());
///     }
/// }
///
/// let cache = TokenCache::new(Login("password".into()), TokenSettings::default());
/// ```
#[async_trait]
pub trait TokenSource: fmt::Debug + Send + Sync + 'static {
    /// Fetches a token with the primary credential (password, client secret).
    ///
    /// # Errors
    /// The vendor's error. A kind that is not transient means that the credential itself is wrong.
    async fn fetch(&self) -> Result<TokenResponse, Error>;

    /// Fetches a token with a refresh token.
    ///
    /// # Errors
    /// The vendor's error. `Unauthenticated`, `PermissionDenied`, `NotFound` and `Rejected` mean
    /// that the refresh token is no longer valid; [`fetch`](Self::fetch) follows. It also follows
    /// `Server` and `Decode`, unless the server asks to wait, because servers respond oddly to a
    /// refresh token that they do not know; the token is kept until another replaces it.
    async fn refresh(&self, refresh_token: &SecretString) -> Result<TokenResponse, Error>;

    /// Calls `each` with the primary credential's secrets, so that error texts can be redacted.
    fn secrets(&self, each: &mut dyn FnMut(&str));
}

/// The successful response of a token server (RFC 6749, section 5.1).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TokenResponse {
    /// The token that calls are sent with.
    pub access_token: SecretString,
    /// Its lifetime, counted from when the request was sent; `None` if the server does not state
    /// one.
    pub expires_in: Option<Duration>,
    /// The token for the next refresh; `None` keeps the previous one.
    pub refresh_token: Option<SecretString>,
    /// The lifetime of the refresh token; `None` if the server does not state one.
    pub refresh_expires_in: Option<Duration>,
}

impl TokenResponse {
    /// Creates a response that holds an access token only.
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

/// Parses a lifetime in seconds as servers send it: `86400`, `"86400"`, `86399.5`, `-1`, `1e300`.
///
/// Returns `None` for anything that is not a number. A negative number is zero; more than ten years
/// is ten years.
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
