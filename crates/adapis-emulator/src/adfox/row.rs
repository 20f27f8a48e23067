//! Rows of ADFOX objects.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A row of an object; members may have any name and may be nested.
pub(super) type Row = Map<String, Value>;

/// Builds a row of text members.
pub(super) fn row<const N: usize>(members: [(&str, String); N]) -> Row {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::String(value)))
        .collect()
}

/// A member as text; `None` if it is missing or nested.
pub(super) fn text<'a>(row: &'a Row, member: &str) -> Option<Cow<'a, str>> {
    match row.get(member)? {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(on) => Some(Cow::Borrowed(if *on { "1" } else { "0" })),
        Value::Null => Some(Cow::Borrowed("")),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The member that holds an object's ID.
pub(super) fn key(object: &str) -> &'static str {
    match object {
        "userCriterias" => "criteriaID",
        "template" | "geobase" => "id",
        "tracingPoint" => "objectID",
        "os" => "osid",
        "manufacturer" => "manufacturerid",
        _ => "ID",
    }
}

/// Renames the members of a row that its object calls otherwise, such as `name` of a tracing point.
pub(super) fn rename_members(object: &str, row: &mut Row) {
    if object != "tracingPoint" {
        return;
    }
    for (from, to) in [
        ("ID", "objectID"),
        ("name", "objectName"),
        ("referrer", "objectReferrer"),
    ] {
        if let Some(value) = row.remove(from) {
            row.entry(to).or_insert(value);
        }
    }
}
