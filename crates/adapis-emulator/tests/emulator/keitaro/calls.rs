//! What follows a click, where the tracker is, and the formats of its responses.

use adapis_emulator::{KeitaroSettings, Settings};
use serde_json::{Value, json};

use super::{click, click_at, token_of, visit};
use crate::{emulator, emulator_started_with, emulator_with, http};

#[tokio::test]
async fn offers_are_reached_by_token() {
    for awkward in [false, true] {
        let emulator = emulator_with(json!({"keitaro": {"awkward_tokens": awkward}})).await;
        let response = visit(&emulator, "Offers", &[("sub_id_1", "blue sky")]).await;
        let token = response["info"]["token"].as_str().unwrap();
        assert_eq!(token.contains('+'), awkward);
        assert_eq!(response["info"]["landing_id"], 42);
        let url = format!("{}/", emulator.keitaro_url());
        let offer = |more: &[(&str, &str)]| {
            let mut query = vec![("_lp", "1"), ("_token", token)];
            query.extend(more);
            http().get(&url).query(&query).send()
        };
        let sub_id = response["info"]["sub_id"].as_str().unwrap();
        let sent = offer(&[("offer_id", "31")]).await.unwrap();
        assert_eq!(sent.status(), 302);
        assert_eq!(
            sent.headers()["location"],
            format!("http://offer.example/31?click={sub_id}&s1=blue%20sky").as_str()
        );
        let sent = offer(&[("offer_id", "31"), ("sub_id_1", "new"), ("exit", "1")])
            .await
            .unwrap();
        assert!(
            sent.headers()["location"]
                .to_str()
                .unwrap()
                .ends_with("s1=new")
        );
        assert_eq!(offer(&[("offer_id", "99")]).await.unwrap().status(), 404);
        assert_eq!(offer(&[]).await.unwrap().status(), 302);
        let stored = &emulator.clicks(1).last[0];
        assert_eq!(stored.offers, [31, 31, 31]);
        let page = response["body"].as_str().unwrap();
        let link = page.split('"').nth(1).unwrap();
        assert_eq!(
            http().get(link).send().await.unwrap().status(),
            302,
            "{link}"
        );
    }
    let emulator = emulator().await;
    let forged = format!("{}/?_lp=1&_token=uuid_x_y", emulator.keitaro_url());
    assert_eq!(http().get(forged).send().await.unwrap().status(), 404);
    let forced = visit(&emulator, "Offers", &[("force_redirect_offer", "1")]).await;
    assert_eq!(forced["status"], 302);
    let plain = visit(&emulator, "HTML", &[]).await;
    assert!(plain["info"].get("token").is_none(), "no offers, no token");
}

#[tokio::test]
async fn a_click_s_parameters_can_be_updated() {
    let emulator = emulator().await;
    let response = visit(&emulator, "HTML", &[("sub_id_1", "old")]).await;
    let sub_id = response["info"]["sub_id"].as_str().unwrap();
    let update = |sub_id: &str| {
        let query = [
            ("_update_tokens", "1"),
            ("sub_id", sub_id),
            ("sub_id_1", "new"),
            ("sub_id_2", "two"),
        ];
        http()
            .get(format!("{}/", emulator.keitaro_url()))
            .query(&query)
            .send()
    };
    assert_eq!(update(sub_id).await.unwrap().status(), 200);
    let stored = &emulator.clicks(1).last[0];
    assert_eq!(
        (
            stored.parameters["sub_id_1"].as_str(),
            stored.parameters["sub_id_2"].as_str()
        ),
        ("new", "two")
    );
    assert_eq!(update("nobody").await.unwrap().status(), 404);
    assert_eq!(emulator.requests().of("keitaro.update").received, 2);
}

