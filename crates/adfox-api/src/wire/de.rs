//! Rows for serde: the rules by which elements become values.
//!
//! An empty element and the date of all zeros are `None`; `row0`, `row1`, … are a sequence in
//! numeric order, and so are repeated elements; numbers are read from text.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess};
use serde::de::{DeserializeOwned, Visitor};

use super::node::Node;

/// Decodes an element; the error is the path to the member that does not fit.
pub(super) fn decode<T: DeserializeOwned>(node: &Node<'_>) -> Result<T, String> {
    serde_path_to_error::deserialize(Element::One(node)).map_err(|error| error.path().to_string())
}

/// A mismatch; serde's words quote values, so they are dropped.
#[derive(Debug)]
struct Mismatch;

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

/// The elements of one name inside their parent.
#[derive(Clone)]
enum Element<'n> {
    One(&'n Node<'n>),
    Many(Vec<&'n Node<'n>>),
}

impl<'n> Element<'n> {
    fn name(&self) -> &str {
        match self {
            Self::One(node) => node.name(),
            Self::Many(nodes) => nodes.first().map_or("", |node| node.name()),
        }
    }

    fn push(&mut self, node: &'n Node<'n>) {
        match self {
            Self::One(first) => *self = Self::Many(vec![*first, node]),
            Self::Many(nodes) => nodes.push(node),
        }
    }

    fn scalar(&self) -> Result<&'n str, Mismatch> {
        match self {
            Self::One(node) if node.children.is_empty() => Ok(&node.text),
            _ => Err(Mismatch),
        }
    }

    fn number<T: std::str::FromStr>(&self) -> Result<T, Mismatch> {
        self.scalar()?.trim().parse().map_err(|_| Mismatch)
    }

    fn is_nothing(&self) -> bool {
        self.scalar().is_ok_and(|text| {
            const NOTHING: [&str; 4] =
                ["", "0000-00-00", "0000-00-00 00:00", "0000-00-00 00:00:00"];
            NOTHING.contains(&text.trim())
        })
    }

    /// The items of a sequence.
    fn items(self) -> Vec<&'n Node<'n>> {
        match self {
            Self::Many(nodes) => nodes,
            Self::One(node) if is_list(node) => {
                let mut rows: Vec<_> = node.children.iter().collect();
                rows.sort_by_key(|row| row.number());
                rows
            }
            Self::One(node) if node.children.is_empty() && node.text.trim().is_empty() => {
                Vec::new()
            }
            Self::One(node) => vec![node],
        }
    }
}

/// Whether all children are numbered rows.
fn is_list(node: &Node<'_>) -> bool {
    !node.children.is_empty() && node.children.iter().all(|child| child.number().is_some())
}

macro_rules! numbers {
    ($($method:ident $visit:ident,)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            visitor.$visit(self.number()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Element<'_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match &self {
            _ if self.is_nothing() => visitor.visit_unit(),
            Self::One(node) if node.children.is_empty() => visitor.visit_str(&node.text),
            Self::One(node) if !is_list(node) => self.deserialize_map(visitor),
            _ => self.deserialize_seq(visitor),
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
        visitor.visit_str(self.scalar()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.scalar()?.trim() {
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
        visitor.visit_seq(Items(self.items().into_iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Self::One(node) if node.children.is_empty() && !node.text.trim().is_empty() => {
                Err(Mismatch)
            }
            Self::One(node) => visitor.visit_map(Members::new(node)),
            Self::Many(_) => Err(Mismatch),
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

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_enum(self.scalar()?.trim().into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }
}

struct Items<'n>(std::vec::IntoIter<&'n Node<'n>>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Mismatch;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Mismatch> {
        let item = self.0.next().map(Element::One);
        item.map(|item| seed.deserialize(item)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// Members in the order of the answer; repeated ones come together.
struct Members<'n> {
    rest: std::vec::IntoIter<Element<'n>>,
    value: Option<Element<'n>>,
}

impl<'n> Members<'n> {
    fn new(parent: &'n Node<'n>) -> Self {
        // Numbered rows do not repeat, and comparing thousands of them would take long.
        let numbered = is_list(parent);
        let mut members: Vec<Element<'n>> = Vec::with_capacity(parent.children.len());
        for child in &parent.children {
            let known = members
                .iter_mut()
                .find(|known| !numbered && known.name() == child.name());
            match known {
                Some(known) => known.push(child),
                None => members.push(Element::One(child)),
            }
        }
        Self {
            rest: members.into_iter(),
            value: None,
        }
    }
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        self.value = self.rest.next();
        let Some(value) = &self.value else {
            return Ok(None);
        };
        let name: StrDeserializer<'_, Mismatch> = value.name().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Mismatch> {
        seed.deserialize(self.value.take().ok_or(Mismatch)?)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}
