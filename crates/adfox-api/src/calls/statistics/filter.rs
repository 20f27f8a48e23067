use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

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
