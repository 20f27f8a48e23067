//! What a hostile server can cost: every limit has a default and a setting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use adcore::{Error, ErrorKind, RetryPolicy, TokenSettings};
use jiff::civil::date;

use crate::catalog::{Good, http};
use crate::operations::token;
use crate::server::{Door, Play, Seen, Server};

async fn server(play: impl Fn(&Seen) -> Play + Send + Sync + 'static) -> Server {
    Server::start(Door::Open, move |seen: &Seen| {
        if seen.asks_token() {
            token(seen, 1).play()
        } else {
            play(seen)
        }
    })
    .await
}

async fn last<T>(
    mut next: impl AsyncFnMut() -> Option<Result<T, Error>>,
) -> (usize, Option<Error>) {
    let mut rows = 0;
    while let Some(row) = next().await {
        match row {
            Ok(_) => rows += 1,
            Err(error) => return (rows, Some(error)),
        }
    }
    (rows, None)
}

fn spots(server: &Server) -> spots_rpc::ClientBuilder {
    let credentials = spots_rpc::Credentials::new("login", "password");
    spots_rpc::Client::builder(&server.url(), credentials)
}

fn hybrid(server: &Server) -> hybrid_rest::ClientBuilder {
    let credentials = hybrid_rest::Credentials::new("id", "secret");
    hybrid_rest::Client::builder(&server.url(), credentials).retry(RetryPolicy::never())
}

async fn spots_rows(builder: spots_rpc::ClientBuilder) -> (usize, Option<Error>) {
    let client = builder.build().unwrap();
    let day = date(2024, 1, 1);
    let mut rows = client.statistics_stream(&spots_rpc::calls::Statistics::new(day, day));
    last(async || rows.next().await).await
}

async fn hybrid_rows(builder: hybrid_rest::ClientBuilder) -> (usize, Option<Error>) {
    let client = builder.build().unwrap();
    let call = hybrid_rest::calls::DomainStatistics::new("d");
    let mut rows = client.domain_statistics_stream(&call);
    last(async || rows.next().await).await
}

