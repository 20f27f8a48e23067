//! Never to the wrong place: other hosts, proxies, plain text beyond this machine.

use std::process::Stdio;

use adcore::{Endpoint, ErrorKind};
use tokio::process::Command;

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

/// Run by the test below, in a process with proxies in its environment.
#[tokio::test]
#[ignore = "needs an environment of its own"]
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
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--exact",
            "place::every_operation_once",
            "--ignored",
            "--nocapture",
        ])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("REQUEST_METHOD")
        .stdout(Stdio::piped());
    for name in PROXIES {
        child.env(name, trap.url());
    }
    let output = child.output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    assert_eq!(trap.accepted(), 0, "a proxy was asked");
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
