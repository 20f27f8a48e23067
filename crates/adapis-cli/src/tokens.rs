//! Access tokens kept between runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapis::core::{FileTokenStore, Form, TokenStore};

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
    pub(crate) fn file(&self, account: &[(&str, &str)]) -> Arc<dyn TokenStore> {
        let mut name = Form::new();
        for (part, value) in account {
            name.push(part, value);
        }
        let name = format!("{}.tokens", name.as_str());
        Arc::new(FileTokenStore::new(self.0.join(name)))
    }
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

    #[test]
    fn accounts_do_not_share_a_file() {
        let parent = tempfile::tempdir().unwrap();
        let folder = TokenFolder(parent.path().to_path_buf());
        let name = |account: &[(&str, &str)]| format!("{:?}", folder.file(account));
        let spots = name(&[
            ("spots", "https://a.example/api"),
            ("login", "me@b.example"),
        ]);
        assert!(
            spots.contains("spots=https%3A%2F%2Fa.example%2Fapi&login=me%40b.example.tokens"),
            "{spots}"
        );
        assert_ne!(
            spots,
            name(&[("spots", "https://a.example/api"), ("login", "you")])
        );
        assert!(name(&[("spots", "../../etc")]).contains("..%2F..%2Fetc"));
    }
}
