//! Exact amounts with nine decimals.

use std::fmt;
use std::ops::{Add, AddAssign};
use std::str::FromStr;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

const SCALE: i128 = 1_000_000_000;
const DECIMALS: usize = 9;

/// An amount of money in billionths, printed without needless zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(i128);

impl Money {
    /// An amount of so many billionths.
    #[must_use]
    pub const fn from_billionths(billionths: i128) -> Self {
        Self(billionths)
    }

    /// The amount in billionths.
    #[must_use]
    pub const fn billionths(self) -> i128 {
        self.0
    }

    /// Whether the amount is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let amount = self.0.unsigned_abs();
        let scale = SCALE.unsigned_abs();
        write!(f, "{}", amount / scale)?;
        let mut rest = amount % scale;
        if rest > 0 {
            let mut width = DECIMALS;
            while rest.is_multiple_of(10) {
                rest /= 10;
                width -= 1;
            }
            write!(f, ".{rest:0width$}")?;
        }
        Ok(())
    }
}

/// A text that is no amount with at most nine decimals.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not an amount with at most nine decimals")]
pub struct MoneyError;

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(decimals) || decimals.len() > DECIMALS {
            return Err(MoneyError);
        }
        let whole: i128 = whole.parse().map_err(|_| MoneyError)?;
        let rest: i128 = format!("{decimals:0<DECIMALS$}")
            .parse()
            .map_err(|_| MoneyError)?;
        let amount = whole
            .checked_mul(SCALE)
            .and_then(|amount| amount.checked_add(rest))
            .ok_or(MoneyError)?;
        Ok(Self(if negative { -amount } else { amount }))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string())
            .map_err(S::Error::custom)?
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    /// Takes a JSON number or a numeric string, digit by digit.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        raw.get()
            .trim_matches('"')
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Money;

    #[test]
    fn money_keeps_each_digit_of_the_text() {
        for text in [
            "3143.356472008",
            "1622290.744716147",
            "0.000509914",
            "0",
            "100",
            "-0.5",
        ] {
            let json = format!("[{text}]");
            let parsed: Vec<Money> = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&parsed).unwrap(), json);
        }
        assert_eq!("1.500".parse::<Money>().unwrap().to_string(), "1.5");
    }

    #[test]
    fn money_refuses_what_it_could_not_keep() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1e3",
            "0.0000000001",
            "+1",
            "1,5",
            "NaN",
        ] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
    }
}
