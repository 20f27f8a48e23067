//! The control API, and start and shutdown of the server.

use std::time::Duration;

use adapis_emulator::{Emulator, EmulatorError, Fault, FaultPlan, FaultPoint};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::{emulator, get, http};

#[tokio::test]
async fn the_ready_line_has_urls_and_credentials() {
    let emulator = emulator().await;
    let line = emulator.ready_line();
    assert!(
        line.starts_with(r#"{"ready":true,"keitaro":"http://127.0.0.1:"#) && !line.contains('\n')
    );
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["spots"], emulator.spots_url());
    assert_eq!(ready["adfox"], format!("{}/v1/API.php", emulator.url()));
    let credentials = &ready["credentials"];
    assert_eq!(
        credentials["keitaro"]["token"],
        "q831vzbxkbcnyk23z3jwww4pbhhtpxpm"
    );
    assert_eq!(
        credentials["spots"],
        json!({"login": "publisher@example.com", "password": "111111"})
    );
    assert_eq!(credentials["hybrid"]["client_id"], "agency-client");
    assert_eq!(credentials["adfox"]["login"], "test");
    assert!(credentials["adfox"]["password"].is_string());
    let debug = format!("{emulator:?} {:?}", emulator.credentials());
    for secret in ["111111", "agency/secret", "q831vz", "Passw0rd"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[tokio::test]
async fn faults_can_be_set_read_and_cleared_over_http() {
    let emulator = emulator().await;
    let url = format!("{}/_emulator/faults", emulator.url());
    let plan = json!({"operation": "spots.user.auth", "faults": [
        {"status": 503, "retry_after": "2"}, null, {"reset": "before_headers"}]});
    assert_eq!(
        http().post(&url).json(&plan).send().await.unwrap().status(),
        200
    );
    assert_eq!(get(&url).await, (200, json!([plan])));
    let auth = json!({"jsonrpc": "2.0", "method": "user.auth", "id": 1});
    let met = http()
        .post(emulator.spots_url())
        .json(&auth)
        .send()
        .await
        .unwrap();
    assert_eq!(met.status(), 503);
    let (_, left) = get(&url).await;
    assert_eq!(
        left[0]["faults"],
        json!([null, {"reset": "before_headers"}])
    );
    let other = json!([{"operation": "hybrid.*", "faults": [{"hang": "mid_body"}]}]);
    http().post(&url).json(&other).send().await.unwrap();
    assert_eq!(get(&url).await.1.as_array().unwrap().len(), 2);
    assert_eq!(http().delete(&url).send().await.unwrap().status(), 204);
    assert_eq!(get(&url).await, (200, json!([])));
}

#[tokio::test]
async fn requests_are_counted_without_their_secrets() {
    let emulator = emulator().await;
    let canary = "canary-secret";
    for path in [
        format!("/click_api/v3?token={canary}"),
        format!("/?_lp=1&_token={canary}"),
        format!("/{canary}/postback?subid=1"),
        format!("/?_update_tokens=1&sub_id={canary}"),
        "/campaign/get".to_owned(),
        "/statistic/banners/domain/a.example".to_owned(),
        format!("/nowhere/{canary}/postback"),
    ] {
        let url = format!("{}{path}", emulator.url());
        http().get(url).bearer_auth(canary).send().await.unwrap();
    }
    let (_, requests) = get(&format!("{}/_emulator/requests", emulator.url())).await;
    for operation in [
        "keitaro.click",
        "keitaro.offer",
        "keitaro.postback",
        "keitaro.update",
        "hybrid.campaign.get",
        "hybrid.statistic.banners.domain",
        "unknown",
    ] {
        assert_eq!(
            requests["operations"][operation]["received"], 1,
            "{operation}"
        );
    }
    assert_eq!(requests["recent"].as_array().unwrap().len(), 7);
    assert_eq!(
        requests["recent"][4],
        json!({"method": "GET", "path": "/campaign/get",
        "operation": "hybrid.campaign.get", "status": 401, "faulted": false})
    );
    assert!(!requests.to_string().contains(canary), "{requests}");
    assert!(requests["connections"]["accepted"].as_u64().unwrap() >= 1);
}

#[tokio::test]
async fn settings_can_be_read_and_changed_while_it_runs() {
    let emulator = emulator().await;
    let url = format!("{}/_emulator/settings", emulator.url());
    let (_, before) = get(&url).await;
    assert_eq!(before["spots"]["access_ttl"], 1800);
    let changed = http()
        .post(&url)
        .json(&json!({"spots": {"access_ttl": 5}}))
        .send()
        .await
        .unwrap();
    assert_eq!(
        changed.json::<Value>().await.unwrap()["spots"]["access_ttl"],
        5
    );
    let settings = emulator.settings();
    assert_eq!(
        (settings.spots.access_ttl, settings.spots.refresh_ttl),
        (5, 5_184_000)
    );
    for wrong in [
        json!({"spots": {"acces_ttl": 5}}),
        json!({"spots": {"batch": "maybe"}}),
        json!([]),
    ] {
        assert_eq!(
            http()
                .post(&url)
                .json(&wrong)
                .send()
                .await
                .unwrap()
                .status(),
            400,
            "{wrong}"
        );
    }
    assert_eq!(emulator.settings().spots.access_ttl, 5);
}

#[tokio::test]
async fn clicks_and_tokens_can_be_reached_over_http() {
    let emulator = emulator().await;
    let url = emulator.url();
    let token = &emulator.credentials().keitaro.campaigns["HTML"];
    for _ in 0..3 {
        http()
            .get(format!("{url}/click_api/v3?token={token}"))
            .send()
            .await
            .unwrap();
    }
    let (_, clicks) = get(&format!("{url}/_emulator/keitaro/clicks?last=2")).await;
    assert_eq!(
        (&clicks["count"], clicks["last"].as_array().unwrap().len()),
        (&json!(3), 2)
    );
    assert!(!clicks.to_string().contains(token.as_str()));
    let sub_id = clicks["last"][0]["sub_id"].as_str().unwrap();
    let (_, one) = get(&format!("{url}/_emulator/keitaro/clicks?sub_id={sub_id}")).await;
    assert_eq!(one, clicks["last"][0]);
    assert_eq!(
        get(&format!("{url}/_emulator/keitaro/clicks?sub_id=nobody"))
            .await
            .0,
        404
    );

    let expire = |order: &str| {
        http()
            .post(format!("{url}/_emulator/tokens/expire"))
            .body(order.to_owned())
            .send()
    };
    let expired = expire(r#"{"vendor":"hybrid"}"#).await.unwrap();
    assert_eq!(
        expired.json::<Value>().await.unwrap(),
        json!({"expired": 0})
    );
    assert_eq!(expire("").await.unwrap().status(), 200);
    assert_eq!(expire(r#"{"vendor":"adfox"}"#).await.unwrap().status(), 400);

    assert_eq!(
        http()
            .post(format!("{url}/_emulator/reset"))
            .send()
            .await
            .unwrap()
            .status(),
        204
    );
    assert_eq!(emulator.clicks(10).count, 0);
    assert!(emulator.requests().operations.is_empty());
}

#[tokio::test]
async fn a_port_in_use_is_an_error() {
    let first = emulator().await;
    let second = Emulator::builder().listen(first.addr()).start().await;
    match second {
        Err(EmulatorError::Listen { addr, .. }) => assert_eq!(addr, first.addr()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn it_stops_on_shutdown_and_when_dropped() {
    let emulator = emulator().await;
    let addr = emulator.addr();
    let hanging = TcpStream::connect(addr).await.unwrap();
    emulator
        .faults(FaultPlan::new("*").fault(Fault::hang(FaultPoint::BeforeHeaders)))
        .unwrap();
    let hung = tokio::spawn(
        http()
            .get(format!("{}/campaign/get", emulator.url()))
            .send(),
    );
    while emulator.requests().operations.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::timeout(Duration::from_secs(10), emulator.shutdown())
        .await
        .unwrap();
    assert!(hung.await.unwrap().is_err());
    drop(hanging);
    assert!(TcpStream::connect(addr).await.is_err());

    let emulator = crate::emulator().await;
    let addr = emulator.addr();
    drop(emulator);
    for _ in 0..100 {
        if TcpStream::connect(addr).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still listening");
}

#[tokio::test]
async fn totals_match_the_responses_of_the_vendors() {
    let emulator = emulator().await;
    let url = format!("{}/_emulator/totals", emulator.url());
    let (_, day) = get(&format!("{url}?from=2023-08-23&to=2023-08-23")).await;
    assert_eq!(
        day["spots"],
        json!([{"login": "publisher@example.com", "rows": 2, "shows": 72329, "clicks": 198,
            "income": 3198.982558406}])
    );
    let (_, day) = get(&format!("{url}?from=2015-01-01&to=2015-12-31")).await;
    assert_eq!(
        day["hybrid"][0],
        json!({"advertiser": "53df8633af55cd57805746f5", "campaigns": 3, "rows": 1,
            "impressions": 61239, "clicks": 310, "cost": 697.827701971})
    );
    assert_eq!(day["hybrid"][1]["rows"], 0);
    assert_eq!(
        get(&format!("{url}?from=2015-1-1&to=2015-12-31")).await.0,
        400
    );
}
