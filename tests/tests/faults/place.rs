//! Requests never go to the wrong place: other hosts, proxies, or another machine in plain text.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use adcore::{Endpoint, ErrorKind};
use adcore_http::ReqwestTransport;
use keitaro_click::calls::Click;
use tokio::process::Command;

use crate::canary::{self, KEITARO_TOKEN};
use crate::catalog::http;
use crate::operations::{Asks, Setup, operations, token};
use crate::server::{Door, Play, Seen, Server};

const PROXIES: [&str; 6] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
];

async fn healthy(name: &str) -> Server {
    let operation = operations()
        .into_iter()
        .find(|operation| operation.name == name)
        .unwrap();
    let good = operation.good;
    Server::start(Door::Open, move |seen: &Seen| {
        if seen.asks_token() {
            token(seen, 1).play()
        } else {
            good(seen).play()
        }
    })
    .await
}

/// Runs one test of this program in a separate process, without proxies in its environment.
fn alone(test: &str) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("REQUEST_METHOD")
        .stdout(Stdio::piped());
    for name in PROXIES {
        child.env_remove(name);
    }
    child
}

async fn passes(mut child: Command) {
    let output = child.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

/// Run by the test below, in a process with proxies in its environment.
#[tokio::test]
#[ignore = "needs its own environment"]
async fn every_operation_once() {
    assert!(PROXIES.iter().all(|name| std::env::var_os(name).is_some()));
    for operation in operations()
        .into_iter()
        .filter(|operation| operation.asks == Asks::Call)
    {
        let server = healthy(operation.name).await;
        let outcome = (operation.run)(Setup::ample(server.url())).await;
        assert!(
            outcome.error.is_none(),
            "{}: {:?}",
            operation.name,
            outcome.error
        );
        assert_eq!(server.calls(), 1, "{}", operation.name);
    }
}

#[tokio::test]
async fn proxies_of_the_environment_are_not_asked() {
    let trap = Server::start(Door::Open, |_| Play::Close(Vec::new())).await;
    let mut child = alone("place::every_operation_once");
    for name in PROXIES {
        child.env(name, trap.url());
    }
    passes(child).await;
    assert_eq!(trap.accepted(), 0, "a proxy was asked");
}

/// Run by the test below, in a process whose environment names a proxy.
#[tokio::test]
#[ignore = "needs its own environment"]
async fn through_the_proxy() {
    let transport = ReqwestTransport::with_env_proxy().unwrap();
    assert!(canary::find_secret(&format!("{transport:?} {transport:#?}")).is_none());
    let keitaro = |url: &str| {
        keitaro_click::Client::builder(url, keitaro_click::Credentials::token(KEITARO_TOKEN))
            .transport(transport.clone())
            .build()
            .unwrap()
    };
    // The client asks for a tunnel, and the proxy refuses.
    let error = keitaro("https://tracker.example:4430/dir")
        .click(&Click::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(canary::find_secret(&canary::confession(&error)).is_none());
    // Exceptions are reached directly, and so is loopback by http://.
    let direct = Server::start(Door::Shut, |_| Play::Close(Vec::new())).await;
    let url = direct.url().replace("http", "https");
    keitaro(&url).click(&Click::new()).await.unwrap_err();
    assert!(direct.accepted() > 0);
    let server = healthy("keitaro click by GET").await;
    keitaro(&server.url()).click(&Click::new()).await.unwrap();
}

#[tokio::test]
async fn the_proxy_of_the_environment_is_asked_for_a_tunnel_when_wanted() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heads = Arc::clone(&seen);
    let proxy = Server::start(Door::Open, move |seen: &Seen| {
        heads.lock().unwrap().push(seen.head.clone());
        Play::Close(http("502 Bad Gateway", &[], b""))
    })
    .await;
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        let mut child = alone("place::through_the_proxy");
        child
            .env(name, format!("http://user:CANARYproxy@{}", proxy.addr))
            .env("HTTP_PROXY", "http://127.0.0.1:1")
            .env("NO_PROXY", "localhost,127.0.0.1");
        passes(child).await;
        let heads = std::mem::take(&mut *seen.lock().unwrap());
        assert!(!heads.is_empty(), "{name}: the proxy was not asked");
        for head in heads {
            let mut lines = head.lines();
            let first = lines.next().unwrap();
            assert_eq!(first, "CONNECT tracker.example:4430 HTTP/1.1", "{name}");
            assert!(head.contains("Basic dXNlcjpDQU5BUllwcm94eQ=="), "{head}");
            assert!(canary::find_secret(&head).is_none(), "{head}");
        }
    }
}

/// Run by the test below.
#[test]
#[ignore = "needs its own environment"]
fn no_proxy_but_a_wish() {
    let error = ReqwestTransport::with_env_proxy().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(error.field(), Some("proxy"));
    assert!(canary::find_secret(&canary::confession(&error)).is_none());
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_not_gone_around() {
    for url in [
        "socks5://user:CANARYproxy@127.0.0.1:1",
        "http://CANARY proxy/",
        "CANARY://x",
    ] {
        let mut child = alone("place::no_proxy_but_a_wish");
        child.env("HTTPS_PROXY", url);
        passes(child).await;
    }
}

#[test]
fn plain_http_goes_no_further_than_this_machine() {
    for url in [
        "http://tracker.example/",
        "HTTP://tracker.example/",
        "http://192.168.0.1/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://[::ffff:8.8.8.8]/",
        "http://[fe80::1]/",
        "http://127.0.0.1.tracker.example/",
        "http://localhost.tracker.example/",
        "http://127.0.0.1:80@tracker.example/",
        "http://localhost@tracker.example/",
        "http://tracker.example#127.0.0.1",
        "http://tracker.example?127.0.0.1",
        "http://tracker.example\\@127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://127.0.0.1%2f@tracker.example/",
        "http:///127.0.0.1/",
        "http:127.0.0.1",
        "ws://127.0.0.1/",
        "file:///etc/passwd",
    ] {
        let keitaro = keitaro_click::Credentials::token("t");
        let spots = spots_rpc::Credentials::new("login", "password");
        let hybrid = hybrid_rest::Credentials::new("id", "secret");
        let adfox = adfox_api::Credentials::password("login", "password");
        let errors = [
            Endpoint::parse(url).unwrap_err(),
            keitaro_click::Client::new(url, keitaro).unwrap_err(),
            spots_rpc::Client::new(url, spots).unwrap_err(),
            hybrid_rest::Client::new(url, hybrid).unwrap_err(),
            adfox_api::Client::new(url, adfox).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{url}: {error}");
            assert_eq!(error.field(), Some("endpoint"), "{url}: {error}");
        }
    }
}
