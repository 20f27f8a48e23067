//! Plain rows, read faster than serde_json reads them: the names of the row before are expected.
//!
//! What is read here is what serde_json would read. Whatever is not plain (escapes, fractions that
//! are not taken as they stand, deep nesting, faults) is left to serde_json, which reads it again.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// By which serde_json knows that a value wants its own text.
const RAW: &str = "$serde_json::private::RawValue";
const DEEPEST: u32 = 16;

/// What rows have in common, learnt from those before.
#[derive(Default)]
pub(super) struct Plain {
    /// `"name":` with the blanks behind it, in the order of the last row.
    names: Vec<String>,
    odd: u32,
}

impl Plain {
    /// The value at the beginning of `text` and its length; `None` leaves it to serde_json.
    pub(super) fn read<'de, T: Deserialize<'de>>(&mut self, text: &'de str) -> Option<(T, usize)> {
        const PATIENCE: u32 = 64;
        if self.odd >= PATIENCE {
            return None;
        }
        let mut reader = Reader {
            rest: text,
            names: &mut self.names,
            next: 0,
            depth: 0,
        };
        let value = T::deserialize(&mut reader).ok()?;
        let length = text.len() - reader.rest.len();
        self.odd = self.odd.saturating_sub(1);
        Some((value, length))
    }

    /// Says that a whole row was not plain: reading twice must not become the rule.
    pub(super) fn miss(&mut self) {
        self.odd += 2;
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

impl de::Error for Odd {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Reader<'de, 'n> {
    rest: &'de str,
    names: &'n mut Vec<String>,
    /// Which of the names is expected next.
    next: usize,
    depth: u32,
}

impl<'de> Reader<'de, '_> {
    /// The next byte that is no blank.
    fn peek(&mut self) -> Result<u8, Odd> {
        loop {
            match self.rest.as_bytes().first() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.rest = &self.rest[1..],
                Some(byte) => return Ok(*byte),
                None => return Err(Odd),
            }
        }
    }

    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    fn take(&mut self, length: usize) -> Result<&'de str, Odd> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Odd)?;
        self.rest = rest;
        Ok(taken)
    }

