//! The examples of the vendor's page.

use serde_json::json;

use super::{call, post, statistics, tokens};
use crate::emulator;

#[tokio::test]
async fn the_documented_auth_example() {
    let emulator = emulator().await;
    let body = r#"{
        "jsonrpc": "2.0",
        "method":"user.auth",
        "params":{
        "login": "[email protected]",
        "password": "111111"},
        "id": 1
    }"#;
    for path in ["/api/", "/api/v2/", "/api/v2", "/api"] {
        let (status, response) = post(&format!("{}{path}", emulator.url()), None, body).await;
        assert_eq!(
            (status, &response["jsonrpc"], &response["id"]),
            (200, &json!("2.0"), &json!(1))
        );
        let tokens = response["result"].as_object().unwrap();
        assert!(tokens["access_token"].as_str().unwrap().starts_with("ey"));
        assert!(tokens["refresh_token"].as_str().unwrap().starts_with("ey"));
        assert_eq!(tokens["access_ttl"], 1800);
        assert_eq!(tokens["refresh_ttl"], 5_184_000);
    }
}

#[tokio::test]
async fn the_documented_refresh_example() {
    let emulator = emulator().await;
    let (access, refresh) = tokens(&emulator).await;
    let request = json!({"jsonrpc": "2.0", "method": "user.tokenRefresh", "id": 1});
    let response = call(&emulator, Some(&refresh), request.clone()).await;
    assert_ne!(response["result"]["access_token"], access.as_str());
    assert_ne!(response["result"]["refresh_token"], refresh.as_str());
    let wrong_kind = call(&emulator, Some(&access), request).await;
    assert_eq!(wrong_kind["error"]["message"], "invalid token signature");
}

#[tokio::test]
async fn the_documented_example_by_site_urls() {
    let response = statistics(
        &emulator().await,
        json!({"date_from": "2023-08-23", "date_to": "2023-08-24",
            "site": ["test1.ru", "test2.ru"], "main_group": ["site"]}),
    )
    .await;
    assert_eq!(
        response,
        json!({"jsonrpc": "2.0", "id": 1, "result": [
            {"shows": 71385, "clicks": 196, "income": 3143.356472008, "site": "test1.ru"},
            {"shows": 944, "clicks": 2, "income": 55.626086398, "site": "test2.ru"},
        ]})
    );
}

#[tokio::test]
async fn the_documented_example_by_one_site_id() {
    let response = statistics(
        &emulator().await,
        json!({"date_from": "2023-08-23", "date_to": "2023-10-24",
            "site_id": ["750"], "main_group": ["site_id"]}),
    )
    .await;
    assert_eq!(
        response["result"],
        json!([
            {"shows": 257005, "clicks": 318, "income": 8358.049411245, "site_id": 750,
                "site": "test1.ru", "site_name": "test1.ru/forum", "date_day": "2023-08-23"},
            {"shows": 268855, "clicks": 355, "income": 8831.369401154, "site_id": 750,
                "site": "test1.ru", "site_name": "test1.ru/forum", "date_day": "2023-08-24"},
        ])
    );
}

#[tokio::test]
async fn the_documented_example_of_all_site_ids() {
    let response = statistics(
        &emulator().await,
        json!({"date_from": "2023-08-23", "date_to": "2023-10-24", "main_group": ["site_id"]}),
    )
    .await;
    let rows = response["result"].as_array().unwrap();
    assert_eq!(
        rows[..3],
        [
            json!({"shows": 25017, "clicks": 24, "income": 982.066071864, "site_id": 748,
                "site": "test1.ru", "site_name": "test1.ru", "date_day": "2023-08-23"}),
            json!({"shows": 50942, "clicks": 63, "income": 3047.962572134, "site_id": 749,
                "site": "test2.ru", "site_name": "test2.ru", "date_day": "2023-08-23"}),
            json!({"shows": 257005, "clicks": 318, "income": 8358.049411245, "site_id": 750,
                "site": "test1.ru", "site_name": "test1.ru/forum", "date_day": "2023-08-23"}),
        ]
    );
    assert_eq!(rows.len(), 4);
}
