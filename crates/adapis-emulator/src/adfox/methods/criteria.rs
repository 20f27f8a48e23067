//! User criteria: up to 63 characteristics of a visitor and their values.

use super::{Turn, change};
use crate::adfox::answer::{Fault, Reply};
use crate::adfox::store::{Row, text};

const VALUE: &str = "userCriteriaValue";

/// `userCriteria modify`: switches a criteria on, or renames it.
pub(super) fn modify(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = turn.call.get("criteriaID").unwrap_or_default().to_owned();
    if turn.store.row("userCriterias", &id).is_none() {
        let names = [
            "criteriaName",
            "criteriaTargetingName",
            "criteriaReportName",
        ];
        if let Some(missing) = names.iter().find(|name| turn.call.filled(name).is_none()) {
            return Err(Fault::required(missing));
        }
        turn.store.insert("userCriterias", turn.call.members());
    }
    change::update(turn, "userCriterias", &id)
}

/// `userCriteria addValue`
pub(super) fn add(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    turn.existing("criteriaID", "userCriterias")?;
    Ok(Reply::added(turn.store.insert(VALUE, turn.call.members())))
}

/// `userCriteria modifyValue`
pub(super) fn modify_value(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = own_value(turn)?;
    change::update(turn, VALUE, &id)
}

/// `userCriteria removeValue`
pub(super) fn remove(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let id = own_value(turn)?;
    turn.store.remove(VALUE, &id);
    Ok(Reply::default())
}

/// `userCriteria listValues`
pub(super) fn list(turn: &mut Turn<'_>) -> Result<Reply, Fault> {
    let wanted = [("criteriaID", "criteriaID"), ("objectID", "ID")];
    let rows = turn.store.rows(VALUE).filter(|row| {
        wanted.iter().all(|(parameter, member)| {
            turn.call
                .filled(parameter)
                .is_none_or(|id| text(row, member).as_deref() == Some(id))
        })
    });
    Ok(Reply::page(turn.window, rows, Row::clone))
}

/// The value that `objectID` names, which must belong to `criteriaID`.
fn own_value(turn: &Turn<'_>) -> Result<String, Fault> {
    let id = turn.existing("objectID", VALUE)?;
    let owner = turn.store.member(VALUE, &id, "criteriaID");
    if owner.as_deref() == turn.call.get("criteriaID") {
        return Ok(id);
    }
    Err(Fault::incorrect("objectID", &id))
}
