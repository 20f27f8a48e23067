//! Elements for serde: the rules by which they become values.
//!
//! An empty element and the all-zero date are `None`; `row0`, `row1`, … are a sequence in numeric
//! order, and repeated elements are a sequence too; numbers are read from text.

use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};

use super::extra::{self, EXTRA, Named};
use super::node::Node;
use super::scalar::{Mismatch, Scalar, same_for_all};
use crate::calls::Value;

/// Decodes an element; the error is the path of the member of the wrong type.
pub(in crate::wire) fn decode<T: DeserializeOwned>(node: &Node<'_>) -> Result<T, String> {
    serde_path_to_error::deserialize(Element::One(node)).map_err(|error| error.path().to_string())
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

    /// The text of an element without children.
    fn scalar(&self) -> Option<Scalar<'n>> {
        match self {
            Self::One(node) if node.children.is_empty() => Some(Scalar(&node.text)),
            _ => None,
        }
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
            Self::One(node) => vec![node],
        }
    }
}

/// Whether all children are numbered rows.
fn is_list(node: &Node<'_>) -> bool {
    !node.children.is_empty() && node.children.iter().all(|child| child.number().is_some())
}

macro_rules! scalars {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            self.scalar().ok_or(Mismatch)?.$method(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Element<'_> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match (&self, self.scalar()) {
            (_, Some(scalar)) => scalar.deserialize_any(visitor),
            (Self::One(node), None) if !is_list(node) => self.deserialize_map(visitor),
            _ => self.deserialize_seq(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.scalar() {
            Some(scalar) => scalar.deserialize_option(visitor),
            None => visitor.visit_some(self),
        }
    }

    scalars! {
        deserialize_str deserialize_string deserialize_bool
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_f32 deserialize_f64
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.scalar() {
            Some(scalar) => scalar.deserialize_seq(visitor),
            None => visitor.visit_seq(Items(self.items().into_iter())),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match (&self, self.scalar()) {
            (_, Some(scalar)) => scalar.deserialize_map(visitor),
            (Self::One(node), None) => visitor.visit_map(Members::new(node, Named::default())?),
            (Self::Many(_), None) => Err(Mismatch),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match (&self, self.scalar()) {
            (Self::One(node), None) => visitor.visit_map(Members::new(node, Named::new(fields))?),
            _ => self.deserialize_map(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        let scalar = self.scalar().ok_or(Mismatch)?;
        scalar.deserialize_enum(name, variants, visitor)
    }

    same_for_all!();
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

/// Members in the order of the response; repeated ones come together.
struct Members<'n> {
    rest: std::vec::IntoIter<Element<'n>>,
    value: Option<Element<'n>>,
    /// What the field `extra` receives after the others.
    extra: Option<String>,
}

impl<'n> Members<'n> {
    fn new(parent: &'n Node<'n>, named: Named) -> Result<Self, Mismatch> {
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
        let (extra, fields): (Vec<_>, Vec<_>) = members
            .into_iter()
            .partition(|member| named.is_extra(member.name()));
        let extra = extra.into_iter().map(|member| {
            let name = member.name().to_owned();
            Value::deserialize(member).map(|value| (name, value))
        });
        Ok(Self {
            extra: extra::text(extra.collect::<Result<Vec<_>, _>>()?),
            rest: fields.into_iter(),
            value: None,
        })
    }
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        self.value = self.rest.next();
        let name = match &self.value {
            Some(value) => value.name(),
            None if self.extra.is_some() => EXTRA,
            None => return Ok(None),
        };
        let name: StrDeserializer<'_, Mismatch> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Mismatch> {
        match self.value.take() {
            Some(value) => seed.deserialize(value),
            None => seed.deserialize(Scalar(&self.extra.take().ok_or(Mismatch)?)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}
