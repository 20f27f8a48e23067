//! Access tokens kept between runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapis::core::{FileTokenStore, Form, TokenStore};
use sha2::{Digest, Sha256};

use crate::config::expand;
use crate::error::CliError;
use crate::owner::{belongs_to_another_user, is_accessible_by_others};

const SETTING: &str = "token_folder";

/// A folder with one file of access tokens per account, shared by runs of the program.
#[derive(Debug, Clone)]
pub(crate) struct TokenFolder(PathBuf);

impl TokenFolder {
    /// Opens the folder, or creates it with access for its owner only.
    pub(crate) fn open(path: &str) -> Result<Self, CliError> {
        // It would otherwise be the working folder.
        if path.is_empty() {
            return Err(CliError::input(SETTING, "--token-folder must not be empty"));
        }
        let path = expand(path);
        let shown = path.display();
        if path.exists() {
            if !path.is_dir() {
                let message = format!("the token folder {shown} is not a folder");
                return Err(CliError::input(SETTING, message));
            }
        } else {
            create(&path).map_err(|error| {
                let message = format!("cannot create the token folder {shown}: {error}");
                CliError::input(SETTING, message)
            })?;
        }
        if belongs_to_another_user(&path) {
            let message = format!("the token folder {shown} belongs to another user");
            return Err(CliError::input(SETTING, message));
        }
        if is_accessible_by_others(&path) {
            return Err(CliError::input(
                SETTING,
                format!(
                    "the token folder {shown} is accessible by other users: run chmod 700 {shown}"
                ),
            ));
        }
        Ok(Self(path))
    }

    /// The token store of one account; accounts never share a file.
    ///
    /// The name is a digest, so that an account of any length and script fits; the file itself says
    /// whose it is.
    pub(crate) fn file(&self, account: &[(&str, &str)]) -> Arc<dyn TokenStore> {
        let mut name = Form::new();
        for (part, value) in account {
            name.push(part, value);
        }
        let vendor = account.first().map_or("", |(vendor, _)| vendor);
        let digest = short_digest(name.as_str());
        let file = self.0.join(format!("{vendor}-{digest}.tokens"));
        Arc::new(FileTokenStore::new(file).account(name.as_str()))
    }
}

/// Sixteen digits that tell texts apart without showing them.
pub(crate) fn short_digest(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest[..8].iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(unix)]
fn create(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    use adapis::core::StoredTokens;

    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_folder_is_created_for_its_owner_and_an_accessible_one_is_rejected() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("deep").join("tokens");
        let text = path.to_str().unwrap();
        TokenFolder::open(text).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o750)).unwrap();
        assert_eq!(TokenFolder::open(text).unwrap_err().exit_code(), 2);
    }

    #[tokio::test]
    async fn accounts_of_any_name_have_a_file_and_never_share_it() {
        let parent = tempfile::tempdir().unwrap();
        let folder = TokenFolder(parent.path().to_path_buf());
        let logins = ["me", "you", "../../etc", "ю@пример.рф", &"ю".repeat(400)];
        for login in logins {
            let store = folder.file(&[("spots", "https://a.example/api"), ("login", login)]);
            let tokens = StoredTokens {
                access_token: login.len().to_string().into(),
                expires_at: std::time::SystemTime::now(),
                refresh_token: None,
                refresh_expires_at: None,
            };
            store.save(&tokens).await.unwrap();
            assert!(store.load().await.unwrap().is_some());
        }
        let files: Vec<_> = std::fs::read_dir(parent.path()).unwrap().collect();
        assert_eq!(files.len(), logins.len());
        for file in files {
            let name = file.unwrap().file_name().into_string().unwrap();
            assert!(name.starts_with("spots-") && name.len() < 40, "{name}");
        }
    }
}
