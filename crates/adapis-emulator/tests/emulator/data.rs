//! Data files with accounts and rows.

use adapis_emulator::{Data, Emulator};
use serde_json::{Value, json};

use crate::{get, http};

async fn with_data(data: &Value) -> Result<Emulator, String> {
    let data = Data::from_json(&data.to_string()).map_err(|error| error.to_string())?;
    let started = Emulator::builder().data(data).start().await;
    started.map_err(|error| error.to_string())
}

#[tokio::test]
async fn own_spots_accounts_replace_the_default_ones() {
    let emulator = with_data(&json!({"spots": {"accounts": [
        {"login": "me", "password": "p1", "rows": [
            {"date": "2024-02-29", "site": "a.example", "site_id": 1, "placement": "11",
                "placement_name": "A", "shows": 10, "clicks": 1, "income": "0.123456789"},
            {"date": "2024-02-29", "site": "a.example", "site_id": 1, "placement": "12",
                "placement_name": "B", "shows": 5, "clicks": 0, "income": 0.1}]},
        {"login": "other", "password": "p2"}]}}))
    .await
    .unwrap();
    assert_eq!(emulator.credentials().spots.login, "me");
    let rows = async |login: &str, password: &str| {
        let auth = json!({"jsonrpc": "2.0", "method": "user.auth", "id": 1,
            "params": {"login": login, "password": password}});
        let response = http()
            .post(emulator.spots_url())
            .json(&auth)
            .send()
            .await
            .unwrap();
        let response: Value = response.json().await.unwrap();
        let call = json!({"jsonrpc": "2.0", "method": "platform.getStatistics", "id": 2,
            "params": {"filter": {"date_from": "2024-01-01", "date_to": "2024-12-31",
                "main_group": ["site"]}}});
        let response = http()
            .post(emulator.spots_url())
            .bearer_auth(response["result"]["access_token"].as_str().unwrap())
            .json(&call)
            .send()
            .await
            .unwrap();
        response.text().await.unwrap()
    };
    assert_eq!(
        rows("me", "p1").await,
        r#"{"jsonrpc":"2.0","result":[{"shows":15,"clicks":1,"income":0.223456789,"site":"a.example"}],"id":2}"#
    );
    assert_eq!(
        rows("other", "p2").await,
        r#"{"jsonrpc":"2.0","result":[],"id":2}"#
    );
    let url = format!("{}/click_api/v3?token=html-campaign-token", emulator.url());
    assert_eq!(
        get(&url).await.0,
        200,
        "the other vendors use the default data"
    );
}

#[tokio::test]
async fn own_keitaro_campaigns_replace_the_default_ones() {
    let emulator = with_data(&json!({"keitaro": {"postback_key": "k", "campaigns": [
        {"id": 1, "name": "Mine", "token": "mine", "cookies_ttl": 2, "flows": [
            {"id": 5, "filters": [{"name": "parameter", "parameter": "sub_id_1", "values": ["x"]}],
                "action": {"type": "text", "content": "x"}},
            {"id": 6, "filters": [{"name": "user_agent", "values": ["Firefox"]}],
                "action": {"type": "text", "content": "fox"}},
            {"id": 7, "filters": [{"name": "limit", "clicks": 1}],
                "action": {"type": "text", "content": "first"}},
            {"id": 8, "action": {"type": "http", "status": 404}}]}]}}))
    .await
    .unwrap();
    let stream = async |query: &str| {
        let url = format!(
            "{}/click_api/v3?token=mine&info=1{query}",
            emulator.keitaro_url()
        );
        get(&url).await.1["info"]["stream_id"].clone()
    };
    assert_eq!(stream("&sub_id_1=x").await, 5);
    assert_eq!(stream("&user_agent=firefox").await, 6);
    assert_eq!(stream("").await, 7);
    assert_eq!(stream("").await, 8, "the limit is reached");
}

#[tokio::test]
async fn own_hybrid_rows_replace_the_default_ones() {
    let emulator = with_data(&json!({"hybrid": {
        "clients": [{"client_id": "c", "client_secret": "s", "advertisers": ["a1"]}],
        "advertisers": [{"id": "a1", "name": "One", "campaigns": [{"id": "c1", "name": "C"}]},
            {"id": "a2", "name": "Two", "balance": "7"}],
        "campaign_rows": [{"CampaignId": "c1", "Date": "2024-01-02", "ImpressionCount": 1000,
            "ClickCount": 7, "Cost": "12345678901234567.123456789"}]}}))
    .await
    .unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", "c"),
        ("client_secret", "s"),
    ];
    let response = http()
        .post(format!("{}/token", emulator.hybrid_url()))
        .form(&form)
        .send()
        .await
        .unwrap();
    let token = response.json::<Value>().await.unwrap()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let text = async |path: &str| {
        let url = format!("{}{path}", emulator.hybrid_url());
        http()
            .get(url)
            .bearer_auth(&token)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    assert_eq!(
        text("/advertiser/get").await,
        r#"[{"Id":"a1","Name":"One","Balance":null}]"#
    );
    let row = text("/statistic/campaign/2024-01-01/2024-01-31/c1").await;
    assert!(
        row.contains(r#""Cost":12345678901234567.123456789"#),
        "{row}"
    );
    assert!(row.contains(r#""Ctr":0.7"#), "{row}");
}

#[tokio::test]
async fn adfox_data_replaces_the_default_accounts() {
    let emulator = with_data(&json!({"adfox": {"accounts": [{"login": "me", "password": "p"}]}}))
        .await
        .unwrap();
    assert_eq!(emulator.credentials().adfox.login, "me");
}

#[tokio::test]
async fn errors_of_invalid_data_name_the_cause() {
    for (data, words) in [
        (json!({"spot": {}}), "unknown field"),
        (json!({"spots": {"accounts": []}}), "spots.accounts"),
        (json!({"keitaro": {"campaigns": []}}), "keitaro.campaigns"),
        (json!({"hybrid": {"clients": []}}), "hybrid.clients"),
        (
            json!({"hybrid": {"clients": [{"client_id": "c", "client_secret": "s", "advertiser": "x"}]}}),
            "no advertiser x",
        ),
        (
            json!({"spots": {"accounts": [{"login": "a", "password": "b", "rows": [
            {"date": "2024-02-30", "site": "a", "site_id": 1, "shows": 1, "clicks": 1, "income": 1}]}]}}),
            "'day'",
        ),
        (
            json!({"spots": {"accounts": [{"login": "a", "password": "b", "rows": [
            {"date": "2024-02-28", "site": "a", "site_id": 1, "shows": 1, "clicks": 1, "income": 1e-12}]}]}}),
            "nine decimals",
        ),
    ] {
        let error = with_data(&data).await.unwrap_err();
        assert!(error.contains(words), "{error} should contain {words}");
    }
}
