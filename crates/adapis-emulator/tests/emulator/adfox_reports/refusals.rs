//! Refused requests, their codes and their settings.

use adapis_emulator::{Fault, FaultPlan};
use serde_json::{Value, json};

use super::{code, get, january, make, post, report, rows, with};
use crate::{emulator, emulator_with, http};

#[tokio::test]
async fn wrong_reports_are_refused_with_the_wrong_value() {
    let emulator = emulator().await;
    let range = |from: &str, to: &str| json!({"from": from, "to": to});
    for (member, value, expected, quoted) in [
        ("metrics", Value::Null, "EMPTY_METRICS", ""),
        ("metrics", json!([]), "EMPTY_METRICS", ""),
        (
            "metrics",
            json!(["clicks_total", "x"]),
            "UNKNOWN_METRIC",
            "Unknown metric 'x'",
        ),
        ("metrics", json!([5]), "UNKNOWN_METRIC", "'5'"),
        (
            "metrics",
            json!("clicks_total"),
            "INVALID_REQUEST",
            "clicks_total",
        ),
        ("metrics", json!(vec!["ctr"; 11]), "TOO_MANY_FIELDS", "11"),
        ("dimensions", json!(["y"]), "UNKNOWN_DIMENSION", "'y'"),
        (
            "dimensions",
            json!(vec!["date"; 11]),
            "TOO_MANY_FIELDS",
            "11",
        ),
        ("filters", json!(vec!["f"; 11]), "TOO_MANY_FIELDS", "11"),
        ("dateRange", Value::Null, "EMPTY_DATE_RANGE", "null"),
        (
            "dateRange",
            json!({"from": "2025-01-01"}),
            "EMPTY_DATE_RANGE",
            "'to'",
        ),
        (
            "dateRange",
            range("2025-02-01", "2025-01-01"),
            "INVALID_DATE_RANGE",
            "2025-02-01",
        ),
        (
            "dateRange",
            range("2025-1-1", "2025-01-01"),
            "INVALID_DATE_FORMAT",
            "2025-1-1",
        ),
        (
            "dateRange",
            range("2025-01-01", "2025-02-29"),
            "INVALID_DATE_FORMAT",
            "2025-02-29",
        ),
        (
            "dateRange",
            range("2024-01-01", "2024-12-31"),
            "DATE_RANGE_TOO_LONG",
            "366",
        ),
        ("limit", json!(0), "INVALID_LIMIT", "0"),
        ("limit", json!(1_000_001), "INVALID_LIMIT", "1000001"),
        ("limit", json!("5"), "INVALID_LIMIT", "\"5\""),
        ("ownerId", json!(0), "MISSING_OWNER_ID", "'0'"),
        ("ownerId", json!("x"), "MISSING_OWNER_ID", "x"),
    ] {
        let body = with(january(&["clicks_total"], &["date"]), member, value);
        let (status, response) = post(&emulator, "", &body).await;
        assert_eq!((status, code(&response)), (400, expected), "{body}");
        let message = response["error"]["message"].as_str().unwrap();
        assert!(message.contains(quoted), "{body}: {message}");
    }
    let mut year = january(&["clicks_total"], &[]);
    year["dateRange"] = range("2025-01-01", "2025-12-31");
    assert_eq!(rows(&report(&emulator, &year).await).len(), 1);
}

#[tokio::test]
async fn limits_are_settings() {
    let settings = json!({"max_days": 30, "max_dimensions": 1, "max_metrics": 1, "max_filters": 0,
        "refusals": {"too_many_fields": {"code": "TOO_MUCH", "status": 422}}});
    let emulator = emulator_with(json!({"adfox": {"reports": settings}})).await;
    let body = january(&["clicks_total"], &["date"]);
    let refused = |body| {
        let emulator = &emulator;
        async move {
            let (status, response) = post(emulator, "", &body).await;
            (status, code(&response).to_owned())
        }
    };
    let too_long = (400, "DATE_RANGE_TOO_LONG".to_owned());
    assert_eq!(refused(body.clone()).await, too_long);
    for (member, value) in [
        ("metrics", json!(["ctr", "reach"])),
        ("dimensions", json!(["date", "month"])),
        ("filters", json!([1])),
    ] {
        let too_many = (422, "TOO_MUCH".to_owned());
        assert_eq!(refused(with(body.clone(), member, value)).await, too_many);
    }
}