#[tokio::test]
async fn postbacks_are_stored_with_their_rules() {
    let emulator = emulator().await;
    let response = visit(&emulator, "HTML", &[]).await;
    let sub_id = response["info"]["sub_id"].as_str().unwrap().to_owned();
    let key = emulator.credentials().keitaro.postback_key.clone();
    let postback = async |key: &str, query: &[(&str, &str)]| {
        let url = format!("{}/{key}/postback", emulator.keitaro_url());
        let response = http().get(url).query(query).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let subid = ("subid", sub_id.as_str());
    let success = (200, "Success".to_owned());
    assert_eq!(
        postback(&key, &[subid, ("payout", "10.50"), ("currency", "EUR")]).await,
        success
    );
    assert_eq!(
        postback(
            &key,
            &[
                subid,
                ("status", "paid"),
                ("sale_status", "x,paid"),
                ("tid", "1")
            ]
        )
        .await,
        success
    );
    assert_eq!(
        postback(
            &key,
            &[
                subid,
                ("status", "ping"),
                ("ignore_status", "ping,test"),
                ("tid", "2")
            ]
        )
        .await,
        success
    );
    assert_eq!(
        postback(
            &key,
            &[subid, ("status", "lead"), ("tid", "3"), ("return", "OK")]
        )
        .await,
        (200, "OK".to_owned())
    );
    assert_eq!(
        postback(&key, &[subid, ("status", "rejected"), ("tid", "3")]).await,
        success
    );
    assert_eq!(postback(&key, &[subid, ("status", "rebill")]).await.0, 400);
    assert_ne!(
        postback(&key, &[subid, ("status", "sale"), ("tid", "1")])
            .await
            .1,
        "Success",
        "a pair once only"
    );
    assert_ne!(
        postback(&key, &[subid, ("status", "what")]).await.1,
        "Success"
    );
    assert_eq!(postback(&key, &[("subid", "nobody")]).await.0, 404);
    assert_eq!(postback("wrong", &[subid]).await.0, 404);
    let clicks = emulator.clicks(1);
    let stored: Vec<_> = clicks.last[0]
        .conversions
        .iter()
        .map(|c| {
            (
                c.status.as_str(),
                c.original_status.as_str(),
                c.tid.as_deref(),
                c.payout.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        stored,
        [
            ("sale", "sale", None, Some("10.50")),
            ("sale", "paid", Some("1"), None),
            ("rejected", "rejected", Some("3"), None),
        ]
    );
    assert!(
        emulator
            .requests()
            .recent
            .iter()
            .all(|request| !request.path.contains(&key))
    );
}

#[tokio::test]
async fn a_tracker_can_be_mounted_at_a_path() {
    let settings = Settings {
        keitaro: KeitaroSettings {
            mount: "/tracker/".to_owned(),
            ..KeitaroSettings::default()
        },
        ..Settings::default()
    };
    let emulator = emulator_started_with(settings).await;
    assert!(emulator.keitaro_url().ends_with("/tracker"));
    let response = visit(&emulator, "Offers", &[]).await;
    let link = response["body"]
        .as_str()
        .unwrap()
        .split('"')
        .nth(1)
        .unwrap()
        .to_owned();
    assert!(link.contains("/tracker/?_lp=1"), "{link}");
    assert_eq!(http().get(link).send().await.unwrap().status(), 302);
    let (status, _) = click_at(format!("{}/click_api/v3", emulator.url()), &[]).await;
    assert_eq!(status, 404, "nothing at the root");
    assert_eq!(emulator.requests().of("keitaro.click").received, 1);
}

#[tokio::test]
async fn responses_can_have_every_format() {
    for (settings, pointer, value) in [
        (json!({"status": "string"}), "/status", Some(json!("301"))),
        (
            json!({"status": "always200"}),
            "/status",
            Some(json!("200")),
        ),
        (json!({"status": "word"}), "/status", Some(json!("error"))),
        (json!({"status": "absent"}), "/status", None),
        (
            json!({"headers": "lower_case"}),
            "/headers/0",
            Some(json!("location: http://domain.com/")),
        ),
        (
            json!({"headers": "upper_case"}),
            "/headers/0",
            Some(json!("LOCATION: http://domain.com/")),
        ),
        (
            json!({"headers": "status_line"}),
            "/headers/0",
            Some(json!("HTTP/1.0 301 Moved Permanently")),
        ),
        (
            json!({"headers": "object"}),
            "/headers/Location",
            Some(json!("http://domain.com/")),
        ),
        (
            json!({"empty_body": "empty_list"}),
            "/body",
            Some(json!("")),
        ),
        (json!({"empty_body": "absent"}), "/body", None),
        (
            json!({"cookies": "empty_list"}),
            "/cookies",
            Some(json!([])),
        ),
        (
            json!({"cookies": "objects"}),
            "/cookies/0/name",
            Some(json!("_subid")),
        ),
        (json!({"cookies": "absent"}), "/cookies", None),
        (json!({"cookies_ttl": false}), "/cookies_ttl", None),
        (
            json!({"uniqueness_cookie": "null"}),
            "/uniqueness_cookie",
            Some(Value::Null),
        ),
        (
            json!({"uniqueness_cookie": "absent"}),
            "/uniqueness_cookie",
            None,
        ),
        (json!({"info": "null"}), "/info", Some(Value::Null)),
        (
            json!({"info_uniqueness": "empty_list"}),
            "/info/uniqueness",
            Some(json!([])),
        ),
        (
            json!({"info_uniqueness": "absent"}),
            "/info/uniqueness",
            None,
        ),
        (
            json!({"ids": "string"}),
            "/info/campaign_id",
            Some(json!("10")),
        ),
        (json!({"ids": "null"}), "/info/stream_id", Some(Value::Null)),
        (json!({"ids": "absent"}), "/info/campaign_id", None),
    ] {
        let emulator = emulator_with(json!({"keitaro": settings})).await;
        let response = visit(&emulator, "Moved", &[]).await;
        assert_eq!(response.pointer(pointer), value.as_ref(), "{settings}");
    }
    for (settings, value) in [
        (json!({"headers": "null"}), Some(Value::Null)),
        (json!({"headers": "absent"}), None),
        (json!({"headers": "list"}), Some(json!([]))),
        (json!({"headers": "object"}), Some(json!({}))),
    ] {
        let emulator = emulator_with(json!({"keitaro": settings})).await;
        assert_eq!(
            visit(&emulator, "HTML", &[]).await.get("headers"),
            value.as_ref()
        );
    }
    let emulator = emulator_with(json!({"keitaro": {"ids": "offer_array"}})).await;
    let response = visit(&emulator, "Offers", &[]).await;
    assert!(response["info"]["offer_id"].is_array() && response["info"]["landing_id"].is_number());
    let emulator = crate::emulator().await;
    let (_, response) = click(&emulator, &[("token", token_of(&emulator, "HTML"))]).await;
    assert!(response.get("info").is_none() && response.get("log").is_none());
}

#[tokio::test]
async fn refusals_can_have_every_format() {
    let query = [("token", "wrong")];
    let emulator = emulator_with(json!({"keitaro": {"errors": "status_message"}})).await;
    let (status, response) = click(&emulator, &query).await;
    assert_eq!((status, &response["status"]), (401, &json!("error")));
    assert!(response["message"].is_string());
    let emulator = emulator_with(json!({"keitaro": {"errors_in_200": true}})).await;
    let (status, response) = click(&emulator, &query).await;
    assert_eq!((status, response["error"].is_string()), (200, true));
    let emulator = emulator_with(json!({"keitaro": {"errors": "html"}})).await;
    let url = format!("{}/click_api/v3?token=wrong", emulator.keitaro_url());
    let response = http().get(url).send().await.unwrap();
    assert!(response.text().await.unwrap().starts_with("<html>"));
    let emulator = emulator_with(json!({"keitaro": {"http_404_without_flow": true}})).await;
    let (status, response) = click(&emulator, &[("token", token_of(&emulator, "No flow"))]).await;
    assert_eq!((status, &response["status"]), (404, &json!(404)));
    assert_eq!(emulator.clicks(0).count, 1, "such a click counts");
}

#[tokio::test]
async fn each_click_is_counted_once_under_its_own_sub_id() {
    let emulator = emulator().await;
    let mut sub_ids = std::collections::BTreeSet::new();
    for number in 0..50 {
        let number = number.to_string();
        let response = visit(&emulator, "HTML", &[("sub_id_1", &number)]).await;
        sub_ids.insert(response["info"]["sub_id"].as_str().unwrap().to_owned());
    }
    let clicks = emulator.clicks(usize::MAX);
    assert_eq!(
        (clicks.count, clicks.last.len(), sub_ids.len()),
        (50, 50, 50)
    );
    assert!(
        clicks
            .last
            .iter()
            .all(|click| sub_ids.contains(&click.sub_id))
    );
    emulator.reset();
    assert_eq!(emulator.clicks(usize::MAX).count, 0);
}
