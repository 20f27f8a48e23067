//! Plain rows, read faster than serde_json reads them: the names of the row before are expected.
//!
//! What is read here is what serde_json would read. Whatever is not plain (escapes, fractions that
//! are not taken as they stand, deep nesting, faults) is left to serde_json, which reads it again.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Visitor};

mod deserializer;

const DEEPEST: u32 = 16;

/// What rows have in common, learnt from those before.
#[derive(Default)]
pub(super) struct Plain {
    /// In the order of the last row.
    names: Vec<Known>,
    odd: u32,
}

/// `"name":` with the comma before it, if there is one, and the blanks behind both.
struct Known {
    text: String,
    /// Where in it the name stands.
    name: Range<usize>,
    /// Whether it was the first in its object.
    first: bool,
}

impl Plain {
    /// The value at the beginning of `text` and its length; `None` leaves it to serde_json.
    pub(super) fn read<'de, T: Deserialize<'de>>(&mut self, text: &'de str) -> Option<(T, usize)> {
        const PATIENCE: u32 = 64;
        if self.odd >= PATIENCE {
            return None;
        }
        let mut reader = Reader {
            text,
            at: 0,
            names: &mut self.names,
            next: 0,
            depth: 0,
        };
        let value = T::deserialize(&mut reader).ok()?;
        let length = reader.at;
        self.odd = self.odd.saturating_sub(1);
        Some((value, length))
    }

    /// Says that a whole row was not plain: reading twice must not become the rule.
    pub(super) fn miss(&mut self) {
        self.odd = self.odd.saturating_add(2);
    }
}

/// Left to serde_json.
#[derive(Debug)]
struct Odd;

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not plain")
    }
}

impl std::error::Error for Odd {}

