//! Exact numbers.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error as _, Unexpected, Visitor};
use serde_json::value::RawValue;

/// A decimal number with exactly the digits on the wire: a JSON number or a numeric string.
///
/// `null` and an empty string are `None`. A number with more than 28 decimals, such as the
/// `1.4210854715202004e-14` that floating point leaves where zero is meant, is rounded to 28; a
/// number too large for a `Decimal` is an error. It can be decoded from JSON text only, not from a
/// buffered value such as `serde_json::Value`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExactDecimal(pub Option<Decimal>);

/// A whole number: a JSON number, a numeric string, or a decimal whose fraction is zero.
///
/// `null` and an empty string are `None`. A number out of the range of `T` is an error.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Integer<T>(pub Option<T>);

pub(crate) fn parse_decimal(text: &str) -> Option<Decimal> {
    if let Some(number) = short_decimal(text) {
        return Some(number);
    }
    Decimal::from_str_exact(&without_exponent(text)?).ok()
}

/// Returns the number with its exponent written out: `1.5E-3` is `0.0015`.
pub(crate) fn without_exponent(text: &str) -> Option<Cow<'_, str>> {
    /// More zeros than any number has that a `Decimal` can hold.
    const MAX_ZEROS: usize = 100;
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return Some(text.into());
    };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa),
    };
    if !mantissa.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).ok()? + i64::from(exponent.parse::<i32>().ok()?);
    let zeros = |missing: i64| "0".repeat(usize::try_from(missing).map_or(0, |n| n.min(MAX_ZEROS)));
    let written_out = match usize::try_from(point) {
        Ok(point) if point < digits.len() => {
            let (whole, fraction) = digits.split_at_checked(point)?;
            format!("{sign}0{whole}.{fraction}")
        }
        Ok(_) => {
            let missing = point - i64::try_from(digits.len()).ok()?;
            format!("{sign}{digits}{}", zeros(missing))
        }
        Err(_) => format!("{sign}0.{}{digits}", zeros(-point)),
    };
    Some(written_out.into())
}

/// Parses digits and a point that fit into an `i64`, as nearly all numbers do.
fn short_decimal(text: &str) -> Option<Decimal> {
    const DIGITS: usize = 18;
    if text.len() > DIGITS {
        return None;
    }
    let mut mantissa = 0_i64;
    let mut point = None;
    for (at, byte) in text.bytes().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa * 10 + i64::from(digit);
        } else if byte == b'.' && point.is_none() && at > 0 {
            point = Some(at);
        } else {
            return None;
        }
    }
    let scale = match point {
        Some(point) => text.len() - point - 1,
        None => return (!text.is_empty()).then(|| Decimal::new(mantissa, 0)),
    };
    let scale = u32::try_from(scale).ok().filter(|scale| *scale > 0)?;
    Some(Decimal::new(mantissa, scale))
}

impl<'de> Deserialize<'de> for ExactDecimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let text = match raw
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
        {
            Some(quoted) => quoted.trim(),
            None => raw,
        };
        if text.is_empty() || raw == "null" {
            return Ok(Self(None));
        }
        match parse_decimal(text).or_else(|| crate::repair::round(text)) {
            Some(number) => Ok(Self(Some(number))),
            None => Err(D::Error::custom("not a number that can be held exactly")),
        }
    }
}

