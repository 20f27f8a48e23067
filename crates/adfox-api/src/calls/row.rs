//! Rows and values without a type.

use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// An untyped row: its members in the order of the response.
///
/// With serde it is a map; its members are texts, `null` for an empty one, lists and maps. CSV has no
/// place for a map: write typed rows there, or the members of your choice. TOML has no `null` and
/// leaves empty members out.
///
/// ```
/// use adfox_api::{Row, Value};
///
/// let row: Row = [
///     ("ID".to_owned(), Value::Text("7".to_owned())),
///     ("state".to_owned(), Value::Empty),
/// ]
/// .into_iter()
/// .collect();
/// assert_eq!(row.text("ID"), Some("7"));
/// assert_eq!(row.text("state"), None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Row(Vec<(String, Value)>);

/// A value of an untyped row.
///
/// The four variants are all that an XML element can be, so the enum is exhaustive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Value {
    /// An empty element, or the vendor's all-zero date.
    #[default]
    Empty,
    /// Text as in the response, numbers too.
    Text(String),
    /// Numbered elements (`row0`, `row1`, …) in numeric order, or repeated ones.
    List(Vec<Value>),
    /// Nested members.
    Row(Row),
}

impl Row {
    /// Returns the first member of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    /// Returns the text of the member of this name; `None` if it is missing, empty or nested.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Returns names and values in the order of the response.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Returns whether there are no members.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn push(&mut self, name: String, value: Value) {
        self.0.push((name, value));
    }

    /// Returns the members as those that a typed value does not know.
    pub(super) fn to_extra(&self) -> adcore_json::Extra {
        // Texts, lists and maps of texts: serializing them and reading them back cannot fail.
        serde_json::to_string(self)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or_default()
    }
}

impl Value {
    /// Returns the text; `None` for an empty or a nested value.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the members; `None` for any other value.
    #[must_use]
    pub fn as_row(&self) -> Option<&Row> {
        match self {
            Self::Row(row) => Some(row),
            _ => None,
        }
    }
}

impl FromIterator<(String, Value)> for Row {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(RowVisitor)
    }
}

/// A value in a format that does not describe itself.
#[derive(Serialize)]
enum TaggedRef<'a> {
    Empty,
    Text(&'a str),
    List(&'a [Value]),
    Row(&'a Row),
}

#[derive(Deserialize)]
enum Tagged {
    Empty,
    Text(String),
    List(Vec<Value>),
    Row(Row),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if !to.is_human_readable() {
            return match self {
                Self::Empty => TaggedRef::Empty,
                Self::Text(text) => TaggedRef::Text(text),
                Self::List(items) => TaggedRef::List(items),
                Self::Row(row) => TaggedRef::Row(row),
            }
            .serialize(to);
        }
        match self {
            Self::Empty => to.serialize_none(),
            Self::Text(text) => to.serialize_str(text),
            Self::List(items) => to.collect_seq(items),
            Self::Row(row) => row.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            return from.deserialize_any(ValueVisitor);
        }
        Ok(match Tagged::deserialize(from)? {
            Tagged::Empty => Self::Empty,
            Tagged::Text(text) => Self::Text(text),
            Tagged::List(items) => Self::List(items),
            Tagged::Row(row) => Self::Row(row),
        })
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("members")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Row, A::Error> {
        // The hint may come from untrusted input.
        const MAX_CAPACITY: usize = 1024;
        let capacity = members.size_hint().unwrap_or_default().min(MAX_CAPACITY);
        let mut row = Row(Vec::with_capacity(capacity));
        while let Some(member) = members.next_entry()? {
            row.0.push(member);
        }
        Ok(row)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a list or members")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Empty)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Empty)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Text(value.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Text(number.to_string()))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Value, A::Error> {
        RowVisitor.visit_map(members).map(Value::Row)
    }
}
