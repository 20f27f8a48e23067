//! Single exchanges over real sockets, errors and what they keep to themselves.

use adcore::TransportErrorKind;
use adcore::testing::ScriptedTransport;
use httpmock::prelude::*;
use keitaro_click::calls::{Click, Conversion, OfferUrl, Postback, Update};
use keitaro_click::{ClickEncoding, Client, Credentials, Error, ErrorKind, Refusal};
use std::sync::Arc;

const PAGE: &str = include_str!("fixtures/click.json");
const TOKEN: &str = "canary-token-q831vzbx";
const KEY: &str = "canary-key-77aa";

fn credentials() -> Credentials {
    Credentials::token(TOKEN).with_postback_key(KEY)
}

#[expect(
    clippy::unwrap_used,
    reason = "a client that cannot be built ends the test"
)]
fn scripted(encoding: ClickEncoding) -> (ScriptedTransport, Client) {
    let transport = ScriptedTransport::new();
    let client = Client::builder("https://tracker.example/dir", credentials())
        .transport(Arc::new(transport.clone()))
        .click_encoding(encoding)
        .build()
        .unwrap();
    (transport, client)
}

fn keeps_secrets(error: &Error) {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!("{cause} {cause:?}"));
        source = cause.source();
    }
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn the_click_of_the_page_by_get() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/sub/click_api/v3")
                .query_param("token", TOKEN)
                .query_param("version", "3")
                .query_param("log", "1")
                .query_param("info", "1")
                .query_param("keyword", "купить слона & ещё");
            then.status(200).body(PAGE);
        })
        .await;
    let client = Client::new(&server.url("/sub/"), credentials()).unwrap();
    let click = Click::new()
        .log(true)
        .info(true)
        .keyword("купить слона & ещё");
    let output = client.click(&click).await.unwrap();
    mock.assert_async().await;
    assert_eq!(output.sub_id(), Some("o2q6e42hs08jq"));
    assert!(output.offer().is_none());
}

#[tokio::test]
async fn the_click_by_post_keeps_the_token_out_of_the_url() {
    let (transport, client) = scripted(ClickEncoding::Form);
    transport.reply(200, PAGE);
    client.click(&Click::new().user_agent("UA")).await.unwrap();
    let request = &transport.requests()[0];
    assert_eq!(request.uri(), "https://tracker.example/dir/click_api/v3");
    assert_eq!(request.method(), http::Method::POST);
    let form = std::str::from_utf8(request.body()).unwrap();
    assert_eq!(
        form,
        format!("token={TOKEN}&version=3&info=1&ua=UA&kversion=3.4")
    );
}

