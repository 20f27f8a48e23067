//! Users: advertisers, webmasters, assistants, and the caller's own account.

use serde_json::Value;

use super::{Turn, change};
use crate::adfox::answer::{Fault, Reply};
use crate::adfox::store::{Row, text};

const USERS: [&str; 3] = ["advertiser", "webmaster", "assistant"];

/// `account add advertiser`, `webmaster`
pub(super) fn add(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    refuse_taken(turn, None)?;
    Ok(change::insert(turn, Row::new()))
}

/// `advertiser modify`, `webmaster modify`, `assistant modify`
pub(super) fn modify(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.existing("objectID", turn.context)?;
    refuse_taken(turn, Some(&id))?;
    change::update(turn, turn.context, &id)
}

/// `account delete user`
pub(super) fn delete(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.call.get("actionObjectID").unwrap_or_default();
    if USERS.iter().any(|object| turn.store.remove(object, id)) {
        return Ok(Reply::default());
    }
    Err(Fault::incorrect("actionObjectID", id))
}

fn refuse_taken(turn: &Turn<'_>, own: Option<&str>) -> Result<(), Fault> {
    let Some(account) = turn.call.filled("account") else {
        return Ok(());
    };
    let by_user = USERS.iter().any(|object| {
        turn.store.rows(object).any(|row| {
            text(row, "account").as_deref() == Some(account) && text(row, "ID").as_deref() != own
        })
    });
    if by_user
        || turn
            .store
            .accounts
            .iter()
            .any(|known| known.login == account)
    {
        return Err(Fault::account_exists(account));
    }
    Ok(())
}

/// `superCampaign additionalUsers …`, `campaign additionalUsers …`
pub(super) fn additional(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.existing("objectID", turn.context)?;
    let (parameter, member) = if turn.object.ends_with("Advertiser") {
        ("advertiserID", "additionalAdvertiserIDs")
    } else {
        ("assistantID", "additionalAssistantIDs")
    };
    let user = turn.call.get(parameter).unwrap_or_default().to_owned();
    if let Some(row) = turn.store.row_mut(turn.context, &id) {
        let mut users = change::listed(row, member);
        if turn.object.starts_with("delete") {
            if !users.contains(&user) {
                return Err(Fault::incorrect(parameter, &user));
            }
            users.retain(|listed| *listed != user);
        } else if !users.contains(&user) {
            users.push(user);
        }
        row.insert(member.to_owned(), Value::String(users.join(",")));
    }
    Ok(Reply::default())
}

/// `account changePassword`
pub(super) fn password(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let current = turn.call.get("currentPassword").unwrap_or_default();
    let new = turn.call.get("newPassword").unwrap_or_default();
    let account = turn
        .store
        .accounts
        .get_mut(turn.caller)
        .ok_or_else(Fault::unauthorized)?;
    if !account.has_password(current) {
        return Err(Fault::incorrect("currentPassword", current));
    }
    account.change_password(new)?;
    Ok(Reply::default())
}

/// `account auth`: whoever gets here has the right credentials.
pub(super) fn auth(_: &mut Turn<'_>) -> Result<Reply, Fault> {
    Ok(Reply::default())
}
