//! Authentication of a call and the rights of its account.

use super::account::Account;
use super::data::AdfoxSettings;
use super::request::RawCall;
use super::response::Refusal;
use super::store::Store;

/// Returns the index of the caller's account.
///
/// Callers authenticate with an OAuth token or, unless `oauth_only`, with login and hash.
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
