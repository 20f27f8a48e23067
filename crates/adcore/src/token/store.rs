use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::Error;

/// Tokens in the form that outlives a program. Times are wall-clock.
#[derive(Debug, Clone)]
pub struct StoredTokens {
    /// The token for calls.
    pub access_token: SecretString,
    /// When the access token runs out.
    pub expires_at: SystemTime,
    /// The token for the next refresh.
    pub refresh_token: Option<SecretString>,
    /// When the refresh token runs out; `None` when not known.
    pub refresh_expires_at: Option<SystemTime>,
}

/// Held while one process renews; dropping it lets the next one in.
pub type StoreLock = Box<dyn std::any::Any + Send>;

/// Where tokens outlive the program.
///
/// A renewal locks, loads what another process may have renewed meanwhile, renews only if it must,
/// saves, and unlocks; the new pair is saved before anyone uses it.
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// Waits until no other process renews the same tokens.
    ///
    /// # Errors
    /// When the lock cannot be had.
    async fn lock(&self) -> Result<StoreLock, Error>;

    /// Reads the tokens, `None` when there are none.
    ///
    /// # Errors
    /// When they are there but cannot be read.
    async fn load(&self) -> Result<Option<StoredTokens>, Error>;

    /// Replaces the tokens, wholly or not at all.
    ///
    /// # Errors
    /// When they cannot be written.
    async fn save(&self, tokens: &StoredTokens) -> Result<(), Error>;
}

#[async_trait]
impl<T: TokenStore + ?Sized> TokenStore for Arc<T> {
    async fn lock(&self) -> Result<StoreLock, Error> {
        (**self).lock().await
    }

    async fn load(&self) -> Result<Option<StoredTokens>, Error> {
        (**self).load().await
    }

    async fn save(&self, tokens: &StoredTokens) -> Result<(), Error> {
        (**self).save(tokens).await
    }
}
