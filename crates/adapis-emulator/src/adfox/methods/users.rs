//! Users (advertisers, webmasters, assistants) and the caller's account.

use serde_json::Value;

use super::change;
use super::context::CallContext;
use crate::adfox::response::{Refusal, Reply};
use crate::adfox::row::{Row, text};

const USERS: [&str; 3] = ["advertiser", "webmaster", "assistant"];

/// `account add advertiser`, `account add webmaster`, `account add assistant`.
pub(super) fn add(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    refuse_taken(ctx, None)?;
    Ok(change::insert(ctx, Row::new()))
}

/// `advertiser modify`, `webmaster modify`, `assistant modify`.
pub(super) fn modify(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", ctx.context)?;
    refuse_taken(ctx, Some(&id))?;
    change::update(ctx, ctx.context, &id)
}

/// `account delete user`.
pub(super) fn delete(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.call.get("actionObjectID").unwrap_or_default();
    if USERS.iter().any(|object| ctx.store.remove(object, id)) {
        return Ok(Reply::default());
    }
    Err(Refusal::incorrect("actionObjectID", id))
}

fn refuse_taken(ctx: &CallContext<'_>, own: Option<&str>) -> Result<(), Refusal> {
    let Some(account) = ctx.call.filled("account") else {
        return Ok(());
    };
    let by_user = USERS.iter().any(|object| {
        ctx.store.rows(object).any(|row| {
            text(row, "account").as_deref() == Some(account) && text(row, "ID").as_deref() != own
        })
    });
    if by_user
        || ctx
            .store
            .accounts
            .iter()
            .any(|known| known.login == account)
    {
        return Err(Refusal::account_exists(account));
    }
    Ok(())
}

/// `superCampaign additionalUsers …`, `campaign additionalUsers …`.
pub(super) fn additional(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.existing("objectID", ctx.context)?;
    let (parameter, member) = if ctx.object.ends_with("Advertiser") {
        ("advertiserID", "additionalAdvertiserIDs")
    } else {
        ("assistantID", "additionalAssistantIDs")
    };
    let user = ctx.call.get(parameter).unwrap_or_default().to_owned();
    if let Some(row) = ctx.store.row_mut(ctx.context, &id) {
        let mut users = change::listed(row, member);
        if ctx.object.starts_with("delete") {
            if !users.contains(&user) {
                return Err(Refusal::incorrect(parameter, &user));
            }
            users.retain(|listed| *listed != user);
        } else if !users.contains(&user) {
            users.push(user);
        }
        row.insert(member.to_owned(), Value::String(users.join(",")));
    }
    Ok(Reply::default())
}

/// `account changePassword`.
pub(super) fn password(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let current = ctx.call.get("currentPassword").unwrap_or_default();
    let new = ctx.call.get("newPassword").unwrap_or_default();
    let account = ctx
        .store
        .accounts
        .get_mut(ctx.caller)
        .ok_or_else(Refusal::unauthorized)?;
    if !account.has_password(current) {
        return Err(Refusal::incorrect("currentPassword", current));
    }
    account.change_password(new)?;
    Ok(Reply::default())
}

/// `account auth`: only authenticated callers get here.
pub(super) fn auth(_: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::default())
}
