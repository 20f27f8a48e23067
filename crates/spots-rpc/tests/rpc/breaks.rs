//! Responses of statistics that break off midway.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use spots_rpc::calls::{Group, Statistics};
use spots_rpc::testing::ScriptedTransport;
use spots_rpc::{Body, Client, Credentials, Date, Error, ErrorKind, RetryPolicy};

use crate::peer::{Peer, Reply};

const MIB: usize = 1024 * 1024;

/// A response of `rows` rows of about 100 bytes, the first of which has `first` shows.
fn response(rows: usize, first: usize) -> Vec<u8> {
    let site = "x".repeat(60);
    let rows: Vec<_> = (0..rows)
        .map(|row| {
            let shows = if row == 0 { first } else { row };
            format!(r#"{{"shows":{shows},"site":"{site}","income":0.1}}"#)
        })
        .collect();
    format!(
        r#"{{"jsonrpc":"2.0","id":$1,"result":[{}]}}"#,
        rows.join(",")
    )
    .into_bytes()
}

fn request() -> Statistics {
    Statistics::new(Date::constant(2024, 1, 1), Date::constant(2024, 1, 1)).group(Group::Site)
}

fn client(peer: &Peer) -> Client {
    let policy = RetryPolicy::default().initial_delay(Duration::ZERO);
    peer.builder().retry(policy).build().unwrap()
}

/// The shows of the rows, and the error that ended them.
async fn streamed(client: &Client) -> (Vec<u64>, Option<Error>) {
    let mut stream = client.statistics_stream(&request());
    let mut shows = Vec::new();
    while let Some(row) = stream.next().await {
        match row {
            Ok(row) => shows.push(row.shows.unwrap()),
            Err(error) => {
                assert!(stream.next().await.is_none());
                return (shows, Some(error));
            }
        }
    }
    (shows, None)
}

#[tokio::test]
async fn a_short_response_that_breaks_off_after_its_first_row_is_asked_for_again() {
    let whole = response(200, 0);
    assert!(whole.len() < 20 * 1024);
    let replies = || {
        [
            Reply::new(200, whole.clone()).cut(150),
            Reply::new(200, whole.clone()),
        ]
    };
    let peer = Peer::start(replies()).await;
    let (shows, error) = streamed(&client(&peer)).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(shows, (0..200).collect::<Vec<_>>());
    assert_eq!(peer.calls().len(), 2);
    let peer = Peer::start(replies()).await;
    assert_eq!(
        client(&peer).statistics(&request()).await.unwrap().len(),
        200
    );
    assert_eq!(peer.calls().len(), 2);
}

#[tokio::test]
async fn no_row_is_returned_before_a_short_response_is_whole() {
    let peer = Peer::start([
        Reply::new(200, response(200, 0)).cut(10_000),
        Reply::new(200, response(200, 7)),
    ])
    .await;
    let (shows, error) = streamed(&client(&peer)).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((shows.len(), shows[0]), (200, 7));
}

#[tokio::test]
async fn a_long_response_is_resumed_without_a_gap_and_without_a_double() {
    let rows = 3 * MIB / 100;
    let whole = response(rows, 0);
    let peer = Peer::start([
        Reply::new(200, whole.clone()).cut(2 * MIB),
        Reply::new(200, whole.clone()).cut(3 * MIB / 2),
        Reply::new(200, whole),
    ])
    .await;
    let (shows, error) = streamed(&client(&peer)).await;
    assert!(error.is_none(), "{error:?}");
    assert!(shows.iter().copied().eq(0..rows as u64), "{}", shows.len());
    assert_eq!(peer.calls().len(), 3);
}

#[tokio::test]
async fn a_long_response_that_begins_otherwise_the_second_time_is_an_error() {
    let rows = 3 * MIB / 100;
    let peer = Peer::start([
        Reply::new(200, response(rows, 0)).cut(2 * MIB),
        Reply::new(200, response(rows, 7)),
    ])
    .await;
    let (shows, error) = streamed(&client(&peer)).await;
    let error = error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert!(error.message().contains("other rows"), "{error}");
    assert_eq!(error.operation(), Some(Statistics::METHOD));
    assert!(shows.len() < rows && shows.iter().copied().eq(0..shows.len() as u64));
    assert_eq!(peer.calls().len(), 2);
    assert!(client(&peer).statistics(&request()).await.is_ok());
}

#[tokio::test]
async fn a_long_response_is_resumed_as_often_as_the_policy_allows() {
    let broken = Reply::new(200, response(3 * MIB / 100, 0)).cut(2 * MIB);
    let peer = Peer::start([broken]).await;
    let (_, error) = streamed(&client(&peer)).await;
    let error = error.unwrap();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Interrupted, 3)
    );
    assert_eq!(peer.calls().len(), 3);
    let (_, error) = streamed(&peer.client()).await;
    assert_eq!(error.unwrap().attempts(), 1);
    assert_eq!(peer.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn the_stream_deadline_counts_over_all_responses_of_a_window() {
    let transport = ScriptedTransport::new();
    transport.reply(
        200,
        r#"{"result":{"access_token":"token","access_ttl":1800},"id":1}"#,
    );
    for id in 1..=3 {
        let whole = String::from_utf8(response(3 * MIB / 100, 0)).unwrap();
        let whole = whole.replace("$1", &id.to_string());
        let chunks = whole.as_bytes()[..2 * MIB].chunks(10_000);
        let chunks: Vec<_> = chunks.map(|chunk| Ok(chunk.to_vec().into())).collect();
        let silent = stream::iter(chunks).chain(stream::pending());
        transport.respond(Ok(http::Response::new(Body::from_stream(silent))));
    }
    let credentials = Credentials::new("publisher@example.com", "password");
    let client = Client::builder("http://127.0.0.1:9", credentials)
        .transport(transport.clone())
        .stream_deadline(Duration::from_secs(45))
        .build()
        .unwrap();
    let started = tokio::time::Instant::now();
    let (shows, error) = streamed(&client).await;
    let error = error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.operation(), Some(Statistics::METHOD));
    assert!(shows.len() > 1000);
    assert_eq!(started.elapsed().as_secs(), 45);
    assert_eq!(transport.requests().len(), 3, "tokens and two responses");
}
