//! Keitaro: the documented click, all kinds of flows, requests after a click, and wire formats.

use adapis_emulator::{Emulator, KeitaroSettings, Settings};
use serde_json::{Value, json};

use crate::{emulator, emulator_started_with, emulator_with, http};

async fn click_at(url: String, query: &[(&str, &str)]) -> (u16, Value) {
    let response = http().get(url).query(query).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

async fn click(emulator: &Emulator, query: &[(&str, &str)]) -> (u16, Value) {
    click_at(format!("{}/click_api/v3", emulator.keitaro_url()), query).await
}

fn token_of<'e>(emulator: &'e Emulator, campaign: &str) -> &'e str {
    &emulator.credentials().keitaro.campaigns[campaign]
}

/// Sends a click of a new visitor.
async fn visit(emulator: &Emulator, campaign: &str, more: &[(&str, &str)]) -> Value {
    let mut query = vec![
        ("token", token_of(emulator, campaign)),
        ("version", "3"),
        ("info", "1"),
        ("ip", "203.0.113.9"),
        ("user_agent", "Mozilla/5.0"),
    ];
    query.extend(more);
    let (status, response) = click(emulator, &query).await;
    assert_eq!(status, 200, "{response}");
    response
}

#[tokio::test]
async fn the_documented_example() {
    let emulator = emulator().await;
    let page = json!({
        "body": null,
        "contentType": "text/html; charset=utf-8",
        "headers": ["Location: http://domain.com/?data=&utm-campaign=aff1"],
        "info": {
            "campaign_id": 2,
            "stream_id": 1117,
            "sub_id": "o2q6e42hs08jq",
            "type": "location",
            "url": "http://domain.com/?data=$keyword&utm-campaign=aff1"
        },
        "log": [
            "Processing campaign 2",
            "Referrer: ",
            "Source: ",
            "Keyword: ",
            "IP: 127.0.0.1",
            "UserAgent: HTTPie/0.6.0",
            "Language: ",
            "Is unique in campaign: no",
            "Checking stream #1282",
            "Filter  \"uniqueness\": allow",
            "Filter \"uniqueness\": rejected",
            "Checking stream #1343",
            "Filter \"region\": rejected",
            "Checking stream #1355",
            "Filter  \"limit\": allow",
            "Filter \"ip\": rejected",
            "Checking stream #1117",
            "Accepted by filters",
            "Stream #1117",
            "Send headers: Location: http://domain.com/?data=&utm-campaign=aff1",
            "[Profiler] 0.101 sec.  1 sql queries, 9MB (+7MB)"
        ],
        "uniqueness_cookie": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJkYXRhIjoie1wic3RyZWFtc1wiOntcIjExMTdcIjoxNDkwNzA1MTQyfSxcImNhbXBhaWduc1wiOntcIjJcIjoxNDkwNzA1MTQyfSxcInRpbWVcIjoxNDkwNzA1MTQyfSJ9._u5H9oOOdyp02VTnDN8VG47oLDoqRHHKyYI3ChxRqw8"
    });
    let url = format!(
        "{}/click_api/v3?token=q831vzbxkbcnyk23z3jwww4pbhhtpxpm&log=1&info=1",
        emulator.keitaro_url()
    );
    let response = http().get(&url).send().await.unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    assert_eq!(response.json::<Value>().await.unwrap(), page);
    let head = http().head(&url).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert!(head.headers().contains_key("content-length"));
    assert_eq!(emulator.clicks(10).count, 2);
}

#[tokio::test]
async fn the_documented_campaign_treats_all_visitors_alike() {
    let emulator = emulator().await;
    for more in [vec![], vec![("keyword", "red shoes")]] {
        let mut query = vec![("log", "1")];
        query.extend(more.clone());
        let response = visit(&emulator, "Example", &query).await;
        let keyword = if more.is_empty() { "" } else { "red%20shoes" };
        let location = format!("Location: http://domain.com/?data={keyword}&utm-campaign=aff1");
        assert_eq!(response["headers"], json!([location]));
        assert_eq!(response["status"], 302);
        assert_eq!(response["info"]["stream_id"], 1117);
        assert_eq!(
            response["info"]["url"],
            "http://domain.com/?data=$keyword&utm-campaign=aff1"
        );
        let log = response["log"].as_array().unwrap();
        assert!(log.contains(&json!("Filter \"region\": rejected")));
        assert!(log.contains(&json!("Stream #1117")));
        assert!(log.contains(&json!("UserAgent: Mozilla/5.0")));
    }
}

