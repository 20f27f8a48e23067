//! Tokens in a file that processes share.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind as IoErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use adcore_text::Form;
use async_trait::async_trait;
use percent_encoding::percent_decode_str;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::store::{StoreLock, StoredTokens, TokenStore};
use crate::Error;
use crate::auth::bearer;

/// Keeps one client's tokens in a file that only its owner can read.
///
/// The file is replaced atomically and has mode 0600. A lock file beside it (`….lock`) makes sure
/// that only one process at a time renews. Use one file per vendor, account and (for Hybrid)
/// advertiser. In a read-only directory the existing tokens are used, and a warning is logged that
/// new ones cannot be saved.
///
/// ```no_run
/// let store = adcore::FileTokenStore::new("/var/lib/statistics/spots.tokens")
///     .account("spots me@example.com");
/// ```
#[derive(Debug, Clone)]
pub struct FileTokenStore {
    path: PathBuf,
    account: String,
}

impl FileTokenStore {
    /// Creates a store in the file `path`, whose directory must exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            account: String::new(),
        }
    }

    /// Sets the name of the account, which is written to the file.
    ///
    /// Tokens in a file that names another account are not used.
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

fn private() -> OpenOptions {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "the mode exists on unix only"))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn failed(what: &str, error: std::io::Error) -> Error {
    Error::invalid_input("token_store", format_args!("{what}")).with_source(error)
}

fn is_read_only(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        IoErrorKind::PermissionDenied | IoErrorKind::ReadOnlyFilesystem
    )
}

#[async_trait]
impl TokenStore for FileTokenStore {
    async fn lock(&self) -> Result<StoreLock, Error> {
        const POLL: Duration = Duration::from_millis(25);
        let path = self.beside(".lock");
        loop {
            let path = path.clone();
            let attempt = blocking(move || {
                let file = private()
                    .create(true)
                    .truncate(false)
                    .write(true)
                    .open(path)?;
                match file.try_lock() {
                    Ok(()) => Ok(Some(file)),
                    Err(TryLockError::WouldBlock) => Ok(None),
                    Err(TryLockError::Error(error)) => Err(error),
                }
            });
            match attempt.await {
                Ok(Some(file)) => return Ok(Box::new(Held(file))),
                Ok(None) => tokio::time::sleep(POLL).await,
                Err(error) if is_read_only(&error) => {
                    tracing::warn!(%error, "cannot lock the token file");
                    return Ok(Box::new(()));
                }
                Err(error) => return Err(failed("cannot lock its lock file", error)),
            }
        }
    }

    async fn load(&self) -> Result<Option<StoredTokens>, Error> {
        let path = self.path.clone();
        let text = blocking(move || {
            let mut text = Zeroizing::new(String::new());
            match File::open(path) {
                Ok(mut file) => file.read_to_string(&mut text).map(|_| Some(text)),
                Err(error) if error.kind() == IoErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        });
        let text = match text.await {
            Ok(text) => text,
            Err(error) if error.kind() == IoErrorKind::InvalidData => Some(Zeroizing::default()),
            Err(error) => return Err(failed("cannot read its file", error)),
        };
        let Some(text) = text else { return Ok(None) };
        let Some((account, tokens)) = decode(&text) else {
            tracing::warn!("the token file is damaged and is ignored");
            return Ok(None);
        };
        if account != self.account {
            tracing::warn!("the token file belongs to another account and is ignored");
            return Ok(None);
        }
        Ok(Some(tokens))
    }

    async fn save(&self, tokens: &StoredTokens) -> Result<(), Error> {
        let path = self.path.clone();
        let new = self.beside(&format!(".{:016x}.new", fastrand::u64(..)));
        let text = encode(&self.account, tokens);
        let written = blocking(move || {
            let write = || {
                let mut file = private().create_new(true).write(true).open(&new)?;
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                std::fs::rename(&new, &path)
            };
            write().inspect_err(|_| {
                let _ = std::fs::remove_file(&new);
            })
        });
        written
            .await
            .map_err(|error| failed("cannot write its file", error))
    }
}

/// The locked file; closing it releases the lock.
struct Held(#[expect(dead_code, reason = "held for its drop")] File);

const VERSION: &str = "adapis-tokens-1";

fn encode(account: &str, tokens: &StoredTokens) -> Zeroizing<String> {
    let seconds = |time: SystemTime| {
        let since = time.duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or_default().as_secs().to_string()
    };
    let mut form = Form::new();
    form.push("version", VERSION);
    form.push("account", account);
    form.push("access_token", tokens.access_token.expose_secret());
    form.push("expires_at", &seconds(tokens.expires_at));
    if let Some(token) = &tokens.refresh_token {
        form.push("refresh_token", token.expose_secret());
    }
    if let Some(time) = tokens.refresh_expires_at {
        form.push("refresh_expires_at", &seconds(time));
    }
    Zeroizing::new(form.into_string())
}

/// Parses the account and its tokens; `None` if the file is damaged.
fn decode(text: &str) -> Option<(String, StoredTokens)> {
    let mut version = None;
    let mut account = String::new();
    let mut access_token = None;
    let mut expires_at = None;
    let mut refresh_token = None;
    let mut refresh_expires_at = None;
    for pair in text.trim_end().split('&') {
        let (name, value) = pair.split_once('=')?;
        let value = percent_decode_str(value).decode_utf8().ok()?;
        let time = || {
            let seconds = value.parse().ok()?;
            SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
        };
        match name {
            "version" => version = Some(value == VERSION),
            "account" => account = value.into_owned(),
            "access_token" => access_token = Some(SecretString::from(value.into_owned())),
            "expires_at" => expires_at = time(),
            "refresh_token" => refresh_token = Some(SecretString::from(value.into_owned())),
            "refresh_expires_at" => refresh_expires_at = time(),
            _ => {}
        }
    }
    version.filter(|known| *known)?;
    // A token that does not fit into a header was not written by this program.
    let access_token =
        access_token.filter(|token| !token.expose_secret().is_empty() && bearer(token).is_ok())?;
    let tokens = StoredTokens {
        access_token,
        expires_at: expires_at?,
        refresh_token,
        refresh_expires_at,
    };
    Some((account, tokens))
}
