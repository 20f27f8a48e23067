//! Rows and cells, independent of the output format.

use std::borrow::Cow;
use std::fmt;

use adapis::RawJson;
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::CliError;

/// JSON of a client, as it is printed.
pub(crate) fn raw(json: &RawJson) -> Result<Box<RawValue>, CliError> {
    RawValue::from_string(json.as_str().to_owned())
        .map_err(|error| CliError::local("cannot print the response", error.into()))
}

/// One value of a row.
#[derive(Debug, Clone)]
pub(crate) enum Cell {
    /// No value, as opposed to 0 or an empty string.
    Null,
    Bool(bool),
    /// A number by its exact JSON digits.
    Number(String),
    Text(String),
    /// An array or an object.
    Json(Box<RawValue>),
}

impl Cell {
    /// A cell for any JSON value.
    pub(crate) fn json(value: Box<RawValue>) -> Self {
        let text = value.get();
        match text.as_bytes().first() {
            Some(b'"') => serde_json::from_str(text).map_or(Self::Json(value), Self::Text),
            Some(b'n') => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'[' | b'{') | None => Self::Json(value),
            Some(_) => Self::Number(text.to_owned()),
        }
    }

    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// The text for a table or CSV; empty for no value.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Number(text) | Self::Text(text) => Cow::Borrowed(text),
            Self::Json(value) => Cow::Borrowed(value.get()),
        }
    }
}

macro_rules! number_cells {
    ($($number:ty),*) => {$(
        impl From<$number> for Cell {
            fn from(value: $number) -> Self {
                Self::Number(value.to_string())
            }
        }
    )*};
}

number_cells!(u16, u32, u64, i32, i64, usize, Decimal);

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Named cells in a fixed order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row(Vec<(Cow<'static, str>, Cell)>);

impl Row {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a cell at the end.
    #[must_use]
    pub(crate) fn with(
        mut self,
        name: impl Into<Cow<'static, str>>,
        cell: impl Into<Cell>,
    ) -> Self {
        self.push(name, cell);
        self
    }

    /// Adds a cell at the end.
    pub(crate) fn push(&mut self, name: impl Into<Cow<'static, str>>, cell: impl Into<Cell>) {
        self.0.push((name.into(), cell.into()));
    }

    /// Adds all cells of another row at the end.
    pub(crate) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The members of a value that serializes as an object, in its order.
    pub(crate) fn of(value: &impl Serialize) -> Result<Self, CliError> {
        serde_json::to_string(value)
            .and_then(|object| Self::parse(&object))
            .map_err(|error| CliError::local("cannot print the response", error.into()))
    }

    /// The members of a JSON object, in its order.
    pub(crate) fn parse(object: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(object)
    }

    /// Prints these columns as numbers: vendor crates serialize exact decimals as texts.
    #[must_use]
    pub(crate) fn with_numbers(mut self, columns: &[&str]) -> Self {
        for (name, cell) in &mut self.0 {
            if let Cell::Text(digits) = cell
                && columns.contains(&name.as_ref())
            {
                *cell = Cell::Number(std::mem::take(digits));
            }
        }
        self
    }

    /// Replaces the column `extra`, a text of JSON, by the members in it.
    pub(crate) fn spread_extra(mut self) -> Result<Self, CliError> {
        let Some(at) = self.0.iter().position(|(name, _)| name == "extra") else {
            return Ok(self);
        };
        if let (_, Cell::Text(json)) = self.0.remove(at)
            && !json.is_empty()
        {
            let extra = Self::parse(&json)
                .map_err(|error| CliError::local("cannot print the response", error.into()))?;
            self.append(extra);
        }
        Ok(self)
    }

    /// The cell of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Cell> {
        self.0
            .iter()
            .find_map(|(found, cell)| (found == name).then_some(cell))
    }

    /// These members in this order, whether the row has them or not.
    pub(super) fn select(&self, names: &[String]) -> Self {
        let cell = |name: &String| {
            let cell = self.get(name).cloned().unwrap_or(Cell::Null);
            (Cow::Owned(name.clone()), cell)
        };
        Self(names.iter().map(cell).collect())
    }

    /// The members other than `known`, as a JSON object; empty if there are none.
    pub(super) fn extra(&self, known: &[String]) -> Result<String, CliError> {
        if !self.has_others(known) {
            return Ok(String::new());
        }
        let others = self
            .0
            .iter()
            .filter(|(name, _)| !known.iter().any(|known| known == name));
        let mut json = Vec::new();
        super::json::row(&mut json, &Self(others.cloned().collect()))?;
        Ok(String::from_utf8_lossy(&json).into_owned())
    }

    /// Whether there are members other than `known`.
    pub(super) fn has_others(&self, known: &[String]) -> bool {
        self.0
            .iter()
            .any(|(name, _)| !known.iter().any(|known| known == name))
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = (&str, &Cell)> + Clone {
        self.0.iter().map(|(name, cell)| (name.as_ref(), cell))
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.0.iter().map(|(name, _)| name.to_string()).collect()
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                let mut row = Row::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    row.push(name, Cell::json(value));
                }
                Ok(row)
            }
        }

        deserializer.deserialize_map(Members)
    }
}
