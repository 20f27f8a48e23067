//! Names of parameters as a tracker in PHP reads them.

use std::borrow::Cow;

/// Names of the click's own fields, which no parameter may have.
pub(crate) const CONTROL_FIELDS: [&str; 15] = [
    "token",
    "version",
    "info",
    "log",
    "ip",
    "ua",
    "user_agent",
    "language",
    "landing_id",
    "prefetch",
    "uniqueness_cookie",
    "x_requested_with",
    "force_redirect_offer",
    "kversion",
    "uri",
];

/// The name by which PHP knows a parameter.
///
/// PHP drops leading spaces and whatever follows a zero, reads `ip[x]` as an element of `ip`, and
/// turns spaces, dots and brackets that are not closed into underscores.
fn php_name(name: &[u8]) -> Cow<'_, [u8]> {
    let end = name.iter().position(|byte| *byte == 0);
    let mut name = name[..end.unwrap_or(name.len())].trim_ascii_start();
    let is_folded = |byte: &u8| matches!(byte, b' ' | b'.' | b'[');
    if !name.iter().any(is_folded) {
        return name.into();
    }
    if let Some(open) = name.iter().position(|byte| *byte == b'[')
        && name[open..].contains(&b']')
    {
        name = &name[..open];
    }
    let fold = |byte: &u8| if is_folded(byte) { b'_' } else { *byte };
    name.iter().map(fold).collect()
}

/// Whether a tracker in PHP would take a parameter of one name for one of the other.
pub(crate) fn is_same_name(one: &[u8], other: &[u8]) -> bool {
    let without_bracket = |name: &[u8]| {
        let end = name.iter().position(|byte| *byte == b'[');
        end.map(|end| php_name(&name[..end]).into_owned())
    };
    let other = php_name(other);
    let other = trim_end(&other);
    let same = |name: &[u8]| trim_end(name).eq_ignore_ascii_case(other);
    // Not every server does with an open bracket what PHP does.
    same(&php_name(one)) || without_bracket(one).is_some_and(|name| same(&name))
}

fn trim_end(mut name: &[u8]) -> &[u8] {
    while let [rest @ .., b'_'] = name {
        name = rest;
    }
    name
}

/// Whether a tracker in PHP would read a parameter of this name as a control field.
pub(crate) fn is_control_field(name: &[u8]) -> bool {
    const PREFIX: &[u8] = b"original_";
    let folded = php_name(name);
    let original = folded.get(..PREFIX.len());
    original.is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX))
        || is_one_of(name, &CONTROL_FIELDS)
}

/// Whether a tracker in PHP would read a parameter of this name as one of `fields`.
pub(crate) fn is_one_of(name: &[u8], fields: &[&str]) -> bool {
    fields
        .iter()
        .any(|field| is_same_name(name, field.as_bytes()))
}
