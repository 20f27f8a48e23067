//! Numbers of reports.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::value::RawValue;

use crate::{Extra, RawJson, repair};

/// A number of a report: an [`ExactDecimal`](crate::ExactDecimal) or an [`Integer`](crate::Integer)
/// `N`, or its JSON if it is one that `N` cannot hold.
///
/// One such value must not end a report of many months: `NaN` and `Infinity`, which programs print
/// for a ratio of zeros, a fraction or a negative number where a count is expected, or a number that
/// is too large. They are counted, and a warning is logged. Anything that is no number is an error.
/// It can be decoded from JSON text only.
///
/// ```
/// use adcore_json::{Integer, Tolerant};
///
/// let counts: Vec<Tolerant<Integer<u64>>> = adcore_json::decode(br#"[7, 10.5, "NaN"]"#)?;
/// let counts: Vec<_> = counts.into_iter().map(|count| count.0).collect();
/// assert_eq!(counts[0], Ok(Integer(Some(7))));
/// assert_eq!(counts[1].as_ref().unwrap_err().as_str(), "10.5");
/// # Ok::<(), adcore::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tolerant<N>(pub Result<N, RawJson>);

impl<N> Tolerant<N> {
    /// Returns the number, or `None` after moving its JSON to `extra`.
    ///
    /// There it is the member `name` with `_sent` appended: a row that is written with the members of
    /// `extra` beside its own must not have two of one name.
    pub fn or_keep(self, name: &str, extra: &mut Extra) -> Option<N> {
        match self.0 {
            Ok(number) => Some(number),
            Err(odd) => {
                extra.insert(format!("{name}_sent"), odd);
                None
            }
        }
    }
}

impl<'de, N: Deserialize<'de>> Deserialize<'de> for Tolerant<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&RawValue>::deserialize(deserializer)?.get();
        if let Ok(number) = serde_json::from_str(json) {
            return Ok(Self(Ok(number)));
        }
        let odd = RawJson::from_text(json).filter(|_| is_number(json));
        let odd = odd.ok_or_else(|| D::Error::custom("not a number"))?;
        repair::note_odd();
        Ok(Self(Err(odd)))
    }
}

/// Returns whether a value or text is a number, be it infinite or none at all.
fn is_number(json: &str) -> bool {
    let text = json.trim_matches('"').trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let words = ["nan", "inf", "infinity"];
    words.iter().any(|word| digits.eq_ignore_ascii_case(word)) || repair::is_number(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ExactDecimal, Integer};

    #[test]
    fn what_cannot_be_held_is_kept_as_it_was() {
        let count = |json| serde_json::from_str::<Tolerant<Integer<u64>>>(json);
        let money = |json| serde_json::from_str::<Tolerant<ExactDecimal>>(json);
        assert_eq!(count("\"12\"").unwrap().0, Ok(Integer(Some(12))));
        assert_eq!(count("null").unwrap().0, Ok(Integer(None)));
        for json in [
            "-1",
            "10.5",
            "\"10.5\"",
            "1e300",
            "18446744073709551616",
            "\"NaN\"",
        ] {
            let kept = count(json).unwrap().0.unwrap_err();
            assert_eq!(kept.as_str(), json);
        }
        let long = "9".repeat(40);
        for json in [
            "\"NaN\"",
            "\"Infinity\"",
            "\"-Infinity\"",
            "\"INF\"",
            " \"nan\" ",
            "1e29",
            &long,
        ] {
            let kept = money(json).unwrap().0.unwrap_err();
            assert_eq!(kept.as_str(), json.trim());
        }
        for json in [
            "\"canary\"",
            "true",
            "[]",
            "{}",
            "\"1 234\"",
            "\"1,5\"",
            "\"-\"",
            "NaN",
        ] {
            assert!(count(json).is_err() && money(json).is_err(), "{json}");
        }
    }
}
