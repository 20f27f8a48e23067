//! How much of a call a visitor may fill.
//!
//! Servers refuse a request whose first line is longer than about 8 KB, or whose body is longer than a
//! megabyte, and the refusal would be no fault of theirs.

use crate::calls::{Click, ClickEncoding};

/// What is left for the visitor's parameters.
#[derive(Debug)]
pub(super) enum Room {
    /// In the query of the call, encoded.
    Query(usize),
    /// In its body, before it is encoded, which makes it at most three times as long.
    Body(usize),
}

impl Room {
    pub(super) fn new(encoding: ClickEncoding) -> Self {
        match encoding {
            ClickEncoding::Query => Self::Query(3 * 1024),
            ClickEncoding::Form => Self::body(),
        }
    }

    pub(super) fn body() -> Self {
        Self::Body(32 * 1024)
    }

    /// Takes the room for a pair, if there is enough.
    pub(super) fn take(&mut self, name: &[u8], value: &[u8]) -> bool {
        let (left, needed) = match self {
            Self::Query(left) => (left, encoded_length(name) + encoded_length(value) + 2),
            Self::Body(left) => (left, name.len() + value.len()),
        };
        let rest = left.checked_sub(needed);
        *left = rest.unwrap_or(*left);
        rest.is_some()
    }
}

/// Shortens what the visitor's browser says of itself, for a call whose fields are in its URL.
pub(super) fn shorten_texts(click: &mut Click) {
    for (text, most) in [
        (&mut click.user_agent, 512),
        (&mut click.x_requested_with, 256),
        (&mut click.se_referrer, 1024),
        (&mut click.referrer, 1024),
    ] {
        if let Some(text) = text {
            text.truncate(fitting(text, most));
        }
    }
}

/// The length of the longest beginning of a text that takes at most `most` bytes when it is encoded.
fn fitting(text: &str, most: usize) -> usize {
    let mut length = 0;
    let mut chars = text.char_indices();
    let cut = chars.find(|(at, c)| {
        length += encoded_length(&text.as_bytes()[*at..at + c.len_utf8()]);
        length > most
    });
    cut.map_or(text.len(), |(at, _)| at)
}

/// The length of a text in a query.
pub(super) fn encoded_length(text: &[u8]) -> usize {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"*-._ ".contains(byte);
    let lengths = text.iter().map(|byte| if plain(byte) { 1 } else { 3 });
    lengths.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(fitting("abc", 3), 3);
        assert_eq!(fitting("abc", 2), 2);
        assert_eq!(fitting("a\u{44b}b", 6), 1);
        assert_eq!(fitting("a\u{44b}b", 7), 3);
        assert_eq!(fitting("", 0), 0);
    }

    #[test]
    fn a_pair_that_does_not_fit_leaves_room_for_the_next() {
        let mut room = Room::Query(10);
        assert!(!room.take(b"a", b",,,"));
        assert!(room.take(b"a", b",,"));
        assert!(!room.take(b"a", b""));
        let mut room = Room::Body(4);
        assert!(room.take(b"a", b",,"));
        assert!(!room.take(b"a", b",,"));
        assert!(room.take(b"a", b""));
    }
}
