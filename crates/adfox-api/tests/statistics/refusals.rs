//! What is refused before anything is sent, and what errors show.

use std::time::Duration;

use adcore::testing::ScriptedTransport;
use adfox_api::calls::statistics::{DateRange, Report};
use adfox_api::{Client, Credentials, ErrorKind, RetryPolicy, StatisticsSettings, date};

use crate::vendor::Vendor;
use crate::{TOKEN, builder, drain, january, report};

#[tokio::test]
async fn nothing_is_sent_without_a_token_or_with_a_wrong_value() {
    let vendor = Vendor::new(|_| 1);
    let client = Client::builder(
        "https://api.adfox.ru/v1/API.php",
        Credentials::password("a", "b"),
    )
    .transport(vendor.clone())
    .build()
    .unwrap();
    let statistics = client.statistics();
    let error = statistics.metadata().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::InvalidInput, Some("token"))
    );
    assert_eq!(error.operation(), Some("statistics.metadata"));
    for report in [report(january()), Report::new(january())] {
        let (_, error) = drain(statistics.report(&report)).await;
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.operation(), Some("statistics.report"));
        assert!(statistics.create_task(&report).await.is_err());
    }
    assert_eq!(vendor.requests(), 0);
    for (settings, field) in [
        (
            StatisticsSettings::new().requests_per_minute(0),
            "requests_per_minute",
        ),
        (
            StatisticsSettings::new().concurrent_reports(0),
            "concurrent_reports",
        ),
        (
            StatisticsSettings::new().queue_deadline(Duration::ZERO),
            "queue_deadline",
        ),
        (
            StatisticsSettings::new().summed(["a"]).not_summed(["a"]),
            "summed",
        ),
        (StatisticsSettings::new().window_days(0), "window_days"),
        (StatisticsSettings::new().max_rows(1_000_001), "max_rows"),
        (
            StatisticsSettings::new().endpoint("http://adfox.yandex.ru"),
            "endpoint",
        ),
    ] {
        let error = builder(settings)
            .transport(vendor.clone())
            .build()
            .unwrap_err();
        assert_eq!(error.field(), Some(field));
    }
    let elsewhere = StatisticsSettings::new().endpoint("https://stat.example/v2");
    let client = builder(elsewhere).transport(vendor).build().unwrap();
    assert_eq!(
        client.statistics().endpoint().to_string(),
        "https://stat.example/v2"
    );
}

#[tokio::test]
async fn secrets_are_in_no_error() {
    let echo = format!(r#"{{"error":{{"code":"{TOKEN}","message":"Unknown metric '{TOKEN}'"}}}}"#);
    let failed = format!(
        r#"{{"result":{{"taskId":"t","status":"FAILURE","error":{{"code":"X","message":"{TOKEN}"}}}}}}"#
    );
    let success = r#"{"result":{"taskId":"t","status":"SUCCESS"}}"#.to_owned();
    for replies in [
        vec![(400, echo.clone())],
        vec![(200, echo.clone())],
        vec![(200, failed)],
        vec![(202, success.clone()), (200, echo.clone())],
        vec![(202, success.clone()), (409, echo)],
        vec![
            (202, success),
            (200, format!(r#"{{"result":{{"rows":["{TOKEN}"]}}}}"#)),
        ],
        vec![(200, format!("<{TOKEN}>"))],
    ] {
        let transport = ScriptedTransport::new();
        for (status, body) in replies {
            transport.reply(status, body);
        }
        let client = builder(StatisticsSettings::new())
            .transport(transport)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let (_, error) = drain(client.statistics().report(&report(january()))).await;
        let error = error.unwrap();
        let source = std::error::Error::source(&error).map(|source| format!("{source:?}"));
        let shown = format!("{error} {error:?} {source:?} {client:?}");
        assert!(!shown.contains(TOKEN), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_rows_before_a_fault_are_returned_from_short_and_from_long_results() {
    const LONG: usize = 2 * 1024 * 1024;
    for padding in [0, LONG] {
        let transport = ScriptedTransport::new();
        transport.reply(200, r#"{"result":{"taskId":"umr-a","status":"SUCCESS"}}"#);
        let result = format!(
            r#"{{"result":{{"columns":[{{"name":"date","type":"string"}},{{"name":"loads","type":"integer"}}],
                "rows":[["2024-01-01",1],["2024-01-01",{}{{}}]]}}}}"#,
            " ".repeat(padding),
        );
        transport.reply(200, result);
        let settings = StatisticsSettings::new();
        let client = builder(settings).transport(transport).build().unwrap();
        let day = DateRange::new(date(2024, 1, 1), date(2024, 1, 1));
        let (rows, error) = drain(client.statistics().report(&report(day))).await;
        assert_eq!(rows.len(), 1, "{padding}");
        assert_eq!(error.unwrap().kind(), ErrorKind::Decode);
    }
}

#[tokio::test]
async fn an_error_beside_rows_follows_them_wherever_it_is() {
    let rows = r#""columns":[{"name":"date","type":"string"},{"name":"loads","type":"integer"}],
        "rows":[["2024-01-01",1]]"#;
    let fault = r#""error":{"code":"UNKNOWN_METRIC","message":"Unknown metric 'x'"}"#;
    for result in [
        format!(r#"{{"result":{{{rows}}},{fault}}}"#),
        format!(r#"{{"result":{{{rows},{fault}}}}}"#),
        format!(r#"{{"result":{{{fault},{rows}}}}}"#),
    ] {
        let transport = ScriptedTransport::new();
        transport.reply(200, r#"{"result":{"taskId":"umr-a","status":"SUCCESS"}}"#);
        transport.reply(200, result.clone());
        let client = builder(StatisticsSettings::new()).transport(transport);
        let day = DateRange::new(date(2024, 1, 1), date(2024, 1, 1));
        let statistics = client.build().unwrap().statistics();
        let (rows, error) = drain(statistics.report(&report(day))).await;
        assert_eq!(rows.len(), 1, "{result}");
        let error = error.unwrap();
        assert_eq!(error.code(), Some("UNKNOWN_METRIC"), "{result}");
        assert_eq!(error.message(), "Unknown metric 'x'");
    }
}
