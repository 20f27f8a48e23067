//! The members of a plain row for serde.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};

use super::super::extra::{EXTRA, Named, text};
use super::super::scalar::{Mismatch, Scalar, same_for_all};
use super::{Cursor, State};
use crate::calls::Value;

impl<'t> Cursor<'_, 't> {
    /// Learns which fields the type of the row has.
    fn expect(&mut self, named: Named) {
        if !self.named.is_same(named) {
            *self.named = named;
            self.columns.clear();
        }
    }

    /// The name of the next member that the type has a field for.
    fn field(&mut self) -> Result<Option<&'t str>, Mismatch> {
        while let Some(name) = self.member()? {
            let column = self.columns.get(self.column);
            if !column.is_some_and(|column| column.is_extra) {
                return Ok(Some(name));
            }
            let text = self.value()?;
            self.extra.push((name, text));
        }
        Ok(None)
    }
}

fn value(text: &str) -> Value {
    if Scalar(text).is_nothing() {
        Value::Empty
    } else {
        Value::Text(text.to_owned())
    }
}

impl<'de> MapAccess<'de> for &mut Cursor<'_, '_> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        let name = match self.field()? {
            Some(name) => name,
            None if self.extra.is_empty() => return Ok(None),
            None => {
                let extra = self.extra.drain(..);
                self.extra_text = text(extra.map(|(name, text)| (name.to_owned(), value(&text))));
                EXTRA
            }
        };
        let name: StrDeserializer<'_, Mismatch> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Mismatch> {
        match self.extra_text.take() {
            Some(text) => seed.deserialize(Scalar(&text)),
            None => seed.deserialize(Scalar(&self.value()?)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.columns.len())
    }
}

/// The XML reader decides about a type that is not a map of members.
macro_rules! odd {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Mismatch> {
            Err(self.stop(State::Odd))
        })*
    };
}

impl<'de> Deserializer<'de> for &mut Cursor<'_, '_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_map(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Mismatch> {
        Err(self.stop(State::Odd))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.expect(Named::new(fields));
        visitor.visit_map(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.expect(Named::default());
        visitor.visit_map(self)
    }

    odd! {
        deserialize_str deserialize_string deserialize_bool deserialize_seq
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    same_for_all!();
}
