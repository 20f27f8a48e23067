//! Amounts of money in JSON: exact decimals, written as numbers.
//!
//! For `#[serde(with = "crate::amount")]`. [`Decimal`]'s own implementation would read a number
//! through a float and write a string.

use rust_decimal::Decimal;
use serde::ser::Error as _;
use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};
use serde_json::value::RawValue;

/// The vendors' amounts have no more decimals than this.
const MAX_DECIMALS: u32 = 9;

/// Writes a JSON number without trailing zeros.
pub(crate) fn serialize<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    RawValue::from_string(amount.normalize().to_string())
        .map_err(S::Error::custom)?
        .serialize(serializer)
}

/// Reads a JSON number or a numeric string, digit by digit.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    parse(&Box::<RawValue>::deserialize(deserializer)?)
}

fn parse<E: serde::de::Error>(raw: &RawValue) -> Result<Decimal, E> {
    Decimal::from_str_exact(raw.get().trim_matches('"'))
        .ok()
        .filter(|amount| amount.scale() <= MAX_DECIMALS)
        .ok_or_else(|| E::custom("not an amount with at most nine decimals"))
}

/// The same for members that may be absent.
pub(crate) mod option {
    use rust_decimal::Decimal;
    use serde::{Deserialize as _, Deserializer, Serializer};
    use serde_json::value::RawValue;

    pub(crate) fn serialize<S: Serializer>(
        amount: &Option<Decimal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match amount {
            Some(amount) => super::serialize(amount, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decimal>, D::Error> {
        Option::<Box<RawValue>>::deserialize(deserializer)?
            .map(|raw| super::parse(&raw))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Serialize};

    #[derive(Debug, Deserialize, Serialize)]
    #[serde(transparent)]
    struct Amount(#[serde(with = "super")] Decimal);

    #[test]
    fn every_digit_is_kept() {
        for text in [
            "3143.356472008",
            "1622290.744716147",
            "0.000509914",
            "0",
            "100",
            "-0.5",
        ] {
            let amount: Amount = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&amount).unwrap(), text);
        }
        let quoted: Amount = serde_json::from_str("\"1.500\"").unwrap();
        assert_eq!(serde_json::to_string(&quoted).unwrap(), "1.5");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", ".", "1e3", "0.0000000001", "1,5", "NaN"] {
            let quoted = format!("\"{text}\"");
            assert!(serde_json::from_str::<Amount>(&quoted).is_err(), "{text}");
        }
    }
}
