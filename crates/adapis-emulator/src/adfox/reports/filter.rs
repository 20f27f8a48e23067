//! Filters: their operators, and whether a row passes.

use serde_json::Value as Json;

use super::data::DataRow;
use super::fields::{self, Dimension, Kind, Value};
use super::response::Refusal;
use super::settings::AdfoxOperators;
use crate::dates;

/// An operator, whatever its spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    NotMatches,
    In,
    NotIn,
    Intersects,
}

/// Each operator with its short spelling and the one in words.
const OPERATORS: [(Operator, &str, &str); 11] = [
    (Operator::Equal, "eq", "equal"),
    (Operator::NotEqual, "ne", "not_equal"),
    (Operator::Less, "lt", "less"),
    (Operator::LessOrEqual, "lte", "less_or_equal"),
    (Operator::Greater, "gt", "greater"),
    (Operator::GreaterOrEqual, "gte", "greater_or_equal"),
    (Operator::Matches, "like", "matches"),
    (Operator::NotMatches, "not_like", "not_matches"),
    (Operator::In, "in", "in_list"),
    (Operator::NotIn, "not_in", "not_in_list"),
    (Operator::Intersects, "intersects", "intersects"),
];

impl Operator {
    fn parse(word: &str, spelling: AdfoxOperators) -> Option<Self> {
        let joined = |word: &str| word.replace('_', "").to_lowercase();
        let plain = joined(word);
        let plain = match &*plain {
            "le" => "lte",
            "ge" => "gte",
            "hasany" => "intersects",
            _ => &*plain,
        };
        let known = |short: &str, long: &str| match spelling {
            AdfoxOperators::Any => joined(short) == plain || joined(long) == plain,
            AdfoxOperators::Short => word == short,
            AdfoxOperators::Words => word == long || word == "eq" && short == "eq",
        };
        let mut operators = OPERATORS.into_iter();
        operators
            .find(|(_, short, long)| known(short, long))
            .map(|(operator, ..)| operator)
    }

    fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::NotIn | Self::Intersects)
    }

    fn suits(self, kind: Kind) -> bool {
        match self {
            Self::Equal | Self::NotEqual | Self::In | Self::NotIn => kind != Kind::Tags,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => {
                matches!(kind, Kind::Day | Kind::Id)
            }
            Self::Matches | Self::NotMatches => kind == Kind::Text,
            Self::Intersects => kind == Kind::Tags,
        }
    }
}

/// A filter; filters that mean the same are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    field: Dimension,
    operator: Operator,
    /// One value, or those of a list.
    values: Vec<Value>,
}

impl Filter {
    pub(super) fn parse(filter: &Json, spelling: AdfoxOperators) -> Result<Self, Refusal> {
        let member = |name: &str| {
            let text = filter.get(name).and_then(Json::as_str);
            text.filter(|text| !text.is_empty()).ok_or_else(|| {
                let message = format!("Filter {filter} has no '{name}'");
                Refusal::documented("INVALID_FILTER", message)
            })
        };
        let (name, word) = (member("field")?, member("operator")?);
        let refused = |code: &str, message: String| Refusal::documented(code, message);
        let (_, field) = fields::find(fields::filter_fields(), name).ok_or_else(|| {
            refused(
                "UNKNOWN_FILTER_FIELD",
                format!("Unknown filter field '{name}'"),
            )
        })?;
        let operator = Operator::parse(word, spelling).ok_or_else(|| {
            refused(
                "UNSUPPORTED_FILTER_OPERATOR",
                format!("Unsupported filter operator '{word}'"),
            )
        })?;
        if !operator.suits(field.kind()) {
            return Err(refused(
                "OPERATOR_NOT_SUPPORTED",
                format!("Operator '{word}' is not supported for the field '{name}'"),
            ));
        }
        let value = filter.get("value").unwrap_or(&Json::Null);
        let values = match value {
            Json::Array(values) if operator.takes_list() => {
                let values = values.iter().map(|value| read(value, field.kind()));
                values.collect::<Option<Vec<_>>>()
            }
            scalar if !operator.takes_list() => read(scalar, field.kind()).map(|value| vec![value]),
            _ => None,
        };
        let values = values.filter(|values| !values.is_empty()).ok_or_else(|| {
            refused(
                "INVALID_FILTER_VALUE",
                format!("Invalid value {value} of the filter field '{name}' with '{word}'"),
            )
        })?;
        Ok(Self {
            field,
            operator,
            values,
        })
    }

    pub(super) fn passes(&self, row: &DataRow<'_>) -> bool {
        if self.field == Dimension::CampaignTags {
            let has =
                |tag: &Value| matches!(tag, Value::Text(tag) if row.slot.tags.contains(&&**tag));
            return self.values.iter().any(has);
        }
        let value = self.field.value(row);
        let contains = || self.values.contains(&value);
        let first = self.values.first();
        let than =
            |compare: fn(&Value, &Value) -> bool| first.is_some_and(|own| compare(&value, own));
        match self.operator {
            Operator::Equal | Operator::In | Operator::Intersects => contains(),
            Operator::NotEqual | Operator::NotIn => !contains(),
            Operator::Less => than(|value, own| value < own),
            Operator::LessOrEqual => than(|value, own| value <= own),
            Operator::Greater => than(|value, own| value > own),
            Operator::GreaterOrEqual => than(|value, own| value >= own),
            Operator::Matches => than(matches),
            Operator::NotMatches => !than(matches),
        }
    }
}

/// Reads a value; ids may be numbers or numeric texts, as in the vendor's example.
fn read(value: &Json, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Day => value.as_str().and_then(dates::parse).map(Value::Day),
        Kind::Id => {
            let text = value.as_str().and_then(|text| text.parse().ok());
            value.as_u64().or(text).map(Value::Id)
        }
        Kind::Text | Kind::Tags => value.as_str().map(|text| Value::Text(text.into())),
    }
}

/// Whether a text matches a pattern: `*` and `%` match any text, and a pattern without them
/// matches anywhere.
fn matches(text: &Value, pattern: &Value) -> bool {
    let (Value::Text(text), Value::Text(pattern)) = (text, pattern) else {
        return false;
    };
    let mut parts = pattern.split(['*', '%']);
    let first = parts.next().unwrap_or_default();
    let Some(last) = parts.next_back() else {
        return text.contains(first);
    };
    let inner = text.strip_prefix(first);
    let Some(mut inner) = inner.and_then(|text| text.strip_suffix(last)) else {
        return false;
    };
    parts.all(|part| match inner.split_once(part) {
        Some((_, rest)) => {
            inner = rest;
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::{Value, matches};

    #[test]
    fn patterns() {
        for (pattern, expected) in [
            ("Banner", true),
            ("7", true),
            ("banner", false),
            ("Ban*", true),
            ("%728x90", true),
            ("B%7*90", true),
            ("B*90*7", false),
            ("*", true),
            ("Banner 7 728x90*0", false),
            ("anner*", false),
        ] {
            let is = |text: &str| Value::Text(text.into());
            assert_eq!(
                matches(&is("Banner 7 728x90"), &is(pattern)),
                expected,
                "{pattern}"
            );
        }
    }
}
