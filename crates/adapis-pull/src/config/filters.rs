//! Reading the filters of a report, which are written as for `adapis adfox report --filter`.

use adfox_api::calls::statistics::{Filter, FilterValue};

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
    item.text()?.parse().map_err(|error: adfox_api::Error| {
        let message = error.message();
        item.error(message.strip_prefix("filters ").unwrap_or(message))
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
