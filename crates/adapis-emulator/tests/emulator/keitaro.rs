//! Keitaro: the documented click, all kinds of flows, and who the visitor is.

mod calls;

use adapis_emulator::Emulator;
use serde_json::{Value, json};

use crate::{emulator, emulator_with, http};

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
