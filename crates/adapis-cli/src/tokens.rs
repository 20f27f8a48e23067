use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapis::core::{FileTokenStore, Form, TokenStore};

use crate::config::open_to_others;
use crate::error::CliError;

const SETTING: &str = "token_folder";

/// A folder in which runs of the program leave their access tokens for the next ones.
#[derive(Debug, Clone)]
pub(crate) struct TokenFolder(PathBuf);

impl TokenFolder {
    /// The folder, made for its owner alone where there is none.
    pub(crate) fn open(path: &str) -> Result<Self, CliError> {
        let path = PathBuf::from(path);
        let shown = path.display();
        if path.exists() {
            if !path.is_dir() {
                return Err(CliError::input(SETTING, format!("{shown} is no folder")));
            }
        } else {
            make(&path).map_err(|error| {
                CliError::input(SETTING, format!("{shown} cannot be made: {error}"))
            })?;
        }
        if open_to_others(&path) {
            return Err(CliError::input(
                SETTING,
                format!("{shown} is open to others: chmod 700 it"),
            ));
        }
        Ok(Self(path))
    }

    /// The file of one account; accounts never share one.
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
fn make(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn make(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_folder_is_made_for_its_owner_and_an_open_one_is_refused() {
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
    fn accounts_have_files_of_their_own() {
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
