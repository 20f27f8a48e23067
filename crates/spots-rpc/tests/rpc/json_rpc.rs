//! JSON-RPC 2.0 responses, good and bad, each a row of a table sent over a real socket.

use std::time::Duration;

use spots_rpc::calls::Call;
use spots_rpc::{Error, ErrorKind, RawJson, RpcError};

use crate::peer::{Peer, Reply};

/// The result that a call must have.
pub(crate) enum Expected {
    Result(&'static str),
    /// Kind, code and message.
    Error(ErrorKind, Option<&'static str>, &'static str),
    /// A protocol error whose message contains this.
    Protocol(&'static str),
}

use Expected::{Protocol, Result as Success};

const JSON: &str = "Content-Type: application/json\r\n";

pub(crate) fn refused(code: Option<&'static str>, words: &'static str) -> Expected {
    Expected::Error(ErrorKind::Rejected, code, words)
}

#[track_caller]
pub(crate) fn check(name: &str, result: &Result<RawJson, Error>, expected: &Expected) {
    match (result, expected) {
        (Ok(raw), Success(json)) => assert_eq!(raw.as_str(), *json, "{name}"),
        (Err(error), Expected::Error(kind, code, words)) => {
            assert_eq!(error.kind(), *kind, "{name}: {error}");
            assert_eq!(error.code(), *code, "{name}: {error}");
            assert_eq!(error.message(), *words, "{name}: {error}");
        }
        (Err(error), Protocol(words)) => {
            assert_eq!(error.kind(), ErrorKind::Decode, "{name}: {error}");
            assert!(error.message().contains(words), "{name}: {error}");
        }
        (result, _) => panic!("{name}: {result:?}"),
    }
}

type Single = (&'static str, u16, &'static str, &'static str, Expected);

/// Name, status, headers, body, and the result of the call.
#[rustfmt::skip]
fn single_calls() -> Vec<Single> {
    let ok = |name, body, expected| (name, 200, JSON, body, expected);
    let unknown = Expected::Error;
    vec![
        ok("a result", r#"{"jsonrpc":"2.0","result":{"a":1.10},"id":$1}"#, Success(r#"{"a":1.10}"#)),
        ok("a null result", r#"{"jsonrpc":"2.0","result":null,"id":$1}"#, Success("null")),
        ok("a false result", r#"{"jsonrpc":"2.0","result":false,"id":$1}"#, Success("false")),
        ok("an empty array", r#"{"jsonrpc":"2.0","result":[],"id":$1}"#, Success("[]")),
        ok("the id first", r#"{"id":$1,"result":1,"jsonrpc":"2.0"}"#, Success("1")),
        ok("the id as a decimal", r#"{"jsonrpc":"2.0","result":1,"id":$1.0}"#, Success("1")),
        ok("the id as a text", r#"{"jsonrpc":"2.0","result":1,"id":"$1"}"#, Protocol("belongs to another call")),
        ok("a result with a null id", r#"{"jsonrpc":"2.0","result":1,"id":null}"#, Protocol("belongs to another call")),
        ok("a result without an id", r#"{"jsonrpc":"2.0","result":1}"#, Protocol("belongs to another call")),
        ok("a result of another call", r#"{"jsonrpc":"2.0","result":1,"id":9007199254740991}"#, Protocol("belongs to another call")),
        ok("a result with an object as id", r#"{"jsonrpc":"2.0","result":1,"id":{}}"#, Protocol("belongs to another call")),
        ok("a null error beside a result", r#"{"jsonrpc":"2.0","result":1,"error":null,"id":$1}"#, Success("1")),
        ok("a null error beside a null result", r#"{"jsonrpc":"2.0","result":null,"error":null,"id":$1}"#, Success("null")),
        ok("a null result beside an error", r#"{"jsonrpc":"2.0","result":null,"error":{"code":1,"message":"words"},"id":$1}"#, refused(Some("1"), "words")),
        ok("both result and error", r#"{"jsonrpc":"2.0","result":1,"error":{"code":1,"message":"words"},"id":$1}"#, Protocol("both a result and an error")),
        ok("neither result nor error", r#"{"jsonrpc":"2.0","id":$1}"#, Protocol("neither a result nor an error")),
        ok("only a null error", r#"{"jsonrpc":"2.0","error":null,"id":$1}"#, Protocol("neither a result nor an error")),
        ok("no version", r#"{"result":1,"id":$1}"#, Success("1")),
        ok("version 1.0", r#"{"jsonrpc":"1.0","result":1,"id":$1}"#, Protocol("another JSON-RPC version")),
        ok("version 2", r#"{"jsonrpc":"2","result":1,"id":$1}"#, Protocol("another JSON-RPC version")),
        ok("an error of version 3.0", r#"{"jsonrpc":"3.0","error":{"code":1,"message":"words"},"id":$1}"#, Protocol("another JSON-RPC version")),
        ok("an unknown member", r#"{"jsonrpc":"2.0","result":1,"id":$1,"took":5}"#, Success("1")),
        ok("an error", r#"{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params"},"id":$1}"#, refused(Some("-32602"), "Invalid params")),
        ok("an error without a code", r#"{"jsonrpc":"2.0","error":{"message":"words"},"id":$1}"#, refused(None, "words")),
        ok("an error with a null code", r#"{"jsonrpc":"2.0","error":{"code":null,"message":"words"},"id":$1}"#, refused(None, "words")),
        ok("a code as text", r#"{"jsonrpc":"2.0","error":{"code":"E_RIGHTS","message":"words"},"id":$1}"#, refused(Some("E_RIGHTS"), "words")),
        ok("a code wider than 32 bits", r#"{"jsonrpc":"2.0","error":{"code":4294967296000,"message":"words"},"id":$1}"#, refused(Some("4294967296000"), "words")),
        ok("a code wider than 64 bits", r#"{"jsonrpc":"2.0","error":{"code":-99999999999999999999,"message":"words"},"id":$1}"#, refused(Some("-99999999999999999999"), "words")),
        ok("an error as a bare text", r#"{"jsonrpc":"2.0","error":"слова","id":$1}"#, refused(None, "слова")),
        ok("an error without words", r#"{"jsonrpc":"2.0","error":{"code":7},"id":$1}"#, refused(Some("7"), "the server gave no message")),
        ok("an empty error", r#"{"jsonrpc":"2.0","error":{},"id":$1}"#, refused(None, "the server gave no message")),
        ok("an error with a null id", r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}"#, refused(Some("-32700"), "Parse error")),
        ok("an error without an id", r#"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"}}"#, refused(Some("-32600"), "Invalid Request")),
        ok("an error of another call", r#"{"jsonrpc":"2.0","error":{"code":1,"message":"words"},"id":9007199254740991}"#, Protocol("belongs to another call")),
        ok("an error with the id as a text", r#"{"jsonrpc":"2.0","error":{"code":1,"message":"words"},"id":"$1"}"#, Protocol("belongs to another call")),
        ok("an unknown method", r#"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":$1}"#, unknown(ErrorKind::NotFound, Some("-32601"), "Method not found")),
        ok("an internal error", r#"{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":$1}"#, unknown(ErrorKind::Server, Some("-32603"), "Internal error")),
        ok("a rate limit by code", r#"{"jsonrpc":"2.0","error":{"code":429,"message":"slow down"},"id":$1}"#, unknown(ErrorKind::RateLimited, Some("429"), "slow down")),
        ok("an empty body", "", Protocol("the response is empty")),
        ok("only white space", " \r\n", Protocol("the response is empty")),
        (("no content"), 204, "", "", Protocol("the response is empty")),
        ok("a null", "null", Protocol("not a JSON-RPC object: null")),
        ok("a number", "42", Protocol("not a JSON-RPC object: 42")),
        ok("an array for a single call", r#"[{"jsonrpc":"2.0","result":1,"id":$1}]"#, Protocol("not a JSON-RPC object: [{")),
        (("HTML"), 200, "Content-Type: text/html\r\n", "<html><body>maintenance</body></html>", Protocol("not valid JSON: <html><body>maintenance")),
        ok("truncated JSON", r#"{"jsonrpc":"2.0","result":{"a":"#, Protocol(r#"ends too early: {"jsonrpc""#)),
        ok("junk after the JSON", r#"{"jsonrpc":"2.0","result":1,"id":$1} trailing"#, Protocol(r#"not valid JSON: {"jsonrpc""#)),
        ok("two responses in a row", r#"{"jsonrpc":"2.0","result":1,"id":$1}{"jsonrpc":"2.0","result":1,"id":$1}"#, Protocol("not valid JSON")),
        ok("a doubled result", r#"{"jsonrpc":"2.0","result":1,"result":2,"id":$1}"#, Protocol("a member twice")),
        ok("a doubled id", r#"{"jsonrpc":"2.0","result":1,"id":$1,"id":$1}"#, Protocol("a member twice")),
        ok("a doubled unknown member", r#"{"jsonrpc":"2.0","result":1,"took":1,"took":2,"id":$1}"#, Protocol("a member twice")),
        ok("a byte order mark", "\u{feff}{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":$1}", Success("1")),
        ok("white space around", "\n\t {\"jsonrpc\":\"2.0\",\"result\":1,\"id\":$1} \r\n\r\n", Success("1")),
        ("a wrong content type", 200, "Content-Type: text/html; charset=windows-1251\r\n", r#"{"jsonrpc":"2.0","result":1,"id":$1}"#, Success("1")),
        ("no content type", 200, "", r#"{"jsonrpc":"2.0","result":1,"id":$1}"#, Success("1")),
        ("HTTP 201", 201, JSON, r#"{"jsonrpc":"2.0","result":1,"id":$1}"#, Success("1")),
        ("HTTP 400 with an error body", 400, JSON, r#"{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params"},"id":$1}"#, refused(Some("-32602"), "Invalid params")),
        ("HTTP 403 with an error body", 403, JSON, r#"{"jsonrpc":"2.0","error":{"code":5,"message":"no right"},"id":null}"#, unknown(ErrorKind::PermissionDenied, Some("5"), "no right")),
        ("HTTP 404 with HTML", 404, "Content-Type: text/html\r\n", "<html>", unknown(ErrorKind::NotFound, None, "Not Found")),
        ("HTTP 500 with an error body", 500, JSON, r#"{"jsonrpc":"2.0","error":{"code":-32603,"message":"boom"},"id":$1}"#, unknown(ErrorKind::Server, Some("-32603"), "boom")),
        ("HTTP 500 with a result", 500, JSON, r#"{"jsonrpc":"2.0","result":1,"id":$1}"#, unknown(ErrorKind::Server, None, "Internal Server Error")),
        ("HTTP 500 with another call's error", 500, JSON, r#"{"jsonrpc":"2.0","error":{"code":1,"message":"words"},"id":9007199254740991}"#, unknown(ErrorKind::Server, None, "Internal Server Error")),
        ("HTTP 429 with an error body", 429, JSON, r#"{"jsonrpc":"2.0","error":{"code":9,"message":"slow down"},"id":$1}"#, unknown(ErrorKind::RateLimited, Some("9"), "slow down")),
        ("HTTP 429 that speaks of a token", 429, JSON, r#"{"jsonrpc":"2.0","error":{"message":"invalid token bucket"},"id":$1}"#, unknown(ErrorKind::RateLimited, None, "invalid token bucket")),
        ("HTTP 503 that speaks of a token", 503, JSON, r#"{"jsonrpc":"2.0","error":{"message":"unauthorized upstream"},"id":$1}"#, unknown(ErrorKind::Server, None, "unauthorized upstream")),
        ("HTTP 503 without a body", 503, "", "", unknown(ErrorKind::Server, None, "Service Unavailable")),
        ("a redirect", 302, "Location: http://127.0.0.1:9/x?token=1\r\n", "", unknown(ErrorKind::Rejected, None, "the endpoint redirects to http://127.0.0.1; redirects are not followed, correct the endpoint")),
    ]
}

#[tokio::test]
async fn single_calls_are_judged_by_the_table() {
    let rows = single_calls();
    assert!(rows.len() >= 55, "{}", rows.len());
    for (name, status, headers, body, expected) in rows {
        let peer = Peer::start([Reply::new(status, body).headers(headers)]).await;
        let result = peer.client().call(&Call::new("any.method")).await;
        check(name, &result, &expected);
        assert_eq!(peer.calls().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn invalid_utf_8_is_a_protocol_error() {
    let body = b"{\"jsonrpc\":\"2.0\",\"result\":\"\xff\xfe\",\"id\":$1}";
    let peer = Peer::start([Reply::new(200, body)]).await;
    let result = peer.client().call(&Call::new("any.method")).await;
    check("invalid UTF-8", &result, &Protocol("not UTF-8"));
}

#[tokio::test]
async fn the_server_keeps_code_words_and_data() {
    let body =
        r#"{"jsonrpc":"2.0","error":{"code":-5,"message":"words","data":{"row":[1.10]}},"id":$1}"#;
    let peer = Peer::start([Reply::new(200, body)]).await;
    let error = peer
        .client()
        .call(&Call::new("any.method"))
        .await
        .unwrap_err();
    let object = RpcError::of(&error).unwrap();
    assert_eq!(object.code.as_deref(), Some("-5"));
    assert_eq!(object.message, "words");
    assert_eq!(object.data.as_ref().unwrap().as_str(), r#"{"row":[1.10]}"#);
    assert_eq!(
        error.to_string(),
        "spots any.method: refused: words (HTTP 200, code -5)"
    );
}

#[tokio::test]
async fn ids_are_numbers_from_1_and_differ() {
    let peer = Peer::start([Reply::new(200, r#"{"result":1,"id":$1}"#)]).await;
    let client = peer.client();
    for _ in 0..3 {
        client.call(&Call::new("any.method")).await.unwrap();
    }
    let mut ids: Vec<u64> = peer
        .calls()
        .iter()
        .map(|seen| seen.body["id"].as_u64().unwrap())
        .collect();
    assert!(ids.iter().all(|id| *id >= 1));
    ids.dedup();
    assert_eq!(ids.len(), 3);
    let request = &peer.calls()[0];
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert!(
        request.head.starts_with("POST /api/v2/ HTTP/1.1"),
        "{}",
        request.head
    );
    assert_eq!(request.body["jsonrpc"], "2.0");
    assert_eq!(request.body.get("params"), None);
}

#[tokio::test]
async fn retry_after_of_429_502_and_503_counts() {
    for status in [429, 502, 503] {
        let busy = Reply::new(status, "").headers("Retry-After: 1\r\n");
        let peer = Peer::start([busy, Reply::new(200, r#"{"result":1,"id":$1}"#)]).await;
        let client = peer
            .builder()
            .retry(spots_rpc::RetryPolicy::default().initial_delay(Duration::ZERO))
            .build()
            .unwrap();
        let started = std::time::Instant::now();
        let call = Call::new("any.method").idempotent(true);
        assert_eq!(client.call(&call).await.unwrap().as_str(), "1", "{status}");
        assert!(started.elapsed() >= Duration::from_secs(1), "{status}");
        assert_eq!(peer.calls().len(), 2, "{status}");
        let error = Peer::start([Reply::new(status, "").headers("Retry-After: 7\r\n")])
            .await
            .client()
            .call(&call)
            .await
            .unwrap_err();
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_secs(7)),
            "{status}"
        );
    }
}

#[tokio::test]
async fn only_idempotent_calls_are_repeated_after_an_ambiguous_failure() {
    let whole = r#"{"jsonrpc":"2.0","result":1,"id":$1}"#;
    for broken in [Reply::new(500, ""), Reply::new(200, whole).cut(10)] {
        for (call, sent) in [
            (Call::new("any.method"), 1),
            (Call::new("any.method").idempotent(true), 2),
            (Call::new("platform.getStatistics"), 2),
        ] {
            let peer = Peer::start([broken.clone(), Reply::new(200, whole)]).await;
            let client = peer
                .builder()
                .retry(spots_rpc::RetryPolicy::default().initial_delay(Duration::ZERO))
                .build()
                .unwrap();
            let result = client.call(&call).await;
            assert_eq!(peer.calls().len(), sent, "{call:?}");
            assert_eq!(result.is_ok(), sent == 2, "{result:?}");
            if let Err(error) = result {
                assert!(error.may_have_run(), "{error}");
            }
        }
    }
}
