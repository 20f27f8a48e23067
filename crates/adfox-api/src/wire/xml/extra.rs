//! Members that a typed row does not name, for its field `extra`.
//!
//! A struct with a field of this name receives them there as the text of one JSON object, which is
//! what [`Extra`](adcore_json::Extra) reads. The public rows therefore derive plain serde and need no
//! flattening, which only formats that describe themselves support.

use crate::calls::{Row, Value};

/// The name of the field.
pub(in crate::wire) const EXTRA: &str = "extra";

/// The names of a struct's fields, if the struct has a field for all other members.
#[derive(Clone, Copy, Default)]
pub(in crate::wire) struct Named(Option<&'static [&'static str]>);

impl Named {
    pub(in crate::wire) fn new(fields: &'static [&'static str]) -> Self {
        Self(fields.contains(&EXTRA).then_some(fields))
    }

    /// Whether a member of this name goes to the field `extra`.
    pub(in crate::wire) fn is_extra(self, name: &str) -> bool {
        self.0
            .is_some_and(|fields| name == EXTRA || !fields.contains(&name))
    }

    /// Whether both are the fields of one type.
    pub(in crate::wire) fn is_same(self, other: Self) -> bool {
        match (self.0, other.0) {
            (Some(one), Some(other)) => std::ptr::eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }
}

/// The text for the field `extra`; `None` if there are no members for it.
pub(in crate::wire) fn text(members: impl IntoIterator<Item = (String, Value)>) -> Option<String> {
    let members: Row = members.into_iter().collect();
    if members.is_empty() {
        return None;
    }
    // Texts, lists and maps of texts: serializing them cannot fail.
    serde_json::to_string(&members).ok()
}
