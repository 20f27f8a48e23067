//! What the settings of the emulator change: statuses, limits, tokens and formats.

use adapis_emulator::Vendor;
use serde_json::{Value, json};

use super::{FIRST, get, get_with, request_token, token};
use crate::{emulator, emulator_with, http};

#[tokio::test]
async fn status_codes_are_those_of_the_documentation() {
    let emulator = emulator().await;
    let token = token(&emulator, None).await;
    for (path, status) in [
        ("/statistic/campaign/2015-12-31/2015-12-31/nobody", 404),
        ("/no/such/method", 404),
        (
            "/statistic/campaign/2015-12-31/2015-12-30/53df8633af55cd57805746f5",
            500,
        ),
        (
            "/statistic/campaign/31.12.2015/2015-12-31/53df8633af55cd57805746f5",
            500,
        ),
        (
            "/statistic/campaign/2015-12-31T00:00:00+03:00/2015-12-31/53df8633af55cd57805746f5",
            500,
        ),
    ] {
        assert_eq!(get_with(&emulator, &token, path).await.0, status, "{path}");
    }
    for token in ["", "nonsense"] {
        assert_eq!(get_with(&emulator, token, "/campaign/get").await.0, 401);
    }
    let url = format!("{}/campaign/get", emulator.hybrid_url());
    let posted = http().post(url).bearer_auth(&token).send().await.unwrap();
    assert_eq!(posted.status(), 400);
    assert_eq!(emulator.expire_tokens(Vendor::Hybrid), 1);
    assert_eq!(get_with(&emulator, &token, "/campaign/get").await.0, 401);
}

#[tokio::test]
async fn limits_follow_the_settings() {
    let emulator = emulator_with(json!({"hybrid": {"max_days": 90}})).await;
    let agency = token(&emulator, None).await;
    for (to, status) in [("2025-03-31", 200), ("2025-04-01", 500)] {
        let path = format!("/statistic/campaign/2025-01-01/{to}/{FIRST}");
        assert_eq!(get_with(&emulator, &agency, &path).await.0, status, "{to}");
    }
    let emulator = emulator_with(json!({"hybrid": {"rate_limit": 2}})).await;
    let agency = token(&emulator, None).await;
    for status in [200, 200, 429, 429] {
        assert_eq!(
            get_with(&emulator, &agency, "/advertiser/get").await.0,
            status
        );
    }
    let url = format!("{}/advertiser/get", emulator.hybrid_url());
    let refused = http().get(url).bearer_auth(&agency).send().await.unwrap();
    let seconds: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&seconds));
}

#[tokio::test]
async fn expires_in_can_have_every_format() {
    for (form, wire) in [
        (json!("page"), Some(json!("86400"))),
        (json!(86399), Some(json!(86399))),
        (json!(86399.5), Some(json!(86399.5))),
        (json!(0), Some(json!(0))),
        (json!(-1), Some(json!(-1))),
        (json!(1e300), Some(json!(1e300))),
        (json!("abc"), Some(json!("abc"))),
        (json!("missing"), None),
    ] {
        let emulator = emulator_with(json!({"hybrid": {"expires_in": form}})).await;
        let credentials = &emulator.credentials().hybrid;
        let (_, response) = request_token(
            &emulator,
            &[
                ("grant_type", "client_credentials"),
                ("client_id", &credentials.client_id),
                ("client_secret", &credentials.client_secret),
            ],
        )
        .await;
        assert_eq!(response.get("expires_in"), wire.as_ref());
    }
}

#[tokio::test]
async fn refresh_tokens_may_be_missing() {
    for (form, first, later) in [
        ("new", true, true),
        ("missing_on_refresh", true, false),
        ("missing", false, false),
    ] {
        let emulator = emulator_with(json!({"hybrid": {"refresh_token": form}})).await;
        let (id, secret) = ("agency-client", "agency/secret+with=signs==");
        let (_, response) = request_token(
            &emulator,
            &[
                ("grant_type", "client_credentials"),
                ("client_id", id),
                ("client_secret", secret),
            ],
        )
        .await;
        assert_eq!(response.get("refresh_token").is_some(), first, "{form}");
        let Some(refresh) = response["refresh_token"].as_str() else {
            continue;
        };
        let form_fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("client_id", id),
            ("client_secret", secret),
        ];
        let (status, response) = request_token(&emulator, &form_fields).await;
        assert_eq!(
            (status, response.get("refresh_token").is_some()),
            (200, later),
            "{form}"
        );
        let (again, _) = request_token(&emulator, &form_fields).await;
        assert_eq!(
            again,
            if later { 400 } else { 200 },
            "{form}: the old one stays good if no new one came"
        );
    }
}

#[tokio::test]
async fn formats_follow_the_settings() {
    let path = format!("/statistic/campaign/2015-12-31/2015-12-31/{FIRST}");
    for (settings, pointer, value) in [
        (
            json!({"dates": "time"}),
            "/0/Stat/0/Date",
            json!("2015-12-31T00:00:00"),
        ),
        (
            json!({"dates": "offset"}),
            "/0/Stat/0/Date",
            json!("2015-12-31T00:00:00+03:00"),
        ),
        (
            json!({"names": "camel"}),
            "/0/stat/0/impressionCount",
            json!(61239),
        ),
        (json!({"names": "upper"}), "/0/STAT/0/CTR", json!(0.5)),
        (
            json!({"numbers": "strings"}),
            "/0/Stat/0/SumBets",
            json!("1622290.744716147"),
        ),
        (
            json!({"zeros": "null"}),
            "/0/Stat/0/ConversionCount",
            Value::Null,
        ),
        (
            json!({"rows_multiplier": 2}),
            "/0/Stat/1/ClickCount",
            json!(310),
        ),
    ] {
        let emulator = emulator_with(json!({"hybrid": settings})).await;
        let response = get(&emulator, &path).await;
        assert_eq!(
            response.pointer(pointer),
            Some(&value),
            "{settings}: {response}"
        );
    }
    let emulator = emulator_with(json!({"hybrid": {"zeros": "absent"}})).await;
    let response = get(&emulator, &path).await;
    assert!(response[0]["Stat"][0].get("ConversionCount").is_none());
}

#[tokio::test]
async fn long_responses_are_streamed_in_chunks() {
    let emulator = emulator_with(json!({"hybrid": {"rows_multiplier": 3}})).await;
    let agency = token(&emulator, None).await;
    let path = "/statistic/advertiser/2025-01-01/2025-01-31/54f74d70870a8e44a023ghj5";
    let response = http()
        .get(format!("{}{path}", emulator.hybrid_url()))
        .bearer_auth(agency)
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["transfer-encoding"], "chunked");
    let rows: Value = response.json().await.unwrap();
    let campaigns = rows.as_array().unwrap();
    assert_eq!(campaigns.len(), 100);
    let count: usize = campaigns
        .iter()
        .map(|c| c["Stat"].as_array().unwrap().len())
        .sum();
    assert_eq!(count % 3, 0);
    assert!(count > 8_000, "{count}");
}
