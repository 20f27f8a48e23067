//! Reading the filters of a report, which are written as for `adapis adfox report --filter`.

use adfox_api::calls::statistics::{Filter, FilterValue, Operator};
use rust_decimal::Decimal;
use serde_json::value::RawValue;

use super::fields::{ConfigError, Field};

/// Reads a list of `field:operator:value`.
pub(super) fn read_filters(field: &Field<'_>, most: usize) -> Result<Vec<Filter>, ConfigError> {
    let mut filters: Vec<Filter> = Vec::new();
    for item in field.list()? {
        let filter = read_filter(&item)?;
        if filters.contains(&filter) {
            return Err(item.error("is in the list twice"));
        }
        filters.push(filter);
    }
    if filters.len() > most {
        return Err(field.error(format!("must have at most {most} filters")));
    }
    Ok(filters)
}

fn read_filter(item: &Field<'_>) -> Result<Filter, ConfigError> {
    let mut parts = item.text()?.splitn(3, ':');
    let (Some(name), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(
            item.error("must have the form FIELD:OPERATOR:VALUE, as in campaign_id:eq:12345")
        );
    };
    for (what, word) in [("field", name), ("operator", operator)] {
        let is_word = !word.trim().is_empty() && !word.contains(char::is_control);
        if !is_word {
            return Err(item.error(format!("must name its {what}, as in campaign_id:eq:12345")));
        }
    }
    let operator = Operator::from(operator);
    let value = match value.strip_prefix('=') {
        Some(json) => json_value(json).ok_or_else(|| {
            item.error("must have a JSON value after its =, other than null or an object")
        })?,
        None if operator.takes_list() == Some(true) => value.split(',').collect::<Vec<_>>().into(),
        None => value.into(),
    };
    check_value(item, &operator, &value)?;
    Ok(Filter::new(name, operator, value))
}

/// Refuses what the vendor would refuse on each night.
fn check_value(
    item: &Field<'_>,
    operator: &Operator,
    value: &FilterValue,
) -> Result<(), ConfigError> {
    match (value, operator.takes_list()) {
        (FilterValue::List(_), Some(false)) => {
            Err(item.error(format!("must have one value for {operator}, not a list")))
        }
        (FilterValue::List(list), _) => {
            let is_nested = |value: &FilterValue| matches!(value, FilterValue::List(_));
            let kind = list.first().map(std::mem::discriminant);
            let is_alike = |value| Some(std::mem::discriminant(value)) == kind;
            if list.is_empty() || list.iter().any(is_nested) || !list.iter().all(is_alike) {
                return Err(item.error("must have a list of one or more values of one type"));
            }
            Ok(())
        }
        (_, Some(true)) => Err(item.error(format!("must have a list of values for {operator}"))),
        _ => Ok(()),
    }
}

/// Reads a scalar of JSON, or a list of them, with exactly their digits.
fn json_value(text: &str) -> Option<FilterValue> {
    let json: &RawValue = serde_json::from_str(text).ok()?;
    let text = json.get();
    Some(match text.as_bytes().first()? {
        b'"' => FilterValue::Text(serde_json::from_str(text).ok()?),
        b't' => true.into(),
        b'f' => false.into(),
        b'[' => {
            let list: Vec<&RawValue> = serde_json::from_str(text).ok()?;
            let values = list.into_iter().map(|value| json_value(value.get()));
            FilterValue::List(values.collect::<Option<_>>()?)
        }
        b'n' | b'{' => return None,
        _ => match text.parse() {
            Ok(number) => FilterValue::Integer(number),
            Err(_) => Decimal::from_str_exact(text).ok()?.into(),
        },
    })
}

/// Writes a filter so that two of them are equal if their texts are, for the fingerprint.
pub(super) fn text(filter: &Filter) -> String {
    let Filter {
        field,
        operator,
        value,
        ..
    } = filter;
    format!("{field}:{operator}:{}", json(value))
}

fn json(value: &FilterValue) -> String {
    match value {
        FilterValue::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        FilterValue::Integer(number) => number.to_string(),
        FilterValue::Decimal(number) => number.to_string(),
        FilterValue::Bool(value) => value.to_string(),
        FilterValue::List(list) => {
            let values: Vec<String> = list.iter().map(json).collect();
            format!("[{}]", values.join(","))
        }
    }
}
