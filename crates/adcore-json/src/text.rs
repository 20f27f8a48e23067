//! Serializes values as strings, which every serde format can write and read back.
//!
//! The modules are for `#[serde(with = "…")]`.

/// An optional decimal, such as money, as a string with all its digits.
///
/// Unlike `rust_decimal::serde::str_option`, it also reads a null inside an untagged enum.
///
/// ```
/// use adcore_json::Decimal;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Row {
///     #[serde(with = "adcore_json::text::decimal")]
///     income: Option<Decimal>,
/// }
///
/// let row: Row = serde_json::from_str(r#"{"income":"1.50"}"#)?;
/// assert_eq!(serde_json::to_string(&row)?, r#"{"income":"1.50"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub mod decimal {
    use rust_decimal::Decimal;
    use serde::de::{Deserialize, Deserializer, Error};

    pub use rust_decimal::serde::str_option::serialize;

    /// Deserializes the string, or nothing.
    ///
    /// # Errors
    /// When the string is not a decimal number.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decimal>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|_| D::Error::custom("not a decimal number"))
    }
}

/// An optional JSON value as a string that holds its text.
///
/// ```
/// use adcore_json::RawJson;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Call {
///     #[serde(with = "adcore_json::text::json")]
///     params: Option<RawJson>,
/// }
///
/// let call: Call = serde_json::from_str(r#"{"params":"[1.0]"}"#)?;
/// assert_eq!(call.params.as_ref().unwrap().as_str(), "[1.0]");
/// assert_eq!(serde_json::to_string(&call)?, r#"{"params":"[1.0]"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub mod json {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::{Serialize, Serializer};

    use crate::RawJson;

    /// Serializes the text as a string, or nothing.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        json: &Option<RawJson>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        json.as_ref().map(RawJson::as_str).serialize(serializer)
    }

    /// Deserializes the string, or nothing.
    ///
    /// # Errors
    /// When the string is not JSON.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<RawJson>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else {
            return Ok(None);
        };
        RawJson::from_text(&text)
            .map(Some)
            .ok_or_else(|| D::Error::custom("not JSON"))
    }
}
