//! Contracts and contractors, which are registered with the state.

use serde_json::json;

use super::change;
use super::context::CallContext;
use crate::adfox::response::{Refusal, Reply};
use crate::adfox::row::Row;

/// `account add contract`.
pub(super) fn add(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    match ctx.call.get("type").unwrap_or_default() {
        "0" | "1" => {}
        // An additional agreement belongs to a contract.
        "2" => {
            ctx.existing("intermediaryContractID", "contract")?;
        }
        other => return Err(Refusal::incorrect("type", other)),
    }
    Ok(change::insert(ctx, Row::new()))
}

/// `account add contractor`; by default, it has both roles.
pub(super) fn add_contractor(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let inn = ctx.call.get("inn").unwrap_or_default();
    let digits = match ctx.call.get("type").unwrap_or_default() {
        "0" => Some(10),
        "1" | "2" => Some(12),
        "3" | "4" => None,
        other => return Err(Refusal::incorrect("type", other)),
    };
    let fits = digits
        .is_none_or(|digits| inn.len() == digits && inn.bytes().all(|byte| byte.is_ascii_digit()));
    if !fits {
        return Err(Refusal::incorrect("inn", inn));
    }
    let mut inherited = Row::new();
    inherited.insert("roles".to_owned(), json!(["0", "1"]));
    inherited.insert("countryOKSM".to_owned(), json!("643"));
    Ok(change::insert(ctx, inherited))
}
