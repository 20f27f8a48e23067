//! A list is whole or an error, collected and streamed alike.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::fmt::Debug;

use adcore::testing::Warnings;
use hybrid_rest::calls::{Call, CampaignDays, CampaignStatistics, DomainStatistics};
use hybrid_rest::testing::ScriptedTransport;
use hybrid_rest::{Client, Credentials, Error, ErrorKind, RetryPolicy, StatisticsStream, date};

fn client(transport: &ScriptedTransport) -> Client {
    transport.reply(200, r#"{"access_token":"token","expires_in":86400}"#);
    Client::builder("http://127.0.0.1:9", Credentials::new("client", "secret"))
        .transport(transport.clone())
        .retry(RetryPolicy::never())
        .build()
        .unwrap()
}

async fn all<T>(mut rows: StatisticsStream<T>) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        all.push(row?);
    }
    Ok(all)
}

/// Asserts that both succeed with this number of rows, or fail alike; returns the error.
fn same<T: Debug, U: Debug>(
    body: &str,
    collected: Result<Vec<T>, Error>,
    streamed: Result<Vec<U>, Error>,
    rows: Option<usize>,
) -> Option<Error> {
    let lengths = (
        collected.as_ref().ok().map(Vec::len),
        streamed.as_ref().ok().map(Vec::len),
    );
    assert_eq!(lengths, (rows, rows), "{body}: {collected:?} {streamed:?}");
    let (error, other) = (collected.err()?, streamed.err()?);
    assert_eq!(error.kind(), other.kind(), "{body}");
    // An error after the first row no longer has a status.
    assert!(
        other.status().is_none() || error.status() == other.status(),
        "{body}"
    );
    Some(other)
}

async fn campaigns(status: u16, body: &str, rows: Option<usize>) -> Option<Error> {
    let transport = ScriptedTransport::new();
    let client = client(&transport);
    let day = date(2015, 12, 31);
    let call = CampaignStatistics::new(day, day, ["c"]);
    transport.reply(status, body.to_owned());
    let collected = client.campaign_statistics(&call).await;
    let days = collected.map(|campaigns| {
        let days = campaigns.into_iter().flat_map(|campaign| campaign.stat);
        days.collect()
    });
    transport.reply(status, body.to_owned());
    let streamed = all(client.campaign_statistics_stream(&call)).await;
    same(body, days, streamed, rows)
}

async fn domains(status: u16, body: &str, rows: Option<usize>) -> Option<Error> {
    let transport = ScriptedTransport::new();
    let client = client(&transport);
    let call = DomainStatistics::new("d");
    transport.reply(status, body.to_owned());
    let collected = client.domain_statistics(&call).await;
    transport.reply(status, body.to_owned());
    let streamed = all(client.domain_statistics_stream(&call)).await;
    same(body, collected, streamed, rows)
}

