//! SPOTS: the three documented methods, JSON-RPC 2.0, tokens and settings.

use adapis_emulator::Emulator;
use serde_json::{Value, json};

use crate::{emulator, emulator_with, http};

mod documented;
mod tokens;

/// Sends a POST as `curl -d` does, with the content type of a form.
async fn post(url: &str, token: Option<&str>, body: impl Into<reqwest::Body>) -> (u16, Value) {
    let mut request = http()
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

async fn call(emulator: &Emulator, token: Option<&str>, call: Value) -> Value {
    let (status, response) = post(&emulator.spots_url(), token, call.to_string()).await;
    assert_eq!(status, 200, "{response}");
    response
}

async fn tokens(emulator: &Emulator) -> (String, String) {
    let credentials = &emulator.credentials().spots;
    let response = call(
        emulator,
        None,
        json!({"jsonrpc": "2.0", "method": "user.auth", "id": 1, "params": {
            "login": credentials.login, "password": credentials.password}}),
    )
    .await;
    let text = |name: &str| response["result"][name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

async fn statistics(emulator: &Emulator, filter: Value) -> Value {
    let (access, _) = tokens(emulator).await;
    let request = json!({"jsonrpc": "2.0", "method": "platform.getStatistics",
        "params": {"filter": filter}, "id": 1});
    call(emulator, Some(&access), request).await
}

#[tokio::test]
async fn the_generated_year_has_forty_sites_and_adds_up() {
    let emulator = emulator().await;
    let year = json!({"date_from": "2025-01-01", "date_to": "2025-12-31"});
    let sums = async |groups: Value| {
        let mut filter = year.clone();
        filter["main_group"] = groups;
        let response = statistics(&emulator, filter).await;
        let rows = response["result"].as_array().unwrap().clone();
        let sum = |name: &str| -> u64 { rows.iter().map(|row| row[name].as_u64().unwrap()).sum() };
        (rows.len(), sum("shows"), sum("clicks"))
    };
    let (sites, shows, clicks) = sums(json!(["site"])).await;
    assert_eq!(sites, 40);
    assert_eq!(sums(json!([])).await, (1, shows, clicks));
    assert_eq!(sums(json!(["date_day"])).await, (365, shows, clicks));
    assert_eq!(sums(json!(["placement"])).await, (120, shows, clicks));
    let (rows, ..) = sums(json!(["date_day", "placement"])).await;
    assert!(
        (40_000..43_800).contains(&rows),
        "rows without data are left out: {rows}"
    );
    assert_eq!(
        sums(json!(["date_day", "placement"])).await,
        (rows, shows, clicks)
    );
}

#[tokio::test]
async fn the_generated_year_depends_only_on_the_seed() {
    let filter =
        json!({"date_from": "2025-03-01", "date_to": "2025-03-01", "main_group": ["site"]});
    let year = async |seed: u64| {
        let emulator = Emulator::builder().seed(seed).start().await.unwrap();
        statistics(&emulator, filter.clone()).await["result"].clone()
    };
    assert_eq!(year(7).await, year(7).await);
    assert_ne!(year(7).await, year(8).await);
}

#[tokio::test]
async fn filters_by_placement_and_their_members() {
    let emulator = emulator().await;
    let day =
        json!({"date_from": "2025-03-03", "date_to": "2025-03-03", "main_group": ["placement"]});
    let rows = async |name: &str, values: Value| {
        let mut filter = day.clone();
        filter[name] = values;
        statistics(&emulator, filter).await["result"]
            .as_array()
            .unwrap()
            .clone()
    };
    let all = rows("placement", json!(["all"])).await;
    assert!(all.len() > 100);
    assert_eq!(all, rows("placement_name", json!(["all"])).await);
    assert_eq!(
        all,
        rows("nonsense", json!(["x"])).await,
        "unknown keys are ignored"
    );
    let one = &all[5];
    assert_eq!(
        rows("placement", json!([one["placement"]])).await,
        std::slice::from_ref(one)
    );
    assert_eq!(
        rows("placement_name", json!([one["placement_name"]])).await,
        std::slice::from_ref(one)
    );
    let mut members: Vec<&String> = one.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(
        members,
        ["clicks", "income", "placement", "placement_name", "shows"]
    );
}

#[tokio::test]
async fn errors_of_invalid_params_name_the_member() {
    let emulator = emulator().await;
    let (access, _) = tokens(&emulator).await;
    for (params, word) in [
        (json!({}), "filter"),
        (json!({"filter": {"date_to": "2023-08-24"}}), "date_from"),
        (json!({"filter": {"date_from": "2023-08-24"}}), "date_to"),
        (
            json!({"filter": {"date_from": "24.08.2023", "date_to": "2023-08-24"}}),
            "date_from",
        ),
        (
            json!({"filter": {"date_from": "2023-02-30", "date_to": "2023-08-24"}}),
            "date_from",
        ),
        (
            json!({"filter": {"date_from": "2023-08-24", "date_to": "2023-08-23"}}),
            "date_to",
        ),
        (
            json!({"filter": {"date_from": "2023-08-24", "date_to": "2023-08-24",
            "main_group": ["week"]}}),
            "main_group",
        ),
        (
            json!({"filter": {"date_from": "2023-08-24", "date_to": "2023-08-24",
            "site": "test1.ru"}}),
            "site",
        ),
    ] {
        let request = json!({"jsonrpc": "2.0", "method": "platform.getStatistics",
            "params": params, "id": "x"});
        let response = call(&emulator, Some(&access), request).await;
        assert_eq!(response["error"]["code"], -32602, "{response}");
        assert_eq!(response["id"], "x");
        let message = response["error"]["message"].as_str().unwrap();
        assert!(message.starts_with(word), "{message} should name {word}");
    }
}

#[tokio::test]
async fn json_rpc_errors_have_their_codes() {
    let emulator = emulator().await;
    for (body, code, id) in [
        ("{", -32700, Value::Null),
        ("", -32700, Value::Null),
        ("1", -32600, Value::Null),
        ("[]", -32600, Value::Null),
        (
            r#"{"jsonrpc":"1.0","method":"user.auth","id":7}"#,
            -32600,
            json!(7),
        ),
        (r#"{"jsonrpc":"2.0","method":1,"id":7}"#, -32600, json!(7)),
        (r#"{"jsonrpc":"2.0","id":7}"#, -32600, json!(7)),
        (
            r#"{"jsonrpc":"2.0","method":"a","params":3,"id":7}"#,
            -32600,
            json!(7),
        ),
        (
            r#"{"jsonrpc":"2.0","method":"a","id":[]}"#,
            -32600,
            Value::Null,
        ),
        (
            r#"{"jsonrpc":"2.0","method":"a.b","id":"7"}"#,
            -32601,
            json!("7"),
        ),
        (
            r#"{"jsonrpc":"2.0","method":"user.auth","id":7}"#,
            -32602,
            json!(7),
        ),
    ] {
        let (status, response) = post(&emulator.spots_url(), None, body).await;
        assert_eq!(status, 200);
        assert_eq!(
            (&response["error"]["code"], &response["id"]),
            (&json!(code), &id),
            "{body}"
        );
    }
}

#[tokio::test]
async fn notifications_get_no_response() {
    let emulator = emulator().await;
    for body in [
        r#"{"jsonrpc":"2.0","method":"user.auth"}"#,
        r#"[{"jsonrpc":"2.0","method":"a"},{"jsonrpc":"2.0","method":"b"}]"#,
    ] {
        assert_eq!(post(&emulator.spots_url(), None, body).await.0, 204);
    }
}

#[tokio::test]
async fn batches_get_one_response_per_call() {
    let emulator = emulator().await;
    let (access, _) = tokens(&emulator).await;
    let batch = json!([
        {"jsonrpc": "2.0", "method": "platform.getStatistics", "id": 1, "params": {"filter": {
            "date_from": "2023-08-23", "date_to": "2023-08-24", "main_group": ["site"]}}},
        {"jsonrpc": "2.0", "method": "no.such", "id": 2},
        {"jsonrpc": "2.0", "method": "no.answer"},
        1,
    ]);
    let response = call(&emulator, Some(&access), batch).await;
    assert_eq!(response.as_array().unwrap().len(), 3);
    assert_eq!(response[0]["result"][0]["shows"], 71385);
    assert_eq!(response[1]["error"]["code"], -32601);
    assert_eq!(
        (&response[2]["error"]["code"], &response[2]["id"]),
        (&json!(-32600), &Value::Null)
    );
    assert_eq!(emulator.requests().of("spots.batch").received, 1);
}

#[tokio::test]
async fn batches_can_be_refused_as_a_whole() {
    let batch = json!([{"jsonrpc": "2.0", "method": "a", "id": 1}]).to_string();
    let emulator = emulator_with(json!({"spots": {"batch": "refused"}})).await;
    let (status, response) = post(&emulator.spots_url(), None, batch.clone()).await;
    assert_eq!((status, &response["error"]["code"]), (200, &json!(-32600)));
    let emulator = emulator_with(json!({"spots": {"batch": "http400"}})).await;
    assert_eq!(post(&emulator.spots_url(), None, batch).await.0, 400);
}

#[tokio::test]
async fn formats_follow_the_settings() {
    let filter = json!({"date_from": "2023-08-23", "date_to": "2023-08-24",
        "site": ["test1.ru"], "main_group": ["site"]});
    let emulator = emulator_with(json!({"spots": {"counters_as_strings": true}})).await;
    let row = &statistics(&emulator, filter.clone()).await["result"][0];
    assert_eq!(
        (&row["shows"], &row["income"]),
        (&json!("71385"), &json!("3143.356472008"))
    );

    let emulator = emulator_with(json!({"spots": {"rows_multiplier": 3}})).await;
    let rows = statistics(&emulator, filter).await["result"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 3);

    let nothing = json!({"date_from": "2001-01-01", "date_to": "2001-01-02"});
    assert_eq!(
        statistics(&emulator, nothing.clone()).await["result"],
        json!([])
    );
    let emulator = emulator_with(json!({"spots": {"null_when_empty": true}})).await;
    let response = statistics(&emulator, nothing).await;
    assert!(response["result"].is_null() && response.get("error").is_none());

    let by_id = json!({"date_from": "2023-08-23", "date_to": "2023-08-24",
        "site_id": ["750"], "main_group": ["site_id"]});
    let emulator = emulator_with(json!({"spots": {"site_id_by_day": false}})).await;
    assert_eq!(
        statistics(&emulator, by_id).await["result"],
        json!([{"shows": 525_860, "clicks": 673, "income": 17_189.418_812_399,
            "site_id": 750, "site_name": "test1.ru/forum"}])
    );

    let emulator = emulator_with(json!({"spots": {"tokens_as_array": true}})).await;
    let auth = json!({"jsonrpc": "2.0", "method": "user.auth", "id": 1, "params": {
        "login": "publisher@example.com", "password": "111111"}});
    assert_eq!(
        call(&emulator, None, auth).await["result"][0]["access_ttl"],
        1800
    );
}

#[tokio::test]
async fn amounts_keep_every_digit() {
    let emulator = emulator().await;
    let (access, _) = tokens(&emulator).await;
    let request = json!({"jsonrpc": "2.0", "method": "platform.getStatistics", "id": 1,
        "params": {"filter": {"date_from": "2023-08-23", "date_to": "2023-08-24",
            "site": ["test1.ru"], "main_group": ["site"]}}});
    let response = http()
        .post(emulator.spots_url())
        .bearer_auth(access)
        .body(request.to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["content-type"], "application/json");
    let text = response.text().await.unwrap();
    assert_eq!(
        text,
        r#"{"jsonrpc":"2.0","result":[{"shows":71385,"clicks":196,"income":3143.356472008,"site":"test1.ru"}],"id":1}"#
    );
}
