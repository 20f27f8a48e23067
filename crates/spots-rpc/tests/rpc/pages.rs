//! The examples of the vendor's documentation, verbatim.

use httpmock::{Method::POST, MockServer};
use serde_json::{Value, json};
use spots_rpc::calls::{Call, Group, SiteId, Statistics, StatisticsRow};
use spots_rpc::{Client, Credentials, Date, Decimal};

const AUTH: &str = r#"{
"jsonrpc":"2.0",
"result": {
"access_token":"ey...PK5Q",
"refresh_token":"eyJ...F3qTw",
"access_ttl": 1800,
"refresh_ttl": 5184000
},
"id":1
}"#;

const BY_SITE: &str = r#"{
"jsonrpc": "2.0",
"result": [
{
"shows": 71385,
"clicks": 196,
"income": 3143.356472008,
"site": "test1.ru"
},
{
"shows": 944,
"clicks": 2,
"income": 55.626086398,
"site": "test2.ru"
}
],
"id": 1
}"#;

const ONE_SITE_ID: &str = r#"{
"jsonrpc": "2.0",
"result": [
{
"shows": 257005,
"clicks": 318,
"income": 8358.049411245,
"site_id": 750,
"site": "test1.ru",
"site_name": "test1.ru/forum",
"date_day": "2023-08-23"
},
{
"shows": 268855,
"clicks": 355,
"income": 8831.369401154,
"site_id": 750,
"site": "test1.ru",
"site_name": "test1.ru/forum",
"date_day": "2023-08-24"
}
],
"id": 1
}"#;

const ALL_SITE_IDS: &str = r#"{
"jsonrpc": "2.0",
"result": [
{
"shows": 25017,
"clicks": 24,
"income": 982.066071864,
"site_id": 748,
"site": "test1.ru",
"site_name": "test1.ru",
"date_day": "2023-08-23"
},
{
"shows": 50942,
"clicks": 63,
"income": 3047.962572134,
"site_id": 749,
"site": "test2.ru",
"site_name": "test2.ru",
"date_day": "2023-08-23"
},
{
"shows": 257005,
"clicks": 318,
"income": 8358.049411245,
"site_id": 750,
"site": "test1.ru",
"site_name": "test1.ru/forum",
"date_day": "2023-08-23"
}
],
"id": 1
}"#;

/// Returns the rows of `request`, collected and streamed; its filter on the wire must be `filter`.
async fn rows(request: Statistics, filter: Value, response: &str) -> Vec<StatisticsRow> {
    let mut both = Vec::new();
    for streamed in [false, true] {
        let server = MockServer::start_async().await;
        let auth = server
            .mock_async(|when, then| {
                when.method(POST).path("/api/v2/").json_body(json!({
                    "jsonrpc": "2.0",
                    "method": "user.auth",
                    "params": {"login": "[email protected]", "password": "111111"},
                    "id": 1
                }));
                then.status(200).body(AUTH);
            })
            .await;
        let statistics = server
            .mock_async(|when, then| {
                when.method(POST)
                    .path("/api/v2/")
                    .header("authorization", "Bearer ey...PK5Q")
                    .header("content-type", "application/json")
                    .json_body(json!({
                        "jsonrpc": "2.0",
                        "method": "platform.getStatistics",
                        "params": {"filter": filter},
                        "id": 1
                    }));
                then.status(200).body(response);
            })
            .await;
        let credentials = Credentials::new("[email protected]", "111111");
        let client = Client::builder(&server.url("/api/v2/"), credentials)
            .window_days(366)
            .build()
            .unwrap();
        let rows = if streamed {
            let mut rows = Vec::new();
            let mut stream = client.statistics_stream(&request);
            while let Some(row) = stream.next().await {
                rows.push(row.unwrap());
            }
            rows
        } else {
            client.statistics(&request).await.unwrap()
        };
        auth.assert_async().await;
        statistics.assert_async().await;
        both.push(rows);
    }
    assert_eq!(both[0], both[1]);
    both.remove(0)
}

fn money(text: &str) -> Option<Decimal> {
    Some(text.parse().unwrap())
}

