//! User criteria: up to 63 characteristics of a visitor and their values.

use super::change;
use super::context::CallContext;
use crate::adfox::response::{Refusal, Reply};
use crate::adfox::row::{Row, text};

const VALUE: &str = "userCriteriaValue";

/// `userCriteria modify`: creates or renames a criterion.
pub(super) fn modify(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = ctx.call.get("criteriaID").unwrap_or_default().to_owned();
    if ctx.store.row("userCriterias", &id).is_none() {
        let names = [
            "criteriaName",
            "criteriaTargetingName",
            "criteriaReportName",
        ];
        if let Some(missing) = names.iter().find(|name| ctx.call.filled(name).is_none()) {
            return Err(Refusal::required(missing));
        }
        ctx.store.insert("userCriterias", ctx.call.members());
    }
    change::update(ctx, "userCriterias", &id)
}

/// `userCriteria addValue`.
pub(super) fn add(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    ctx.existing("criteriaID", "userCriterias")?;
    Ok(Reply::added(ctx.store.insert(VALUE, ctx.call.members())))
}

/// `userCriteria modifyValue`.
pub(super) fn modify_value(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = own_value(ctx)?;
    change::update(ctx, VALUE, &id)
}

/// `userCriteria removeValue`.
pub(super) fn remove(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let id = own_value(ctx)?;
    ctx.store.remove(VALUE, &id);
    Ok(Reply::default())
}

/// `userCriteria listValues`.
pub(super) fn list(ctx: &mut CallContext<'_>) -> Result<Reply, Refusal> {
    let wanted = [("criteriaID", "criteriaID"), ("objectID", "ID")];
    let rows = ctx.store.rows(VALUE).filter(|row| {
        wanted.iter().all(|(parameter, member)| {
            ctx.call
                .filled(parameter)
                .is_none_or(|id| text(row, member).as_deref() == Some(id))
        })
    });
    Ok(Reply::page(ctx.window, rows, Row::clone))
}

/// Returns the ID of the value in `objectID`, which must belong to `criteriaID`.
fn own_value(ctx: &CallContext<'_>) -> Result<String, Refusal> {
    let id = ctx.existing("objectID", VALUE)?;
    let owner = ctx.store.member(VALUE, &id, "criteriaID");
    if owner.as_deref() == ctx.call.get("criteriaID") {
        return Ok(id);
    }
    Err(Refusal::incorrect("objectID", &id))
}
