//! Repairs values that Rust types cannot hold exactly, and counts them for a warning.
//!
//! One odd value must not make a report of many months unreadable.

use std::cell::Cell;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::number::without_exponent;

/// How many values of a response were repaired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Repairs {
    rounded: u64,
    odd: u64,
    replaced: u64,
}

thread_local! {
    /// Numbers rounded since the last check; a deserializer has no other way to report them.
    static ROUNDED: Cell<u64> = const { Cell::new(0) };
    /// Numbers kept as they were, likewise.
    static ODD: Cell<u64> = const { Cell::new(0) };
}

/// Notes a number that was kept as it was, because its type cannot hold it.
pub(crate) fn note_odd() {
    ODD.set(ODD.get() + 1);
}

impl Repairs {
    /// Runs `decode` and counts the numbers that it rounds or keeps.
    pub(crate) fn count<T>(&mut self, decode: impl FnOnce() -> T) -> T {
        let before = (ROUNDED.take(), ODD.take());
        let decoded = decode();
        self.rounded += ROUNDED.replace(before.0);
        self.odd += ODD.replace(before.1);
        decoded
    }

    /// Replaces each unpaired surrogate in `json` by U+FFFD; `None` if there is none.
    ///
    /// The text keeps its length.
    pub(crate) fn replace(&mut self, json: &str) -> Option<String> {
        let mut repaired = json.to_owned();
        let mut replaced = 0;
        let mut at = 0;
        while let Some(found) = json.get(at..).and_then(|rest| rest.find('\\')) {
            at += found;
            match (unit(json, at), unit(json, at + 6)) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at += 12,
                (Some(0xD800..=0xDFFF), _) => {
                    repaired.replace_range(at..at + 6, "\\uFFFD");
                    replaced += 1;
                    at += 6;
                }
                // The escaped character may itself be a backslash.
                _ => at += 2,
            }
        }
        self.replaced += replaced;
        (replaced > 0).then_some(repaired)
    }

    /// Logs a warning about the values that were repaired, if any.
    pub(crate) fn warn(self) {
        if self.rounded > 0 {
            tracing::warn!(
                numbers = self.rounded,
                "numbers with more than 28 decimals were rounded"
            );
        }
        if self.odd > 0 {
            tracing::warn!(
                numbers = self.odd,
                "numbers that cannot be held were moved to `extra`"
            );
        }
        if self.replaced > 0 {
            tracing::warn!(
                texts = self.replaced,
                "broken characters were replaced by U+FFFD"
            );
        }
    }
}

/// Returns the UTF-16 unit of an escape such as `\ud83d` at `at`.
fn unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

/// Parses a number that has too many decimals for a `Decimal`, rounded to 28 of them.
pub(crate) fn round(text: &str) -> Option<Decimal> {
    if !is_number(text.strip_prefix('-').unwrap_or(text)) {
        return None;
    }
    let number = Decimal::from_str(&without_exponent(text)?).ok()?;
    ROUNDED.set(ROUNDED.get() + 1);
    Some(number)
}

/// Returns whether a text without its sign looks like a number.
pub(crate) fn is_number(digits: &str) -> bool {
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_pairs_are_replaced_and_whole_pairs_stay() {
        for (json, repaired) in [
            (r#""\ud83d\ude00""#, None),
            (r#""\\ud83d""#, None),
            ("\"é\\n\"", None),
            (r#""\ud83d""#, Some(r#""\uFFFD""#)),
            (r#""\ude00\ud83d\ude00""#, Some(r#""\uFFFD\ud83d\ude00""#)),
            (r#""\ud83d\ud83d\ude00я""#, Some(r#""\uFFFD\ud83d\ude00я""#)),
            (r#""\ud83"#, None),
            ("\\", None),
        ] {
            let mut repairs = Repairs::default();
            assert_eq!(repairs.replace(json).as_deref(), repaired, "{json}");
            assert_eq!(repairs.replaced, u64::from(repaired.is_some()), "{json}");
        }
    }

    #[test]
    fn numbers_are_rounded_to_28_decimals() {
        for (text, number) in [
            ("1.4210854715202004e-14", "0.0000000000000142108547152020"),
            ("-1.4210854715202004E-14", "-0.0000000000000142108547152020"),
            (
                "0.12345678901234567890123456789",
                "0.1234567890123456789012345679",
            ),
            ("1e-99999", "0.0000000000000000000000000000"),
            ("123.4e-2", "1.234"),
        ] {
            let mut repairs = Repairs::default();
            let rounded = repairs.count(|| round(text)).unwrap();
            assert_eq!(rounded.to_string(), number, "{text}");
            assert_eq!(repairs.rounded, 1);
        }
        for bad in [
            "",
            "x",
            "-",
            "1e",
            "1e99",
            "1_0",
            "--1",
            ".5",
            &"9".repeat(60),
        ] {
            assert_eq!(round(bad), None, "{bad}");
        }
    }
}
