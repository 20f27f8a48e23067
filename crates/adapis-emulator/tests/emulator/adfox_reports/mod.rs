//! The statistics of ADFOX: reports, filters, refusals, tasks and settings.

mod filters;
mod refusals;
mod results;
mod tasks;

use adapis_emulator::Emulator;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::http;

/// Sends a request with the token of the default account.
async fn send(emulator: &Emulator, request: reqwest::RequestBuilder) -> (u16, Value) {
    let token = &emulator.credentials().adfox.token;
    let request = request.header("authorization", format!("OAuth {token}"));
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    assert_eq!(
        response.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    let body = response.text().await.unwrap();
    (status, serde_json::from_str(&body).unwrap())
}

pub(crate) async fn get(emulator: &Emulator, path: &str) -> (u16, Value) {
    let url = format!("{}{path}", emulator.adfox_reports_url());
    send(emulator, http().get(url)).await
}

pub(crate) async fn good(emulator: &Emulator, path: &str) -> Value {
    let (status, response) = get(emulator, path).await;
    assert_eq!(status, 200, "{path}: {response}");
    response["result"].clone()
}

pub(crate) async fn post(emulator: &Emulator, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}{path}", emulator.adfox_reports_url());
    send(emulator, http().post(url).json(body)).await
}

/// Makes a task and returns its id.
pub(crate) async fn make(emulator: &Emulator, body: &Value) -> String {
    let (status, response) = post(emulator, "", body).await;
    assert_eq!(status, 202, "{body}: {response}");
    response["result"]["taskId"].as_str().unwrap().to_owned()
}

/// Makes a task, waits for it, and returns its result.
pub(crate) async fn report(emulator: &Emulator, body: &Value) -> Value {
    let id = make(emulator, body).await;
    finished(emulator, &id).await
}

pub(crate) async fn finished(emulator: &Emulator, id: &str) -> Value {
    while good(emulator, &format!("/{id}")).await["status"] != "SUCCESS" {}
    good(emulator, &format!("/{id}/result")).await
}

/// A valid request for January 2025.
pub(crate) fn january(metrics: &[&str], dimensions: &[&str]) -> Value {
    json!({
        "metrics": metrics,
        "dimensions": dimensions,
        "dateRange": {"from": "2025-01-01", "to": "2025-01-31"},
    })
}

pub(crate) fn with(mut body: Value, member: &str, value: Value) -> Value {
    body[member] = value;
    body
}

pub(crate) fn rows(result: &Value) -> &Vec<Value> {
    result["rows"].as_array().unwrap()
}

/// The sum of a column, exactly.
pub(crate) fn sum(result: &Value, column: usize) -> Decimal {
    rows(result).iter().map(|row| decimal(&row[column])).sum()
}

pub(crate) fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

/// The code of a refusal.
pub(crate) fn code(response: &Value) -> &str {
    response["error"]["code"].as_str().unwrap()
}
