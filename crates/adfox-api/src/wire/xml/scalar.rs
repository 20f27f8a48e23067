//! Elements without children for serde: the rules by which text becomes values.

use std::fmt;
use std::iter;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, Visitor};

/// A value of the wrong type; serde's messages quote values, so they are dropped.
#[derive(Debug)]
pub(in crate::wire) struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mismatch")
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// The text of an element without children.
#[derive(Clone, Copy)]
pub(in crate::wire) struct Scalar<'t>(pub(in crate::wire) &'t str);

impl Scalar<'_> {
    fn is_blank(self) -> bool {
        self.0.trim().is_empty()
    }

    pub(in crate::wire) fn is_nothing(self) -> bool {
        const NOTHING: [&str; 4] = ["", "0000-00-00", "0000-00-00 00:00", "0000-00-00 00:00:00"];
        match self.0.as_bytes().first() {
            Some(b'1'..=b'~') => false,
            _ => NOTHING.contains(&self.0.trim()),
        }
    }

    fn number<T: std::str::FromStr>(self) -> Result<T, Mismatch> {
        let number = self.0.parse().or_else(|_| self.0.trim().parse());
        number.map_err(|_| Mismatch)
    }
}

impl IntoDeserializer<'_, Mismatch> for Scalar<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The methods that the deserializers of this module have in common.
macro_rules! same_for_all {
    () => {
        fn deserialize_newtype_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            visitor: V,
        ) -> Result<V::Value, Mismatch> {
            visitor.visit_newtype_struct(self)
        }

        fn deserialize_ignored_any<V: Visitor<'de>>(
            self,
            visitor: V,
        ) -> Result<V::Value, Mismatch> {
            visitor.visit_unit()
        }

        serde::forward_to_deserialize_any! {
            i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
        }
    };
}
pub(super) use same_for_all;

macro_rules! numbers {
    ($($method:ident $visit:ident,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            visitor.$visit(self.number()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Scalar<'_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.is_nothing() {
            visitor.visit_unit()
        } else {
            visitor.visit_str(self.0)
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.is_nothing() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_str(self.0)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_str(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0.trim() {
            "1" | "true" | "on" => visitor.visit_bool(true),
            "0" | "false" | "off" => visitor.visit_bool(false),
            _ => Err(Mismatch),
        }
    }

    numbers! {
        deserialize_i8 visit_i8,
        deserialize_i16 visit_i16,
        deserialize_i32 visit_i32,
        deserialize_i64 visit_i64,
        deserialize_u8 visit_u8,
        deserialize_u16 visit_u16,
        deserialize_u32 visit_u32,
        deserialize_u64 visit_u64,
        deserialize_f32 visit_f32,
        deserialize_f64 visit_f64,
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        let item = (!self.is_blank()).then_some(self);
        visitor.visit_seq(SeqDeserializer::new(item.into_iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.is_blank() {
            let members = iter::empty::<(&str, Self)>();
            visitor.visit_map(MapDeserializer::new(members))
        } else {
            Err(Mismatch)
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_enum(self.0.trim().into_deserializer())
    }

    same_for_all!();
}
