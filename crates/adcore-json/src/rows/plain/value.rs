//! Reading the values of plain rows.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;

use super::digits::{Digits, POWERS, leading_digits};
use super::{HIGH, ONES};
use crate::number::parse_decimal;

/// The value of a member, which the row reads as the type that it expects.
///
/// Each method returns `None` for a value of another form; the row is then left to serde.
pub struct PlainValue<'a> {
    text: &'a str,
    /// The rest of the text, from the value on.
    rest: &'a [u8],
}

impl<'a> PlainValue<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let rest = text.as_bytes();
        Self { text, rest }
    }

    /// Returns how many bytes have been read.
    #[inline]
    pub(crate) fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline]
    pub(crate) fn pass(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    /// Reads this byte, if it is the next one.
    #[inline]
    pub(super) fn takes(&mut self, byte: u8) -> bool {
        let taken = self.rest.first() == Some(&byte);
        self.pass(usize::from(taken));
        taken
    }

    #[inline]
    pub(super) fn skip_blanks(&mut self) {
        if self.rest.first().is_some_and(|byte| *byte <= b' ') {
            self.skip_run_of_blanks();
        }
    }

    #[cold]
    fn skip_run_of_blanks(&mut self) {
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        self.pass(self.rest.iter().take_while(is_blank).count());
    }

    /// Reads the end of the object, if it is here.
    #[inline]
    pub(crate) fn closes(&mut self) -> bool {
        self.takes(b'}') || self.closes_behind_blanks()
    }

    #[cold]
    fn closes_behind_blanks(&mut self) -> bool {
        let before = self.rest;
        self.skip_blanks();
        if !self.takes(b'}') {
            self.rest = before;
            return false;
        }
        true
    }

    /// Returns a separator such as `,"name":`, which begins with `mark`, and the name in it.
    pub(crate) fn name(&self, mark: u8) -> Option<(&'a str, &'a str)> {
        let text = self.text.get(self.at()..)?;
        let mut ahead = PlainValue::new(text);
        ahead.skip_blanks();
        ahead.takes(mark).then_some(())?;
        ahead.skip_blanks();
        let name = ahead.quoted()?;
        ahead.skip_blanks();
        ahead.takes(b':').then_some(())?;
        ahead.skip_blanks();
        Some((text.get(..ahead.at())?, name))
    }

    /// Reads a whole number, as a JSON number or a string; `Some(None)` is `null`.
    #[inline]
    pub fn integer<T: TryFrom<i64>>(&mut self) -> Option<Option<T>> {
        let number = match Digits::short(self.rest) {
            Some(digits) => {
                self.pass(digits.count);
                digits.value.cast_signed()
            }
            None => match self.long_integer()? {
                Some(number) => number,
                None => return Some(None),
            },
        };
        T::try_from(number).ok().map(Some)
    }

    fn long_integer(&mut self) -> Option<Option<i64>> {
        let quoted = self.takes(b'"');
        let negative = self.takes(b'-');
        let digits = self.digits();
        if digits.count == 0 && !quoted && !negative {
            return self.null();
        }
        let number = i64::try_from(digits.exact()?).ok()?;
        if quoted && !self.takes(b'"') {
            return None;
        }
        match negative {
            // To serde_json, minus zero is a float.
            true if number == 0 => None,
            true => Some(Some(-number)),
            false => Some(Some(number)),
        }
    }

    /// Reads an exact decimal, as a JSON number or a string; `None` in `to` is `null`.
    ///
    /// It is written directly to its place: a returned decimal would be written in parts and then loaded
    /// whole, which stalls the processor.
    #[inline]
    pub fn decimal(&mut self, to: &mut Option<Decimal>) -> Option<()> {
        let whole = Digits::short(self.rest);
        match whole.map_or((0, 0), |whole| self.short_decimal(&whole)) {
            (_, 0) => *to = self.long_decimal()?,
            (digits, decimals) => *to = Some(decimal(digits, decimals)),
        }
        Some(())
    }

    /// Reads `whole`, a point, and up to eleven digits.
    ///
    /// Returns all digits and the number of decimals, which is 0 for any other text. Two words are
    /// returned in registers; an option of a decimal would go through memory.
    #[inline]
    pub(super) fn short_decimal(&mut self, whole: &Digits) -> (u64, u32) {
        self.digits_around_point(whole).unwrap_or((0, 0))
    }

    #[inline]
    fn digits_around_point(&mut self, whole: &Digits) -> Option<(u64, u32)> {
        // The point and the first decimals come with the whole digits, without another bounds check.
        let ahead = u128::from_le_bytes(*self.rest.first_chunk()?) >> (8 * whole.count);
        if ahead as u8 != b'.' {
            return None;
        }
        let (mut count, mut fraction) = leading_digits((ahead >> 8) as u64);
        if count == 8 {
            let (more, digits) = leading_digits(word(self.rest.get(whole.count + 9..)?)?);
            if more > 3 {
                return None;
            }
            fraction = fraction * POWERS.get(more)? + digits;
            count += more;
        }
        if count == 0 {
            return None;
        }
        let digits = whole.value * POWERS.get(count)? + fraction;
        self.rest = self.rest.get(whole.count + 1 + count..)?;
        Some((digits, u32::try_from(count).ok()?))
    }

    fn long_decimal(&mut self) -> Option<Option<Decimal>> {
        let quoted = self.takes(b'"');
        if !quoted && self.rest.first() == Some(&b'n') {
            return self.null();
        }
        let number = parse_decimal(self.number()?)?;
        if quoted && !self.takes(b'"') {
            return None;
        }
        Some(Some(number))
    }

    /// Reads a string; `Some(None)` is `null`.
    #[inline]
    pub fn text(&mut self) -> Option<Option<Cow<'a, str>>> {
        if self.rest.first() != Some(&b'"') {
            return self.null();
        }
        match self.quoted() {
            Some(text) => Some(Some(text.into())),
            None => self.escaped().map(|text| Some(text.into())),
        }
    }

    #[cold]
    fn escaped(&mut self) -> Option<String> {
        serde_json::from_str(self.string()?).ok()
    }

    /// Reads a string that begins with a date such as `2015-12-31`; `Some(None)` is `null`.
    ///
    /// Returns year, month, day and the rest of the string. It is not checked that the day exists.
    #[inline]
    pub fn date(&mut self) -> Option<Option<(i16, i8, i8, &'a str)>> {
        let Some([b'"', date @ .., end]) = self.rest.first_chunk::<12>() else {
            return self.null();
        };
        let (year, month, day) = printed_date(*date)?;
        let rest = if *end == b'"' {
            self.pass(12);
            ""
        } else {
            self.quoted()?.get(date.len()..)?
        };
        Some(Some((year, month, day, rest)))
    }

    /// Returns the text of any value except an array or an object.
    pub(crate) fn scalar(&mut self) -> Option<&'a str> {
        let begin = self.at();
        match self.rest.first()? {
            b'"' => drop(self.string()?),
            b'-' | b'0'..=b'9' => drop(self.number()?),
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            _ => self.word("null")?,
        }
        self.text.get(begin..self.at())
    }

    #[cold]
    fn null<T>(&mut self) -> Option<Option<T>> {
        self.word("null").map(|()| None)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word.as_bytes())?;
        Some(())
    }

    /// Returns the text of a number without an exponent.
    pub(super) fn number(&mut self) -> Option<&'a str> {
        let begin = self.at();
        self.takes(b'-');
        if !self.digits().leads() {
            return None;
        }
        if self.takes(b'.') && self.digits().count == 0 {
            return None;
        }
        self.text.get(begin..self.at())
    }

    /// Reads a string without escapes.
    #[inline]
    pub(super) fn quoted(&mut self) -> Option<&'a str> {
        let (b'"', inside) = self.rest.split_first()? else {
            return None;
        };
        let begin = self.at() + 1;
        let length = until_special(inside);
        let (b'"', rest) = inside.get(length..)?.split_first()? else {
            return None;
        };
        self.rest = rest;
        self.text.get(begin..begin + length)
    }

    /// Returns a string with its quotes and escapes.
    fn string(&mut self) -> Option<&'a str> {
        let begin = self.at();
        let (b'"', mut rest) = self.rest.split_first()? else {
            return None;
        };
        loop {
            rest = rest.get(until_special(rest)..)?;
            match rest {
                [b'"', after @ ..] => {
                    self.rest = after;
                    return self.text.get(begin..self.at());
                }
                [b'\\', _, after @ ..] => rest = after,
                _ => return None,
            }
        }
    }

    /// Reads all digits from here on.
    fn digits(&mut self) -> Digits {
        let mut digits = Digits {
            zero: self.rest.first() == Some(&b'0'),
            ..Digits::default()
        };
        while let Some((digit @ b'0'..=b'9', rest)) = self.rest.split_first() {
            let value = u64::from(digit - b'0');
            digits.value = digits.value.wrapping_mul(10).wrapping_add(value);
            digits.count += 1;
            self.rest = rest;
        }
        digits
    }
}