#[tokio::test]
async fn nothing_and_null_are_empty_lists() {
    for (status, body) in [
        (204, ""),
        (200, "null"),
        (200, "[]"),
        (200, "\u{feff} null "),
    ] {
        assert!(campaigns(status, body, Some(0)).await.is_none());
        assert!(domains(status, body, Some(0)).await.is_none());
    }
    for body in [
        r#"[{"CampaignId":"a","Stat":null}]"#,
        r#"[{"Stat":null,"CampaignId":"a"}]"#,
        r#"[{"CampaignId":"a","Stat":[]}]"#,
    ] {
        assert!(campaigns(200, body, Some(0)).await.is_none());
    }
    for body in ["", " ", "7", "\"\"", "{}"] {
        campaigns(200, body, None).await.unwrap();
        domains(200, body, None).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_in_return_for_an_untyped_call_is_null() {
    let transport = ScriptedTransport::new();
    let client = client(&transport);
    for body in ["", "null"] {
        transport.reply(if body.is_empty() { 204 } else { 200 }, body);
        let json = client.call(&Call::get("/any")).await.unwrap();
        assert!(json.is_null(), "{json:?}");
    }
    transport.reply(200, "");
    let error = client.call(&Call::get("/any")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn an_error_object_of_status_200_is_an_error_of_an_untyped_call_too() {
    let transport = ScriptedTransport::new();
    let client = client(&transport);
    transport.reply(
        200,
        r#"{"error":"access_denied","error_description":"No rights"}"#,
    );
    let error = client.call(&Call::get("/any")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(error.message(), "No rights");
    for json in [r#"{"error":null,"rows":[]}"#, r#"{"message":"Welcome"}"#] {
        transport.reply(200, json);
        let got = client.call(&Call::get("/any")).await.unwrap();
        assert_eq!(got.as_str(), json);
    }
}

#[tokio::test]
async fn a_campaign_without_its_days_is_an_error() {
    for body in [
        r#"[{"CampaignId":"a"}]"#,
        r#"[{"CampaignId":"a","Stats":[{"Cost":1}]}]"#,
        r#"[{"CampaignId":"a","Stat":[{"Cost":1}]},{"CampaignId":"b"}]"#,
        r#"[{"CampaignId":"a","Stat":{"Cost":1}}]"#,
        r#"[{"CampaignId":"a","Stat":""}]"#,
        r#"[{"CampaignId":"a","Stat":[{"Cost":1}],"stat":[{"Cost":2}]}]"#,
        r#"[{"Stat":[{"Cost":1}],"stat":[{"Cost":2}],"CampaignId":"a"}]"#,
        r#"[{"Stat":[{"Cost":1}]}]"#,
        r#"[{"CampaignId":"a","Stat":[{}]}]"#,
        r#"[{"CampaignId":"a","Stat":[{"Price":1}]}]"#,
        r#"[{"CampaignId":"a","Stat":[null]}]"#,
        "[{}]",
        "[null]",
    ] {
        let error = campaigns(200, body, None).await.unwrap();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}: {error}");
    }
}

#[tokio::test]
async fn an_error_object_of_status_200_keeps_its_message_and_kind() {
    let body = r#"{"error":"access_denied","error_description":"No rights"}"#;
    for error in [
        campaigns(200, body, None).await.unwrap(),
        domains(200, body, None).await.unwrap(),
    ] {
        assert_eq!(error.kind(), ErrorKind::PermissionDenied);
        assert_eq!(
            (error.code(), error.message()),
            (Some("access_denied"), "No rights")
        );
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_held_costs_no_row_and_is_counted_once() {
    let odd = r#"[{"Domain":"a\ud83d","SumBets":1.4210854715202004e-14},
        {"Domain":"\ude00b","SumBets":1.42e-14},
        {"Domain":"c","SumBets":0.12345678901234567890123456789,"Note":"\ud800"}]"#;
    let expected_warnings = [
        "numbers with more than 28 decimals were rounded numbers=2",
        "broken characters were replaced by U+FFFD texts=2",
    ];
    let transport = ScriptedTransport::new();
    let client = client(&transport);
    let call = DomainStatistics::new("d");
    for streamed in [false, true] {
        let warnings = Warnings::listen();
        transport.reply(200, odd);
        let rows = if streamed {
            all(client.domain_statistics_stream(&call)).await.unwrap()
        } else {
            client.domain_statistics(&call).await.unwrap()
        };
        let domains: Vec<_> = rows
            .iter()
            .filter_map(|row| row.domain.as_deref())
            .collect();
        assert_eq!(domains, ["a\u{fffd}", "\u{fffd}b", "c"]);
        let bets: Vec<_> = rows.iter().filter_map(|row| row.sum_bets).collect();
        let expected = [
            "0.0000000000000142108547152020",
            "0.0000000000000142",
            "0.1234567890123456789012345679",
        ];
        assert_eq!(bets, expected.map(|text| text.parse().unwrap()));
        assert_eq!(warnings.lines(), expected_warnings, "streamed: {streamed}");
    }
    let day = date(2015, 12, 31);
    let call = CampaignStatistics::new(day, day, ["c"]);
    let odd =
        r#"[{"CampaignId":"a\ud83d","Stat":[{"Cost":1.4210854715202004e-14},{"Cost":1.42e-14}]}]"#;
    for streamed in [false, true] {
        let warnings = Warnings::listen();
        transport.reply(200, odd);
        if streamed {
            let rows = all(client.campaign_statistics_stream(&call)).await.unwrap();
            assert_eq!((rows.len(), rows[0].campaign_id.as_str()), (2, "a\u{fffd}"));
        } else {
            let campaigns = client.campaign_statistics(&call).await.unwrap();
            assert_eq!(campaigns[0].campaign_id.as_str(), "a\u{fffd}");
        }
        let mut lines = warnings.lines();
        lines.sort_by_key(|line| line.ends_with("texts=1"));
        assert!(
            lines[0].ends_with("numbers=1") && lines[1].ends_with("texts=1"),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 2, "streamed: {streamed}, {lines:?}");
    }
}

#[tokio::test]
async fn a_number_that_cannot_be_held_costs_no_row_and_is_counted_once() {
    let transport = ScriptedTransport::new();
    let client = client(&transport);
    let day = date(2015, 12, 31);
    let call = CampaignStatistics::new(day, day, ["c"]);
    let odd = r#"[{"CampaignId":"c","Stat":[
        {"ImpressionCount":0,"ClickCount":0,"Ctr":"NaN","Cost":0.5},
        {"ImpressionCount":10.5,"ctr":"Infinity","Cost":1e29},
        {"ImpressionCount":7,"Cost":0.5}]}]"#;
    for streamed in [false, true] {
        let warnings = Warnings::listen();
        transport.reply(200, odd);
        let rows = if streamed {
            all(client.campaign_statistics_stream(&call)).await.unwrap()
        } else {
            let campaigns = client.campaign_statistics(&call).await.unwrap();
            campaigns.into_iter().flat_map(CampaignDays::rows).collect()
        };
        let counts: Vec<_> = rows.iter().map(|row| row.impression_count).collect();
        assert_eq!(counts, [Some(0), None, Some(7)]);
        assert_eq!(rows.iter().filter(|row| row.ctr.is_some()).count(), 0);
        assert_eq!(rows[0].extra["Ctr_sent"].as_str(), "\"NaN\"");
        assert_eq!(rows[1].extra["ImpressionCount_sent"].as_str(), "10.5");
        assert_eq!(rows[1].extra["Ctr_sent"].as_str(), "\"Infinity\"");
        assert_eq!(rows[1].extra["Cost_sent"].as_str(), "1e29");
        assert_eq!(
            warnings.lines(),
            ["numbers that cannot be held were moved to `extra` numbers=4"],
            "streamed: {streamed}"
        );
    }
    for body in [
        r#"[{"CampaignId":"c","Stat":[{"Ctr":"none"}]}]"#,
        r#"[{"CampaignId":"c","Stat":[{"Cost":"1,5"}]}]"#,
        r#"[{"CampaignId":"c","Stat":[{"Cost":NaN}]}]"#,
    ] {
        let error = campaigns(200, body, None).await.unwrap();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
}