#[tokio::test]
async fn the_documented_sub_id_example() {
    let emulator = emulator().await;
    let url = format!("{}/click_api/v3", emulator.keitaro_url());
    let (status, response) = click_at(
        url,
        &[("token", "szvkqdf1tk28n9pkwwk3t8tbv4v9"), ("info", "1")],
    )
    .await;
    assert_eq!(status, 200);
    assert_eq!(response["info"]["sub_id"].as_str().unwrap().len(), 13);
}

#[tokio::test]
async fn flows_are_chosen_by_the_parameters_of_the_visitor() {
    let emulator = emulator().await;
    let bot = [("user_agent", "Mozilla/5.0 (compatible; Googlebot/2.1)")];
    let response = visit(&emulator, "Routing", &bot).await;
    assert_eq!(
        (&response["status"], &response["body"]),
        (&json!(404), &Value::Null)
    );
    assert_eq!(
        (&response["info"]["is_bot"], &response["info"]["type"]),
        (&json!(true), &json!("http"))
    );
    for (language, kind, content_type) in [
        ("de-AT", "html", "text/html; charset=utf-8"),
        ("FR", "text", "text/plain; charset=utf-8"),
        ("ja", "image", "image/gif"),
        ("ru", "location", "text/html; charset=utf-8"),
    ] {
        let response = visit(&emulator, "Routing", &[("language", language)]).await;
        assert_eq!(response["info"]["type"], kind);
        assert_eq!(response["contentType"], content_type);
        assert_eq!(
            response["headers"].as_array().unwrap().len(),
            usize::from(kind == "location")
        );
        assert_eq!(response["body"].is_null(), kind == "location");
    }
    let returning = visit(&emulator, "Routing", &[("language", "en")]).await;
    assert_eq!(
        (&returning["info"]["type"], &returning["status"]),
        (&json!("none"), &json!(200))
    );
    assert_eq!(
        returning["info"]["uniqueness"],
        json!({"campaign": false, "stream": true, "global": false})
    );
}

#[tokio::test]
async fn weights_distribute_visitors_by_the_seed() {
    let shares = async |seed: u64| {
        let emulator = Emulator::builder().seed(seed).start().await.unwrap();
        let mut kinds = Vec::new();
        for visitor in 0..60 {
            let ip = format!("198.51.100.{visitor}");
            let response = visit(&emulator, "Routing", &[("ip", &ip), ("language", "en")]).await;
            kinds.push(response["info"]["stream_id"].as_u64().unwrap());
        }
        kinds
    };
    let first = shares(5).await;
    assert_eq!(first, shares(5).await);
    assert_ne!(first, shares(6).await);
    let landings = first.iter().filter(|stream| **stream == 2007).count();
    assert!(
        (30..55).contains(&landings),
        "about 70 in 100: {landings} of 60"
    );
}

#[tokio::test]
async fn every_action_says_what_the_page_must_do() {
    let emulator = emulator().await;
    for (campaign, status, kind, has_body) in [
        ("HTML", 200, json!("html"), true),
        ("Text", 200, json!("text"), true),
        ("Image", 200, json!("image"), true),
        ("Not found", 404, json!("http"), false),
        ("Nothing", 200, json!("none"), false),
        ("Moved", 301, json!("location"), false),
        ("No flow", 404, Value::Null, false),
    ] {
        let response = visit(&emulator, campaign, &[]).await;
        assert_eq!(response["status"], status, "{campaign}");
        assert_eq!(response["info"]["type"], kind, "{campaign}");
        assert_eq!(response["body"].is_string(), has_body, "{campaign}");
    }
}

#[tokio::test]
async fn refusals_have_their_statuses() {
    let emulator = emulator().await;
    for (campaign, status) in [
        ("Gone", 401),
        ("Unlicensed", 402),
        ("Unknown page", 404),
        ("Switched off", 409),
    ] {
        let (got, response) = click(&emulator, &[("token", token_of(&emulator, campaign))]).await;
        assert_eq!(got, status, "{campaign}");
        assert!(response["error"].is_string());
    }
    for query in [vec![("token", "canary")], vec![("token", "")], vec![]] {
        let (got, response) = click(&emulator, &query).await;
        assert_eq!(got, 401);
        assert!(!response.to_string().contains("canary"));
    }
    assert_eq!(emulator.clicks(0).count, 0, "a refused click is no click");
    for (feature, status) in [("off", 409), ("unlicensed", 402)] {
        let emulator = emulator_with(json!({"keitaro": {"click_api": feature}})).await;
        assert_eq!(
            click(&emulator, &[("token", token_of(&emulator, "HTML"))])
                .await
                .0,
            status
        );
    }
}