#[tokio::test]
async fn a_body_must_be_json_and_say_so() {
    let emulator = emulator().await;
    let url = emulator.adfox_reports_url();
    let token = format!("OAuth {}", emulator.credentials().adfox.token);
    let body = january(&["clicks_total"], &[]).to_string();
    for (content_type, body, status, expected) in [
        ("text/plain", &*body, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json", "{", 400, "INVALID_REQUEST"),
        ("application/json", "[]", 400, "INVALID_REQUEST"),
        ("Application/JSON; charset=utf-8", &body, 202, ""),
    ] {
        let request = http().post(&url).header("authorization", &token);
        let request = request.header("content-type", content_type);
        let response = request.body(body.to_owned()).send().await.unwrap();
        assert_eq!(response.status(), status, "{content_type} {body}");
        let response: Value = response.json().await.unwrap();
        assert_eq!(response["error"]["code"].as_str().unwrap_or(""), expected);
    }
}

#[tokio::test]
async fn an_owner_can_be_required() {
    let settings = json!({"adfox": {"reports": {"owner_required": true}}});
    let emulator = emulator_with(settings).await;
    let body = january(&["clicks_total"], &[]);
    let (status, response) = post(&emulator, "", &body).await;
    assert_eq!((status, code(&response)), (400, "MISSING_OWNER_ID"));
    let id = make(&emulator, &with(body, "ownerId", json!(5))).await;
    for path in [
        "/metadata".to_owned(),
        "/list".to_owned(),
        "/available-dates".to_owned(),
        "/report-info/sites".to_owned(),
        format!("/{id}"),
    ] {
        let (status, response) = get(&emulator, &path).await;
        assert_eq!(
            (status, code(&response)),
            (400, "MISSING_OWNER_ID"),
            "{path}"
        );
        let (status, response) = get(&emulator, &format!("{path}?ownerId=-1")).await;
        assert_eq!(
            (status, code(&response)),
            (400, "MISSING_OWNER_ID"),
            "{path}"
        );
        assert_eq!(get(&emulator, &format!("{path}?ownerId=5")).await.0, 200);
    }
}

#[tokio::test]
async fn a_token_is_required() {
    let emulator = emulator().await;
    let url = format!("{}/metadata", emulator.adfox_reports_url());
    let right = &emulator.credentials().adfox.token;
    for header in [
        "OAuth wrong".to_owned(),
        format!("Bearer {right}"),
        String::new(),
    ] {
        let request = http().get(&url).header("authorization", header);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["www-authenticate"], "OAuth");
        assert_eq!(code(&response.json().await.unwrap()), "UNAUTHORIZED");
    }
    let expired = FaultPlan::new("adfox.reports.metadata").fault(Fault::expired_token());
    emulator.faults(expired).unwrap();
    let (status, response) = get(&emulator, "/metadata").await;
    assert_eq!((status, code(&response)), (401, "UNAUTHORIZED"));
    assert_eq!(get(&emulator, "/metadata").await.0, 200);
}

#[tokio::test]
async fn faults_and_counts_know_every_operation() {
    let emulator = emulator().await;
    let all = FaultPlan::new("adfox.reports.*").healthy();
    emulator.faults(all).unwrap();
    let body = january(&["clicks_total"], &[]);
    let id = make(&emulator, &body).await;
    report(&emulator, &body).await;
    post(&emulator, "/sites", &body).await;
    for path in [
        "/metadata",
        "/available-dates",
        "/list",
        "/report-info/sites",
    ] {
        get(&emulator, path).await;
    }
    let requests = emulator.requests();
    for (operation, count) in [
        ("create", 2),
        ("create_saved", 1),
        ("task", 2),
        ("result", 1),
        ("metadata", 1),
        ("available_dates", 1),
        ("list", 1),
        ("report_info", 1),
    ] {
        let counts = requests.of(&format!("adfox.reports.{operation}"));
        assert_eq!(counts.received, count, "{operation}");
    }
    let broken = FaultPlan::new("adfox.reports.result").fault(Fault::status(503));
    emulator.faults(broken).unwrap();
    let url = format!("{}/{id}/result", emulator.adfox_reports_url());
    assert_eq!(http().get(url).send().await.unwrap().status(), 503);
    assert_eq!(get(&emulator, &format!("/{id}/result")).await.0, 200);
}