/// Returns responses of SPOTS and of Hybrid with a row of about `bytes` bytes between two short
/// ones.
fn long(bytes: usize) -> (String, String) {
    let text = "x".repeat(bytes);
    let spots = format!(r#"{{"id":1,"result":[{{"shows":1}},{{"site":"{text}"}},{{"shows":2}}]}}"#);
    let hybrid = format!(r#"[{{"ClickCount":1}},{{"Domain":"{text}"}},{{"ClickCount":2}}]"#);
    (spots, hybrid)
}

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_row_has_at_most_a_mebibyte_unless_set() {
    for (bytes, limit, fits) in [
        (MIB - 64, None, true),
        (MIB + 64, None, false),
        (MIB + 64, Some(2 * MIB), true),
        (2000, Some(1000), false),
    ] {
        let (rpc, rest) = long(bytes);
        let spots_server = server(move |_| Good::json(rpc.clone()).play()).await;
        let hybrid_server = server(move |_| Good::json(rest.clone()).play()).await;
        let (mut spots, mut hybrid) = (spots(&spots_server), hybrid(&hybrid_server));
        if let Some(limit) = limit {
            (spots, hybrid) = (spots.row_limit(limit), hybrid.row_limit(limit));
        }
        for (rows, error) in [spots_rows(spots).await, hybrid_rows(hybrid).await] {
            let kind = error.as_ref().map(Error::kind);
            let wanted = if fits {
                (3, None)
            } else {
                (1, Some(ErrorKind::Decode))
            };
            assert_eq!((rows, kind), wanted, "{bytes} {limit:?} {error:?}");
        }
    }
}

#[tokio::test]
async fn a_collected_response_has_at_most_64_mebibytes_and_a_click_4() {
    for (bytes, fits) in [(64 * MIB - 64, true), (64 * MIB + 1, false)] {
        let text = "x".repeat(bytes);
        let play = Good::json(format!(r#"{{"id":1,"result":"{text}"}}"#)).play();
        let server = server(move |_| play.clone()).await;
        let client = spots(&server).build().unwrap();
        let outcome = client.call(&spots_rpc::calls::Call::new("m")).await;
        let kind = outcome.as_ref().err().map(Error::kind);
        assert_eq!(kind, (!fits).then_some(ErrorKind::Decode), "{bytes}");
    }
    for (bytes, fits) in [(4 * MIB - 64, true), (4 * MIB + 1, false)] {
        let text = "x".repeat(bytes);
        let server = server(move |_| Good::json(format!(r#"{{"body":"{text}"}}"#)).play()).await;
        let credentials = keitaro_click::Credentials::token("t");
        let client = keitaro_click::Client::new(&server.url(), credentials).unwrap();
        let outcome = client.click(&keitaro_click::calls::Click::new()).await;
        let kind = outcome.as_ref().err().map(Error::kind);
        assert_eq!(kind, (!fits).then_some(ErrorKind::Decode), "{bytes}");
    }
}

#[tokio::test]
async fn a_stream_that_pauses_or_drips_ends() {
    // More than is read ahead, so that the first rows are returned before the response is whole.
    let row = r#"{"shows":1,"ClickCount":1},"#;
    let many = row.repeat(1_500_000 / row.len());
    let rpc = format!(r#"{{"id":1,"result":[{many}"#);
    let rest = format!("[{many}");
    let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    for drips in [false, true] {
        let play = |body: &str| {
            let begin = [&head[..], body.as_bytes()].concat();
            if drips {
                Play::Drip(begin, vec![b' '; 100])
            } else {
                Play::Hang(begin)
            }
        };
        let (rpc, rest) = (play(&rpc), play(&rest));
        let spots_server = server(move |_| rpc.clone()).await;
        let hybrid_server = server(move |_| rest.clone()).await;
        let short = Duration::from_millis(600);
        let once = RetryPolicy::never();
        let spots = spots(&spots_server).retry(once);
        let (mut spots, mut hybrid) = (spots, hybrid(&hybrid_server));
        if drips {
            (spots, hybrid) = (spots.stream_deadline(short), hybrid.stream_deadline(short));
        } else {
            (spots, hybrid) = (spots.idle_timeout(short), hybrid.idle_timeout(short));
        }
        for (rows, error) in [spots_rows(spots).await, hybrid_rows(hybrid).await] {
            let error = error.expect("a stream without end");
            assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
            assert!(rows > 0 && error.attempts() == 1, "{rows} {error:?}");
        }
    }
}

#[tokio::test]
async fn a_list_without_end_ends() {
    use adfox_api::{Client, Credentials, Object, Params};
    let next = AtomicU64::new(0);
    let server = server(move |_| {
        let id = next.fetch_add(1, Ordering::SeqCst);
        let total = u64::MAX - id;
        let body = format!(
            "<response><status><code>0</code></status><result><total_rows>{total}</total_rows>\
             <data><row0><ID>{id}</ID></row0></data></result></response>"
        );
        Good {
            content_type: "text/xml",
            body: body.into_bytes(),
        }
        .play()
    })
    .await;
    let client = Client::new(&server.url(), Credentials::password("a", "b")).unwrap();
    let pages = client.list(Object::Campaign, Params::new()).max_pages(25);
    let error = pages.collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert!(error.message().contains("max_pages"), "{error}");
    assert_eq!(server.calls(), 25);
}

#[tokio::test]
async fn every_deadline_is_finite() {
    let server = server(|_| Play::Close(Vec::new())).await;
    let url = server.url();
    for bad in [Duration::ZERO, Duration::MAX, Duration::from_secs(86_401)] {
        let keitaro = || {
            let credentials = keitaro_click::Credentials::token("t");
            keitaro_click::Client::builder(&url, credentials)
        };
        let adfox = || {
            let credentials = adfox_api::Credentials::password("a", "b");
            adfox_api::Client::builder(&url, credentials)
        };
        for (setting, error) in [
            ("deadline", keitaro().deadline(bad).build().unwrap_err()),
            (
                "attempt_timeout",
                keitaro().attempt_timeout(bad).build().unwrap_err(),
            ),
            (
                "deadline",
                spots(&server).deadline(bad).build().unwrap_err(),
            ),
            (
                "attempt_timeout",
                spots(&server).attempt_timeout(bad).build().unwrap_err(),
            ),
            (
                "idle_timeout",
                spots(&server).idle_timeout(bad).build().unwrap_err(),
            ),
            (
                "stream_deadline",
                spots(&server).stream_deadline(bad).build().unwrap_err(),
            ),
            (
                "deadline",
                hybrid(&server).deadline(bad).build().unwrap_err(),
            ),
            (
                "attempt_timeout",
                hybrid(&server).attempt_timeout(bad).build().unwrap_err(),
            ),
            (
                "idle_timeout",
                hybrid(&server).idle_timeout(bad).build().unwrap_err(),
            ),
            (
                "stream_deadline",
                hybrid(&server).stream_deadline(bad).build().unwrap_err(),
            ),
            ("deadline", adfox().deadline(bad).build().unwrap_err()),
            (
                "attempt_timeout",
                adfox().attempt_timeout(bad).build().unwrap_err(),
            ),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(error.field(), Some(setting), "{bad:?}");
        }
    }
}

/// Settings at both ends of their types' ranges: a result or an error, in time.
#[tokio::test]
async fn no_setting_makes_a_call_panic_or_last() {
    let day = date(2024, 1, 1);
    for (status, good) in [("200 OK", true), ("503 Down", false), ("429 Slow", false)] {
        let server = server(move |seen| {
            let spots = seen.body_text().contains("jsonrpc");
            let body = match (good, spots) {
                (false, _) => "",
                (true, true) => r#"{"id":1,"result":[{"shows":1}]}"#,
                (true, false) => r#"[{"ClickCount":1}]"#,
            };
            Play::Respond(http(status, &[], body.as_bytes()))
        })
        .await;
        for (time, count) in [(Duration::ZERO, 0), (Duration::MAX, u32::MAX)] {
            let retry = RetryPolicy::default()
                .max_attempts(count)
                .initial_delay(time)
                .initial_rate_limit_delay(time)
                .max_delay(time)
                .budget(count.min(20));
            let tokens = TokenSettings::default()
                .default_lifetime(time)
                .early_window(time)
                .pause(time)
                .deadline(time.max(Duration::from_secs(5)));
            let bytes = usize::try_from(count).unwrap();
            let deadline = Duration::from_millis(500);
            let spots = spots(&server)
                .retry(retry.clone())
                .token_settings(tokens.clone())
                .deadline(deadline)
                .body_limit(bytes)
                .row_limit(bytes)
                .window_days(count.max(1));
            let hybrid = hybrid(&server)
                .retry(retry)
                .token_settings(tokens)
                .deadline(deadline)
                .body_limit(bytes.max(1000))
                .row_limit(bytes)
                .url_limit(bytes);
            let calls = async {
                let client = spots.build().unwrap();
                let call = spots_rpc::calls::Statistics::new(day, day);
                let spots = client.statistics(&call).await.map(|rows| rows.len());
                let hybrid = hybrid_rows(hybrid).await;
                (spots.ok(), hybrid.1.is_none().then_some(hybrid.0))
            };
            let ended = tokio::time::timeout(Duration::from_secs(30), calls).await;
            let wanted = (good && count > 0).then_some(1);
            assert_eq!(ended, Ok((wanted, wanted)), "{status} {time:?} {count}");
        }
    }
}