impl<'de, T: TryFrom<i128>> Deserialize<'de> for Integer<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;

        impl<'de> Visitor<'de> for Whole {
            type Value = Option<i128>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Some(number.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Some(number.into()))
            }

            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
                const EXACT: f64 = 9_007_199_254_740_992.0;
                if number.fract() == 0.0 && number.abs() < EXACT {
                    #[expect(clippy::cast_possible_truncation, reason = "checked just above")]
                    return Ok(Some(number as i128));
                }
                Err(E::invalid_value(Unexpected::Float(number), &self))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                let text = text.trim();
                if text.is_empty() {
                    return Ok(None);
                }
                if let Ok(number) = text.parse() {
                    return Ok(Some(number));
                }
                parse_decimal(text)
                    .filter(Decimal::is_integer)
                    .and_then(|number| i128::try_from(number).ok())
                    .map(Some)
                    .ok_or_else(|| E::custom("not a whole number"))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }

            fn visit_none<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
        }

        let Some(number) = deserializer.deserialize_any(Whole)? else {
            return Ok(Self(None));
        };
        T::try_from(number)
            .map(|number| Self(Some(number)))
            .map_err(|_| D::Error::custom("a whole number out of range"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(json: &str) -> Option<Option<String>> {
        serde_json::from_str::<ExactDecimal>(json)
            .ok()
            .map(|number| number.0.map(|number| number.to_string()))
    }

    #[test]
    fn decimals_keep_every_digit() {
        for (json, text) in [
            ("3143.356472008", "3143.356472008"),
            ("\"1500\"", "1500"),
            ("\" 0.10 \"", "0.10"),
            ("1622290.744716147", "1622290.744716147"),
            ("0.000509914", "0.000509914"),
            (
                "0.1234567890123456789012345678",
                "0.1234567890123456789012345678",
            ),
            ("1e3", "1000"),
            ("1.5E-3", "0.0015"),
            ("-0.5", "-0.5"),
            ("0e99999", "0"),
        ] {
            assert_eq!(exact(json), Some(Some(text.to_owned())), "{json}");
        }
        assert_eq!(exact("1e-29"), Some(Some(format!("0.{}", "0".repeat(28)))));
        assert_eq!(exact("null"), Some(None));
        assert_eq!(exact("\"\""), Some(None));
        let long = "9".repeat(10_000);
        for bad in [&*long, "true", "\"abc\"", "{}", "1e99999999999", "1e29"] {
            assert_eq!(exact(bad), None, "{bad:.20}");
        }
    }

    #[test]
    fn short_decimals_are_what_long_ones_would_be() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let length = random.usize(0..22);
            let text: String =
                std::iter::repeat_with(|| *random.choice(b"0123456789012345.-+_e").unwrap())
                    .map(char::from)
                    .take(length)
                    .collect();
            if let Some(short) = short_decimal(&text) {
                let long = Decimal::from_str_exact(&text).unwrap();
                assert_eq!((short, short.scale()), (long, long.scale()), "{text}");
            }
        }
        assert!(short_decimal("3143.356472008").is_some());
    }

    #[test]
    fn exponents_are_written_out() {
        for (json, text) in [
            ("1.25e1", "12.5"),
            ("1.25e2", "125"),
            ("1.25e4", "12500"),
            ("1.25e0", "1.25"),
            ("125e-2", "1.25"),
            ("-125e-5", "-0.00125"),
            ("0.00e5", "0"),
            ("1e-28", "0.0000000000000000000000000001"),
        ] {
            assert_eq!(exact(json), Some(Some(text.to_owned())), "{json}");
        }
        for bad in [
            "\"e3\"",
            "\"-e3\"",
            "\".e3\"",
            "\"1.2.3e1\"",
            "\"1e\"",
            "\"1e1e1\"",
        ] {
            assert_eq!(exact(bad), None, "{bad}");
        }
    }

    #[test]
    fn integers_in_every_form() {
        let whole = |json: &str| serde_json::from_str::<Integer<u64>>(json).ok().map(|n| n.0);
        assert_eq!(whole("71385"), Some(Some(71385)));
        assert_eq!(whole("\"71385\""), Some(Some(71385)));
        assert_eq!(whole("71385.0"), Some(Some(71385)));
        assert_eq!(whole("\"7.0\""), Some(Some(7)));
        assert_eq!(whole("18446744073709551615"), Some(Some(u64::MAX)));
        assert_eq!(whole("null"), Some(None));
        assert_eq!(whole("\"\""), Some(None));
        for bad in [
            "-1",
            "1.5",
            "\"x\"",
            "true",
            "[]",
            "1e300",
            "18446744073709551616",
        ] {
            assert_eq!(whole(bad), None, "{bad}");
        }
    }
}
