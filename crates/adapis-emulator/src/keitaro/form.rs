//! Decoded parameters of a query or form.

use std::borrow::Cow;

pub(super) type Fields<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Returns the first value of a parameter.
pub(super) fn field<'a>(fields: &'a Fields<'_>, name: &str) -> Option<&'a str> {
    fields
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_ref())
}
