use std::mem::discriminant;
use std::str::FromStr;

use adcore::{Error, single_line};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::calls::enums::string_enum;

string_enum! {
    /// How a filter compares a field with its value.
    ///
    /// ```
    /// use adfox_api::calls::statistics::Operator;
    ///
    /// assert_eq!(Operator::from("notIn"), Operator::NotIn);
    /// assert_eq!(Operator::Other("between".to_owned()).as_str(), "between");
    /// ```
    Operator {
        /// The field equals the value.
        Equal = "eq",
        /// The field does not equal the value.
        NotEqual = "ne",
        /// The field is less than the value.
        Less = "lt",
        /// The field is at most the value.
        LessOrEqual = "le",
        /// The field is greater than the value.
        Greater = "gt",
        /// The field is at least the value.
        GreaterOrEqual = "ge",
        /// The field matches the pattern.
        Like = "like",
        /// The field does not match the pattern.
        NotLike = "notLike",
        /// The field is in a list.
        In = "in",
        /// The field is not in a list.
        NotIn = "notIn",
        /// The field is a set that contains at least one value of a list.
        HasAny = "hasAny",
    }
}

impl Operator {
    /// Returns whether the value must be a list; `None` for an operator that is not known here.
    #[must_use]
    pub fn takes_list(&self) -> Option<bool> {
        match self {
            Self::In | Self::NotIn | Self::HasAny => Some(true),
            Self::Other(_) => None,
            _ => Some(false),
        }
    }
}

/// A condition on the rows of a report.
///
/// It can be read from `FIELD:OPERATOR:VALUE`. The value is a text, or a list of texts for the operators that take
/// one. After an additional `=`, it is a JSON value, in which numbers keep their type.
///
/// ```
/// use adfox_api::calls::statistics::{Filter, Operator};
///
/// let filter: Filter = "campaign_id:in:12,34".parse()?;
/// assert_eq!(filter, Filter::new("campaign_id", Operator::In, ["12", "34"]));
/// let filter: Filter = "site_id:gt:=5000".parse()?;
/// assert_eq!(filter, Filter::new("site_id", Operator::Greater, 5000));
/// # Ok::<(), adfox_api::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Filter {
    /// The field, as in the [`filters`](super::Metadata::filters) of the metadata.
    pub field: String,
    /// How the field is compared.
    pub operator: Operator,
    /// What it is compared with.
    pub value: FilterValue,
}

impl Filter {
    /// Creates a filter.
    pub fn new(
        field: impl Into<String>,
        operator: impl Into<Operator>,
        value: impl Into<FilterValue>,
    ) -> Self {
        Self {
            field: field.into(),
            operator: operator.into(),
            value: value.into(),
        }
    }

    /// Refuses what the vendor would refuse.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (what, name) in [
            ("field", self.field.as_str()),
            ("operator", self.operator.as_str()),
        ] {
            if name.trim().is_empty() {
                let must = format!("must name its {what}, as in campaign_id:eq:12345");
                return Err(invalid(must));
            }
            single_line("filters", name)?;
        }
        let operator = &self.operator;
        match (&self.value, operator.takes_list()) {
            (FilterValue::List(_), Some(false)) => Err(invalid(format!(
                "must have one value for {operator}, not a list"
            ))),
            (FilterValue::List(list), _) if !is_of_one_type(list) => Err(invalid(
                "must have a list of one or more values of one type".to_owned(),
            )),
            (FilterValue::List(_), _) | (_, None | Some(false)) => Ok(()),
            (_, Some(true)) => Err(invalid(format!(
                "must have a list of values for {operator}"
            ))),
        }
    }
}

fn invalid(must: String) -> Error {
    Error::invalid_input("filters", must)
}

/// Returns whether these are scalars of one type, and at least one.
fn is_of_one_type(list: &[FilterValue]) -> bool {
    let is_like_first = |value| list.first().map(discriminant) == Some(discriminant(value));
    let is_nested = |value: &FilterValue| matches!(value, FilterValue::List(_));
    !list.is_empty() && list.iter().all(is_like_first) && !list.iter().any(is_nested)
}

impl FromStr for Filter {
    type Err = Error;

