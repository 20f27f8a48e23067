//! JSON values as text.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::value::RawValue;

use adcore::Error;

/// A JSON value as the text it was sent as, for members that a typed value does not know.
///
/// Two values are equal if their texts are.
///
/// ```
/// use adcore_json::{RawJson, decode};
///
/// let raw: RawJson = decode(br#"{"cpm": 1.10}"#)?;
/// assert_eq!(raw.as_str(), r#"{"cpm": 1.10}"#);
/// # Ok::<(), adcore::Error>(())
/// ```
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Returns `text` as a value, if it is valid JSON.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        RawValue::from_string(text.to_owned()).ok().map(Self)
    }

    /// Returns the text, which is valid JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Returns whether the value is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_str() == "null"
    }

    /// Decodes the value into a type.
    ///
    /// # Errors
    /// `Decode` with the path of the error, as for [`decode`](crate::decode).
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Error> {
        crate::decode(self.as_str().as_bytes())
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RawJson {}

impl Hash for RawJson {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(Self)
    }
}
