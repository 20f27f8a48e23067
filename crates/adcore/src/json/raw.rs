use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::Error;

/// A JSON value as its own text, for what a typed answer does not know.
///
/// ```
/// use adcore::json::{Raw, decode};
///
/// let raw: Raw = decode(br#"{"cpm": 1.10}"#)?;
/// assert_eq!(raw.as_str(), r#"{"cpm": 1.10}"#);
/// # Ok::<(), adcore::Error>(())
/// ```
#[derive(Clone)]
pub struct Raw(Box<RawValue>);

impl Raw {
    /// `text` as a value, if it is one.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        RawValue::from_string(text.to_owned()).ok().map(Self)
    }

    /// The text, valid JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_str() == "null"
    }

    /// Decodes the value.
    ///
    /// # Errors
    /// `Decode` with the path of the fault, see [`decode`](super::decode).
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Error> {
        super::decode(self.as_str().as_bytes())
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Raw {}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}
