//! Values that trackers write in several ways.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::calls::Status;

/// A string, a number or a flag as text; `None` for null.
pub(super) struct Text(pub(super) Option<String>);

/// An id or a list of ids, as numbers or numeric strings; anything else is ignored.
pub(super) struct Ids<C>(pub(super) C);

/// What [`Ids`] are kept in.
pub(super) trait Collection: Default {
    fn add(&mut self, id: u64);
}

/// All of them.
impl Collection for Vec<u64> {
    fn add(&mut self, id: u64) {
        self.push(id);
    }
}

/// The first one.
impl Collection for Option<u64> {
    fn add(&mut self, id: u64) {
        self.get_or_insert(id);
    }
}

/// A flag as a boolean, a number or a string; anything else is `None`.
pub(super) struct Flag(pub(super) Option<bool>);

/// A count as a number or a numeric string; other scalars are `None`.
pub(super) struct Count(pub(super) Option<u64>);

pub(super) struct StatusMember(pub(super) Option<Status>);

macro_rules! deserialize_any {
    ($type:ty, $visitor:expr) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any($visitor)
            }
        }
    };
}
pub(super) use deserialize_any;

struct TextVisitor;
deserialize_any!(Text, TextVisitor);

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        Ok(Text(Some(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Text, E> {
        Ok(Text(Some(text)))
    }

    fn visit_unit<E: Error>(self) -> Result<Text, E> {
        Ok(Text(None))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Text, E> {
        Ok(Text(value.then(|| "1".to_owned())))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Text, E> {
        Ok(Text(Some(value.to_string())))
    }
}

struct IdsVisitor<C>(C);

impl<'de, C: Collection> Deserialize<'de> for Ids<C> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ids = deserializer.deserialize_any(IdsVisitor(C::default()));
        ids.map(Self)
    }
}

impl<'de, C: Collection> Visitor<'de> for IdsVisitor<C> {
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id")
    }

    fn visit_u64<E: Error>(mut self, id: u64) -> Result<C, E> {
        self.0.add(id);
        Ok(self.0)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<C, E> {
        Ok(self.0)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<C, E> {
        Ok(self.0)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<C, E> {
        Ok(self.0)
    }

    fn visit_unit<E: Error>(self) -> Result<C, E> {
        Ok(self.0)
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<C, E> {
        if let Ok(id) = text.trim().parse() {
            self.0.add(id);
        }
        Ok(self.0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<C, A::Error> {
        let mut all = self.0;
        while let Some(Ids(ids)) = seq.next_element::<Ids<Vec<u64>>>()? {
            ids.into_iter().for_each(|id| all.add(id));
        }
        Ok(all)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<C, A::Error> {
        let mut all = self.0;
        while let Some((IgnoredAny, Ids(ids))) = map.next_entry::<_, Ids<Vec<u64>>>()? {
            ids.into_iter().for_each(|id| all.add(id));
        }
        Ok(all)
    }
}

struct FlagVisitor;
deserialize_any!(Flag, FlagVisitor);

impl<'de> Visitor<'de> for FlagVisitor {
    type Value = Flag;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a flag")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Flag, E> {
        Ok(Flag(Some(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Flag, E> {
        Ok(Flag(match value {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Flag, E> {
        Ok(Flag(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Flag, E> {
        Ok(Flag(None))
    }

    fn visit_unit<E: Error>(self) -> Result<Flag, E> {
        Ok(Flag(None))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
        Ok(Flag(match text.trim() {
            "1" | "true" | "yes" => Some(true),
            "0" | "false" | "no" => Some(false),
            _ => None,
        }))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Flag, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Flag(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Flag, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Flag(None))
    }
}

struct CountVisitor;
deserialize_any!(Count, CountVisitor);

impl Visitor<'_> for CountVisitor {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Count, E> {
        Ok(Count(Some(value)))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Count, E> {
        Ok(Count(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Count, E> {
        Ok(Count(None))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Count, E> {
        Ok(Count(None))
    }

    fn visit_unit<E: Error>(self) -> Result<Count, E> {
        Ok(Count(None))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Count, E> {
        Ok(Count(text.trim().parse().ok()))
    }
}

struct StatusVisitor;
deserialize_any!(StatusMember, StatusVisitor);

impl Visitor<'_> for StatusVisitor {
    type Value = StatusMember;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a status")
    }

    fn visit_u64<E: Error>(self, code: u64) -> Result<StatusMember, E> {
        let code = i64::try_from(code).unwrap_or(i64::MAX);
        Ok(StatusMember(Some(Status::Code(code))))
    }

    fn visit_i64<E: Error>(self, code: i64) -> Result<StatusMember, E> {
        Ok(StatusMember(Some(Status::Code(code))))
    }

    fn visit_f64<E: Error>(self, code: f64) -> Result<StatusMember, E> {
        self.visit_str(&code.to_string())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<StatusMember, E> {
        Ok(StatusMember(None))
    }

    fn visit_unit<E: Error>(self) -> Result<StatusMember, E> {
        Ok(StatusMember(None))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<StatusMember, E> {
        let text = text.trim();
        Ok(StatusMember(match text.parse() {
            Ok(code) => Some(Status::Code(code)),
            Err(_) if text.is_empty() => None,
            Err(_) => Some(Status::Other(text.to_owned())),
        }))
    }
}