    /// A string without escapes, quotes included.
    fn quoted(&mut self) -> Result<&'de str, Odd> {
        if self.peek()? != b'"' {
            return Err(Odd);
        }
        let inside = &self.rest.as_bytes()[1..];
        let end = inside
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F))
            .ok_or(Odd)?;
        if inside[end] != b'"' {
            return Err(Odd);
        }
        self.take(end + 2)
    }

    fn string(&mut self) -> Result<&'de str, Odd> {
        let quoted = self.quoted()?;
        quoted.get(1..quoted.len() - 1).ok_or(Odd)
    }

    /// A whole number of at most 18 digits.
    fn whole<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Odd> {
        const DIGITS: usize = 18;
        let (negative, digits) = match self.rest.as_bytes() {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        let mut number = 0_u64;
        let mut length = 0;
        let end = loop {
            let byte = *digits.get(length).ok_or(Odd)?;
            if !byte.is_ascii_digit() {
                break byte;
            }
            if length == DIGITS {
                return Err(Odd);
            }
            number = number * 10 + u64::from(byte - b'0');
            length += 1;
        };
        let leading_zero = digits[0] == b'0' && (length > 1 || negative);
        if length == 0 || leading_zero || matches!(end, b'.' | b'e' | b'E') {
            return Err(Odd);
        }
        self.skip(length + usize::from(negative));
        if negative {
            visitor.visit_i64(-i64::try_from(number).map_err(|_| Odd)?)
        } else {
            visitor.visit_u64(number)
        }
    }

    /// Any number, as it stands.
    fn number(&mut self) -> Result<&'de str, Odd> {
        let bytes = self.rest.as_bytes();
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
        self.rest = self.rest.strip_prefix(word).ok_or(Odd)?;
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

    /// The name of a member, the colon behind it and the blanks behind that.
    fn name(&mut self) -> Result<&'de str, Odd> {
        let place = self.next;
        self.next += 1;
        let text = self.rest;
        if let Some(expected) = self.names.get(place)
            && let Some(rest) = text.strip_prefix(expected.as_str())
        {
            self.rest = rest;
            let end = expected.bytes().rposition(|byte| byte == b'"');
            return text.get(1..end.unwrap_or_default()).ok_or(Odd);
        }
        let name = self.string()?;
        if self.peek()? != b':' {
            return Err(Odd);
        }
        self.skip(1);
        self.peek()?;
        let seen = &text[..text.len() - self.rest.len()];
        match self.names.get_mut(place) {
            Some(known) => seen.clone_into(known),
            None => self.names.push(seen.to_owned()),
        }
        Ok(name)
    }

    fn nested<T>(
        &mut self,
        open: u8,
        close: u8,
        read: impl FnOnce(&mut Self) -> Result<T, Odd>,
    ) -> Result<T, Odd> {
        if self.peek()? != open || self.depth == DEEPEST {
            return Err(Odd);
        }
        self.skip(1);
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        if self.peek()? != close {
            return Err(Odd);
        }
        self.skip(1);
        Ok(value)
    }

    /// Whether another item follows; takes the comma before it.
    fn more(&mut self, first: &mut bool, close: u8) -> Result<bool, Odd> {
        let byte = self.peek()?;
        if byte == close {
            return Ok(false);
        }
        if !std::mem::take(first) {
            if byte != b',' {
                return Err(Odd);
            }
            self.skip(1);
            self.peek()?;
        }
        Ok(true)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de, '_> {
    type Error = Odd;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        match self.peek()? {
            b'"' => visitor.visit_borrowed_str(self.string()?),
            b'-' | b'0'..=b'9' => self.whole(visitor),
            b'n' => self.word("null").and_then(|()| visitor.visit_unit()),
            b't' => self.word("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.word("false").and_then(|()| visitor.visit_bool(false)),
            b'{' => self.deserialize_map(visitor),
            _ => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        if self.peek()? == b'n' {
            self.word("null").and_then(|()| visitor.visit_none())
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Odd> {
        if name == RAW {
            return visitor.visit_map(OwnText(Some(self.raw()?)));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        self.nested(b'{', b'}', |reader| {
            visitor.visit_map(Members(Items {
                reader,
                first: true,
            }))
        })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Odd> {
        self.deserialize_map(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        self.nested(b'[', b']', |reader| {
            visitor.visit_seq(Items {
                reader,
                first: true,
            })
        })
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Odd> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        visitor.visit_borrowed_str(self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        self.deserialize_str(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Odd> {
        Err(Odd)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Odd> {
        match self.peek()? {
            b'{' | b'[' => self.deserialize_any(visitor),
            _ => self.raw().and_then(|_| visitor.visit_unit()),
        }
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Odd> {
        Err(Odd)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Odd> {
        Err(Odd)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char unit unit_struct tuple_struct
    }
}

struct Items<'r, 'de, 'n> {
    reader: &'r mut Reader<'de, 'n>,
    first: bool,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de, '_> {
    type Error = Odd;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Odd> {
        if !self.reader.more(&mut self.first, b']')? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

struct Members<'r, 'de, 'n>(Items<'r, 'de, 'n>);

impl<'de> MapAccess<'de> for Members<'_, 'de, '_> {
    type Error = Odd;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Odd> {
        let Items { reader, first } = &mut self.0;
        if !reader.more(first, b'}')? {
            return Ok(None);
        }
        let name = reader.name()?;
        seed.deserialize(BorrowedStrDeserializer::new(name))
            .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Odd> {
        seed.deserialize(&mut *self.0.reader)
    }
}

/// A value's own text, dressed as serde_json dresses it.
struct OwnText<'de>(Option<&'de str>);

impl<'de> MapAccess<'de> for OwnText<'de> {
    type Error = Odd;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Odd> {
        if self.0.is_none() {
            return Ok(None);
        }
        let name: StrDeserializer<'_, Odd> = de::IntoDeserializer::into_deserializer(RAW);
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Odd> {
        let text = self.0.take().ok_or(Odd)?;
        seed.deserialize(BorrowedStrDeserializer::new(text))
    }
}
