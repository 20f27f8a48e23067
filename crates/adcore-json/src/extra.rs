//! Members that a typed value does not know.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::RawJson;
use adcore::Error;

/// Members of a response that a typed value does not know, by name.
///
/// It dereferences to a `BTreeMap<String, RawJson>`. Its serde form is a single string: the JSON
/// object of the members with their digits untouched, or the empty string if there are none. It
/// therefore fits into a CSV column, a TOML string or a binary format, and can be read back.
///
/// ```
/// use adcore_json::Extra;
///
/// let extra: Extra = r#"{"ecpm":1.50}"#.parse()?;
/// assert_eq!(extra["ecpm"].as_str(), "1.50");
/// assert_eq!(extra.to_string(), r#"{"ecpm":1.50}"#);
/// # Ok::<(), adcore::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Extra(
    /// `None` in nearly every row: an empty map takes longer to drop, and is larger.
    Option<Box<Members>>,
);

type Members = BTreeMap<String, RawJson>;

static NONE: Members = BTreeMap::new();

impl Extra {
    /// Creates an empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Deref for Extra {
    type Target = BTreeMap<String, RawJson>;

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl DerefMut for Extra {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.get_or_insert_default()
    }
}

impl From<Members> for Extra {
    fn from(members: Members) -> Self {
        Self((!members.is_empty()).then(|| Box::new(members)))
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Extra {}

impl Hash for Extra {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl FromIterator<(String, RawJson)> for Extra {
    fn from_iter<I: IntoIterator<Item = (String, RawJson)>>(members: I) -> Self {
        members.into_iter().collect::<Members>().into()
    }
}

impl IntoIterator for Extra {
    type Item = (String, RawJson);
    type IntoIter = std::collections::btree_map::IntoIter<String, RawJson>;

    fn into_iter(self) -> Self::IntoIter {
        self.0
            .map(|members| *members)
            .unwrap_or_default()
            .into_iter()
    }
}

impl<'a> IntoIterator for &'a Extra {
    type Item = (&'a String, &'a RawJson);
    type IntoIter = std::collections::btree_map::Iter<'a, String, RawJson>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&**self).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl FromStr for Extra {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        crate::decode::<Members>(text.as_bytes()).map(Self::from)
    }
}

impl Serialize for Extra {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_empty() {
            serializer.serialize_str("")
        } else {
            serializer.collect_str(self)
        }
    }
}

impl<'de> Deserialize<'de> for Extra {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Extra;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the text of a JSON object")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Extra, E> {
                text.parse()
                    .map_err(|_| E::custom("not the text of a JSON object"))
            }
        }

        deserializer.deserialize_str(Text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_from_which_all_was_removed_is_an_empty_one() {
        let hash = |extra: &Extra| {
            let mut hasher = std::hash::DefaultHasher::new();
            extra.hash(&mut hasher);
            hasher.finish()
        };
        let mut extra: Extra = r#"{"a":1}"#.parse().unwrap();
        assert_ne!(extra, Extra::new());
        assert_eq!(
            extra.remove("a").map(|one| one.as_str().to_owned()),
            Some("1".to_owned())
        );
        assert_eq!(extra, Extra::new());
        assert_eq!(hash(&extra), hash(&Extra::new()));
        assert_eq!(format!("{extra} {extra:?}"), "{} {}");
        assert!("{}".parse::<Extra>().unwrap().into_iter().next().is_none());
    }

    #[test]
    fn it_is_one_text_in_any_format_and_keeps_every_digit() {
        let extra: Extra = r#"{"b":{"x":[1.10]},"a":"я"}"#.parse().unwrap();
        let text = serde_json::to_string(&extra).unwrap();
        assert_eq!(text, r#""{\"a\":\"я\",\"b\":{\"x\":[1.10]}}""#);
        assert_eq!(serde_json::from_str::<Extra>(&text).unwrap(), extra);
        let value = serde_json::to_value(&extra).unwrap();
        assert_eq!(serde_json::from_value::<Extra>(value).unwrap(), extra);
        assert_eq!(serde_json::to_string(&Extra::new()).unwrap(), "\"\"");
        assert_eq!("".parse::<Extra>().unwrap(), Extra::new());
        for bad in ["[]", "x", "{", "7"] {
            assert!(bad.parse::<Extra>().is_err(), "{bad}");
        }
    }
}