#[tokio::test]
async fn the_form_of_kclient_is_accepted() {
    let emulator = emulator().await;
    let form = [
        ("token", token_of(&emulator, "Routing")),
        ("version", "3"),
        ("info", "1"),
        ("ip", "203.0.113.77"),
        ("ua", "Mozilla/5.0 (X11)"),
        ("language", "ru"),
        ("x_requested_with", ""),
        ("se_referrer", "https://search.example/"),
        ("referrer", "https://search.example/"),
        ("original_headers[Accept]", "text/html"),
        ("original_host", "shop.example"),
        ("original_method", "GET"),
        ("uri", "/?utm_term=shoes"),
        ("kversion", "3.4"),
        ("utm_term", "shoes"),
    ];
    let response = http()
        .post(format!(
            "{}/click_api/v3?keyword=query&sub_id_2=from-query",
            emulator.keitaro_url()
        ))
        .form(&form)
        .send()
        .await
        .unwrap();
    let response: Value = response.json().await.unwrap();
    let sub_id = response["info"]["sub_id"].as_str().unwrap();
    let clicks = emulator.clicks(1);
    let stored = &clicks.last[0];
    assert_eq!(
        (stored.sub_id.as_str(), stored.method.as_str()),
        (sub_id, "POST")
    );
    assert_eq!(
        (stored.ip.as_str(), stored.user_agent.as_str()),
        ("203.0.113.77", "Mozilla/5.0 (X11)")
    );
    assert_eq!(stored.parameters["sub_id_2"], "from-query");
    assert_eq!(stored.parameters["original_host"], "shop.example");
    assert_eq!(
        stored.parameters["keyword"], "shoes",
        "the campaign renames utm_term"
    );
    assert!(stored.parameters.keys().all(|name| name != "token"));
}

#[tokio::test]
async fn a_tracker_may_read_control_fields_from_the_query_only() {
    let emulator = emulator_with(json!({"keitaro": {"query_only": true}})).await;
    let token = token_of(&emulator, "HTML");
    let url = format!("{}/click_api/v3", emulator.keitaro_url());
    let posted = http()
        .post(&url)
        .form(&[("token", token)])
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), 401);
    assert_eq!(click(&emulator, &[("token", token)]).await.0, 200);
}

#[tokio::test]
async fn visitors_are_recognized_by_cookie() {
    let emulator = emulator().await;
    let first = visit(&emulator, "Routing", &[("language", "ru")]).await;
    let value = first["uniqueness_cookie"].as_str().unwrap();
    let cookies = first["cookies"].as_object().unwrap();
    let (name, _) = cookies
        .iter()
        .find(|(name, _)| !name.starts_with('_'))
        .unwrap();
    assert_eq!(cookies[name], value);
    assert_eq!(cookies["_subid"], first["info"]["sub_id"]);
    assert_eq!(cookies["_token"], first["info"]["token"]);
    assert_eq!(first["cookies_ttl"], 24);
    let header = format!("a=b; {name}={value}");
    for carried in [
        ("uniqueness_cookie", value),
        ("original_headers[Cookie]", header.as_str()),
    ] {
        let elsewhere = [("ip", "192.0.2.1"), ("language", "en"), carried];
        let response = visit(&emulator, "Routing", &elsewhere).await;
        assert_eq!(
            response["info"]["uniqueness"]["campaign"], false,
            "{}",
            carried.0
        );
        assert_eq!(response["info"]["stream_id"], 2006);
    }
}

#[tokio::test]
async fn the_visitors_cookies_come_as_a_field_or_as_a_header() {
    for (setting, by_field, by_header) in [
        ("either", true, true),
        ("header", false, true),
        ("original_headers", true, false),
    ] {
        let emulator = emulator_with(json!({"keitaro": {"visitor_cookies": setting}})).await;
        let first = visit(&emulator, "Routing", &[]).await;
        let value = first["uniqueness_cookie"].as_str().unwrap();
        let cookies = first["cookies"].as_object().unwrap();
        let mut names = cookies.keys().filter(|name| !name.starts_with('_'));
        let line = format!("a=b; {}={value}", names.next().unwrap());
        let is_known = |response: &Value| response["info"]["uniqueness"]["campaign"] == false;
        let elsewhere = [("ip", "192.0.2.1"), ("original_headers[Cookie]", &line)];
        let response = visit(&emulator, "Routing", &elsewhere).await;
        assert_eq!(is_known(&response), by_field, "{setting}");
        let form = [
            ("token", token_of(&emulator, "Routing")),
            ("info", "1"),
            ("ip", "192.0.2.2"),
        ];
        let url = format!("{}/click_api/v3", emulator.keitaro_url());
        let request = http().post(url).header("Cookie", &line).form(&form);
        let response: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(is_known(&response), by_header, "{setting}");
    }
}

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
