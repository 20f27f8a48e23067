//! Fields of a TOML document that know their name and line.

use std::cell::RefCell;
use std::ops::Range;

use jiff::civil::Date;
use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A mistake in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {field} {problem}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The field, such as `pull.source[1].from`.
    pub field: String,
    /// The line of the document, from 1.
    pub line: usize,
    /// What is wrong and what is expected; completes the sentence that the field begins.
    pub problem: String,
}

/// A parsed document.
pub(super) struct Document<'a> {
    text: &'a str,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Document<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, ConfigError> {
        match DeTable::parse(text) {
            Ok(root) => Ok(Self { text, root }),
            Err(error) => Err(ConfigError {
                field: "the document".to_owned(),
                line: line_of(text, error.span().unwrap_or(0..0)),
                // Unlike `Display`, the message quotes no line of the document.
                problem: format!("is not TOML: {}", error.message()),
            }),
        }
    }

    /// Returns a field of the top level.
    pub(super) fn get(&self, name: &str) -> Result<Field<'_>, ConfigError> {
        let value = self.root.get_ref().get(name);
        match value {
            Some(value) => Ok(Field {
                text: self.text,
                name: name.to_owned(),
                span: value.span(),
                value: value.get_ref(),
            }),
            None => Err(ConfigError {
                field: name.to_owned(),
                line: 1,
                problem: "is missing".to_owned(),
            }),
        }
    }
}

fn line_of(text: &str, span: Range<usize>) -> usize {
    let before = text.as_bytes().get(..span.start).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// A value with its name and place.
#[derive(Clone)]
pub(super) struct Field<'a> {
    text: &'a str,
    pub(super) name: String,
    span: Range<usize>,
    value: &'a DeValue<'a>,
}

impl<'a> Field<'a> {
    /// Creates the error that something is wrong with this field.
    pub(super) fn error(&self, problem: impl Into<String>) -> ConfigError {
        ConfigError {
            field: self.name.clone(),
            line: line_of(self.text, self.span.clone()),
            problem: problem.into(),
        }
    }

    fn wrong_type(&self, expected: &str) -> ConfigError {
        self.error(format!("must be {expected}, not {}", kind(self.value)))
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self.value, DeValue::String(_))
    }

    pub(super) fn text(&self) -> Result<&'a str, ConfigError> {
        let text = self
            .value
            .as_str()
            .ok_or_else(|| self.wrong_type("a text"))?;
        if text.is_empty() {
            return Err(self.error("must not be empty"));
        }
        Ok(text)
    }

    pub(super) fn boolean(&self) -> Result<bool, ConfigError> {
        self.value
            .as_bool()
            .ok_or_else(|| self.wrong_type("true or false"))
    }

    pub(super) fn integer(&self, least: u32, most: u32) -> Result<u32, ConfigError> {
        let DeValue::Integer(number) = self.value else {
            return Err(self.wrong_type("a whole number"));
        };
        i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.error(format!("must be between {least} and {most}")))
    }

    /// Reads a number with all of its digits.
    pub(super) fn decimal(&self, least: Decimal, most: Decimal) -> Result<Decimal, ConfigError> {
        let digits = match self.value {
            DeValue::Float(number) => number.as_str(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            _ => return Err(self.wrong_type("a number")),
        };
        digits
            .parse::<Decimal>()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .ok_or_else(|| self.error(format!("must be between {least} and {most}")))
    }

    pub(super) fn date(&self) -> Result<Date, ConfigError> {
        let text = match self.value {
            DeValue::Datetime(moment) if moment.time.is_none() => moment.to_string(),
            DeValue::String(text) => text.clone().into_owned(),
            _ => return Err(self.wrong_type("a date such as 2024-01-01")),
        };
        text.parse::<Date>()
            .ok()
            .filter(|date| date.year() >= 1)
            .ok_or_else(|| self.error("must be a date such as 2024-01-01"))
    }

    pub(super) fn list(&self) -> Result<Vec<Self>, ConfigError> {
        let list = self
            .value
            .as_array()
            .ok_or_else(|| self.wrong_type("a list"))?;
        let item = |(number, value): (usize, &'a Spanned<DeValue<'a>>)| Self {
            text: self.text,
            name: format!("{}[{number}]", self.name),
            span: value.span(),
            value: value.get_ref(),
        };
        Ok(list.iter().enumerate().map(item).collect())
    }

    pub(super) fn table(&self) -> Result<Table<'a>, ConfigError> {
        let table = self.value.as_table();
        Ok(Table {
            field: self.clone(),
            table: table.ok_or_else(|| self.wrong_type("a table"))?,
            known: RefCell::default(),
        })
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A table that remembers which of its members were asked for, so that it can name the others.
pub(super) struct Table<'a> {
    pub(super) field: Field<'a>,
    table: &'a DeTable<'a>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Table<'a> {
    pub(super) fn get(&self, name: &'static str) -> Option<Field<'a>> {
        self.known.borrow_mut().push(name);
        self.table.get(name).map(|value| Field {
            text: self.field.text,
            name: format!("{}.{name}", self.field.name),
            span: value.span(),
            value: value.get_ref(),
        })
    }

    pub(super) fn require(&self, name: &'static str) -> Result<Field<'a>, ConfigError> {
        self.get(name).ok_or_else(|| ConfigError {
            field: format!("{}.{name}", self.field.name),
            ..self.field.error("is missing")
        })
    }

    /// Returns a member that is not allowed, to say why. It is not named among the known ones.
    pub(super) fn forbidden(&self, name: &'static str) -> Option<Field<'a>> {
        let field = self.get(name);
        self.known.borrow_mut().pop();
        field
    }

    /// Reports a member that nobody has asked for.
    pub(super) fn finish(self) -> Result<(), ConfigError> {
        let known = self.known.into_inner();
        let unknown = self
            .table
            .keys()
            .find(|key| !known.contains(&key.get_ref().as_ref()));
        match unknown {
            None => Ok(()),
            Some(key) => Err(ConfigError {
                field: format!("{}.{}", self.field.name, key.get_ref()),
                line: line_of(self.field.text, key.span()),
                problem: format!("is not known; known are {}", known.join(", ")),
            }),
        }
    }
}
