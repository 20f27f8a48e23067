//! How tokens expire and are refused.

use adapis_emulator::Vendor;
use serde_json::{Value, json};

use super::{call, post, statistics, tokens};
use crate::{emulator, emulator_with};

#[tokio::test]
async fn expired_tokens_are_refused_in_the_selected_format() {
    let probe = json!({"jsonrpc": "2.0", "method": "platform.getStatistics", "id": 1,
        "params": {"filter": {"date_from": "2023-08-23", "date_to": "2023-08-24"}}})
    .to_string();
    for (settings, status, error) in [
        (
            json!({}),
            200,
            json!({"code": 401, "message": "invalid token signature"}),
        ),
        (
            json!({"refused_code": null}),
            200,
            json!({"message": "invalid token signature"}),
        ),
        (
            json!({"refused_code": -32001, "refused_token_message": "expired"}),
            200,
            json!({"code": -32001, "message": "expired"}),
        ),
        (
            json!({"refused_token": "http401"}),
            401,
            json!({"code": 401, "message": "invalid token signature"}),
        ),
        (json!({"refused_token": "bare_http401"}), 401, Value::Null),
    ] {
        let emulator = emulator_with(json!({"spots": settings})).await;
        let (access, _) = tokens(&emulator).await;
        let url = emulator.spots_url();
        assert_eq!(post(&url, Some(&access), probe.clone()).await.0, 200);
        assert_eq!(emulator.expire_tokens(Vendor::Spots), 1);
        for token in [Some(access.as_str()), Some("nonsense"), None] {
            let (got, response) = post(&url, token, probe.clone()).await;
            assert_eq!((got, &response["error"]), (status, &error), "{settings}");
        }
    }
}

#[tokio::test]
async fn access_tokens_expire_after_their_ttl() {
    let emulator = emulator_with(json!({"spots": {"access_ttl": 0}})).await;
    let response = statistics(
        &emulator,
        json!({"date_from": "2023-08-23", "date_to": "2023-08-24"}),
    )
    .await;
    assert_eq!(response["error"]["code"], 401);
}

#[tokio::test]
async fn used_refresh_tokens_follow_the_rule() {
    let refresh_call = json!({"jsonrpc": "2.0", "method": "user.tokenRefresh", "id": 1});
    for (rule, again, child) in [
        ("keep", true, true),
        ("burn", false, true),
        ("revoke_family", false, false),
    ] {
        let emulator = emulator_with(json!({"spots": {"old_refresh_token": rule}})).await;
        let (_, old) = tokens(&emulator).await;
        let first = call(&emulator, Some(&old), refresh_call.clone()).await;
        let new = first["result"]["refresh_token"]
            .as_str()
            .unwrap()
            .to_owned();
        let second = call(&emulator, Some(&old), refresh_call.clone()).await;
        assert_eq!(
            second.get("result").is_some(),
            again,
            "{rule}: the old one again"
        );
        let third = call(&emulator, Some(&new), refresh_call.clone()).await;
        assert_eq!(third.get("result").is_some(), child, "{rule}: the new one");
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let auth = json!({"jsonrpc": "2.0", "method": "user.auth", "id": 1, "params": {
        "login": "publisher@example.com", "password": "canary-222222"}});
    let response = call(&emulator().await, None, auth).await;
    assert_eq!(response["error"]["message"], "invalid login or password");
    assert!(!response.to_string().contains("canary"));
}
