//! Lists whose exact form the vendor does not publish: what is not recognized is kept.

use std::collections::BTreeMap;

use adcore::{Error, Response};
use adcore_json::{Extra, RawJson};
use jiff::civil::Date;

use super::response::{Members, read_result, scalar};
use crate::calls::statistics::{
    AvailableDates, Field, Limits, Metadata, ReportInfo, SavedReport, SavedReports,
};

/// The members of an object; another value is the only member `value`.
fn members(json: RawJson) -> Members {
    json.decode()
        .unwrap_or_else(|_| Members::from([("value".to_owned(), json)]))
}

fn extra(members: Members) -> Extra {
    members.into_iter().collect()
}

pub(crate) fn read_metadata(response: &Response) -> Result<Metadata, Error> {
    let mut members = members(read_result(response)?);
    let mut limits = members.remove("limits").map(self::members);
    let days = limits.as_mut().and_then(|limits| {
        let days = limits.get("maxDateRangeDays")?;
        let days = scalar(Some(days))?.parse().ok()?;
        limits.remove("maxDateRangeDays");
        Some(days)
    });
    Ok(Metadata {
        dimensions: fields(&mut members, "dimensions"),
        metrics: fields(&mut members, "metrics"),
        filters: fields(&mut members, "filters"),
        limits: Limits {
            max_date_range_days: days,
            extra: limits.map(extra).unwrap_or_default(),
        },
        extra: extra(members),
    })
}

/// Takes a list of named objects or of names; another value stays where it is.
///
/// A filter has a `field`, which is what requests name, and may have a `name` too.
fn fields(members: &mut Members, list: &str) -> Vec<Field> {
    let found = members
        .get(list)
        .and_then(|json| named_list(json, &["field", "name", "id"]));
    let Some(found) = found else {
        return Vec::new();
    };
    members.remove(list);
    let fields = found.into_iter().map(|(name, members)| Field {
        name,
        extra: extra(members),
    });
    fields.collect()
}

/// Returns the names in a list, each with the other members of its object; `None` for another value.
///
/// The list may also be an object of objects by name.
fn named_list(json: &RawJson, keys: &[&str]) -> Option<Vec<(String, Members)>> {
    if let Ok(list) = json.decode::<Vec<RawJson>>() {
        return list.iter().map(|item| named(item, keys)).collect();
    }
    let by_name: BTreeMap<String, Members> = json.decode().ok()?;
    Some(by_name.into_iter().collect())
}

fn named(item: &RawJson, keys: &[&str]) -> Option<(String, Members)> {
    if let Some(name) = scalar(Some(item)) {
        return Some((name, Members::new()));
    }
    let mut members: Members = item.decode().ok()?;
    let (key, name) = keys
        .iter()
        .find_map(|key| Some((*key, scalar(members.get(*key))?)))?;
    members.remove(key);
    Some((name, members))
}

pub(crate) fn read_available_dates(response: &Response) -> Result<AvailableDates, Error> {
    let mut members = members(read_result(response)?);
    // As in the body of a report.
    for name in ["dateRange", "period"] {
        let range = members
            .get(name)
            .and_then(|range| range.decode::<Members>().ok());
        if let Some(range) = range {
            members.remove(name);
            members.extend(range);
        }
    }
    Ok(AvailableDates {
        date_from: day(&mut members, &["dateFrom", "from", "minDate"]),
        date_to: day(&mut members, &["dateTo", "to", "maxDate"]),
        extra: extra(members),
    })
}

/// Takes the first member that begins with a day.
fn day(members: &mut Members, names: &[&str]) -> Option<Date> {
    names.iter().find_map(|name| {
        let text: String = members.get(*name)?.decode().ok()?;
        let day = text.get(..10)?.parse().ok()?;
        members.remove(*name);
        Some(day)
    })
}

pub(crate) fn read_saved_reports(response: &Response) -> Result<SavedReports, Error> {
    let mut members = members(read_result(response)?);
    Ok(SavedReports {
        fixed: saved(&mut members, "fixed"),
        custom: saved(&mut members, "custom"),
        extra: extra(members),
    })
}

fn saved(members: &mut Members, list: &str) -> Vec<SavedReport> {
    let found = members.get(list);
    let found = found.and_then(|json| named_list(json, &["name", "reportName", "id"]));
    let Some(found) = found else {
        return Vec::new();
    };
    members.remove(list);
    let reports = found.into_iter().map(|(name, mut members)| {
        let title = members.get("title").and_then(|title| title.decode().ok());
        if title.is_some() {
            members.remove("title");
        }
        SavedReport {
            name,
            title,
            extra: extra(members),
        }
    });
    reports.collect()
}

