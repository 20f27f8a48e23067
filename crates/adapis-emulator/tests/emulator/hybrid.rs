//! Hybrid: the documented calls, and tokens of agencies and advertisers.

mod settings;

use adapis_emulator::Emulator;
use serde_json::{Value, json};

use crate::{emulator, emulator_with, http};

const FIRST: &str = "53df8633af55cd57805746f5";

async fn request_token(emulator: &Emulator, form: &[(&str, &str)]) -> (u16, Value) {
    let response = http()
        .post(format!("{}/token", emulator.hybrid_url()))
        .form(form)
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

/// Returns a token of the agency, or of one of its advertisers.
async fn token(emulator: &Emulator, advertiser: Option<&str>) -> String {
    let credentials = &emulator.credentials().hybrid;
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_id", credentials.client_id.as_str()),
        ("client_secret", credentials.client_secret.as_str()),
    ];
    form.extend(advertiser.map(|id| ("advertiserId", id)));
    let (status, response) = request_token(emulator, &form).await;
    assert_eq!(status, 200, "{response}");
    response["access_token"].as_str().unwrap().to_owned()
}

async fn get_with(emulator: &Emulator, token: &str, path: &str) -> (u16, Value) {
    let url = format!("{}{path}", emulator.hybrid_url());
    let response = http().get(url).bearer_auth(token).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

async fn get(emulator: &Emulator, path: &str) -> Value {
    let token = token(emulator, None).await;
    let (status, response) = get_with(emulator, &token, path).await;
    assert_eq!(status, 200, "{path}: {response}");
    response
}

fn page_s_campaign_row() -> Value {
    json!({
        "ImpressionCount": 61239,
        "ClickCount": 310,
        "Date": "2015-12-31",
        "Cost": 697.827701971,
        "SumBets": 1622290.744716147,
        "BetCount": 97247,
        "WinCount": 68734,
        "ConversionCount": 0,
        "PostClickConversionsCount": 0,
        "PostViewConversionsCount": 0,
        "PixelVisitCount": 0,
        "ActivePixelVisitCount": 0,
        "Ctr": 0.5
    })
}

#[tokio::test]
async fn the_documented_token_examples() {
    let emulator = emulator().await;
    let (id, secret) = ("agency-client", "agency/secret+with=signs==");
    let (status, first) = request_token(
        &emulator,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
        ],
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(first["token_type"], "bearer");
    assert_eq!(first["expires_in"], "86400");
    assert!(first["scope"].is_string());
    let refresh = first["refresh_token"].as_str().unwrap();
    let (status, second) = request_token(
        &emulator,
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("client_id", id),
            ("client_secret", secret),
        ],
    )
    .await;
    assert_eq!(status, 200);
    assert!(second.get("scope").is_none());
    assert_ne!(second["access_token"], first["access_token"]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
}

#[tokio::test]
async fn the_documented_advertisers() {
    assert_eq!(
        get(&emulator().await, "/advertiser/get").await,
        json!([
            {"Id": FIRST, "Name": "Advertiser 1", "Balance": "1500"},
            {"Id": "54f74d70870a8e44a023ghj5", "Name": "Advertiser 2", "Balance": "100"},
            {"Id": "5593b2ab9341f9b09819dq45", "Name": "Advertiser 3", "Balance": "0"},
        ])
    );
}

#[tokio::test]
async fn the_documented_campaigns_belong_to_its_first_advertiser() {
    let emulator = emulator().await;
    let own = token(&emulator, Some(FIRST)).await;
    let (_, campaigns) = get_with(&emulator, &own, "/campaign/get").await;
    let page = json!([
        {"Id": FIRST, "Name": "Campaign 1"},
        {"Id": "54f74d70870a8e44a023ghj5", "Name": "Campaign 2"},
        {"Id": "5593b2ab9341f9b09819dq45", "Name": "Campaign 3"},
    ]);
    assert_eq!(campaigns, page);
    let all = get(&emulator, "/campaign/get").await;
    assert_eq!(all.as_array().unwrap()[..3], *page.as_array().unwrap());
    assert_eq!(all.as_array().unwrap().len(), 203, "and 200 made-up ones");
}

#[tokio::test]
async fn the_documented_banners() {
    let banners = get(&emulator().await, &format!("/banner/get/{FIRST}")).await;
    assert_eq!(
        banners,
        json!([
            {"Id": "58c1598f7bc72f277c4744ec", "Name": "Banner 1"},
            {"Id": "58c1598f7bc72f277c474408", "Name": "Banner 2"},
            {"Id": "58c1598f7bc72f277c474424", "Name": "Banner 3"},
            {"Id": "58c1598f7bc72f277c474440", "Name": "Banner 4"},
            {"Id": "58c1598f7bc72f277c47445c", "Name": "Banner 5"},
        ])
    );
}

#[tokio::test]
async fn the_documented_campaign_statistics() {
    let path = format!("/statistic/campaign/2015-12-31/2015-12-31/{FIRST}");
    assert_eq!(
        get(&emulator().await, &path).await,
        json!([{"CampaignId": FIRST, "Stat": [page_s_campaign_row()]}])
    );
}

#[tokio::test]
async fn the_documented_advertiser_statistics() {
    let path = format!("/statistic/advertiser/2015-12-01T00:00:00/2015-12-31T23:59:59/{FIRST}");
    let response = get(&emulator().await, &path).await;
    assert_eq!(
        response[0],
        json!({"CampaignId": FIRST, "Stat": [page_s_campaign_row()]})
    );
    assert_eq!(response.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn the_documented_banner_statistics_by_campaign_and_domain() {
    let emulator = emulator().await;
    let zeros = json!({"ClickCount": 0, "ConversionCount": 0, "PostClickConversionsCount": 0,
        "PostViewConversionsCount": 0, "PixelVisitCount": 0, "ActivePixelVisitCount": 0,
        "ViewCount": 0, "Domain": "sport-express.ru"});
    let with_zeros = |mut row: Value| {
        row.as_object_mut()
            .unwrap()
            .extend(zeros.as_object().unwrap().clone());
        row
    };
    let path = format!("/statistic/banners/campaign/2016-01-26/2016-01-26/{FIRST}");
    assert_eq!(
        get(&emulator, &path).await,
        json!([with_zeros(
            json!({"Date": "2016-01-26", "SumWinningPrice": 0.006,
            "SumWinningPriceWithComission": 0.006, "SumBets": 100, "BetCount": 1,
            "WinCount": 1, "ImpressionCount": 1})
        )])
    );
    let by_domain = get(&emulator, "/statistic/banners/domain/sport-express.ru").await;
    assert_eq!(
        by_domain[0],
        with_zeros(
            json!({"Date": "2014-12-16T00:00:00+03:00", "SumWinningPrice": 0.000509914,
            "SumWinningPriceWithComission": 0.000509914, "SumBets": 1059, "BetCount": 2,
            "WinCount": 0, "ImpressionCount": 0})
        )
    );
}

#[tokio::test]
async fn the_documented_banner_row_is_one_object() {
    let emulator = emulator().await;
    let row = json!({"Date": "2017-03-18T00:00:00", "ClickCount": 10, "ImpressionCount": 6260,
        "Reach": 5510, "ActivePixelVisitCount": 0, "PixelVisitCount": 0, "ConversionCount": 0,
        "PostClickConversionsCount": 0, "PostViewConversionsCount": 0,
        "SumWinningPriceWithComission": 9.35129, "ViewCount": 0, "SumWinningPrice": 0,
        "SumBets": 0, "BetCount": 0, "WinCount": 0});
    for days in ["2017-03-18/2017-03-18", "2017-03-01/2017-03-31"] {
        let path = format!("/statistic/banner/{days}/58c1598f7bc72f277c4744ec");
        assert_eq!(get(&emulator, &path).await, row);
    }
}

#[tokio::test]
async fn the_generated_year_adds_up_in_each_view() {
    let emulator = emulator().await;
    let campaigns = get(&emulator, "/campaign/get").await;
    let id = campaigns[3]["Id"].as_str().unwrap();
    let year = "2025-01-01/2025-12-31";
    let sum = |rows: &Value| -> u64 {
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| row["ImpressionCount"].as_u64().unwrap())
            .sum()
    };
    let by_campaign = get(&emulator, &format!("/statistic/campaign/{year}/{id}")).await;
    let days = by_campaign[0]["Stat"].as_array().unwrap().len();
    assert!((330..365).contains(&days), "{days}");
    let impressions = sum(&by_campaign[0]["Stat"]);
    let by_domain = get(
        &emulator,
        &format!("/statistic/banners/campaign/{year}/{id}"),
    )
    .await;
    assert_eq!(sum(&by_domain), impressions);
    let banners = get(&emulator, &format!("/banner/get/{id}")).await;
    let mut by_banner = 0;
    for banner in banners.as_array().unwrap() {
        let path = format!(
            "/statistic/banner/{year}/{}",
            banner["Id"].as_str().unwrap()
        );
        by_banner += get(&emulator, &path).await["ImpressionCount"]
            .as_u64()
            .unwrap();
    }
    assert_eq!(by_banner, impressions);
}

#[tokio::test]
async fn wrong_credentials_have_different_statuses() {
    let emulator = emulator().await;
    let secret = emulator.credentials().hybrid.client_secret.clone();
    for (form, status) in [
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", "nobody"),
                ("client_secret", "x"),
            ],
            404,
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", "agency-client"),
                ("client_secret", "x"),
            ],
            400,
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", "agency-client"),
            ],
            400,
        ),
        (
            vec![
                ("grant_type", "password"),
                ("client_id", "agency-client"),
                ("client_secret", &secret),
            ],
            400,
        ),
        (
            vec![
                ("grant_type", "refresh_token"),
                ("refresh_token", "x"),
                ("client_id", "agency-client"),
                ("client_secret", &secret),
            ],
            400,
        ),
        (
            vec![
                ("grant_type", "client_credentials"),
                ("advertiserId", "nobody"),
                ("client_id", "agency-client"),
                ("client_secret", &secret),
            ],
            401,
        ),
    ] {
        let (got, response) = request_token(&emulator, &form).await;
        assert_eq!(got, status, "{form:?}");
        assert!(response["error"].is_string());
    }
}

