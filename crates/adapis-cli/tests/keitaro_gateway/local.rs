//! What a site asks the gateway itself.

use adapis_emulator::Emulator;
use serde_json::Value;

use crate::{Answer, Gateway, PAGE, Site, before, campaign, exchange, gateway};

async fn post(gateway: &Gateway, path: &str, key: &str, form: &str) -> Answer {
    call("POST", gateway, path, key, form).await
}

async fn call(method: &str, gateway: &Gateway, path: &str, key: &str, form: &str) -> Answer {
    let metrics = gateway.ready["metrics"].as_str().unwrap();
    let address = metrics.strip_prefix("http://").unwrap();
    let address = address.split('/').next().unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    exchange(address, &request).await
}

#[tokio::test]
async fn a_site_reports_conversions_with_a_key() {
    const KEY: &str = "a key of the site itself";
    let emulator = Emulator::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, format!("{KEY}\n")).unwrap();
    let postback_key = folder.path().join("postback-key");
    std::fs::write(&postback_key, &emulator.credentials().keitaro.postback_key).unwrap();
    let site = Site::start().await;
    let flags = [
        "--upstream",
        &site.url,
        "--local-key-file",
        file.to_str().unwrap(),
        "--postback-key-file",
        postback_key.to_str().unwrap(),
    ];
    let token = campaign(&emulator, "Nothing");
    let gateway = gateway(&emulator.keitaro_url(), &token, &flags).await;
    gateway.get("/", "").await;
    let sub_id = site.header("x-keitaro-sub-id").unwrap();
    let sale = format!("subid={sub_id}&status=sale&payout=12.50&currency=USD&tid=7&sub_id_3=x");
    for (path, key, form, status) in [
        ("/keitaro/postback", KEY, sale.as_str(), 200),
        ("/keitaro/postback", "wrong", sale.as_str(), 401),
        ("/keitaro/postback", KEY, "subid=a&payout=much", 400),
        ("/keitaro/postback", KEY, "status=sale", 400),
        ("/keitaro/postback", KEY, "subid=unknown", 404),
        (
            "/keitaro/update",
            KEY,
            &format!("sub_id={sub_id}&sub_id_4=y"),
            200,
        ),
        ("/keitaro/update", KEY, &format!("sub_id={sub_id}"), 400),
        ("/keitaro/update", KEY, &"a".repeat(20_000), 413),
    ] {
        let answer = post(&gateway, path, key, form).await;
        assert_eq!(answer.status, status, "{path} {form:.60}: {}", answer.body);
        if status != 401 && status != 413 {
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(body["ok"], status == 200, "{body}");
        }
    }
    let answer = call("PUT", &gateway, "/keitaro/postback", KEY, &sale).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow").as_deref(), Some("POST"));
    let click = emulator.clicks(1).last[0].clone();
    assert_eq!(click.conversions.len(), 1);
    assert_eq!(click.conversions[0].payout.as_deref(), Some("12.50"));
    assert_eq!(click.parameters["sub_id_3"], "x");
    assert_eq!(click.parameters["sub_id_4"], "y");
    assert!(
        gateway
            .watch("metrics")
            .await
            .contains("keitaro_visits_total")
    );
    // Visitors reach the site there, not the gateway.
    let request = "POST /keitaro/update HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                   Content-Length: 1\r\n\r\na";
    assert_eq!(exchange(&gateway.address, request).await.body, "a");

    let (closed, _site) = before(&emulator, "Nothing", &[]).await;
    assert_eq!(
        post(&closed, "/keitaro/update", KEY, "a=b").await.status,
        404
    );
}

#[tokio::test]
async fn a_site_that_only_asks_fetches_the_content_itself() {
    let emulator = Emulator::start().await.unwrap();
    let (gateway, site) = before(&emulator, "HTML", &["--ask-only"]).await;
    assert_eq!(gateway.get("/", "").await.body, PAGE);
    assert_eq!(site.header("x-keitaro-action").as_deref(), Some("content"));
    let url = site.header("x-keitaro-body").unwrap();
    let (address, path) = url
        .strip_prefix("http://")
        .and_then(|url| url.split_once('/'))
        .unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let content = exchange(address, &request).await;
    assert_eq!(content.status, 200);
    let html = site.header("x-keitaro-content-type");
    assert_eq!(content.header("content-type"), html);
    let (replacing, _site) = before(&emulator, "HTML", &[]).await;
    let shown = replacing.get("/", "").await;
    assert_eq!(shown.body.len(), content.body.len());
    assert_eq!(
        exchange(address, &request.replace("body/", "body/0"))
            .await
            .status,
        404
    );

    for (flags, expected) in [
        (["--metrics", "0.0.0.0:0"], "http://127.0.0.1:"),
        (
            ["--metrics-url", "http://gateway:9180/"],
            "http://gateway:9180/keitaro/body/",
        ),
    ] {
        let flags = [&["--ask-only"], &flags[..]].concat();
        let (gateway, site) = before(&emulator, "HTML", &flags).await;
        gateway.get("/", "").await;
        let url = site.header("x-keitaro-body").unwrap();
        assert!(url.starts_with(expected), "{url}");
    }

    let (gateway, site) = before(&emulator, "Example", &["--ask-only"]).await;
    assert_eq!(gateway.get("/?keyword=a", "").await.body, PAGE);
    assert_eq!(site.header("x-keitaro-action").as_deref(), Some("redirect"));
    let location = site.header("x-keitaro-location").unwrap();
    assert!(location.starts_with("http://domain.com/"), "{location}");
}
