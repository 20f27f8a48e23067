//! Optional money as an exact text.
//!
//! `rust_decimal::serde::str_option` reads no null inside an untagged enum, this module does.

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, Error};

pub(super) use rust_decimal::serde::str_option::serialize;

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Decimal>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    text.parse()
        .map(Some)
        .map_err(|_| D::Error::custom("not a decimal number"))
}
