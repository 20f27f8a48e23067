//! Reports become requests.

use adcore::{Error, Form, Payload, Request, path_segment, single_line};
use http::{HeaderValue, Method};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::calls::statistics::{DateRange, Filter, FilterValue, OwnerId, Report, TaskId};

/// The path of the API on its host.
pub(crate) const BASE_PATH: &str = "/api/v2/reports";

/// The maximum number of rows that a request can ask for.
pub(crate) const MAX_ROWS: u64 = 1_000_000;

/// The maximum number of metrics, of dimensions and of filters.
const MAX_NAMES: usize = 10;

static JSON: HeaderValue = HeaderValue::from_static("application/json");

pub(crate) fn encode_metadata(owner: Option<OwnerId>) -> Request {
    get("statistics.metadata", "/metadata".to_owned(), owner)
}

pub(crate) fn encode_available_dates(owner: Option<OwnerId>) -> Request {
    get(
        "statistics.available_dates",
        "/available-dates".to_owned(),
        owner,
    )
}

pub(crate) fn encode_list(owner: Option<OwnerId>) -> Request {
    get("statistics.saved_reports", "/list".to_owned(), owner)
}

pub(crate) fn encode_report_info(name: &str, owner: Option<OwnerId>) -> Result<Request, Error> {
    let name = path_segment("name", name)?;
    let path = format!("/report-info/{name}");
    Ok(get("statistics.report_info", path, owner))
}

pub(crate) fn encode_task(id: &TaskId, owner: Option<OwnerId>) -> Result<Request, Error> {
    let path = format!("/{}", path_segment("task", id.as_str())?);
    Ok(get("statistics.task", path, owner))
}

pub(crate) fn encode_result(id: &TaskId, owner: Option<OwnerId>) -> Result<Request, Error> {
    let path = format!("/{}/result", path_segment("task", id.as_str())?);
    Ok(get("statistics.result", path, owner))
}

fn get(operation: &'static str, path: String, owner: Option<OwnerId>) -> Request {
    let mut query = Form::new();
    if let Some(owner) = owner {
        query.push("ownerId", &owner.to_string());
    }
    Request::new(operation, Method::GET, path).query(query)
}

/// Checks a report, except for the number of its days.
pub(crate) fn check_report(report: &Report) -> Result<(), Error> {
    let is_saved = report.saved.is_some();
    if let Some(name) = &report.saved {
        path_segment("saved", name)?;
    }
    if report.metrics.is_empty() && !is_saved {
        return Err(Error::invalid_input("metrics", "must not be empty"));
    }
    names("metrics", &report.metrics)?;
    names("dimensions", &report.dimensions)?;
    if report.filters.len() > MAX_NAMES {
        return Err(too_many("filters"));
    }
    report.filters.iter().try_for_each(Filter::check)?;
    if report.range.to < report.range.from {
        return Err(Error::invalid_input("to", "must not be before `from`"));
    }
    if report
        .limit
        .is_some_and(|limit| !(1..=MAX_ROWS).contains(&limit))
    {
        let must = format!("must be from 1 to {MAX_ROWS}");
        return Err(Error::invalid_input("limit", must));
    }
    if report.owner.is_some_and(|owner| owner.get() == 0) {
        return Err(Error::invalid_input("owner", "must be greater than 0"));
    }
    Ok(())
}

fn too_many(field: &'static str) -> Error {
    Error::invalid_input(field, format!("must be at most {MAX_NAMES}"))
}

fn names(field: &'static str, names: &[String]) -> Result<(), Error> {
    if names.len() > MAX_NAMES {
        return Err(too_many(field));
    }
    for (at, name) in names.iter().enumerate() {
        named(field, name)?;
        if names[..at].contains(name) {
            let must = format!("must not contain {name:?} twice");
            return Err(Error::invalid_input(field, must));
        }
    }
    Ok(())
}

fn named(field: &'static str, name: &str) -> Result<(), Error> {
    if name.trim().is_empty() {
        return Err(Error::invalid_input(field, "must have names"));
    }
    single_line(field, name)
}

/// The body of a request for a report; its members are always in this order, so that equal reports
/// have equal bodies.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportBody<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    metrics: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    dimensions: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    filters: Vec<FilterBody<'a>>,
    date_range: DateRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_id: Option<OwnerId>,
}

#[derive(Serialize)]
struct FilterBody<'a> {
    field: &'a str,
    operator: &'a str,
    value: Value<'a>,
}

/// The value of a filter as JSON, decimals with exactly their digits.
struct Value<'a>(&'a FilterValue);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            FilterValue::Text(text) => serializer.serialize_str(text),
            FilterValue::Integer(number) => serializer.serialize_i64(*number),
            FilterValue::Decimal(number) => digits::<S>(*number)?.serialize(serializer),
            FilterValue::Bool(value) => serializer.serialize_bool(*value),
            FilterValue::List(list) => serializer.collect_seq(list.iter().map(Value)),
        }
    }
}

fn digits<S: Serializer>(number: Decimal) -> Result<Box<RawValue>, S::Error> {
    RawValue::from_string(number.to_string()).map_err(serde::ser::Error::custom)
}

