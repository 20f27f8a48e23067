//! Tokens as SPOTS issues and rejects them, over a real socket.

use crate::peer::{Peer, Reply};
use adcore::{StoreLock, StoredTokens, async_trait};
use spots_rpc::calls::{Call, Statistics};
use spots_rpc::{Client, Credentials, Date, Error, ErrorKind, TokenSettings, TokenStore};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const GOOD: &str = r#"{"jsonrpc":"2.0","result":1,"id":$1}"#;

fn tokens(access: &str, ttl: &str) -> Reply {
    Reply::new(
        200,
        format!(
            r#"{{"jsonrpc":"2.0","result":{{"access_token":"{access}","refresh_token":"canary-of-{access}","access_ttl":{ttl},"refresh_ttl":5184000}},"id":$1}}"#
        ),
    )
}

fn refusal(words: &str) -> Reply {
    Reply::new(
        200,
        format!(r#"{{"jsonrpc":"2.0","error":{{"message":"{words}"}},"id":$1}}"#),
    )
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_in_every_form() {
    for refused in [
        refusal("invalid token signature"),
        refusal("Token has expired"),
        Reply::new(
            200,
            r#"{"jsonrpc":"2.0","error":{"code":401,"message":"x"},"id":null}"#,
        ),
        Reply::new(401, ""),
        Reply::new(
            401,
            r#"{"jsonrpc":"2.0","error":{"code":1,"message":"x"},"id":$1}"#,
        ),
        Reply::new(
            400,
            r#"{"jsonrpc":"2.0","error":{"message":"Unauthorized"},"id":$1}"#,
        ),
    ] {
        let peer = Peer::start([refused.clone(), Reply::new(200, GOOD)]).await;
        let client = peer.client();
        assert_eq!(
            client.call(&Call::new("m")).await.unwrap().as_str(),
            "1",
            "{refused:?}"
        );
        let bearers: Vec<_> = peer
            .calls()
            .iter()
            .map(|seen| seen.header("authorization").unwrap().to_owned())
            .collect();
        assert_eq!(
            bearers,
            ["Bearer canary-access-1", "Bearer canary-access-2"]
        );
        let asked = peer.token_calls();
        assert_eq!(asked[0].methods(), ["user.auth"]);
        assert_eq!(asked[0].header("authorization"), None);
        assert_eq!(asked[0].body["params"]["login"], "publisher@example.com");
        assert_eq!(asked[1].methods(), ["user.tokenRefresh"]);
        assert_eq!(
            asked[1].header("authorization"),
            Some("Bearer canary-refresh-1")
        );
        assert_eq!(asked[1].body.get("params"), None);
        assert_eq!(client.token_counts().forced, 1);
    }
}

#[tokio::test]
async fn refused_again_is_an_error_that_says_so() {
    let peer = Peer::start([refusal("invalid token signature")]).await;
    let error = peer.client().call(&Call::new("m")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert!(
        error
            .message()
            .starts_with("refused again with a new token"),
        "{error}"
    );
    assert_eq!(peer.calls().len(), 2);
    assert!(!error.may_have_run());
}

#[tokio::test]
async fn codes_and_words_of_a_refusal_are_settings() {
    let own = r#"{"jsonrpc":"2.0","error":{"code":"E7","message":"сессия устарела"},"id":$1}"#;
    let peer = Peer::start([Reply::new(200, own), Reply::new(200, GOOD)]).await;
    let error = peer.client().call(&Call::new("m")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    for builder in [
        |peer: &Peer| peer.builder().token_rejection_codes(["E7"]),
        |peer: &Peer| peer.builder().token_rejection_phrases(["Сессия устарела"]),
    ] {
        let peer = Peer::start([Reply::new(200, own), Reply::new(200, GOOD)]).await;
        let client = builder(&peer).build().unwrap();
        assert_eq!(client.call(&Call::new("m")).await.unwrap().as_str(), "1");
    }
    let peer = Peer::start([refusal("invalid token signature")]).await;
    let client = peer
        .builder()
        .token_rejection_phrases(["other"])
        .build()
        .unwrap();
    assert_eq!(
        client.call(&Call::new("m")).await.unwrap_err().kind(),
        ErrorKind::Rejected
    );
}

#[tokio::test]
async fn a_refused_refresh_falls_back_to_the_password_once() {
    let peer = Peer::start([refusal("invalid token signature"), Reply::new(200, GOOD)])
        .await
        .tokens([
            tokens("one", "1800"),
            refusal("invalid token signature"),
            tokens("two", "1800"),
        ]);
    let client = peer.client();
    client.call(&Call::new("m")).await.unwrap();
    let asked = peer.token_calls();
    let methods: Vec<_> = asked.iter().map(|seen| seen.methods()[0]).collect();
    assert_eq!(methods, ["user.auth", "user.tokenRefresh", "user.auth"]);
    assert_eq!(peer.calls()[1].header("authorization"), Some("Bearer two"));
}

#[tokio::test]
async fn a_refresh_that_gets_an_odd_answer_falls_back_to_the_password_once() {
    for odd in [
        Reply::new(200, r#"{"jsonrpc":"2.0","result":null,"id":$1}"#),
        Reply::new(
            200,
            r#"{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":$1}"#,
        ),
        Reply::new(200, "<html>log in</html>").headers("Content-Type: text/html\r\n"),
        Reply::new(204, ""),
        Reply::new(500, ""),
    ] {
        let peer = Peer::start([refusal("invalid token signature"), Reply::new(200, GOOD)])
            .await
            .tokens([tokens("one", "1800"), odd.clone(), tokens("two", "1800")]);
        let client = peer.client();
        let outcome = client.call(&Call::new("m")).await;
        assert_eq!(outcome.unwrap().as_str(), "1", "{odd:?}");
        let asked = peer.token_calls();
        let methods: Vec<_> = asked.iter().map(|seen| seen.methods()[0]).collect();
        assert_eq!(methods, ["user.auth", "user.tokenRefresh", "user.auth"]);
    }
}

#[tokio::test]
async fn tokens_in_an_array_with_a_lifetime_as_text() {
    let array =
        r#"{"jsonrpc":"2.0","result":[{"access_token":"ey...PK5Q","access_ttl":"1800"}],"id":$1}"#;
    let peer = Peer::start([Reply::new(200, GOOD)])
        .await
        .tokens([Reply::new(200, array)]);
    let client = peer.client();
    for _ in 0..3 {
        client.call(&Call::new("m")).await.unwrap();
    }
    assert_eq!(peer.token_calls().len(), 1);
    assert_eq!(
        peer.calls()[2].header("authorization"),
        Some("Bearer ey...PK5Q")
    );
}

#[tokio::test]
async fn a_wrong_password_is_a_refused_credential_and_sends_no_call() {
    for response in [
        refusal("invalid login or password"),
        Reply::new(401, ""),
        Reply::new(
            200,
            r#"{"jsonrpc":"2.0","error":{"code":-32000,"message":"no such user"},"id":$1}"#,
        ),
    ] {
        let peer = Peer::start([Reply::new(200, GOOD)])
            .await
            .tokens([response.clone()]);
        let error = peer.client().call(&Call::new("m")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated, "{response:?}");
        assert_eq!(error.operation(), Some("user.auth"));
        assert_eq!(
            (peer.calls().len(), peer.token_calls().len()),
            (0, 1),
            "{response:?}"
        );
    }
}

#[tokio::test]
async fn a_failing_token_server_gets_one_request_a_pause() {
    let peer = Peer::start([Reply::new(200, GOOD)])
        .await
        .tokens([Reply::new(503, "")]);
    let settings = TokenSettings::default().pause(Duration::from_secs(600));
    let client = peer.builder().token_settings(settings).build().unwrap();
    let callers = (0..20).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.call(&Call::new("m")).await })
    });
    for caller in callers.collect::<Vec<_>>() {
        assert_eq!(caller.await.unwrap().unwrap_err().kind(), ErrorKind::Server);
    }
    assert_eq!(peer.token_calls().len(), 1);
}

#[derive(Debug, Default)]
struct Drawer(Mutex<Option<StoredTokens>>);

#[async_trait]
impl TokenStore for Drawer {
    async fn lock(&self) -> Result<StoreLock, Error> {
        Ok(Box::new(()))
    }
    async fn load(&self) -> Result<Option<StoredTokens>, Error> {
        Ok(self.0.lock().unwrap().clone())
    }
    async fn save(&self, tokens: &StoredTokens) -> Result<(), Error> {
        *self.0.lock().unwrap() = Some(tokens.clone());
        Ok(())
    }
}

#[tokio::test]
async fn tokens_outlive_the_client_in_a_store() {
    let peer = Peer::start([Reply::new(200, GOOD)]).await;
    let store = Arc::new(Drawer::default());
    for _ in 0..2 {
        let client = peer.builder().token_store(store.clone()).build().unwrap();
        client.call(&Call::new("m")).await.unwrap();
    }
    assert_eq!(peer.token_calls().len(), 1);
}

#[tokio::test]
async fn bad_input_sends_nothing() {
    let peer = Peer::start([Reply::new(200, GOOD)]).await;
    let client = peer.client();
    let day = |day| Date::constant(2024, 1, day);
    let reversed = Statistics::new(day(2), day(1));
    let mut stream = client.statistics_stream(&reversed);
    for error in [
        client.statistics(&reversed).await.unwrap_err(),
        stream.next().await.unwrap().unwrap_err(),
    ] {
        assert_eq!(
            (error.kind(), error.field()),
            (ErrorKind::InvalidInput, Some("to"))
        );
    }
    assert!(stream.next().await.is_none());
    let injected = Statistics::new(day(1), day(1)).site("a\r\nX: y");
    assert_eq!(
        client.statistics(&injected).await.unwrap_err().field(),
        Some("sites")
    );
    assert!(peer.calls().is_empty() && peer.token_calls().is_empty());
    let build = |url: &str, login: &str, password: &str| {
        let credentials = Credentials::new(login, password.to_owned());
        Client::new(url, credentials)
            .unwrap_err()
            .field()
            .unwrap()
            .to_owned()
    };
    assert_eq!(build("http://example.com/", "a", "b"), "endpoint");
    assert_eq!(build(&peer.url, "", "b"), "login");
    assert_eq!(build(&peer.url, "a\n", "b"), "login");
    assert_eq!(build(&peer.url, "a", ""), "password");
    assert_eq!(
        peer.builder().window_days(0).build().unwrap_err().field(),
        Some("window_days")
    );
    assert_eq!(
        peer.builder().concurrency(0).build().unwrap_err().field(),
        Some("concurrency")
    );
}
