//! Batches: the result of each call, what is repeated, servers that take no batches.

use std::time::Duration;

use serde_json::{Value, json};
use spots_rpc::ErrorKind;
use spots_rpc::calls::Call;

use crate::json_rpc::Expected::{self, Protocol, Result as Success};
use crate::json_rpc::{check, refused};
use crate::peer::{Peer, Reply, Seen};

type BatchRow = (&'static str, u16, &'static str, [Expected; 3]);

fn all(expected: impl Fn() -> Expected) -> [Expected; 3] {
    [expected(), expected(), expected()]
}

/// Name, status, body, and the results of the three calls.
#[rustfmt::skip]
fn batches() -> Vec<BatchRow> {
    let missing = || Protocol("no response to this call");
    vec![
        ("a batch in order", 200, r#"[{"result":1,"id":$1},{"result":2,"id":$2},{"result":3,"id":$3}]"#, [Success("1"), Success("2"), Success("3")]),
        ("a batch in another order", 200, r#"[{"result":3,"id":$3},{"result":1,"id":$1},{"result":2,"id":$2}]"#, [Success("1"), Success("2"), Success("3")]),
        ("a batch with a byte order mark", 200, "\u{feff} [{\"result\":1,\"id\":$1},{\"result\":2,\"id\":$2},{\"result\":3,\"id\":$3}]\n", [Success("1"), Success("2"), Success("3")]),
        ("a batch with decimal ids", 200, r#"[{"result":1,"id":$1.0},{"result":2,"id":$2.0},{"result":3,"id":$3}]"#, [Success("1"), Success("2"), Success("3")]),
        ("a batch with one error", 200, r#"[{"result":1,"id":$1},{"error":{"code":5,"message":"words"},"id":$2},{"result":null,"id":$3}]"#, [Success("1"), refused(Some("5"), "words"), Success("null")]),
        ("a batch with a bare error text", 200, r#"[{"result":1,"id":$1},{"error":"words","id":$2},{"result":3,"error":null,"id":$3}]"#, [Success("1"), refused(None, "words"), Success("3")]),
        ("a batch with a missing member", 200, r#"[{"result":1,"id":$1},{"result":3,"id":$3}]"#, [Success("1"), missing(), Success("3")]),
        ("a batch with a doubled member", 200, r#"[{"result":1,"id":$1},{"result":2,"id":$2},{"result":2,"id":$2},{"result":3,"id":$3}]"#, [Success("1"), Protocol("two responses to this call"), Success("3")]),
        ("a batch with a member in a member twice", 200, r#"[{"result":1,"id":$1},{"result":2,"result":2,"id":$2},{"result":3,"id":$3}]"#, [Success("1"), Protocol("a member twice"), Success("3")]),
        ("a batch with a number among its members", 200, r#"[{"result":1,"id":$1},42,{"result":3,"id":$3}]"#, [Success("1"), missing(), Success("3")]),
        ("a batch with a null among its members", 200, r#"[null,{"result":2,"id":$2},{"result":3,"id":$3}]"#, [missing(), Success("2"), Success("3")]),
        ("a batch with an array among its members", 200, r#"[[],{"result":2,"id":$2},{"result":3,"id":$3}]"#, [missing(), Success("2"), Success("3")]),
        ("a batch with a member of both kinds", 200, r#"[{"result":1,"id":$1},{"result":2,"error":"words","id":$2},{"result":3,"id":$3}]"#, [Success("1"), Protocol("both a result and an error"), Success("3")]),
        ("a batch with a member of neither kind", 200, r#"[{"result":1,"id":$1},{"id":$2},{"result":3,"id":$3}]"#, [Success("1"), Protocol("neither a result nor an error"), Success("3")]),
        ("a batch with a member of another version", 200, r#"[{"result":1,"id":$1},{"jsonrpc":"1.0","result":2,"id":$2},{"result":3,"id":$3}]"#, [Success("1"), Protocol("another JSON-RPC version"), Success("3")]),
        ("a batch with a result without an id", 200, r#"[{"result":1,"id":$1},{"result":2},{"result":3,"id":$3}]"#, [Success("1"), missing(), Success("3")]),
        ("a batch with an id as text", 200, r#"[{"result":1,"id":$1},{"result":2,"id":"$2"},{"result":3,"id":$3}]"#, [Success("1"), missing(), Success("3")]),
        ("a batch with an error without an id", 200, r#"[{"result":1,"id":$1},{"error":{"code":-32600,"message":"Invalid Request"},"id":null},{"result":3,"id":$3}]"#, [Success("1"), refused(Some("-32600"), "Invalid Request"), Success("3")]),
        ("a batch with unknown ids", 200, r#"[{"result":0,"id":9007199254740991},{"result":1,"id":$1},{"result":2,"id":$2},{"result":3,"id":$3}]"#, [Success("1"), Success("2"), Success("3")]),
        ("an empty batch", 200, "[]", all(|| Protocol("an empty array: []"))),
        ("a truncated batch", 200, r#"[{"result":1,"id":$1},{"result":2"#, all(|| Protocol("ends too early: [{"))),
        ("a batch with junk behind", 200, r#"[{"result":1,"id":$1}] junk"#, all(|| Protocol("not valid JSON"))),
        ("one object for a batch", 200, r#"{"result":1,"id":$1}"#, all(|| Protocol("one object for a whole batch"))),
        ("null for a batch", 200, "null", all(|| Protocol("not a JSON-RPC object: null"))),
        ("HTML for a batch", 200, "<html>", all(|| Protocol("not valid JSON: <html>"))),
        ("nothing for a batch", 204, "", all(|| Protocol("the response is empty"))),
        ("an internal error for a batch", 200, r#"{"error":{"code":-32603,"message":"boom"},"id":null}"#, all(|| Expected::Error(ErrorKind::Server, Some("-32603"), "boom"))),
        ("a rate limit for a batch", 429, r#"{"error":{"code":9,"message":"slow down"},"id":null}"#, all(|| Expected::Error(ErrorKind::RateLimited, Some("9"), "slow down"))),
        ("a missing right for a batch", 403, "", all(|| Expected::Error(ErrorKind::PermissionDenied, None, "Forbidden"))),
        ("a redirect for a batch", 307, "", all(|| { Expected::Error(ErrorKind::Rejected, None, "the endpoint redirects; redirects are not followed, correct the endpoint") })),
        ("a broken server for a batch", 502, "<html>", all(|| Expected::Error(ErrorKind::Server, None, "Bad Gateway"))),
    ]
}

#[tokio::test]
async fn batches_are_judged_by_the_table() {
    for (name, status, body, expected) in batches() {
        let peer = Peer::start([Reply::new(status, body)]).await;
        let calls = ["first", "second", "third"].map(Call::new);
        let results = peer.client().batch(&calls).await;
        assert_eq!(results.len(), 3, "{name}");
        for (result, expected) in results.iter().zip(&expected) {
            check(name, result, expected);
        }
        assert_eq!(peer.calls().len(), 1, "{name}");
        assert_eq!(
            peer.calls()[0].methods(),
            ["first", "second", "third"],
            "{name}"
        );
    }
}

/// One error object for the whole batch is the error of every call; single calls get it too.
#[tokio::test]
async fn one_error_object_is_every_calls_error() {
    let body = r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}"#;
    let peer = Peer::start([Reply::new(200, body)]).await;
    let calls = ["first", "second"].map(Call::new);
    let results = peer.client().batch(&calls).await;
    for result in &results {
        check(
            "one error object",
            result,
            &refused(Some("-32600"), "Invalid Request"),
        );
    }
    assert_eq!(results.len(), 2);
}

#[test]
fn a_batch_can_be_sent_from_another_thread() {
    fn is_send<T: Send>(_: T) {}
    let credentials = spots_rpc::Credentials::new("login", "password");
    let client = spots_rpc::Client::new("http://127.0.0.1:1/", credentials).unwrap();
    is_send(client.batch(&[Call::new("m")]));
}

#[tokio::test]
async fn a_server_without_batches_is_asked_one_by_one() {
    for refusal in [
        Reply::new(
            200,
            r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}"#,
        ),
        Reply::new(400, ""),
        Reply::new(404, ""),
        Reply::new(415, "<html>"),
    ] {
        let single = Reply::new(200, r#"{"jsonrpc":"2.0","result":"alone","id":$1}"#);
        let peer = Peer::start([refusal.clone(), single]).await;
        let calls = ["first", "a\r\nb", "second"].map(Call::new);
        let results = peer.client().batch(&calls).await;
        assert_eq!(
            results[0].as_ref().unwrap().as_str(),
            "\"alone\"",
            "{refusal:?}"
        );
        assert_eq!(results[1].as_ref().unwrap_err().field(), Some("method"));
        assert_eq!(results[2].as_ref().unwrap().as_str(), "\"alone\"");
        let calls = peer.calls();
        let sent: Vec<_> = calls.iter().map(Seen::methods).collect();
        assert_eq!(sent[0], ["first", "second"]);
        assert_eq!(sent.len(), 3, "{sent:?}");
        assert!(calls[1..].iter().all(|seen| seen.body.is_object()));
    }
}

#[tokio::test]
async fn of_a_batch_only_what_failed_and_may_be_repeated_is_sent_again() {
    let first = r#"[{"result":1,"id":$1},{"error":{"code":-32603,"message":"boom"},"id":$2},
        {"error":{"code":-32603,"message":"boom"},"id":$3},{"error":{"code":-32602,"message":"bad"},"id":$4},
        {"error":{"code":429,"message":"slow down"},"id":$5}]"#;
    let second = r#"[{"result":"second","id":$1},{"result":"fifth","id":$2}]"#;
    let peer = Peer::start([Reply::new(200, first), Reply::new(200, second)]).await;
    let policy = spots_rpc::RetryPolicy::default()
        .initial_delay(Duration::ZERO)
        .initial_rate_limit_delay(Duration::ZERO);
    let client = peer.builder().retry(policy).build().unwrap();
    let calls = [
        Call::new("good"),
        Call::new("idempotent").idempotent(true),
        Call::new("ambiguous"),
        Call::new("bad").idempotent(true),
        Call::new("limited"),
    ];
    let results = client.batch(&calls).await;
    assert_eq!(results[0].as_ref().unwrap().as_str(), "1");
    assert_eq!(results[1].as_ref().unwrap().as_str(), "\"second\"");
    assert_eq!(results[2].as_ref().unwrap_err().kind(), ErrorKind::Server);
    assert!(results[2].as_ref().unwrap_err().may_have_run());
    assert_eq!(results[3].as_ref().unwrap_err().kind(), ErrorKind::Rejected);
    assert_eq!(results[4].as_ref().unwrap().as_str(), "\"fifth\"");
    let calls = peer.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[1].methods(), ["idempotent", "limited"]);
}

#[tokio::test]
async fn a_batch_that_breaks_off_repeats_its_idempotent_calls_only() {
    let whole = r#"[{"result":1,"id":$1},{"result":2,"id":$2}]"#;
    let rest = r#"[{"result":"again","id":$1}]"#;
    let peer = Peer::start([Reply::new(200, whole).cut(5), Reply::new(200, rest)]).await;
    let policy = spots_rpc::RetryPolicy::default().initial_delay(Duration::ZERO);
    let client = peer.builder().retry(policy).build().unwrap();
    let calls = ["change", "platform.getStatistics"].map(Call::new);
    let results = client.batch(&calls).await;
    assert_eq!(
        results[0].as_ref().unwrap_err().kind(),
        ErrorKind::Interrupted
    );
    assert_eq!(results[1].as_ref().unwrap().as_str(), "\"again\"");
    assert_eq!(peer.calls()[1].methods(), ["platform.getStatistics"]);
}

#[tokio::test]
async fn attempts_of_a_batch_come_to_an_end() {
    let body = r#"[{"error":{"code":-32603,"message":"boom"},"id":$1}]"#;
    let peer = Peer::start([Reply::new(200, body)]).await;
    let policy = spots_rpc::RetryPolicy::default().initial_delay(Duration::ZERO);
    let client = peer
        .builder()
        .retry(policy.max_attempts(4))
        .build()
        .unwrap();
    let results = client.batch(&[Call::new("x").idempotent(true)]).await;
    assert_eq!(results[0].as_ref().unwrap_err().message(), "boom");
    assert_eq!(peer.calls().len(), 4);
}

#[tokio::test]
async fn a_token_refused_in_a_batch_is_renewed_once() {
    let refused = r#"{"error":{"message":"invalid token signature"},"id":"#;
    let every = format!("[{refused}$1}},{refused}$2}}]");
    let one = format!("[{{\"result\":1,\"id\":$1}},{refused}$2}}]");
    let alone = format!("[{refused}$1}}]");
    let both = r#"[{"result":1,"id":$1},{"result":2,"id":$2}]"#;
    let rest = r#"[{"result":2,"id":$1}]"#;
    for (name, replies, sent) in [
        (
            "every call refused",
            vec![every.clone(), both.to_owned()],
            2,
        ),
        ("one call refused", vec![one, alone, rest.to_owned()], 3),
    ] {
        let replies = replies.into_iter().map(|body| Reply::new(200, body));
        let peer = Peer::start(replies).await;
        let calls = ["first", "second"].map(Call::new);
        let results = peer.client().batch(&calls).await;
        assert_eq!(results[0].as_ref().unwrap().as_str(), "1", "{name}");
        assert_eq!(results[1].as_ref().unwrap().as_str(), "2", "{name}");
        assert_eq!(peer.calls().len(), sent, "{name}");
        assert_eq!(peer.token_calls().len(), 2, "{name}");
    }
    let peer = Peer::start([Reply::new(200, every)]).await;
    let calls = ["first", "second"].map(Call::new);
    let results = peer.client().batch(&calls).await;
    for result in results {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Unauthenticated);
    }
    assert_eq!(peer.calls().len(), 2);
}

#[tokio::test]
async fn statistics_fit_into_a_batch() {
    let rows = r#"[{"result":[{"shows":1,"income":0.10}],"id":$1},{"result":null,"id":$2}]"#;
    let peer = Peer::start([Reply::new(200, rows)]).await;
    let day = spots_rpc::Date::constant(2024, 1, 1);
    let statistics = spots_rpc::calls::Statistics::new(day, day);
    let call = Call::try_from(&statistics).unwrap();
    let results = peer.client().batch(&[call.clone(), call]).await;
    assert_eq!(
        results[0].as_ref().unwrap().as_str(),
        r#"[{"shows":1,"income":0.10}]"#
    );
    assert!(results[1].as_ref().unwrap().is_null());
    let params: &Value = &peer.calls()[0].body[0]["params"];
    assert_eq!(
        params,
        &json!({"filter": {"date_from": "2024-01-01", "date_to": "2024-01-01"}})
    );
    assert!(peer.client().batch(&[]).await.is_empty());
}