#[tokio::test]
async fn the_first_example_two_sites_by_domain() {
    let rows = rows(
        Statistics::new(Date::constant(2023, 8, 23), Date::constant(2023, 8, 24))
            .site("test1.ru")
            .site("test2.ru")
            .group(Group::Site),
        json!({"date_from": "2023-08-23", "date_to": "2023-08-24", "site": ["test1.ru", "test2.ru"], "main_group": ["site"]}),
        BY_SITE,
    )
    .await;
    let [first, second] = &rows[..] else {
        panic!("{rows:?}")
    };
    assert_eq!(first.site.as_deref(), Some("test1.ru"));
    assert_eq!((first.shows, first.clicks), (Some(71_385), Some(196)));
    assert_eq!(first.income, money("3143.356472008"));
    assert_eq!(second.site.as_deref(), Some("test2.ru"));
    assert_eq!((second.shows, second.clicks), (Some(944), Some(2)));
    assert_eq!(second.income, money("55.626086398"));
    assert!(
        rows.iter()
            .all(|row| row.date_day.is_none() && row.site_id.is_none())
    );
}

#[tokio::test]
async fn the_second_example_one_site_by_id() {
    let rows = rows(
        Statistics::new(Date::constant(2023, 8, 23), Date::constant(2023, 10, 24))
            .site_id(SiteId::new(750))
            .group(Group::SiteId),
        json!({"date_from": "2023-08-23", "date_to": "2023-10-24", "site_id": ["750"], "main_group": ["site_id"]}),
        ONE_SITE_ID,
    )
    .await;
    let days: Vec<_> = rows
        .iter()
        .map(|row| row.date_day.unwrap().to_string())
        .collect();
    assert_eq!(days, ["2023-08-23", "2023-08-24"]);
    assert_eq!(rows[1].shows, Some(268_855));
    assert_eq!(rows[1].income, money("8831.369401154"));
    assert!(rows.iter().all(|row| row.site_id == Some(SiteId::new(750))));
    assert!(
        rows.iter()
            .all(|row| row.site_name.as_deref() == Some("test1.ru/forum"))
    );
}

#[tokio::test]
async fn the_third_example_all_sites_by_id() {
    let rows = rows(
        Statistics::new(Date::constant(2023, 8, 23), Date::constant(2023, 10, 24))
            .group(Group::SiteId),
        json!({"date_from": "2023-08-23", "date_to": "2023-10-24", "main_group": ["site_id"]}),
        ALL_SITE_IDS,
    )
    .await;
    let ids: Vec<_> = rows.iter().map(|row| row.site_id.unwrap().get()).collect();
    assert_eq!(ids, [748, 749, 750]);
    let shows: Vec<_> = rows.iter().map(|row| row.shows.unwrap()).collect();
    assert_eq!(shows, [25_017, 50_942, 257_005]);
    assert_eq!(rows[0].income, money("982.066071864"));
}

#[tokio::test]
async fn the_refresh_of_the_page_carries_the_refresh_token_and_no_params() {
    let server = MockServer::start_async().await;
    let auth = server
        .mock_async(|when, then| {
            when.json_body_includes(r#"{"method":"user.auth"}"#);
            then.status(200).body(AUTH);
        })
        .await;
    let refresh = server
        .mock_async(|when, then| {
            when.header("authorization", "Bearer eyJ...F3qTw")
                .json_body(json!({"jsonrpc": "2.0", "method": "user.tokenRefresh", "id": 2}));
            then.status(200).body(
                AUTH.replace("ey...PK5Q", "ey...NEW")
                    .replace("\"id\":1", "\"id\":2"),
            );
        })
        .await;
    for (token, response) in [
        (
            "ey...PK5Q",
            r#""error":{"message":"invalid token signature"}"#,
        ),
        ("ey...NEW", r#""result":true"#),
    ] {
        server
            .mock_async(|when, then| {
                when.header("authorization", format!("Bearer {token}"));
                then.status(200)
                    .body(format!(r#"{{"jsonrpc":"2.0",{response},"id":1}}"#));
            })
            .await;
    }
    let credentials = Credentials::new("[email protected]", "111111");
    let client = Client::new(&server.url("/api/v2/"), credentials).unwrap();
    let response = client.call(&Call::new("any.method")).await.unwrap();
    assert_eq!(response.as_str(), "true");
    auth.assert_async().await;
    refresh.assert_async().await;
}
