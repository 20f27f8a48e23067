//! Distinctive secrets, sent along every path that can fail and searched for in every error.

use crate::peer::{Peer, Reply};
use spots_rpc::calls::{Call, Statistics};
use spots_rpc::{Date, Error, RpcError};

const GOOD: &str = r#"{"jsonrpc":"2.0","result":1,"id":$1}"#;

#[track_caller]
fn assert_clean(error: &Error) {
    let mut told = format!("{error} {error:?} {error:#?} {}", error.message());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        told.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    if let Some(rpc) = RpcError::of(error) {
        told.push_str(&serde_json::to_string(rpc).unwrap());
    }
    assert!(!told.contains("canary"), "{told}");
}

#[tokio::test]
async fn calls_that_fail_tell_no_secret() {
    let echo = "canary-access-$COUNT canary-refresh-$COUNT canary-password";
    let words = format!(
        r#"{{"error":{{"code":"{echo}","message":"you sent {echo}","data":{{"sent":"{echo}"}}}},"id":$1}}"#
    );
    let long = format!("<html>{} Bearer canary-access-1", "x".repeat(96));
    for reply in [
        Reply::new(200, words.clone()),
        Reply::new(400, words.clone()),
        Reply::new(500, words.clone()),
        Reply::new(401, words),
        Reply::new(200, format!("<html>Authorization: Bearer {echo}")),
        Reply::new(200, format!(r#"{{"result":{{"a":"{echo}""#)),
        Reply::new(200, long),
        Reply::new(
            200,
            format!(r#"{{"result":[{{"shows":"{echo}"}}],"id":$1}}"#),
        ),
        Reply::new(302, "").headers("Location: http://canary-access-1.example/\r\n"),
    ] {
        let peer = Peer::start([reply]).await;
        let client = peer.client();
        let day = Date::constant(2024, 1, 1);
        let statistics = Statistics::new(day, day);
        assert_clean(&client.statistics(&statistics).await.unwrap_err());
        let mut rows = client.statistics_stream(&statistics);
        assert_clean(&rows.next().await.unwrap().unwrap_err());
        if let Err(error) = client.call(&Call::new("m")).await {
            assert_clean(&error);
        }
        let calls = [Call::new("m"), Call::try_from(&statistics).unwrap()];
        for result in client.batch(&calls).await {
            if let Err(error) = result {
                assert_clean(&error);
            }
        }
        assert!(!format!("{client:?}").contains("canary"));
    }
}

#[tokio::test]
async fn token_requests_that_fail_tell_no_secret() {
    let pair = r#""access_token":"canary-access-9","refresh_token":"canary-refresh-9""#;
    for body in [
        format!(r#"{{"result":{{{pair}"#),
        format!(r#"{{"result":{{{pair}}},"id":9007199254740991}}"#),
        format!(r#"{{"result":{{{pair},"access_token":1}},"id":$1}}"#),
        format!(r#"{{"result":["canary-access-9"],"id":$1,{pair}}}"#),
        r#"{"result":{"access_token":["canary-access-9"]},"id":$1}"#.to_owned(),
        r#"{"error":{"message":"canary-password is wrong","data":"canary-password"},"id":$1}"#
            .to_owned(),
        r#"<html>{"password":"canary-password"}"#.to_owned(),
    ] {
        for status in [200, 400, 500] {
            let peer = Peer::start([Reply::new(200, GOOD)])
                .await
                .tokens([Reply::new(status, body.clone())]);
            assert_clean(&peer.client().call(&Call::new("m")).await.unwrap_err());
            assert!(peer.calls().is_empty());
        }
    }
    let credentials = spots_rpc::Credentials::new("canary-login", "canary-password");
    assert!(!format!("{credentials:?}").contains("canary"));
}
