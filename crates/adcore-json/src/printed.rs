use std::fmt;

use serde::de::{Deserialize, Deserializer, Visitor};

/// A text, or a number in its place as its digits.
///
/// `null` is `None`. Decodes from JSON text and from a buffered value.
///
/// ```
/// use adcore_json::TextOrNumber;
///
/// let names: Vec<TextOrNumber> = adcore_json::decode(br#"["top", 7481, null]"#)?;
/// let names: Vec<_> = names.into_iter().map(|name| name.0).collect();
/// assert_eq!(names, [Some("top".to_owned()), Some("7481".to_owned()), None]);
/// # Ok::<(), adcore::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextOrNumber(pub Option<String>);

impl<'de> Deserialize<'de> for TextOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;

        impl Visitor<'_> for AnyText {
            type Value = Option<String>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Some(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Some(number.to_string()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Some(number.to_string()))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Some(number.to_string()))
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(None)
            }
        }

        deserializer.deserialize_any(AnyText).map(Self)
    }
}
