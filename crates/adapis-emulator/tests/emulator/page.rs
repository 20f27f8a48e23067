//! The page for people, and who may use the control API.

use serde_json::{Value, json};

use crate::{emulator, emulator_started_with, get, http};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_browser_gets_the_page() {
    let emulator = emulator().await;
    for (path, accept) in [
        ("/", BROWSER),
        ("/_emulator", "*/*"),
        ("/_emulator/", BROWSER),
    ] {
        let request = http().get(format!("{}{path}", emulator.url()));
        let response = request.header("accept", accept).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/html; charset=utf-8");
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'sha256-"),
            "{policy}"
        );
        assert!(policy.contains("connect-src 'self'") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(
            response
                .text()
                .await
                .unwrap()
                .starts_with("<!doctype html>")
        );
    }
    assert!(
        emulator.requests().recent.is_empty(),
        "it is no call of a vendor"
    );
    let (status, ready) = get(&format!("{}/_emulator/ready", emulator.url())).await;
    let line: Value = serde_json::from_str(&emulator.ready_line()).unwrap();
    assert_eq!((status, ready), (200, line));
}

#[tokio::test]
async fn calls_of_the_tracker_at_the_root_stay_its_own() {
    let emulator = emulator().await;
    for (path, accept, operation) in [
        ("/", "*/*", "unknown"),
        ("/", "application/json", "unknown"),
        ("/?_lp=1&_token=x", BROWSER, "keitaro.offer"),
        ("/?_update_tokens=1&sub_id=x", BROWSER, "keitaro.update"),
        ("/?anything", BROWSER, "unknown"),
    ] {
        let request = http().get(format!("{}{path}", emulator.url()));
        request.header("accept", accept).send().await.unwrap();
        let recent = emulator.requests().recent;
        assert_eq!(recent.last().map(|last| &*last.operation), Some(operation));
    }
    let post = http().post(emulator.url()).header("accept", BROWSER);
    assert_ne!(post.send().await.unwrap().status(), 200);
    assert_eq!(emulator.requests().recent.len(), 6);

    let mut settings = emulator.settings();
    settings.keitaro.mount = "/tracker".to_owned();
    let mounted = emulator_started_with(settings).await;
    for (path, is_page) in [("/", true), ("/tracker", false), ("/tracker/", false)] {
        let request = http().get(format!("{}{path}", mounted.url()));
        let response = request.header("accept", BROWSER).send().await.unwrap();
        assert_eq!(
            response.text().await.unwrap().contains("<!doctype html>"),
            is_page
        );
    }
}

#[tokio::test]
async fn pages_of_other_sites_cannot_control_it() {
    let emulator = emulator().await;
    let host = emulator.addr().to_string();
    let own = emulator.url();
    let send = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let method = method.parse().unwrap();
        let mut request = http().request(method, format!("{own}/_emulator/{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    for refused in [
        &[("origin", "http://evil.example")][..],
        &[("origin", "http://127.0.0.1")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("host", "evil.example")],
        // The name of a stranger that leads here.
        &[
            ("host", "evil.example"),
            ("origin", "http://evil.example"),
            ("sec-fetch-site", "same-origin"),
        ],
    ] {
        for (method, path) in [
            ("POST", "reset"),
            ("POST", "faults"),
            ("DELETE", "faults"),
            ("POST", "now"),
        ] {
            assert_eq!(send(method, path, refused).await, 403, "{refused:?}");
        }
    }
    assert_eq!(
        send("GET", "requests", &[("host", "evil.example:80")]).await,
        403
    );
    for allowed in [
        &[][..],
        &[("origin", own.as_str()), ("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "none")],
        &[("host", "emulator:8080")],
        &[
            ("host", "emulator:8080"),
            ("origin", "http://emulator:8080"),
        ],
        &[("host", "LOCALHOST"), ("origin", "https://localhost")],
        &[("host", host.as_str())],
    ] {
        assert_eq!(send("POST", "reset", allowed).await, 204, "{allowed:?}");
    }
    // A link on another site may lead to the page, but not a frame of it.
    assert_eq!(
        send("GET", "", &[("sec-fetch-site", "cross-site")]).await,
        200
    );
    let request = http().get(format!("{own}/_emulator/requests"));
    let response = request.header("host", "evil.example").send().await.unwrap();
    let words: Value = response.json().await.unwrap();
    assert!(
        words["error"].as_str().unwrap().contains("localhost"),
        "{words}"
    );
    // The vendors are for everyone, as theirs are.
    let request = http().get(format!("{own}/campaign/get"));
    let request = request
        .header("host", "evil.example")
        .header("origin", "http://evil.example");
    assert_eq!(request.send().await.unwrap().status(), 401);
    assert_eq!(
        get(&format!("{own}/_emulator/now")).await,
        (200, json!({"now": null}))
    );
}
