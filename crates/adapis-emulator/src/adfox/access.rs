//! Who calls, and what that account may do.

use sha2::{Digest, Sha256};

use super::answer::Fault;
use super::data::{AdfoxAccount, AdfoxRights, AdfoxSettings};
use super::request::RawCall;
use super::store::Store;

/// An account with the hash of its password alone.
pub(super) struct Account {
    pub(super) login: String,
    hash: String,
    used_hashes: Vec<String>,
    tokens: Vec<String>,
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
            rights: account.rights.clone(),
        }
    }

    pub(super) fn may_write(&self) -> bool {
        self.rights.write
    }

    pub(super) fn may_name(&self, object: &str) -> bool {
        self.rights
            .objects
            .as_ref()
            .is_none_or(|objects| objects.iter().any(|o| o == object))
    }

    /// Whether `password` is the account's, plain or as its hash.
    pub(super) fn has_password(&self, password: &str) -> bool {
        [password.to_owned(), sha256(password)].contains(&self.hash)
    }

    /// Takes a new password by the vendor's rules: eight characters of four kinds, never used.
    pub(super) fn change_password(&mut self, password: &str) -> Result<(), Fault> {
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
            return Err(Fault::incorrect("newPassword", password));
        }
        self.used_hashes.push(hash.clone());
        self.hash = hash;
        Ok(())
    }
}

/// The account that a call names, by an OAuth token or, where allowed, by login and hash.
pub(super) fn caller(
    store: &Store,
    call: &RawCall,
    authorization: Option<&str>,
    oauth_only: bool,
) -> Option<usize> {
    if let Some(token) = authorization.and_then(|value| value.strip_prefix("OAuth ")) {
        return store
            .accounts
            .iter()
            .position(|a| a.tokens.iter().any(|t| t == token.trim()));
    }
    let (login, hash) = (call.get("loginAccount")?, call.get("loginPassword")?);
    let known = |a: &Account| a.login == login && !hash.is_empty() && a.hash == hash;
    store
        .accounts
        .iter()
        .position(known)
        .filter(|_| !oauth_only)
}

/// Refuses what settings or the account's rights forbid.
pub(super) fn check(
    account: &Account,
    settings: &AdfoxSettings,
    names: [&str; 3],
    writes: bool,
) -> Result<(), Fault> {
    let [context, object, operation] = names;
    let subject = if object.is_empty() || context != "account" {
        context
    } else {
        object
    };
    let denied = settings
        .denied
        .iter()
        .any(|name| [context, object, operation].contains(&name.as_str()));
    if denied || (writes && !account.may_write()) || !account.may_name(subject) {
        return Err(Fault::denied());
    }
    Ok(())
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
