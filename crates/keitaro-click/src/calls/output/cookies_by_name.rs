//! Serde of cookies as a map from name to value, as the vendor sends them.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::Serializer;

use super::Cookie;

pub(super) fn serialize<S: Serializer>(
    cookies: &[Cookie],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(cookies.iter().map(|cookie| (&cookie.name, &cookie.value)))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Cookie>, D::Error> {
    deserializer.deserialize_map(ByName)
}

struct ByName;

impl<'de> Visitor<'de> for ByName {
    type Value = Vec<Cookie>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from cookie name to value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Cookie>, A::Error> {
        let mut cookies = Vec::new();
        while let Some((name, value)) = map.next_entry()? {
            cookies.push(Cookie { name, value });
        }
        Ok(cookies)
    }
}