#[tokio::test]
async fn each_token_sees_only_its_own_campaigns() {
    let emulator = emulator().await;
    let second = token(&emulator, Some("54f74d70870a8e44a023ghj5")).await;
    for (path, status) in [
        ("/advertiser/get".to_owned(), 401),
        ("/campaign/get".to_owned(), 200),
        (format!("/banner/get/{FIRST}"), 404),
        (
            format!("/statistic/campaign/2015-12-31/2015-12-31/{FIRST}"),
            404,
        ),
        (
            format!("/statistic/advertiser/2015-12-31/2015-12-31/{FIRST}"),
            404,
        ),
        (
            "/statistic/banner/2017-03-18/2017-03-18/58c1598f7bc72f277c4744ec".to_owned(),
            404,
        ),
    ] {
        assert_eq!(
            get_with(&emulator, &second, &path).await.0,
            status,
            "{path}"
        );
    }
    let (_, rows) = get_with(
        &emulator,
        &second,
        "/statistic/banners/domain/sport-express.ru",
    )
    .await;
    assert_eq!(rows, json!([]));
    let emulator = emulator_with(json!({"hybrid": {"agency_sees_campaigns": false}})).await;
    let agency = token(&emulator, None).await;
    assert_eq!(get_with(&emulator, &agency, "/campaign/get").await.0, 401);
    assert_eq!(get_with(&emulator, &agency, "/advertiser/get").await.0, 200);
}

#[tokio::test]
async fn an_advertiser_s_own_client_needs_no_agency() {
    let emulator = emulator().await;
    let (status, response) = request_token(
        &emulator,
        &[
            ("grant_type", "client_credentials"),
            ("client_id", "advertiser-client"),
            ("client_secret", "advertiser/secret+with=signs=="),
        ],
    )
    .await;
    assert_eq!(status, 200);
    let token = response["access_token"].as_str().unwrap();
    let (_, campaigns) = get_with(&emulator, token, "/campaign/get").await;
    assert_eq!(campaigns.as_array().unwrap().len(), 3);
}