impl serde::de::Error for Odd {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Reader<'de, 'n> {
    text: &'de str,
    at: usize,
    names: &'n mut Vec<Known>,
    /// Which of the names is expected next.
    next: usize,
    depth: u32,
}

impl<'de> Reader<'de, '_> {
    /// The next byte that is no blank.
    #[inline]
    fn peek(&mut self) -> Result<u8, Odd> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if *byte > b' ' => Ok(*byte),
            _ => self.peek_behind_blanks(),
        }
    }

    #[cold]
    fn peek_behind_blanks(&mut self) -> Result<u8, Odd> {
        let rest = self.rest();
        let blanks = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        self.at += blanks.count();
        self.text.as_bytes().get(self.at).copied().ok_or(Odd)
    }

    #[inline]
    fn rest(&self) -> &'de [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'de str, Odd> {
        let end = self.at + length;
        let taken = self.text.get(self.at..end).ok_or(Odd)?;
        self.at = end;
        Ok(taken)
    }

    /// A string without escapes, quotes included.
    #[inline]
    fn quoted(&mut self) -> Result<&'de str, Odd> {
        if self.peek()? != b'"' {
            return Err(Odd);
        }
        let inside = &self.rest()[1..];
        let length = until_special(inside);
        if inside.get(length) != Some(&b'"') {
            return Err(Odd);
        }
        self.take(length + 2)
    }

    #[inline]
    fn string(&mut self) -> Result<&'de str, Odd> {
        let quoted = self.quoted()?;
        quoted.get(1..quoted.len() - 1).ok_or(Odd)
    }

    /// A whole number of at most 18 digits.
    #[inline]
    fn whole<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Odd> {
        const DIGITS: usize = 18;
        let (negative, digits) = match self.rest() {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        let mut number = 0_u64;
        let mut length = 0;
        let end = loop {
            let byte = *digits.get(length).ok_or(Odd)?;
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break byte;
            }
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
            length += 1;
        };
        let leading_zero = digits[0] == b'0' && (length > 1 || negative);
        if !(1..=DIGITS).contains(&length) || leading_zero || matches!(end, b'.' | b'e' | b'E') {
            return Err(Odd);
        }
        self.at += length + usize::from(negative);
        if negative {
            visitor.visit_i64(-i64::try_from(number).map_err(|_| Odd)?)
        } else {
            visitor.visit_u64(number)
        }
    }

    /// Any number without an exponent, as it stands.
    fn number(&mut self) -> Result<&'de str, Odd> {
        let bytes = self.rest();
        let mut at = usize::from(bytes.first() == Some(&b'-'));
        let digits = |from: usize| {
            let more = bytes.get(from..).unwrap_or_default();
            more.iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let whole = digits(at);
        if whole == 0 || whole > 1 && bytes[at] == b'0' {
            return Err(Odd);
        }
        at += whole;
        if bytes.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            if fraction == 0 {
                return Err(Odd);
            }
            at += 1 + fraction;
        }
        match bytes.get(at) {
            None | Some(b'e' | b'E') => Err(Odd),
            Some(_) => self.take(at),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), Odd> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(Odd);
        }
        self.at += word.len();
        Ok(())
    }

    /// A scalar, as it stands.
    fn raw(&mut self) -> Result<&'de str, Odd> {
        match self.peek()? {
            b'"' => self.quoted(),
            b'-' | b'0'..=b'9' => self.number(),
            b'n' => self.word("null").map(|()| "null"),
            b't' => self.word("true").map(|()| "true"),
            b'f' => self.word("false").map(|()| "false"),
            _ => Err(Odd),
        }
    }

    /// The name of the next member, and goes to its value; `None` at the end of the object.
    #[inline]
    fn name(&mut self, first: &mut bool) -> Result<Option<&'de str>, Odd> {
        if let Some(known) = self.names.get(self.next)
            && known.first == *first
            && self.rest().starts_with(known.text.as_bytes())
        {
            let (begin, name) = (self.at, &known.name);
            self.at += known.text.len();
            self.next += 1;
            *first = false;
            return Ok(self.text.get(begin + name.start..begin + name.end));
        }
        if self.peek()? == b'}' {
            return Ok(None);
        }
        self.learn(first).map(Some)
    }

    #[cold]
    fn learn(&mut self, first: &mut bool) -> Result<&'de str, Odd> {
        let (begin, is_first) = (self.at, *first);
        if !self.more(first, b'}')? {
            return Err(Odd);
        }
        let start = self.at + 1 - begin;
        let name = self.string()?;
        if self.peek()? != b':' {
            return Err(Odd);
        }
        self.at += 1;
        self.peek()?;
        let known = Known {
            text: self.text[begin..self.at].to_owned(),
            name: start..start + name.len(),
            first: is_first,
        };
        match self.names.get_mut(self.next) {
            Some(old) => *old = known,
            None => self.names.push(known),
        }
        self.next += 1;
        Ok(name)
    }

    #[inline]
    fn nested<T>(
        &mut self,
        open: u8,
        close: u8,
        read: impl FnOnce(&mut Self) -> Result<T, Odd>,
    ) -> Result<T, Odd> {
        if self.peek()? != open || self.depth == DEEPEST {
            return Err(Odd);
        }
        self.at += 1;
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        if self.peek()? != close {
            return Err(Odd);
        }
        self.at += 1;
        Ok(value)
    }

    /// Whether another item follows; takes the comma before it.
    #[inline]
    fn more(&mut self, first: &mut bool, close: u8) -> Result<bool, Odd> {
        let byte = self.peek()?;
        if byte == close {
            return Ok(false);
        }
        if !std::mem::take(first) {
            if byte != b',' {
                return Err(Odd);
            }
            self.at += 1;
            self.peek()?;
        }
        Ok(true)
    }
}

/// How many bytes stand before the first quote, backslash or control character.
#[inline]
fn until_special(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ONES << 7;
    let mut words = bytes.chunks_exact(8);
    let mut at = 0;
    for word in words.by_ref() {
        let word = word.try_into().map_or(0, u64::from_le_bytes);
        // In each, the lowest high bit marks the first such byte; bits above it may be wrong.
        let below = |limit: u64, word: u64| word.wrapping_sub(ONES * limit) & !word;
        let quote = below(1, word ^ (ONES * u64::from(b'"')));
        let backslash = below(1, word ^ (ONES * u64::from(b'\\')));
        let special = (below(0x20, word) | quote | backslash) & HIGH;
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
    let rest = words.remainder();
    at + rest.iter().position(is_special).unwrap_or(rest.len())
}
