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

/// The first letters of the control fields, one bit each: most other names begin differently.
const FIRST_LETTERS: u32 = {
    let mut letters = 0;
    let mut at = 0;
    while at < CONTROL_FIELDS.len() {
        letters |= letter(CONTROL_FIELDS[at].as_bytes()[0]);
        at += 1;
    }
    letters
};

/// A bit for a letter, in either case; other bytes may share it.
const fn letter(byte: u8) -> u32 {
    1 << (byte & 31)
}

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

/// A name as PHP reads it, for [`Readings::contain`].
#[cfg(any(test, feature = "tower"))]
pub(crate) fn php_field(name: &[u8]) -> Vec<u8> {
    trim_end(&php_name(name)).to_vec()
}

/// The names as which servers may read a parameter, folded once for all comparisons, and without
/// underscores at their ends.
pub(crate) struct Readings<'a> {
    php: Cow<'a, [u8]>,
    /// Not every server does with an open bracket what PHP does.
    before_bracket: Option<Cow<'a, [u8]>>,
}

impl<'a> Readings<'a> {
    pub(crate) fn of(name: &'a [u8]) -> Self {
        // Most names are read as they are written; one pass finds out.
        let plain = name.iter().fold(true, |plain, byte| {
            plain & !matches!(byte, 0..=b' ' | b'.' | b'[')
        });
        if plain {
            return Self {
                php: trim_end(name).into(),
                before_bracket: None,
            };
        }
        let bracket = name.iter().position(|byte| *byte == b'[');
        let read = |name| Cow::Owned(trim_end(&php_name(name)).to_vec());
        Self {
            php: read(name),
            before_bracket: bracket.map(|end| read(&name[..end])),
        }
    }

    /// Whether one of them is `field`, which has no underscore at its end.
    pub(crate) fn contain(&self, field: &[u8]) -> bool {
        let same = |name: &[u8]| name.eq_ignore_ascii_case(field);
        same(&self.php) || self.before_bracket.as_deref().is_some_and(same)
    }

    /// Whether one of them is one of `fields`.
    pub(crate) fn contain_one_of(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.contain(field.as_bytes()))
    }

    /// Whether one of them is a control field.
    pub(crate) fn contain_control_field(&self) -> bool {
        const PREFIX: &[u8] = b"original_";
        let original = self.php.get(..PREFIX.len());
        if original.is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX)) {
            return true;
        }
        let first = self.php.first().copied().map_or(0, letter);
        (self.before_bracket.is_some() || first & FIRST_LETTERS != 0)
            && self.contain_one_of(&CONTROL_FIELDS)
    }
}

fn trim_end(mut name: &[u8]) -> &[u8] {
    while let [rest @ .., b'_'] = name {
        name = rest;
    }
    name
}

/// Whether a tracker in PHP would read a parameter of this name as a control field.
pub(crate) fn is_control_field(name: &[u8]) -> bool {
    Readings::of(name).contain_control_field()
}
