//! What the API says of itself: metadata, available dates and saved reports.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::fields::{DIMENSIONS, Kind, METRICS, filter_fields};
use super::saved::Saved;
use super::settings::{AdfoxDateNames, AdfoxItems, AdfoxReportsSettings};

fn items(
    names: impl IntoIterator<Item = &'static str>,
    settings: &AdfoxReportsSettings,
) -> Vec<Value> {
    let item = |name| match settings.items {
        AdfoxItems::Objects => json!({ "name": name }),
        AdfoxItems::Names => json!(name),
    };
    names.into_iter().map(item).collect()
}

pub(super) fn metadata(settings: &AdfoxReportsSettings) -> Value {
    let filters = filter_fields().map(|(field, dimension)| {
        let kind = match dimension.kind() {
            Kind::Id => "integer",
            Kind::Day | Kind::Text => "string",
            Kind::Tags => "list",
        };
        json!({ "name": field, "field": field, "type": kind })
    });
    json!({
        "dimensions": items(DIMENSIONS.map(|(name, _)| name), settings),
        "metrics": items(METRICS.map(|(name, _)| name), settings),
        "filters": filters.collect::<Vec<_>>(),
        "limits": {
            "maxDateRangeDays": settings.max_days,
            "maxRows": settings.max_rows,
            "maxDimensions": settings.max_dimensions,
            "maxMetrics": settings.max_metrics,
            "maxFilters": settings.max_filters,
        },
    })
}

pub(super) fn available_dates(
    days: Option<(Date, Date)>,
    settings: &AdfoxReportsSettings,
) -> Value {
    let (from, to) = days.unzip();
    match settings.available_dates {
        AdfoxDateNames::DateFrom => json!({ "dateFrom": from, "dateTo": to }),
        AdfoxDateNames::From => json!({ "from": from, "to": to }),
    }
}

pub(super) fn list(settings: &AdfoxReportsSettings) -> Value {
    let reports = |is_custom| {
        let saved = Saved::all().filter(|saved| saved.is_custom == is_custom);
        let item = |saved: &Saved| match settings.items {
            AdfoxItems::Objects => json!({ "name": saved.name, "title": saved.title }),
            AdfoxItems::Names => json!(saved.name),
        };
        saved.map(item).collect::<Vec<_>>()
    };
    json!({ "fixed": reports(false), "custom": reports(true) })
}

/// The fields of a report; those of a fixed one are not listed.
pub(super) fn report_info(saved: &Saved, settings: &AdfoxReportsSettings) -> Value {
    let is_listed = |_: &&str| saved.is_custom;
    let dimensions = saved.dimensions().into_iter().map(|(name, _)| name);
    let metrics = saved.metrics().into_iter().map(|(name, _)| name);
    json!({
        "name": saved.name,
        "title": saved.title,
        "dimensions": items(dimensions.filter(is_listed), settings),
        "metrics": items(metrics.filter(is_listed), settings),
        "filters": [],
    })
}