pub(crate) fn read_report_info(response: &Response) -> Result<ReportInfo, Error> {
    let result = read_result(response)?;
    let mut members = match result.decode::<Vec<RawJson>>() {
        Ok(_) => Members::from([("fields".to_owned(), result)]),
        Err(_) => members(result),
    };
    Ok(ReportInfo {
        fields: fields(&mut members, "fields"),
        dimensions: fields(&mut members, "dimensions"),
        metrics: fields(&mut members, "metrics"),
        extra: extra(members),
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};
    use jiff::civil::date;

    use super::*;

    fn response(result: &str) -> Response {
        Response {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: format!(r#"{{"result":{result}}}"#).into(),
        }
    }

    fn names(fields: &[Field]) -> Vec<&str> {
        fields.iter().map(|field| field.name.as_str()).collect()
    }

    #[test]
    fn metadata_of_several_forms() {
        let metadata = read_metadata(&response(
            r#"{"dimensions":[{"name":"date","title":"Day"},"campaign_id"],
                "metrics":{"ctr":{"unit":"percent"}},
                "filters":[{"field":"campaign_id","name":"Campaign","operators":["eq"]}],
                "limits":{"maxDateRangeDays":365,"maxRows":1000000},"groups":[1]}"#,
        ))
        .unwrap();
        assert_eq!(names(&metadata.dimensions), ["date", "campaign_id"]);
        assert_eq!(names(&metadata.metrics), ["ctr"]);
        assert_eq!(names(&metadata.filters), ["campaign_id"]);
        assert_eq!(metadata.filters[0].extra["name"].as_str(), "\"Campaign\"");
        assert_eq!(metadata.limits.max_date_range_days, Some(365));
        assert_eq!(metadata.limits.extra["maxRows"].as_str(), "1000000");
        assert_eq!(metadata.extra["groups"].as_str(), "[1]");
        let odd = read_metadata(&response(
            r#"{"metrics":[[1]],"limits":{"maxDateRangeDays":"a"}}"#,
        ));
        let odd = odd.unwrap();
        assert!(odd.metrics.is_empty() && odd.extra.contains_key("metrics"));
        assert!(odd.limits.extra.contains_key("maxDateRangeDays"));
        let list = read_metadata(&response("[1]")).unwrap();
        assert_eq!(list.extra["value"].as_str(), "[1]");
    }

    #[test]
    fn dates_of_several_forms() {
        for result in [
            r#"{"dateFrom":"2021-01-02","dateTo":"2024-03-04"}"#,
            r#"{"dateRange":{"from":"2021-01-02","to":"2024-03-04"}}"#,
            r#"{"from":"2021-01-02T00:00:00","to":"2024-03-04"}"#,
        ] {
            let dates = read_available_dates(&response(result)).unwrap();
            assert_eq!(dates.date_from, Some(date(2021, 1, 2)), "{result}");
            assert_eq!(dates.date_to, Some(date(2024, 3, 4)), "{result}");
            assert!(dates.extra.is_empty());
        }
        let odd = read_available_dates(&response(r#"{"from":"now","to":null}"#)).unwrap();
        assert_eq!((odd.date_from, odd.extra.len()), (None, 2));
    }

    #[test]
    fn saved_reports_and_their_fields() {
        let saved = read_saved_reports(&response(
            r#"{"fixed":["days"],"custom":[{"name":"mine","title":"Mine","id":7}],"more":1}"#,
        ))
        .unwrap();
        assert_eq!(saved.fixed[0].name, "days");
        let custom = &saved.custom[0];
        assert_eq!(
            (custom.name.as_str(), custom.title.as_deref()),
            ("mine", Some("Mine"))
        );
        assert!(custom.extra.contains_key("id") && saved.extra.contains_key("more"));
        let info = read_report_info(&response(r#"{"fields":["a",{"name":"b"}],"x":1}"#)).unwrap();
        assert_eq!(names(&info.fields), ["a", "b"]);
        let info = read_report_info(&response(r#"["a"]"#)).unwrap();
        assert_eq!(names(&info.fields), ["a"]);
        let none = read_report_info(&response("null")).unwrap();
        assert!(none.fields.is_empty());
    }
}