    /// # Errors
    /// `InvalidInput` if the text has another form, or the vendor would refuse the filter.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parts = text.splitn(3, ':');
        let (Some(field), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid(
                "must have the form FIELD:OPERATOR:VALUE, as in campaign_id:eq:12345".to_owned(),
            ));
        };
        let operator = Operator::from(operator);
        let value = match value.strip_prefix('=') {
            Some(json) => serde_json::from_str(json)
                .ok()
                .and_then(json_value)
                .ok_or_else(|| {
                    invalid(
                        "must have a JSON value after its =, other than null or an object"
                            .to_owned(),
                    )
                })?,
            None if operator.takes_list() == Some(true) => {
                value.split(',').collect::<Vec<_>>().into()
            }
            None => value.into(),
        };
        let filter = Self::new(field, operator, value);
        filter.check()?;
        Ok(filter)
    }
}

/// Reads a scalar of JSON, or a list of them, with exactly their digits.
fn json_value(json: &RawValue) -> Option<FilterValue> {
    let text = json.get();
    Some(match text.as_bytes().first()? {
        b'"' => FilterValue::Text(serde_json::from_str(text).ok()?),
        b't' => true.into(),
        b'f' => false.into(),
        b'[' => {
            let list: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            FilterValue::List(list.into_iter().map(json_value).collect::<Option<_>>()?)
        }
        b'n' | b'{' => return None,
        _ => match text.parse() {
            Ok(number) => FilterValue::Integer(number),
            Err(_) if text.contains(['e', 'E']) => Decimal::from_scientific(text).ok()?.into(),
            Err(_) => Decimal::from_str_exact(text).ok()?.into(),
        },
    })
}

/// The value of a filter: a scalar, or a list of scalars of one type. It is never null.
///
/// ```
/// use adfox_api::calls::statistics::FilterValue;
///
/// assert_eq!(FilterValue::from("12345"), FilterValue::Text("12345".to_owned()));
/// let list = FilterValue::from([1, 2]);
/// assert_eq!(list, FilterValue::List(vec![1.into(), 2.into()]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilterValue {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with decimals.
    #[serde(with = "rust_decimal::serde::str")]
    Decimal(Decimal),
    /// True or false.
    Bool(bool),
    /// A list of scalars, for the operators that take one.
    List(Vec<FilterValue>),
}

macro_rules! values {
    ($($from:ty => $variant:ident,)*) => {$(
        impl From<$from> for FilterValue {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

values! {
    &str => Text,
    String => Text,
    i32 => Integer,
    i64 => Integer,
    u32 => Integer,
    Decimal => Decimal,
    bool => Bool,
}

impl<T: Into<Self>> From<Vec<T>> for FilterValue {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Self>, const N: usize> From<[T; N]> for FilterValue {
    fn from(values: [T; N]) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_from_texts_lists_and_json() {
        let value = |text: &str| text.parse::<Filter>().map(|filter| filter.value).unwrap();
        let filter: Filter = "campaign_id:eq:1:2,3".parse().unwrap();
        assert_eq!(filter, Filter::new("campaign_id", Operator::Equal, "1:2,3"));
        assert_eq!(value("a:in:1,b"), ["1", "b"].into());
        assert_eq!(value("a:gt:=100"), 100.into());
        assert_eq!(value("a:gt:=1.50"), Decimal::new(150, 2).into());
        assert_eq!(value("a:gt:=1e3"), Decimal::from(1000).into());
        assert_eq!(value("a:in:=[1,2]"), [1, 2].into());
        assert_eq!(value("a:eq:=true"), true.into());
        assert_eq!(value("a:eq:=\"=\""), "=".into());
        assert_eq!(value("a:between:1"), "1".into());
    }

    #[test]
    fn what_the_vendor_would_refuse_is_not_read() {
        for (wrong, must) in [
            ("", "the form FIELD:OPERATOR:VALUE"),
            ("a", "the form FIELD:OPERATOR:VALUE"),
            ("a:eq", "the form FIELD:OPERATOR:VALUE"),
            (":eq:1", "name its field"),
            ("a::1", "name its operator"),
            ("a\n:eq:1", "filters"),
            ("a:eq:=", "a JSON value"),
            ("a:eq:=null", "a JSON value"),
            ("a:eq:={}", "a JSON value"),
            ("a:in:=[null]", "a JSON value"),
            ("a:eq:=1e99", "a JSON value"),
            ("a:eq:=[1]", "one value for eq"),
            ("a:in:=1", "a list of values for in"),
            ("a:in:=[]", "one or more values"),
            ("a:in:=[1,\"b\"]", "values of one type"),
            ("a:in:=[[1]]", "values of one type"),
        ] {
            let error = wrong.parse::<Filter>().unwrap_err();
            assert_eq!(error.field(), Some("filters"), "{wrong}");
            assert!(error.message().contains(must), "{wrong}: {error}");
        }
    }
}
