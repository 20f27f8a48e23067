//! All kinds of faults, observed with a plain TCP socket and with an HTTP client.

use std::io::ErrorKind;
use std::time::Duration;

use adapis_emulator::{Emulator, Fault, FaultPlan, FaultPoint};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::{emulator, http};

const CLICK: &str = "keitaro.click";

fn path(emulator: &Emulator) -> String {
    let token = &emulator.credentials().keitaro.campaigns["HTML"];
    format!("/click_api/v3?token={token}")
}

async fn send(emulator: &Emulator) -> TcpStream {
    let mut socket = TcpStream::connect(emulator.addr()).await.unwrap();
    ask(emulator, &mut socket).await;
    socket
}

async fn ask(emulator: &Emulator, socket: &mut TcpStream) {
    let request = format!("GET {} HTTP/1.1\r\nhost: x\r\n\r\n", path(emulator));
    socket.write_all(request.as_bytes()).await.unwrap();
}

/// Returns all bytes until the connection ends, and how it ended.
async fn drain(socket: &mut TcpStream) -> (String, Result<(), ErrorKind>) {
    let mut bytes = Vec::new();
    let end = timeout(Duration::from_secs(10), socket.read_to_end(&mut bytes))
        .await
        .expect("the connection should have ended");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (text, end.map(|_| ()).map_err(|error| error.kind()))
}

async fn with_fault(fault: Fault) -> Emulator {
    let emulator = emulator().await;
    emulator.faults(FaultPlan::new(CLICK).fault(fault)).unwrap();
    emulator
}

async fn click(emulator: &Emulator) -> reqwest::Response {
    let url = format!("{}{}", emulator.url(), path(emulator));
    http().get(url).send().await.unwrap()
}

#[tokio::test]
async fn a_reset_before_the_headers_sends_nothing() {
    let emulator = with_fault(Fault::reset(FaultPoint::BeforeHeaders)).await;
    let mut socket = send(&emulator).await;
    assert_eq!(
        drain(&mut socket).await,
        (String::new(), Err(ErrorKind::ConnectionReset))
    );
    assert_eq!(emulator.clicks(0).count, 0, "and the click did not happen");
    let emulator = with_fault(Fault::reset(FaultPoint::BeforeHeaders).processed()).await;
    let (text, _) = drain(&mut send(&emulator).await).await;
    assert_eq!(text, "");
    assert_eq!(emulator.clicks(0).count, 1, "unless the plan says so");
}

