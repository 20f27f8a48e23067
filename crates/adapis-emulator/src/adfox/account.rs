//! Accounts of the ADFOX API: passwords, tokens and rights.

use sha2::{Digest, Sha256};

use super::data::{AdfoxAccount, AdfoxRights};
use super::response::Refusal;

/// An account, with only the hash of its password.
pub(super) struct Account {
    pub(super) login: String,
    /// SHA-256 of the password.
    pub(super) hash: String,
    used_hashes: Vec<String>,
    pub(super) tokens: Vec<String>,
    api_key: Option<String>,
    rights: AdfoxRights,
}

impl Account {
    pub(super) fn new(account: &AdfoxAccount) -> Self {
        let hash = match &account.password {
            Some(password) => sha256(password),
            None => account.password_sha256.clone().unwrap_or_default(),
        };
        Self {
            login: account.login.clone(),
            used_hashes: vec![hash.clone()],
            hash,
            tokens: account.tokens.clone(),
            api_key: account.api_key.clone(),
            rights: account.rights.clone(),
        }
    }

    /// Whether `key` is the account's API key; any key is if the account has none.
    pub(super) fn has_api_key(&self, key: Option<&str>) -> bool {
        key.is_some_and(|key| !key.is_empty() && self.api_key.as_ref().is_none_or(|own| own == key))
    }

    pub(super) fn may_write(&self) -> bool {
        self.rights.write
    }

    pub(super) fn may_access(&self, object: &str) -> bool {
        self.rights
            .objects
            .as_ref()
            .is_none_or(|objects| objects.iter().any(|o| o == object))
    }

    /// Whether `password` is the password of the account, in plain text or as its hash.
    pub(super) fn has_password(&self, password: &str) -> bool {
        [password.to_owned(), sha256(password)].contains(&self.hash)
    }

    /// Changes the password by the vendor's rules.
    ///
    /// It needs eight characters, an upper-case and a lower-case letter, a digit and a special
    /// character, and must not have been used before.
    pub(super) fn change_password(&mut self, password: &str) -> Result<(), Refusal> {
        let kinds: [fn(char) -> bool; 4] = [
            char::is_uppercase,
            char::is_lowercase,
            char::is_numeric,
            |c| !c.is_alphanumeric(),
        ];
        let strong =
            password.chars().count() >= 8 && kinds.iter().all(|kind| password.contains(*kind));
        let hash = sha256(password);
        if !strong || self.used_hashes.contains(&hash) {
            return Err(Refusal::incorrect("newPassword", password));
        }
        self.used_hashes.push(hash.clone());
        self.hash = hash;
        Ok(())
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