impl fmt::Debug for PlainValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainValue(..)")
    }
}

/// Creates a decimal from its digits and the number of its decimals.
///
/// `Decimal::new` is not inlined, so its result is returned in memory and has to be copied.
#[inline]
pub(super) fn decimal(digits: u64, decimals: u32) -> Decimal {
    const HALF: u32 = u32::BITS;
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    let (low, middle) = (digits as u32, (digits >> HALF) as u32);
    Decimal::from_parts(low, middle, 0, false, decimals)
}

#[inline]
fn printed_date(date: [u8; 10]) -> Option<(i16, i8, i8)> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = date else {
        return None;
    };
    let (8, number) = leading_digits(u64::from_le_bytes([y0, y1, y2, y3, m0, m1, d0, d1])) else {
        return None;
    };
    let part = |number: u64| i8::try_from(number % 100).ok();
    let year = i16::try_from(number / 10_000).ok()?;
    Some((year, part(number / 100)?, part(number)?))
}

#[inline]
fn word(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk().copied().map(u64::from_le_bytes)
}

/// Returns the number of bytes before the first quote, backslash or control character.
#[inline]
fn until_special(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
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
    at + rest.iter().position(is_special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_end_at_quotes_backslashes_and_controls() {
        let mut random = fastrand::Rng::with_seed(11);
        for _ in 0..20_000 {
            let length = random.usize(..40);
            let bytes: Vec<u8> = std::iter::repeat_with(|| match random.u8(..30) {
                0 => random.u8(..),
                _ => random.u8(b'a'..),
            })
            .take(length)
            .collect();
            let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
            let expected = bytes.iter().position(is_special).unwrap_or(length);
            assert_eq!(until_special(&bytes), expected, "{bytes:?}");
        }
    }
}