#[tokio::test]
async fn a_call_can_go_on_after_its_client_has_left_or_was_told_504() {
    let emulator = with_fault(Fault::processed_after(300)).await;
    assert_eq!(click(&emulator).await.status(), 504);
    assert_eq!(emulator.clicks(0).count, 0);
    let mut gone = Fault::reset(FaultPoint::BeforeHeaders);
    gone.processed_after_ms = Some(300);
    emulator.faults(FaultPlan::new(CLICK).fault(gone)).unwrap();
    let _ = drain(&mut send(&emulator).await).await;
    assert_eq!(emulator.clicks(0).count, 0);
    while emulator.clicks(0).count < 2 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_reset_during_the_headers_sends_a_part_of_them() {
    let emulator = with_fault(Fault::reset(FaultPoint::DuringHeaders)).await;
    let (text, end) = drain(&mut send(&emulator).await).await;
    assert!(
        text.starts_with("HTTP/1.1 200 OK\r\n") && !text.contains("\r\n\r\n"),
        "{text}"
    );
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_reset_in_the_body_sends_a_part_of_it() {
    let emulator = with_fault(Fault::reset(FaultPoint::MidBody)).await;
    let (text, end) = drain(&mut send(&emulator).await).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-length: "));
    assert!(body.starts_with(r#"{"body":"#) && !body.ends_with('}'));
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
    assert_eq!(emulator.clicks(0).count, 1);
}

#[tokio::test]
async fn hangs_last_until_the_client_disconnects() {
    for (moment, beginning) in [
        (FaultPoint::BeforeHeaders, ""),
        (FaultPoint::DuringHeaders, "HTTP/1.1 200 OK\r\n"),
        (FaultPoint::MidBody, "HTTP/1.1 200 OK\r\n"),
    ] {
        let emulator = with_fault(Fault::hang(moment)).await;
        let mut socket = send(&emulator).await;
        let mut bytes = Vec::new();
        let waited = timeout(Duration::from_millis(300), socket.read_to_end(&mut bytes)).await;
        assert!(waited.is_err(), "{moment:?} should not end");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with(beginning), "{moment:?}: {text}");
        assert_eq!(text.is_empty(), beginning.is_empty());
        drop(socket);
        for _ in 0..100 {
            if emulator.requests().connections.open == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(
            emulator.requests().connections.open,
            0,
            "{moment:?} should not leak"
        );
    }
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_announced() {
    for length in [0, 7, 1_000_000] {
        let emulator = with_fault(Fault::truncate(length)).await;
        let (text, end) = drain(&mut send(&emulator).await).await;
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let promised = head.split("content-length: ").nth(1).unwrap();
        let promised: usize = promised.split("\r\n").next().unwrap().parse().unwrap();
        assert_eq!(end, Ok(()));
        assert!(promised > body.len());
        assert!(length != 7 || body.len() == 7);
    }
}

#[tokio::test]
async fn a_slow_body_is_sent_in_chunks() {
    let emulator = with_fault(Fault::slow(200, 30)).await;
    let mut response = click(&emulator).await;
    let mut portions = 0;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.unwrap() {
        assert!(chunk.len() <= 200);
        bytes.extend_from_slice(&chunk);
        portions += 1;
    }
    assert!(portions >= 3, "{portions}");
    assert!(serde_json::from_slice::<Value>(&bytes).is_ok());
}

#[tokio::test]
async fn faults_replace_the_response_of_the_vendor() {
    let fault = Fault::status(503)
        .retry_after("2")
        .header("x-reason", "none");
    let emulator = with_fault(fault).await;
    let response = click(&emulator).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "2");
    assert_eq!(response.headers()["x-reason"], "none");
    assert_eq!(response.text().await.unwrap(), "");
    assert_eq!(emulator.clicks(0).count, 0);

    let emulator = with_fault(Fault::garbage("<html>busy</html>")).await;
    let response = click(&emulator).await;
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    assert_eq!(response.text().await.unwrap(), "<html>busy</html>");

    let emulator = with_fault(Fault::status(429).body(r#"{"a":1}"#)).await;
    let response = click(&emulator).await;
    assert_eq!(
        (
            response.status().as_u16(),
            response.text().await.unwrap().as_str()
        ),
        (429, r#"{"a":1}"#)
    );

    let emulator =
        with_fault(Fault::status(302).header("location", "http://elsewhere.example/")).await;
    assert_eq!(
        click(&emulator).await.headers()["location"],
        "http://elsewhere.example/"
    );

    let emulator = with_fault(Fault::status(204)).await;
    assert_eq!(click(&emulator).await.status(), 204);
}

#[tokio::test]
async fn a_wrong_charset_garbles_the_body_and_keeps_the_label() {
    let fault: Fault =
        serde_json::from_value(json!({"body": "{\"a\":\"Привет\"}", "charset": "wrong"})).unwrap();
    let emulator = with_fault(fault).await;
    let response = click(&emulator).await;
    assert_eq!(
        response.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    let bytes = response.bytes().await.unwrap();
    assert_eq!(bytes.as_ref(), b"{\"a\":\"\xcf\xf0\xe8\xe2\xe5\xf2\"}");
}

#[tokio::test]
async fn text_can_be_put_around_a_body() {
    let fault: Fault =
        serde_json::from_value(json!({"prefix": "\u{feff}", "suffix": "junk"})).unwrap();
    let emulator = with_fault(fault).await;
    let text = click(&emulator).await.bytes().await.unwrap();
    assert!(text.starts_with(b"\xef\xbb\xbf{") && text.ends_with(b"}junk"));
}

#[tokio::test]
async fn raw_bytes_replace_the_http_response() {
    let raw = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n";
    let emulator = with_fault(Fault::raw(raw)).await;
    assert_eq!(
        drain(&mut send(&emulator).await).await,
        (raw.to_owned(), Ok(()))
    );
}

#[tokio::test]
async fn headers_and_bodies_can_be_endless() {
    for (part, needle) in [("headers", "x-filler"), ("body", "    ")] {
        let fault: Fault = serde_json::from_value(json!({"endless": part})).unwrap();
        let emulator = with_fault(fault).await;
        let mut socket = send(&emulator).await;
        let mut bytes = vec![0; 1 << 20];
        let read = timeout(Duration::from_secs(10), socket.read_exact(&mut bytes)).await;
        assert!(read.unwrap().is_ok());
        assert!(String::from_utf8_lossy(&bytes).contains(needle));
    }
}

#[tokio::test]
async fn a_kept_alive_connection_can_close_between_two_calls() {
    let fault: Fault = serde_json::from_value(json!({"close": true})).unwrap();
    let emulator = with_fault(fault).await;
    let mut socket = send(&emulator).await;
    let (text, end) = drain(&mut socket).await;
    assert!(
        text.ends_with('}') && !text.to_lowercase().contains("connection: close"),
        "{text}"
    );
    assert_eq!(end, Ok(()));
    assert_eq!(emulator.clicks(0).count, 1);
}

#[tokio::test]
async fn expired_tokens_are_refused_in_each_vendor_s_way() {
    let emulator = emulator().await;
    for operation in ["keitaro.*", "spots.*", "hybrid.campaign.get", "adfox*"] {
        emulator
            .faults(FaultPlan::new(operation).fault(Fault::expired_token()))
            .unwrap();
    }
    assert_eq!(click(&emulator).await.status(), 401);
    let auth = json!({"jsonrpc": "2.0", "method": "user.auth", "id": 1, "params": {
        "login": "publisher@example.com", "password": "111111"}});
    let spots = http()
        .post(emulator.spots_url())
        .json(&auth)
        .send()
        .await
        .unwrap();
    assert!(spots.json::<Value>().await.unwrap()["error"].is_object());
    let hybrid = &emulator.credentials().hybrid;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &hybrid.client_id),
        ("client_secret", &hybrid.client_secret),
    ];
    let response = http()
        .post(format!("{}/token", emulator.hybrid_url()))
        .form(&form)
        .send()
        .await
        .unwrap();
    let token = response.json::<Value>().await.unwrap()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let campaigns = || {
        http()
            .get(format!("{}/campaign/get", emulator.hybrid_url()))
            .bearer_auth(&token)
            .send()
    };
    assert_eq!(campaigns().await.unwrap().status(), 401);
    assert_eq!(
        campaigns().await.unwrap().status(),
        401,
        "the token stays dead"
    );
    let adfox = &emulator.credentials().adfox;
    let url = format!(
        "{}?object=account&action=list&actionObject=campaign&loginAccount={}",
        emulator.adfox_url(),
        adfox.login
    );
    let text = http().get(url).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("<code>-1</code>"), "{text}");
    assert_eq!(emulator.unmet_faults(), []);
}

#[tokio::test]
async fn faults_apply_in_order_and_null_lets_a_request_pass() {
    let emulator = emulator().await;
    let plan = FaultPlan::new("keitaro.*")
        .fault(Fault::status(503))
        .healthy()
        .fault(Fault::status(500))
        .repeat(2);
    emulator.faults(plan).unwrap();
    assert_eq!(emulator.unmet_faults()[0].faults.len(), 6);
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(click(&emulator).await.status().as_u16());
    }
    assert_eq!(statuses, [503, 200, 500, 503, 200, 500, 200, 200]);
    assert_eq!(emulator.unmet_faults(), []);
    let counts = emulator.requests().of(CLICK);
    assert_eq!(
        (counts.received, counts.faulted, counts.answered),
        (8, 4, 4)
    );
}

#[tokio::test]
async fn plans_can_be_endless_and_random() {
    let emulator = emulator().await;
    emulator
        .faults(FaultPlan::new("*").fault(Fault::status(500)).forever())
        .unwrap();
    for _ in 0..5 {
        assert_eq!(click(&emulator).await.status(), 500);
    }
    assert_eq!(
        emulator.unmet_faults(),
        [],
        "nobody waits for a plan without end"
    );
    emulator.clear_faults();
    assert_eq!(click(&emulator).await.status(), 200);
    let statuses = async |seed: u64| {
        emulator
            .faults(
                FaultPlan::new(CLICK)
                    .fault(Fault::status(500))
                    .at_rate(0.3, seed),
            )
            .unwrap();
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(click(&emulator).await.status().as_u16());
        }
        statuses
    };
    let first = statuses(3).await;
    assert_eq!(first, statuses(3).await);
    let faulted = first.iter().filter(|status| **status == 500).count();
    assert!((3..25).contains(&faulted), "{faulted} of 40");
}

#[tokio::test]
async fn invalid_plans_are_refused() {
    let emulator = emulator().await;
    for plan in [
        json!({"operation": "*", "faults": [{"status": 99}]}),
        json!({"operation": "*", "faults": [{"charset": "klingon"}]}),
        json!({"operation": "*", "faults": [{"slow": {"bytes": 0, "every_ms": 1}}]}),
        json!({"operation": "*", "faults": [{"headers": {"a b": "c"}}]}),
        json!({"operation": "*", "faults": [{"statuss": 500}]}),
        json!({"operation": "*", "faults": [null], "rate": 2}),
        json!({"operation": "*", "faults": [null], "repeat": 1_000_000_000}),
        json!({"operation": "*"}),
        json!({"faults": []}),
    ] {
        let url = format!("{}/_emulator/faults", emulator.url());
        let response = http().post(url).json(&plan).send().await.unwrap();
        assert_eq!(response.status(), 400, "{plan}");
        assert!(response.json::<Value>().await.unwrap()["error"].is_string());
    }
    assert_eq!(emulator.unmet_faults(), []);
}

#[tokio::test]
async fn a_long_response_can_be_cut_in_its_first_chunk() {
    let emulator = emulator().await;
    let hybrid = &emulator.credentials().hybrid;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &hybrid.client_id),
        ("client_secret", &hybrid.client_secret),
    ];
    let response = http()
        .post(format!("{}/token", emulator.hybrid_url()))
        .form(&form)
        .send()
        .await
        .unwrap();
    let token = response.json::<Value>().await.unwrap()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let url = format!(
        "{}/statistic/advertiser/2025-01-01/2025-12-31/54f74d70870a8e44a023ghj5",
        emulator.hybrid_url()
    );
    for fault in [Fault::reset(FaultPoint::MidBody), Fault::truncate(100_000)] {
        emulator
            .faults(FaultPlan::new("hybrid.statistic.*").fault(fault))
            .unwrap();
        let response = http().get(&url).bearer_auth(&token).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert!(response.bytes().await.is_err());
    }
}
