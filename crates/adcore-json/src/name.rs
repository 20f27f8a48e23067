//! Names of members without an allocation.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// The name of a member, borrowed from the JSON unless it contains an escape.
///
/// For visitors that compare names: unlike `String`, it needs no allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberName<'de>(Cow<'de, str>);

impl MemberName<'_> {
    /// Converts the name into an owned string.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0.into_owned()
    }
}

impl Deref for MemberName<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for MemberName<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = MemberName<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member's name")
            }

            fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<MemberName<'de>, E> {
                Ok(MemberName(Cow::Borrowed(name)))
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<MemberName<'de>, E> {
                Ok(MemberName(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_borrowed_unless_escaped() {
        let plain: MemberName<'_> = serde_json::from_str(r#""shows""#).unwrap();
        assert!(matches!(plain.0, Cow::Borrowed("shows")));
        let escaped: MemberName<'_> = serde_json::from_str(r#""sh\u006fws""#).unwrap();
        assert_eq!(&*escaped, "shows");
        assert_eq!(escaped.into_string(), "shows");
        assert!(serde_json::from_str::<MemberName<'_>>("7").is_err());
    }
}
