//! Single exchanges over a real socket with the responses that Hybrid documents.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic"
)]

use std::time::Duration;

use httpmock::prelude::*;
use httpmock::{Mock, MockServer};
use hybrid_rest::calls::{
    BannerStatistics, Call, CampaignId, CampaignRow, CampaignStatistics, DomainStatistics,
};
use hybrid_rest::{
    Agency, Client, Credentials, Error, ErrorKind, Refusal, RetryPolicy, StatisticsStream,
    TokenSettings,
};
use jiff::civil::date;

const TOKEN: &str = r#"{
  "access_token": "canary-access",
  "token_type": "bearer",
  "scope": "{scope}",
  "expires_in": "86400",
  "refresh_token": "canary-refresh"
}"#;

fn client(server: &MockServer) -> Client {
    Client::builder(
        &server.base_url(),
        Credentials::new("canary/id+=&", "canary/secret+=&%"),
    )
    .retry(
        RetryPolicy::default()
            .initial_delay(Duration::from_millis(1))
            .initial_rate_limit_delay(Duration::from_millis(1)),
    )
    .token_settings(TokenSettings::default().pause(Duration::from_millis(1)))
    .build()
    .unwrap()
}

async fn token(server: &MockServer) -> Mock<'_> {
    server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/token")
                .header("content-type", "application/x-www-form-urlencoded")
                .form_urlencoded_tuple("grant_type", "client_credentials")
                .form_urlencoded_tuple("client_id", "canary/id+=&")
                .form_urlencoded_tuple("client_secret", "canary/secret+=&%");
            then.status(200)
                .header("content-type", "application/json; charset=UTF-8")
                .body(TOKEN);
        })
        .await
}

/// The error of a call with this response, and how often it was sent.
async fn refused(status: u16, body: &str) -> (Error, usize) {
    let server = MockServer::start_async().await;
    token(&server).await;
    let campaigns = server
        .mock_async(|when, then| {
            when.method(GET).path("/campaign/get");
            then.status(status).body(body);
        })
        .await;
    let error = client(&server).campaigns().await.unwrap_err();
    (error, campaigns.calls_async().await)
}

#[tokio::test]
async fn secrets_are_form_encoded_and_the_token_is_a_bearer() {
    let server = MockServer::start_async().await;
    let token = token(&server).await;
    let campaigns = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/campaign/get")
                .header("authorization", "Bearer canary-access");
            then.status(200)
                .body(r#"[{"Id":"53df8633af55cd57805746f5","Name":"Campaign 1"}]"#);
        })
        .await;
    let client = client(&server);
    for _ in 0..3 {
        let found = client.campaigns().await.unwrap();
        assert_eq!(found[0].name.as_deref(), Some("Campaign 1"));
    }
    campaigns.assert_calls_async(3).await;
    token.assert_async().await;
    assert_eq!(client.token_counts().grants, 1);
}

#[tokio::test]
async fn the_clients_of_an_advertiser_share_its_own_token() {
    let server = MockServer::start_async().await;
    let token = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/token")
                .form_urlencoded_tuple("advertiserId", "54f74d70870a8e44a023ghj5");
            then.status(200)
                .body(r#"{"access_token":"narrow","expires_in":86399}"#);
        })
        .await;
    let campaigns = server
        .mock_async(|when, then| {
            when.path("/campaign/get")
                .header("authorization", "Bearer narrow");
            then.status(200).body("[]");
        })
        .await;
    let agency = client(&server);
    for _ in 0..2 {
        let narrow = agency.for_advertiser("54f74d70870a8e44a023ghj5").unwrap();
        assert!(narrow.campaigns().await.unwrap().is_empty());
        let again = narrow.clone().for_advertiser("54f74d70870a8e44a023ghj5");
        assert_eq!(again.unwrap().token_counts().grants, 1);
    }
    campaigns.assert_calls_async(2).await;
    token.assert_async().await;
    assert_eq!(agency.token_counts().grants, 0);
}

