//! The request of a report.

use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::fields::{DIMENSIONS, Dimension, METRICS, Metric, find};
use super::filter::Filter;
use super::response::Refusal;
use super::saved::Saved;
use super::settings::{AdfoxReportsSettings, AdfoxSavedFields};
use crate::dates;

/// A valid request; equal requests have the same task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) metrics: Vec<(&'static str, Metric)>,
    pub(super) dimensions: Vec<(&'static str, Dimension)>,
    pub(super) filters: Vec<Filter>,
    pub(super) from: Date,
    pub(super) to: Date,
    pub(super) limit: Option<u64>,
    pub(super) owner: Option<u64>,
}

impl Report {
    /// Reads the request of a report, or of a saved one, which has its own fields.
    pub(super) fn parse(
        body: &[u8],
        saved: Option<&Saved>,
        settings: &AdfoxReportsSettings,
    ) -> Result<Self, Refusal> {
        let invalid = |message: &str| Refusal::set(&settings.refusals.invalid_request, message);
        let body: Map<String, Json> =
            serde_json::from_slice(body).map_err(|_| invalid("The body is not a JSON object"))?;
        let body = Json::Object(body);
        let owner = body.get("ownerId").unwrap_or(&Json::Null);
        let owner = self::owner(
            (!owner.is_null()).then(|| (owner.to_string(), owner.as_u64())),
            settings,
        )?;
        let has = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
        if saved.is_some()
            && settings.saved_fields == AdfoxSavedFields::Refused
            && let Some(name) = ["metrics", "dimensions"].into_iter().find(|name| has(name))
        {
            let message = format!("'{name}' of a saved report cannot be changed");
            return Err(invalid(&message));
        }
        let (metrics, dimensions) = match saved {
            Some(saved) => (saved.metrics(), saved.dimensions()),
            None => (metrics(&body, settings)?, dimensions(&body, settings)?),
        };
        let filters = items(&body, "filters", settings.max_filters, settings)?;
        let (from, to) = range(&body, settings.max_days)?;
        let filters = filters
            .iter()
            .map(|filter| Filter::parse(filter, settings.operators));
        Ok(Self {
            metrics,
            dimensions,
            filters: filters.collect::<Result<_, _>>()?,
            from,
            to,
            limit: limit(&body, settings.max_rows)?,
            owner,
        })
    }
}

/// Checks an owner id, given as the text to quote and as the number that it is.
pub(super) fn owner(
    given: Option<(String, Option<u64>)>,
    settings: &AdfoxReportsSettings,
) -> Result<Option<u64>, Refusal> {
    let refused = |message: String| Err(Refusal::documented("MISSING_OWNER_ID", message));
    match given {
        None if settings.owner_required => refused("'ownerId' is required".to_owned()),
        None => Ok(None),
        Some((_, Some(owner))) if owner > 0 => Ok(Some(owner)),
        Some((text, _)) => refused(format!("'ownerId' is not a positive integer: '{text}'")),
    }
}

/// Returns a list of the body, which may be absent.
fn items<'a>(
    body: &'a Json,
    name: &str,
    max: usize,
    settings: &AdfoxReportsSettings,
) -> Result<&'a [Json], Refusal> {
    let items = match body.get(name) {
        None | Some(Json::Null) => &[][..],
        Some(Json::Array(items)) => items,
        Some(other) => {
            let message = format!("'{name}' is not a list: {other}");
            return Err(if name == "filters" {
                Refusal::documented("INVALID_FILTER", message)
            } else {
                Refusal::set(&settings.refusals.invalid_request, message)
            });
        }
    };
    if items.len() > max {
        let message = format!("{} {name}, at most {max} are allowed", items.len());
        return Err(Refusal::set(&settings.refusals.too_many_fields, message));
    }
    Ok(items)
}

/// Returns the text of a name, or the JSON of whatever else is in its place.
fn name(item: &Json) -> String {
    item.as_str()
        .map_or_else(|| item.to_string(), str::to_owned)
}

fn metrics(
    body: &Json,
    settings: &AdfoxReportsSettings,
) -> Result<Vec<(&'static str, Metric)>, Refusal> {
    let items = items(body, "metrics", settings.max_metrics, settings)?;
    if items.is_empty() {
        let message = "At least one metric is required";
        return Err(Refusal::documented("EMPTY_METRICS", message));
    }
    let metric = |item| {
        let name = name(item);
        find(METRICS, &name).ok_or_else(|| {
            Refusal::documented("UNKNOWN_METRIC", format!("Unknown metric '{name}'"))
        })
    };
    items.iter().map(metric).collect()
}

fn dimensions(
    body: &Json,
    settings: &AdfoxReportsSettings,
) -> Result<Vec<(&'static str, Dimension)>, Refusal> {
    let items = items(body, "dimensions", settings.max_dimensions, settings)?;
    let dimension = |item| {
        let name = name(item);
        find(DIMENSIONS, &name).ok_or_else(|| {
            Refusal::documented("UNKNOWN_DIMENSION", format!("Unknown dimension '{name}'"))
        })
    };
    items.iter().map(dimension).collect()
}

fn limit(body: &Json, max: u64) -> Result<Option<u64>, Refusal> {
    let limit = body.get("limit").unwrap_or(&Json::Null);
    if limit.is_null() {
        return Ok(None);
    }
    match limit.as_u64() {
        Some(rows) if (1..=max).contains(&rows) => Ok(Some(rows)),
        _ => {
            let message = format!("Invalid limit {limit}, expected 1 to {max}");
            Err(Refusal::documented("INVALID_LIMIT", message))
        }
    }
}

/// Reads the range of a report.
fn range(body: &Json, max_days: u32) -> Result<(Date, Date), Refusal> {
    let range = body.get("dateRange").unwrap_or(&Json::Null);
    let end = |name: &str| {
        let value = range.get(name).unwrap_or(&Json::Null);
        if value.is_null() {
            let message = format!("The date range {range} has no '{name}'");
            return Err(Refusal::documented("EMPTY_DATE_RANGE", message));
        }
        let day = value.as_str().and_then(dates::parse);
        day.ok_or_else(|| {
            let message = format!("Invalid date {value}, expected YYYY-MM-DD");
            Refusal::documented("INVALID_DATE_FORMAT", message)
        })
    };
    let (from, to) = (end("from")?, end("to")?);
    if from > to {
        let message = format!("The date range from '{from}' to '{to}' is reversed");
        return Err(Refusal::documented("INVALID_DATE_RANGE", message));
    }
    let days = (to - from).get_days().unsigned_abs() + 1;
    if days > max_days {
        let message = format!("The date range has {days} days, at most {max_days} are allowed");
        return Err(Refusal::documented("DATE_RANGE_TOO_LONG", message));
    }
    Ok((from, to))
}
