//! Where tokens are kept between runs.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::Error;

/// Tokens as they are stored. Their times are wall-clock times.
#[derive(Debug, Clone)]
pub struct StoredTokens {
    /// The token that calls are sent with.
    pub access_token: SecretString,
    /// When the access token expires.
    pub expires_at: SystemTime,
    /// The token for the next refresh.
    pub refresh_token: Option<SecretString>,
    /// When the refresh token expires; `None` if unknown.
    pub refresh_expires_at: Option<SystemTime>,
}

/// A lock held while one process renews; dropping it releases the lock.
pub type StoreLock = Box<dyn std::any::Any + Send>;

/// Stores tokens beyond the life of the program, such as `FileTokenStore`.
///
/// A renewal locks the store, loads the tokens that another process may have renewed in the
/// meantime, renews only if it still must, saves, and unlocks. The new tokens are saved before
/// anyone uses them.
///
/// ```
/// use std::sync::Arc;
///
/// use adcore::{Error, StoreLock, StoredTokens, TokenStore, async_trait};
/// use tokio::sync::Mutex;
///
/// /// Tokens in memory, shared by the clients of one process.
/// #[derive(Debug, Default)]
/// struct Shared {
///     lock: Arc<Mutex<()>>,
///     tokens: Mutex<Option<StoredTokens>>,
/// }
///
/// #[async_trait]
/// impl TokenStore for Shared {
///     async fn lock(&self) -> Result<StoreLock, Error> {
///         Ok(Box::new(Arc::clone(&self.lock).lock_owned().await))
///     }
///
///     async fn load(&self) -> Result<Option<StoredTokens>, Error> {
///         Ok(self.tokens.lock().await.clone())
///     }
///
///     async fn save(&self, tokens: &StoredTokens) -> Result<(), Error> {
///         *self.tokens.lock().await = Some(tokens.clone());
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait TokenStore: fmt::Debug + Send + Sync + 'static {
    /// Waits until no other process is renewing the same tokens.
    ///
    /// # Errors
    /// When the lock cannot be taken.
    async fn lock(&self) -> Result<StoreLock, Error>;

    /// Reads the tokens; `None` if there are none.
    ///
    /// # Errors
    /// When there are tokens but they cannot be read.
    async fn load(&self) -> Result<Option<StoredTokens>, Error>;

    /// Replaces the tokens atomically.
    ///
    /// # Errors
    /// When they cannot be written. The new tokens are used all the same; the error is logged.
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
