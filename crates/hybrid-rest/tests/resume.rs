//! Responses that break midway: asked for again without a gap and without a double.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::fmt::Debug;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use hybrid_rest::calls::{CampaignRow, CampaignStatistics, DomainDay, DomainStatistics, v3};
use hybrid_rest::testing::ScriptedTransport;
use hybrid_rest::{
    Body, Client, Credentials, Error, ErrorKind, RetryPolicy, StatisticsStream, TransportError,
    TransportErrorKind, date,
};

const MIB: usize = 1024 * 1024;

fn client(transport: &ScriptedTransport) -> Client {
    transport.reply(200, r#"{"access_token":"token","expires_in":86400}"#);
    let credentials = Credentials::new("client", "secret");
    Client::builder("http://127.0.0.1:9", credentials)
        .transport(transport.clone())
        .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
        .build()
        .unwrap()
}

/// Appends a response that arrives in chunks and breaks after `length` bytes.
fn breaking(transport: &ScriptedTransport, text: &str, length: usize) {
    let mut chunks: Vec<_> = text.as_bytes()[..length]
        .chunks(10_000)
        .map(|chunk| Ok(chunk.to_vec().into()))
        .collect();
    chunks.push(Err(TransportError::new(TransportErrorKind::Interrupted)));
    let body = Body::from_stream(stream::iter(chunks));
    transport.respond(Ok(http::Response::new(body)));
}

/// Days of campaigns, of about this many bytes.
fn campaigns(bytes: usize) -> String {
    let day = |n: usize| format!(r#"{{"Date":"2015-12-31","ImpressionCount":{n},"Cost":0.{n}}}"#);
    let campaign = |n: usize| {
        let days: Vec<_> = (0..100).map(|at| day(n * 100 + at)).collect();
        format!(r#"{{"CampaignId":"c{n}","Stat":[{}]}}"#, days.join(","))
    };
    let length = campaign(1).len();
    let all: Vec<_> = (0..=bytes / length).map(campaign).collect();
    format!("[{}]", all.join(","))
}

/// Days of domains, of about this many bytes.
fn domains(bytes: usize) -> String {
    let day =
        |n: usize| format!(r#"{{"Date":"2015-12-31","Domain":"{n}.example","BetCount":{n}}}"#);
    let all: Vec<_> = (0..=bytes / day(1000).len()).map(day).collect();
    format!("[{}]", all.join(","))
}

/// One page of version 3.0, of about this many bytes: more rows than are requested.
fn page(bytes: usize) -> String {
    let row = |n: usize| format!(r#"{{"SplitName":"{n}","ImpressionCount":{n},"TotalSum":0.{n}}}"#);
    let rows: Vec<_> = (0..=bytes / row(1000).len()).map(row).collect();
    format!(r#"{{"Statistic":[{}]}}"#, rows.join(","))
}

/// No rows follow them.
const END: [&str; 1] = [r#"{"Statistic":[]}"#];

fn page_rows(client: &Client) -> StatisticsStream<v3::StatisticsRow> {
    let day = date(2025, 12, 31);
    let call = v3::Statistics::of_campaign(day, day, "c").split(v3::Split::Campaign);
    let client = client.for_advertiser("a").unwrap();
    client.v3().statistics_stream(&call)
}

fn campaign_rows(client: &Client) -> StatisticsStream<CampaignRow> {
    let day = date(2015, 12, 31);
    client.campaign_statistics_stream(&CampaignStatistics::new(day, day, ["c"]))
}

fn domain_rows(client: &Client) -> StatisticsStream<DomainDay> {
    client.domain_statistics_stream(&DomainStatistics::new("d"))
}

/// The rows that were handed out, and the error that ended them.
async fn all<T>(mut rows: StatisticsStream<T>) -> (Vec<T>, Option<Error>) {
    let mut found = Vec::new();
    let error = loop {
        match rows.next().await {
            Some(Ok(row)) => found.push(row),
            Some(Err(error)) => break Some(error),
            None => break None,
        }
    };
    assert!(rows.next().await.is_none(), "nothing follows the end");
    (found, error)
}

async fn is_resumed<T: PartialEq + Debug>(
    text: &str,
    breaks: &[usize],
    rows: fn(&Client) -> StatisticsStream<T>,
) {
    is_resumed_before(&[], text, breaks, rows).await;
}

/// `after` are the responses that follow the one that breaks.
async fn is_resumed_before<T: PartialEq + Debug>(
    after: &[&'static str],
    text: &str,
    breaks: &[usize],
    rows: fn(&Client) -> StatisticsStream<T>,
) {
    let transport = ScriptedTransport::new();
    let client = client(&transport);
    let end = || after.iter().for_each(|page| transport.reply(200, *page));
    transport.reply(200, text.to_owned());
    end();
    let (whole, error) = all(rows(&client)).await;
    assert!(error.is_none() && whole.len() > 100, "{error:?}");
    for &at in breaks {
        breaking(&transport, text, at);
    }
    transport.reply(200, text.to_owned());
    end();
    let (resumed, error) = all(rows(&client)).await;
    assert!(error.is_none(), "{error:?}");
    assert!(
        resumed == whole,
        "{} rows of {}",
        resumed.len(),
        whole.len()
    );
    let requests = breaks.len() + 3 + 2 * after.len();
    assert_eq!(transport.requests().len(), requests);
}

#[tokio::test]
async fn a_short_response_that_breaks_after_its_first_row_is_asked_for_again() {
    is_resumed(&campaigns(20_000), &[200], campaign_rows).await;
    is_resumed(&domains(20_000), &[200], domain_rows).await;
    is_resumed(&domains(900_000), &[850_000], domain_rows).await;
    is_resumed_before(&END, &page(900_000), &[850_000], page_rows).await;
}

#[tokio::test]
async fn a_long_response_is_resumed_where_it_broke() {
    is_resumed(&campaigns(3 * MIB), &[2 * MIB], campaign_rows).await;
    is_resumed(&domains(3 * MIB), &[2 * MIB], domain_rows).await;
    is_resumed_before(&END, &page(3 * MIB), &[2 * MIB], page_rows).await;
    let breaks = [2 * MIB, MIB + MIB / 2];
    is_resumed(&domains(3 * MIB), &breaks, domain_rows).await;
}

#[tokio::test]
async fn a_long_response_with_ids_behind_the_days_is_resumed_too() {
    let text = campaigns(3 * MIB);
    let mut late = String::new();
    for campaign in text.trim_matches(['[', ']']).split(r#"{"CampaignId":"#) {
        if let Some((id, rest)) = campaign.split_once(r#","Stat":"#) {
            let days = rest.trim_end_matches(',').trim_end_matches('}');
            let days = days.trim_end_matches(']');
            late.push_str(&format!(r#"{{"Stat":{days}],"CampaignId":{id}}},"#));
        }
    }
    let late = format!("[{}]", late.trim_end_matches(','));
    is_resumed(&late, &[2 * MIB], campaign_rows).await;
}

#[tokio::test]
async fn rows_that_differ_the_second_time_end_the_stream() {
    let text = domains(3 * MIB);
    for other in [
        text.replacen("\"BetCount\":0", "\"BetCount\":5", 1),
        domains(1000),
        "[]".to_owned(),
    ] {
        let transport = ScriptedTransport::new();
        let client = client(&transport);
        breaking(&transport, &text, 2 * MIB);
        transport.reply(200, other);
        let (rows, error) = all(domain_rows(&client)).await;
        let error = error.unwrap();
        assert!(rows.len() > 1000);
        assert!(
            error.message().contains("begins with other rows"),
            "{error}"
        );
        assert_eq!(error.operation(), Some("statistic.banners.domain"));
    }
}

#[tokio::test]
async fn it_gives_up_after_the_attempts_of_the_policy() {
    let transport = ScriptedTransport::new();
    let client = client(&transport);
    let text = domains(3 * MIB);
    for at in [2 * MIB, 2 * MIB, 2 * MIB + 100_000] {
        breaking(&transport, &text, at);
    }
    let (rows, error) = all(domain_rows(&client)).await;
    let error = error.unwrap();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Interrupted, 3)
    );
    assert_eq!(transport.requests().len(), 4);
    assert!(rows.len() > 1000);
}

#[tokio::test]
async fn a_collected_response_is_whole_or_an_error() {
    for (text, at) in [(domains(20_000), 200), (domains(3 * MIB), 2 * MIB)] {
        let transport = ScriptedTransport::new();
        let client = client(&transport);
        breaking(&transport, &text, at);
        transport.reply(200, text.clone());
        let call = DomainStatistics::new("d");
        let collected = client.domain_statistics(&call).await.unwrap();
        transport.reply(200, text);
        let (streamed, error) = all(domain_rows(&client)).await;
        assert!(error.is_none() && collected == streamed);
    }
}

#[tokio::test(start_paused = true)]
async fn the_stream_deadline_counts_over_all_responses_of_a_request() {
    let transport = ScriptedTransport::new();
    let client = {
        transport.reply(200, r#"{"access_token":"token","expires_in":86400}"#);
        Client::builder("http://127.0.0.1:9", Credentials::new("client", "secret"))
            .transport(transport.clone())
            .stream_deadline(Duration::from_secs(45))
            .build()
            .unwrap()
    };
    let text = domains(3 * MIB);
    for _ in 0..3 {
        let chunks = text.as_bytes()[..2 * MIB].chunks(10_000);
        let chunks: Vec<_> = chunks.map(|chunk| Ok(chunk.to_vec().into())).collect();
        let silent = stream::iter(chunks).chain(stream::pending());
        transport.respond(Ok(http::Response::new(Body::from_stream(silent))));
    }
    let started = tokio::time::Instant::now();
    let (rows, error) = all(domain_rows(&client)).await;
    let error = error.unwrap();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.operation(), Some("statistic.banners.domain"));
    assert!(rows.len() > 1000);
    assert_eq!(started.elapsed().as_secs(), 45);
    assert_eq!(transport.requests().len(), 3, "a token and two responses");
}
