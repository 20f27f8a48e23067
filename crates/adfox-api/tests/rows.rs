//! Rows of one response, from a script.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic"
)]

use std::sync::Arc;

use adcore::testing::ScriptedTransport;
use adcore::{Body, TransportError, TransportErrorKind};
use adfox_api::{Action, Call, Client, Context, Credentials, ErrorKind, Object, Row, RowStream};
use bytes::Bytes;
use futures_util::{StreamExt, stream};

const SECRET: &str = "t0ken-s3cret";

const BEGIN: &str = "<response><status><code>0</code><message>not all, t0ken-s3cret</message></status>\
    <result><total_rows>9</total_rows><data><row0><ID>1</ID></row0><row1><ID>2</ID></row1>";
const END: &str = "</data><note>x</note></result></response>";

fn client(transport: &ScriptedTransport) -> Client {
    Client::builder(
        "https://api.adfox.ru/v1/API.php",
        Credentials::oauth(SECRET),
    )
    .transport(Arc::new(transport.clone()))
    .row_limit(200)
    .build()
    .unwrap()
}

fn call() -> Call {
    Call::new(Context::Account, Action::List).object(Object::Banner)
}

async fn drain(rows: &mut RowStream<Row>) -> (usize, Option<adfox_api::Error>) {
    let mut count = 0;
    while let Some(row) = rows.next().await {
        match row {
            Ok(_) => count += 1,
            Err(error) => {
                assert!(rows.next().await.is_none(), "it goes on after an error");
                return (count, Some(error));
            }
        }
    }
    (count, None)
}

#[tokio::test]
async fn what_is_next_to_the_rows_is_reported() {
    let transport = ScriptedTransport::new();
    transport.reply(200, format!("{BEGIN}{END}"));
    let mut rows = client(&transport).rows::<Row>(&call());
    assert!(transport.requests().is_empty(), "sent before it was asked");
    assert_eq!(rows.next().await.unwrap().unwrap().text("ID"), Some("1"));
    assert_eq!(rows.counters().total_rows, Some(9));
    let (count, error) = drain(&mut rows).await;
    assert!(count == 1 && error.is_none());
    let partial = rows.partial().unwrap();
    let partial = partial.as_str();
    assert!(partial.starts_with("not all") && !partial.contains(SECRET));
    assert_eq!(rows.members().unwrap().text("note"), Some("x"));
}

#[tokio::test(start_paused = true)]
async fn what_breaks_before_the_first_row_is_asked_again() {
    let transport = ScriptedTransport::new();
    transport.reply(503, "");
    let broken = stream::iter([
        Ok(Bytes::from("<response><status><code>0</code>")),
        Err(TransportError::new(TransportErrorKind::Interrupted)),
    ]);
    transport.respond(Ok(http::Response::new(Body::from_stream(broken))));
    transport.reply(200, format!("{BEGIN}{END}"));
    let mut rows = client(&transport).rows::<Row>(&call());
    let (count, error) = drain(&mut rows).await;
    assert!(count == 2 && error.is_none(), "{error:?}");
    assert_eq!(transport.requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_breaks_behind_it_ends_the_rows() {
    let long = format!("<row2><name>{}</name></row2>", "x".repeat(200));
    for (rest, kind) in [
        (None, ErrorKind::Interrupted),
        (Some(""), ErrorKind::Decode),
        (Some("</data></result>"), ErrorKind::Decode),
        (Some("garbage"), ErrorKind::Decode),
        (Some(long.as_str()), ErrorKind::Decode),
        (
            Some(
                "</data></result><status><code>-2</code><error>t0ken-s3cret</error></status></response>",
            ),
            ErrorKind::PermissionDenied,
        ),
    ] {
        let transport = ScriptedTransport::new();
        let broken = TransportError::new(TransportErrorKind::Interrupted);
        let rest = rest.map(|rest| Bytes::from(rest.to_owned())).ok_or(broken);
        let body = Body::from_stream(stream::iter([Ok(Bytes::from(BEGIN)), rest]));
        transport.respond(Ok(http::Response::new(body)));
        let mut rows = client(&transport).rows::<Row>(&call());
        let (count, error) = drain(&mut rows).await;
        let error = error.unwrap();
        assert_eq!((count, error.kind()), (2, kind), "{error}");
        assert_eq!(transport.requests().len(), 1);
        assert_eq!(error.operation(), Some("account.list.banner"));
        assert_eq!(error.attempts(), 1);
        assert!(!format!("{error} {error:?}").contains(SECRET));
    }
}

#[tokio::test]
async fn a_refusal_and_a_wrong_call_are_errors_of_the_first_row() {
    let transport = ScriptedTransport::new();
    transport.reply(
        200,
        "<response><status><code>-1</code><error>Authorization failed</error></status></response>",
    );
    let mut rows = client(&transport).rows::<Row>(&call());
    let (count, error) = drain(&mut rows).await;
    assert_eq!(
        (count, error.unwrap().kind()),
        (0, ErrorKind::Unauthenticated)
    );
    let client = client(&transport);
    let wrong = client.rows::<Row>(&call().param("limit", 0));
    let outcome: Vec<_> = wrong.collect().await;
    let error = outcome.into_iter().next().unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::InvalidInput, 0)
    );
    assert_eq!(error.operation(), Some("account.list.banner"));
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn a_parent_is_the_same_however_its_number_is_written() {
    let transport = ScriptedTransport::new();
    let row = "<row0><ID>7</ID><name>05</name><siteID>5001</siteID></row0>";
    let body = format!(
        "<response><status><code>0</code></status><result><total_rows>1</total_rows>\
         <data>{row}</data></result></response>"
    );
    for (name, site, found) in [
        ("05", "05001", vec!["7"]),
        ("05", "5001", vec!["7"]),
        ("05", "5002", vec![]),
        ("5", "5001", vec![]),
    ] {
        transport.reply(200, body.clone());
        let add = Call::new(Context::Account, Action::Add).object(Object::Zone);
        let add = add.param("name", name).param("siteID", site);
        let ids = client(&transport).find(&add).await.unwrap();
        assert_eq!(ids, found, "{name} {site}");
    }
}