#[tokio::test]
async fn statistics_are_requested_at_the_documented_paths() {
    let server = MockServer::start_async().await;
    token(&server).await;
    let asked = server
        .mock_async(|when, then| {
            when.path("/statistic/campaign/2015-12-31/2016-01-01/a,b");
            then.status(200)
                .body(r#"[{"CampaignId":"a","Stat":[{"Date":"2015-12-31","Cost":1.10}]}]"#);
        })
        .await;
    let call = CampaignStatistics::new(date(2015, 12, 31), date(2016, 1, 1), ["a", "b"]);
    let groups = client(&server).campaign_statistics(&call).await.unwrap();
    assert_eq!(groups[0].stat[0].cost.unwrap().to_string(), "1.10");
    asked.assert_async().await;
}

#[tokio::test]
async fn an_untyped_call_returns_the_text_of_the_response() {
    let server = MockServer::start_async().await;
    token(&server).await;
    server
        .mock_async(|when, then| {
            when.path("/v2.0/campaign/day").query_param("id", "a");
            then.status(200)
                .body(r#"{"Total":{"Cost":1.10},"Statisitic":[]}"#);
        })
        .await;
    let response = client(&server)
        .call(&Call::get("/v2.0/campaign/day?id=a"))
        .await
        .unwrap();
    assert_eq!(
        response.as_str(),
        r#"{"Total":{"Cost":1.10},"Statisitic":[]}"#
    );
    let error = client(&server)
        .call(&Call::get("//other.example/x"))
        .await
        .unwrap_err();
    assert_eq!((error.field(), error.attempts()), (Some("path"), 0));
}

#[tokio::test]
async fn wrong_credentials_are_named_and_not_retried() {
    for (status, field) in [(404, "client_id"), (400, "client_secret")] {
        let server = MockServer::start_async().await;
        let token = server
            .mock_async(|when, then| {
                when.path("/token");
                then.status(status)
                    .body(r#"{"error":"invalid_client","error_description":"canary/secret+=&%"}"#);
            })
            .await;
        let error = client(&server).campaigns().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{status}");
        assert_eq!(error.field(), Some(field));
        assert_eq!(error.operation(), Some("token.grant"));
        assert!(!error.may_have_run());
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        let refusal = Refusal::of(&error).unwrap();
        assert_eq!(refusal.status, status);
        assert_eq!(refusal.code.as_deref(), Some("invalid_client"));
        assert_eq!(refusal.message.as_deref(), Some("***"));
        token.assert_async().await;
    }
}

#[tokio::test]
async fn server_errors_are_retried_within_bounds_and_may_be_the_request() {
    let (error, calls) = refused(500, r#"{"Message":"An invalid request was made"}"#).await;
    assert_eq!((error.kind(), calls), (ErrorKind::Server, 3));
    assert!(error.message().starts_with("An invalid request was made"));
    assert!(error.message().contains("wrong request"), "{error}");
    let (error, calls) = refused(429, "").await;
    assert_eq!((error.kind(), calls), (ErrorKind::RateLimited, 3));
    let (error, calls) = refused(404, r#"{"Message":"no such entity"}"#).await;
    assert_eq!((error.kind(), calls), (ErrorKind::NotFound, 1));
    let (error, calls) = refused(400, r#"{"Message":"method not supported"}"#).await;
    assert_eq!((error.kind(), calls), (ErrorKind::Rejected, 1));
    assert_eq!(error.message(), "method not supported");
}

#[tokio::test]
async fn a_rejected_token_is_renewed_once_and_the_error_says_if_that_was_in_vain() {
    let server = MockServer::start_async().await;
    let grants = token(&server).await;
    let refreshes = server
        .mock_async(|when, then| {
            when.path("/token")
                .form_urlencoded_tuple("grant_type", "refresh_token")
                .form_urlencoded_tuple("refresh_token", "canary-refresh")
                .form_urlencoded_tuple("client_secret", "canary/secret+=&%");
            then.status(200)
                .body(r#"{"access_token":"canary-second","expires_in":"86400"}"#);
        })
        .await;
    let first = server
        .mock_async(|when, then| {
            when.path("/campaign/get")
                .header("authorization", "Bearer canary-access");
            then.status(401);
        })
        .await;
    let second = server
        .mock_async(|when, then| {
            when.path("/campaign/get")
                .header("authorization", "Bearer canary-second");
            then.status(401)
                .body(r#"{"Message":"no rights, canary-second"}"#);
        })
        .await;
    let client = client(&server);
    let error = client.campaigns().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(error.message().contains("refused again"), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    for mock in [&grants, &refreshes, &first, &second] {
        mock.assert_async().await;
    }
    assert_eq!(client.token_counts().forced, 1);
}

#[tokio::test]
async fn secrets_are_in_no_error_and_no_debug() {
    for (status, body) in [
        (200, "<html>canary-access canary/secret+=&%</html>"),
        (200, r#"[{"Id":["canary-access"]}]"#),
        (403, r#"{"Message":"canary-access canary/id+=&"}"#),
        (
            500,
            r#"{"error":"canary-access","error_description":"canary%2Fsecret%2B%3D%26%25"}"#,
        ),
        (302, "canary-access"),
    ] {
        let (error, _) = refused(status, body).await;
        let mut text = format!("{error} {error:?} {error:#?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            text.push_str(&format!("{cause} {cause:?}"));
            source = cause.source();
        }
        assert!(!text.contains("canary"), "{status}: {text}");
    }
    let server = MockServer::start_async().await;
    let builder = Client::builder(&server.base_url(), Credentials::new("canary", "canary"));
    assert!(!format!("{builder:?}").contains("canary"));
    let client = builder.build().unwrap();
    assert!(!format!("{client:?} {client:#?}").contains("canary"));
}

#[tokio::test]
async fn bad_input_is_named_before_anything_is_sent() {
    for (endpoint, id, secret, field) in [
        ("api.hybrid.ru", "a", "b", "endpoint"),
        ("http://api.hybrid.ru", "a", "b", "endpoint"),
        ("https://api.hybrid.ru", "", "b", "client_id"),
        ("https://api.hybrid.ru", "a", "", "client_secret"),
        ("https://api.hybrid.ru", "a", "canary\r\n", "client_secret"),
    ] {
        let error = Client::new(endpoint, Credentials::new(id, secret)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.field(), Some(field));
        assert!(!error.to_string().contains("canary"));
    }
    let server = MockServer::start_async().await;
    let any = server
        .mock_async(|when, then| {
            when.any_request();
            then.status(200);
        })
        .await;
    let client = client(&server);
    let day = date(2015, 12, 31);
    let none: [&str; 0] = [];
    let errors = [
        (client.for_advertiser("").unwrap_err(), "advertiser"),
        (client.for_advertiser("a\r\nb").unwrap_err(), "advertiser"),
        (
            client.banners(&CampaignId::from("..")).await.unwrap_err(),
            "campaign",
        ),
        (
            client
                .campaign_statistics(&CampaignStatistics::new(day, day, none))
                .await
                .unwrap_err(),
            "ids",
        ),
        (
            client
                .banner_statistics(&BannerStatistics::new(day, date(2015, 12, 30), "b"))
                .await
                .unwrap_err(),
            "to",
        ),
        (
            client
                .domain_statistics(&DomainStatistics::new("a\nb"))
                .await
                .unwrap_err(),
            "domain",
        ),
        (
            client.call(&Call::get("/../token")).await.unwrap_err(),
            "path",
        ),
    ];
    for (error, field) in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!((error.field(), error.attempts()), (Some(field), 0));
    }
    any.assert_calls_async(0).await;
}

#[test]
fn clients_and_streams_can_be_sent_to_other_threads() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<Client>();
    sync::<Client>();
    send::<StatisticsStream<CampaignRow>>();
    send::<Agency>();
    sync::<Agency>();
    send::<Error>();
    sync::<Error>();
}