/// Encodes the request that makes the task of a report, for some of its days and rows.
///
/// Equal requests make one task, so that it can be sent again.
pub(crate) fn encode_report(
    report: &Report,
    days: DateRange,
    limit: Option<u64>,
    owner: Option<OwnerId>,
) -> Result<Request, Error> {
    let filters = report.filters.iter().map(|filter| FilterBody {
        field: &filter.field,
        operator: filter.operator.as_str(),
        value: Value(&filter.value),
    });
    let body = ReportBody {
        metrics: &report.metrics,
        dimensions: &report.dimensions,
        filters: filters.collect(),
        date_range: days,
        limit,
        owner_id: owner,
    };
    let body = serde_json::to_vec(&body)
        .map_err(|_| Error::invalid_input("report", "cannot be written as JSON"))?;
    let (operation, path) = match &report.saved {
        Some(name) => {
            let path = format!("/{}", path_segment("saved", name)?);
            ("statistics.saved_report", path)
        }
        None => ("statistics.report", String::new()),
    };
    let payload = Payload::Bytes(JSON.clone(), body.into());
    Ok(Request::new(operation, Method::POST, path)
        .payload(payload)
        .idempotent(true))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::calls::statistics::Operator;

    const DAYS: DateRange = DateRange::new(date(2024, 1, 1), date(2024, 1, 31));

    fn body(report: &Report, limit: Option<u64>, owner: Option<OwnerId>) -> (String, String) {
        let request = encode_report(report, DAYS, limit, owner).unwrap();
        assert!(request.is_idempotent());
        let Payload::Bytes(content_type, bytes) = request.body() else {
            panic!("a body of bytes");
        };
        assert_eq!(content_type, "application/json");
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        (request.target(), body)
    }

    #[test]
    fn the_example_of_the_vendor() {
        let report = Report::new(DAYS)
            .metric("loads_commercial")
            .metric("ctr")
            .dimension("date")
            .filter("campaign_id", "eq", "12345");
        let (target, body) = body(&report, Some(7), Some(67890.into()));
        assert_eq!(target, "");
        assert_eq!(
            body,
            r#"{"metrics":["loads_commercial","ctr"],"dimensions":["date"],"filters":[{"field":"campaign_id","operator":"eq","value":"12345"}],"dateRange":{"from":"2024-01-01","to":"2024-01-31"},"limit":7,"ownerId":67890}"#
        );
    }

    #[test]
    fn a_saved_report_and_values_of_all_types() {
        let saved = Report::saved("a/b", DAYS);
        let (target, saved) = body(&saved, None, None);
        assert_eq!(target, "/a%2Fb");
        assert_eq!(
            saved,
            r#"{"dateRange":{"from":"2024-01-01","to":"2024-01-31"}}"#
        );
        let report = Report::new(DAYS)
            .metric("m")
            .filter("a", Operator::In, [1, 2])
            .filter("b", Operator::Less, Decimal::new(150, 2))
            .filter("c", "isTrue", true);
        let (_, body) = body(&report, None, None);
        let values = [r#""value":[1,2]}"#, r#""value":1.50}"#, r#""value":true}"#];
        assert!(values.iter().all(|value| body.contains(value)), "{body}");
    }

    #[test]
    fn ids_stay_within_their_path() {
        let id = TaskId::new("a/../b?x");
        let request = encode_result(&id, Some(7.into())).unwrap();
        assert_eq!(request.target(), "/a%2F..%2Fb%3Fx/result?ownerId=7");
        assert_eq!(encode_list(None).target(), "/list");
        assert!(encode_task(&TaskId::new(".."), None).is_err());
        assert!(encode_report_info("", None).is_err());
    }

    #[test]
    fn what_the_vendor_would_refuse_is_not_sent() {
        let good = || Report::new(DAYS).metric("m").dimension("date");
        assert!(check_report(&good()).is_ok());
        let reversed = DateRange::new(DAYS.to, DAYS.from);
        let many = |mut report: Report, field: &str| {
            let names: Vec<_> = (0..11).map(|n| format!("n{n}")).collect();
            match field {
                "metrics" => report.metrics = names,
                _ => report.dimensions = names,
            }
            report
        };
        let filters = (0..11).fold(good(), |report, _| report.filter("f", "eq", 1));
        for (report, field) in [
            (Report::new(DAYS), "metrics"),
            (good().metric(" "), "metrics"),
            (good().metric("m"), "metrics"),
            (many(good(), "metrics"), "metrics"),
            (many(good(), "dimensions"), "dimensions"),
            (good().dimension("a\n"), "dimensions"),
            (filters, "filters"),
            (good().filter("", "eq", 1), "filters"),
            (good().filter("f", "", 1), "filters"),
            (good().filter("f", "eq", [1]), "filters"),
            (good().filter("f", "in", 1), "filters"),
            (good().filter("f", "in", Vec::<i64>::new()), "filters"),
            (good().filter("f", "hasAny", [[1]]), "filters"),
            (
                good().filter("f", "in", vec![FilterValue::from(1), "a".into()]),
                "filters",
            ),
            (Report::new(reversed).metric("m"), "to"),
            (good().limit(0), "limit"),
            (good().limit(1_000_001), "limit"),
            (good().owner(0), "owner"),
            (Report::saved("", DAYS), "saved"),
        ] {
            let error = check_report(&report).unwrap_err();
            assert_eq!(error.field(), Some(field), "{error}");
        }
        for report in [
            Report::saved("days", DAYS),
            good().limit(1_000_000).owner(1),
            good().filter("f", "between", [1, 2]),
        ] {
            assert!(check_report(&report).is_ok());
        }
    }
}
