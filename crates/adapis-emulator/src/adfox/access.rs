//! Authentication of a call and the rights of its account.

use super::account::Account;
use super::data::AdfoxSettings;
use super::request::RawCall;
use super::response::Refusal;
use super::store::Store;

const SCHEME: &str = "OAuth ";

/// Returns the index of the caller's account.
///
/// Callers authenticate with an OAuth token or, unless `oauth_only`, with login and hash.
pub(super) fn caller(
    store: &Store,
    call: &RawCall,
    authorization: Option<&str>,
    oauth_only: bool,
) -> Option<usize> {
    if let Some(header) = authorization.filter(|value| value.starts_with(SCHEME)) {
        return token_owner(store, header);
    }
    let (login, hash) = (call.get("loginAccount")?, call.get("loginPassword")?);
    let known = |a: &Account| a.login == login && !hash.is_empty() && a.hash == hash;
    store
        .accounts
        .iter()
        .position(known)
        .filter(|_| !oauth_only)
}

/// Returns the index of the account with the OAuth token of an `Authorization` header.
pub(super) fn token_owner(store: &Store, authorization: &str) -> Option<usize> {
    let token = authorization.strip_prefix(SCHEME)?.trim();
    let mut accounts = store.accounts.iter();
    accounts.position(|account| account.tokens.iter().any(|own| own == token))
}

/// Refuses a call that the settings or the rights of the account forbid.
pub(super) fn check(
    account: &Account,
    settings: &AdfoxSettings,
    names: [&str; 3],
    writes: bool,
) -> Result<(), Refusal> {
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
    if denied || (writes && !account.may_write()) || !account.may_access(subject) {
        return Err(Refusal::denied());
    }
    Ok(())
}
