//! Secrets stay out of every error, whatever the server echoes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic"
)]

use adfox_api::calls::{AddZone, WebsiteId};
use adfox_api::{Call, Client, Context, Credentials, Error, Params, RetryPolicy, Row};
use httpmock::prelude::*;

/// sha256("pa55-canary")
const HASH: &str = "5a6bc48bbd8e3cbbd6f1de9f8c4b84c2f2f5cdd2b4a5a4cbdf2d6d7f2aa94d15";
const TOKEN: &str = "t0ken-canary-0123456789";
const KEY: &str = "k3y-canary-0123456789";

fn all_texts(error: &Error) -> String {
    let mut texts = format!("{error} {error:?} {}", error.message());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        texts.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    texts
}

/// A client of each kind, with the secrets that it sends.
fn clients(url: &str) -> [(Client, String); 2] {
    [
        (Credentials::hash("test", HASH), HASH.to_owned()),
        (
            Credentials::oauth(TOKEN).header("X-Yandex-API-Key", KEY),
            format!("{TOKEN} {KEY}"),
        ),
    ]
    .map(|(credentials, secrets)| {
        let client = Client::builder(url, credentials).retry(RetryPolicy::never());
        (client.build().unwrap(), secrets)
    })
}

#[tokio::test]
async fn no_error_text_holds_a_secret() {
    let code = |code: i32, rest: &str| {
        format!("<response><status><code>{code}</code>{rest}</status></response>")
    };
    let bodies = [
        (
            200,
            code(
                -6,
                "<error>ECHO</error><parameter>ECHO</parameter><value>ECHO</value>",
            ),
        ),
        (200, code(-1, "<error>ECHO</error>")),
        (200, code(0, "<ID>ECHO</ID>")),
        (200, "<html>ECHO</html>".to_owned()),
        (200, "ECHO".to_owned()),
        (302, "ECHO".to_owned()),
        (401, "ECHO".to_owned()),
        (403, code(-2, "<error>ECHO</error>")),
        (500, "ECHO".to_owned()),
        (
            500,
            code(-6, "<error>ECHO</error><parameter>ECHO</parameter>"),
        ),
        (
            500,
            code(-77, "<error>ECHO</error><parameter>ECHO</parameter>"),
        ),
    ];
    for (status, body) in bodies {
        for kind in 0..2 {
            let server = MockServer::start_async().await;
            let (client, secrets) = clients(&server.url("/v1/API.php"))[kind].clone();
            server
                .mock_async(|when, then| {
                    when.any_request();
                    then.status(status)
                        .header("location", format!("https://elsewhere.example/?x={TOKEN}"))
                        .body(body.replace("ECHO", &secrets));
                })
                .await;
            let add = AddZone::new("Zone", WebsiteId::new(1));
            let error = client.add_zone(&add).await.unwrap_err();
            let shown = format!("{} {client:?}", all_texts(&error));
            for secret in secrets.split(' ') {
                assert!(!shown.contains(secret), "{status} {shown}");
            }
        }
    }
}

#[tokio::test]
async fn no_error_text_holds_a_password_among_the_parameters() {
    let refused = "<response><status><code>-6</code><error>newPassword=ECHO is too simple</error>\
                   <parameter>newPassword</parameter><value>ECHO</value></status></response>";
    let partial = "<response><status><code>0</code><message>now ECHO</message></status></response>";
    let server = MockServer::start_async().await;
    let (client, _) = clients(&server.url("/v1/API.php"))[0].clone();
    let secret = "hunter-22-canary";
    let call = Call::new(Context::Other("user".into()), "changePassword".into());
    let call = call.params(Params::new().with("newPassword", secret));
    let answer = server
        .mock_async(|when, then| {
            when.any_request();
            then.status(200).body(refused.replace("ECHO", secret));
        })
        .await;
    let error = client.call(&call).await.unwrap_err();
    assert!(all_texts(&error).contains("too simple"), "{error}");
    assert!(!all_texts(&error).contains("hunter"), "{error:?}");
    let error = client.rows::<Row>(&call).next().await.unwrap().unwrap_err();
    assert!(!all_texts(&error).contains("hunter"), "{error:?}");
    answer.delete_async().await;
    server
        .mock_async(|when, then| {
            when.any_request();
            then.status(200).body(partial.replace("ECHO", secret));
        })
        .await;
    let output = client.call(&call).await.unwrap();
    assert_eq!(output.partial.unwrap().as_str(), "now ***");
}

#[tokio::test]
async fn no_connection_error_holds_a_secret() {
    for (client, secrets) in clients("http://127.0.0.1:9/v1/API.php") {
        let mut zones = client.list(adfox_api::Object::Zone, Params::new());
        let shown = all_texts(&zones.next().await.unwrap().unwrap_err());
        for secret in secrets.split(' ') {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn the_password_travels_as_its_hash_and_in_the_body() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/v1/API.php")
                .form_urlencoded_tuple("loginAccount", "test")
                .form_urlencoded_tuple(
                    "loginPassword",
                    "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
                )
                .form_urlencoded_tuple("object", "account")
                .form_urlencoded_tuple("action", "add")
                .form_urlencoded_tuple("actionObject", "zone")
                .is_true(|request| request.uri().query().is_none());
            then.status(200)
                .body("<response><status><code>0</code><ID>7</ID></status></response>");
        })
        .await;
    let credentials = Credentials::password("test", "password");
    let client = Client::new(&server.url("/v1/API.php"), credentials).unwrap();
    let added = client
        .add_zone(&AddZone::new("Zone", WebsiteId::new(1)))
        .await
        .unwrap();
    assert_eq!(added.id.get(), 7);
    mock.assert_async().await;
}

#[tokio::test]
async fn an_oauth_token_travels_in_its_header() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/api/v1")
                .header("authorization", format!("OAuth {TOKEN}"))
                .header("x-yandex-api-key", KEY);
            then.status(200).body(
                "<response><status><code>0</code></status><result><data/></result></response>",
            );
        })
        .await;
    let credentials = Credentials::oauth(TOKEN).header("X-Yandex-API-Key", KEY);
    let client = Client::new(&server.url("/api/v1"), credentials).unwrap();
    let zones = client.list(adfox_api::Object::Zone, Params::new());
    assert!(zones.collect().await.unwrap().is_empty());
    mock.assert_async().await;
}