#[tokio::test]
async fn an_ambiguous_failure_is_not_repeated() {
    for encoding in [ClickEncoding::Query, ClickEncoding::Form] {
        let (transport, client) = scripted(encoding);
        transport.fail(TransportErrorKind::Interrupted);
        transport.reply(200, PAGE);
        let error = client.click(&Click::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert!(error.may_have_run());
        assert_eq!(transport.requests().len(), 1);
        let (transport, client) = scripted(encoding);
        transport.reply(503, "");
        assert!(client.click(&Click::new()).await.is_err());
        assert_eq!(transport.requests().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_click_that_surely_did_not_arrive_is_sent_again() {
    let (transport, client) = scripted(ClickEncoding::Query);
    transport.fail(TransportErrorKind::Connect);
    transport.reply(200, PAGE);
    assert!(client.click(&Click::new()).await.is_ok());
}

#[tokio::test]
async fn errors_keep_the_secrets() {
    let echo = format!(r#"{{"error":"Campaign not found for token {TOKEN}"}}"#);
    for (status, body) in [
        (401, echo.as_str()),
        (200, echo.as_str()),
        (200, "{\"body\":[\"canary\"]}"),
        (500, "canary"),
        (301, "canary"),
    ] {
        for encoding in [ClickEncoding::Query, ClickEncoding::Form] {
            let (transport, client) = scripted(encoding);
            transport.reply(status, body.to_owned());
            let error = client.click(&Click::new()).await.unwrap_err();
            keeps_secrets(&error);
            keeps_secrets(&error.clone());
        }
    }
    let unreachable = Client::new("http://127.0.0.1:1/", credentials()).unwrap();
    assert!(!format!("{unreachable:?}").contains("canary"));
    keeps_secrets(&unreachable.click(&Click::new()).await.unwrap_err());
    let postback = unreachable.postback(&Postback::new("a")).await;
    keeps_secrets(&postback.unwrap_err());
    let (transport, client) = scripted(ClickEncoding::Query);
    transport.reply(200, format!("unknown key {KEY}"));
    let error = client.postback(&Postback::new("a")).await.unwrap_err();
    assert!(error.to_string().contains("unknown key ***"), "{error}");
    keeps_secrets(&error);
}

#[tokio::test]
async fn nothing_is_sent_for_bad_input() {
    for (tracker, credentials, field) in [
        ("", credentials(), "endpoint"),
        ("tracker.example", credentials(), "endpoint"),
        ("http://tracker.example", credentials(), "endpoint"),
        ("https://t.example/?a=b", credentials(), "endpoint"),
        ("https://t.example", Credentials::token(""), "token"),
        ("https://t.example", Credentials::token(" "), "token"),
        ("https://t.example", Credentials::token("a\r\nb"), "token"),
        (
            "https://t.example",
            Credentials::token("a").with_postback_key(""),
            "postback_key",
        ),
    ] {
        let error = Client::new(tracker, credentials).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.field(), Some(field), "{tracker}");
    }
    let (transport, client) = scripted(ClickEncoding::Query);
    let click = Click::new().keyword("a\r\nb");
    let error = client.click(&click).await.unwrap_err();
    assert_eq!(error.field(), Some("keyword"));
    assert_eq!(error.attempts(), 0);
    let bare = Client::new("https://t.example", Credentials::none()).unwrap();
    let error = bare.click(&Click::new()).await.unwrap_err();
    assert_eq!(error.field(), Some("token"));
    let error = bare.postback(&Postback::new("a")).await.unwrap_err();
    assert_eq!(error.field(), Some("postback_key"));
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn postbacks_and_updates_go_to_the_trackers_root() {
    let (transport, client) = scripted(ClickEncoding::Query);
    transport.reply(200, "Success\n");
    transport.reply(200, " updated \n");
    let postback = Postback::new("o2q6").status(Conversion::Lead);
    client.postback(&postback).await.unwrap();
    let update = Update::new("o2q6").param("sub_id_1", "x");
    assert_eq!(client.update(&update).await.unwrap(), "updated");
    transport.reply(404, "SubId not found");
    let error = client.update(&update).await.unwrap_err();
    assert!(error.to_string().contains("SubId not found"), "{error}");
    let uris: Vec<String> = transport
        .requests()
        .iter()
        .map(|request| request.uri().to_string())
        .collect();
    assert_eq!(
        uris,
        [
            "https://tracker.example/dir/canary-key-77aa/postback?subid=o2q6&status=lead",
            "https://tracker.example/dir/?_update_tokens=1&sub_id=o2q6&sub_id_1=x",
            "https://tracker.example/dir/?_update_tokens=1&sub_id=o2q6&sub_id_1=x",
        ]
    );
}

#[tokio::test]
async fn a_postback_is_done_by_success_alone() {
    let (transport, client) = scripted(ClickEncoding::Query);
    for body in ["", "Error: no such click", "<html>Success</html>"] {
        transport.reply(200, body);
        let error = client.postback(&Postback::new("a")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Rejected, "{body}");
        assert!(error.may_have_run(), "{body}");
    }
    transport.reply(200, "thanks");
    let postback = Postback::new("a").return_text("thanks");
    client.postback(&postback).await.unwrap();
    transport.reply(404, "");
    let error = client.postback(&Postback::new("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    transport.reply(302, "");
    let error = client.update(&Update::new("a").param("b", "c")).await;
    assert_eq!(Refusal::of(&error.unwrap_err()), Some(&Refusal::Moved));
}

#[tokio::test]
async fn a_token_leads_to_the_offer() {
    let (transport, client) = scripted(ClickEncoding::Query);
    transport.reply(200, r#"{"info":{"token":"a+b","sub_id":"s"},"body":""}"#);
    let output = client.click(&Click::new().info(true)).await.unwrap();
    let offer = output.offer().unwrap().offer_id(3);
    assert_eq!(offer, OfferUrl::new("a+b").offer_id(3));
    assert_eq!(
        client.offer_url(&offer).unwrap(),
        "https://tracker.example/dir/?_lp=1&_token=a%2Bb&offer_id=3"
    );
    transport.reply(200, r#"{"info":{"token":""},"body":""}"#);
    let output = client.click(&Click::new().info(true)).await.unwrap();
    assert_eq!(output.offer(), None);
}

#[tokio::test]
async fn a_response_over_the_limit_is_refused() {
    let transport = ScriptedTransport::new();
    transport.reply(200, format!(r#"{{"body":"{}"}}"#, "x".repeat(2000)));
    let client = Client::builder("https://tracker.example", credentials())
        .transport(Arc::new(transport))
        .body_limit(1000)
        .build()
        .unwrap();
    let error = client.click(&Click::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("1000 bytes"), "{error}");
}
