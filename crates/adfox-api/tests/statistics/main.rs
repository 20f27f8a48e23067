//! Reports from their task to their rows, against a model of the vendor.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod broken;
mod cuts;
mod limits;
mod lists;
mod refusals;
mod vendor;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use adcore::testing::ScriptedTransport;
use adfox_api::calls::statistics::{Cell, DateRange, Report, ReportRow, TaskId, TaskStatus};
use adfox_api::{
    Client, ClientBuilder, Credentials, Error, ErrorKind, ReportCode, ReportRefusal, ReportStream,
    StatisticsSettings, date,
};
use httpmock::prelude::*;
use serde_json::json;
use tokio::time::Instant;
use vendor::Vendor;

const TOKEN: &str = "t0ken-canary-0123456789";

fn builder(settings: StatisticsSettings) -> ClientBuilder {
    Client::builder("https://adfox.yandex.ru/api/v1", Credentials::oauth(TOKEN))
        .statistics(settings)
}

fn client(vendor: &Vendor, settings: StatisticsSettings) -> Client {
    builder(settings).transport(vendor.clone()).build().unwrap()
}

fn report(range: DateRange) -> Report {
    Report::new(range).metric("loads").dimension("date")
}

async fn drain(mut rows: ReportStream) -> (Vec<ReportRow>, Option<Error>) {
    let mut all = Vec::new();
    while let Some(row) = rows.next().await {
        match row {
            Ok(row) => all.push(row),
            Err(error) => {
                assert!(rows.next().await.is_none(), "it goes on after an error");
                return (all, Some(error));
            }
        }
    }
    (all, None)
}

fn january() -> DateRange {
    DateRange::new(date(2024, 1, 1), date(2024, 1, 31))
}

#[tokio::test(start_paused = true)]
async fn the_example_of_the_vendor() {
    let transport = ScriptedTransport::new();
    for reply in [
        r#"{"result":{"taskId":"umr-a","status":"PENDING"}}"#,
        r#"{"result":{"taskId":"umr-a","status":"RUNNING"}}"#,
        r#"{"result":{"taskId":"umr-a","status":"SUCCESS"}}"#,
        r#"{"result":{"taskId":"umr-a","columns":[{"name":"date","type":"string"},
            {"name":"loads_commercial","type":"integer"},{"name":"clicks_total","type":"integer"},
            {"name":"ctr","type":"number","format":"float","unit":"percent"}],
            "rows":[["2024-01-01",15000,225,1.5],["2024-01-02",18000,270,1.50]],
            "totals":[null,33000,495,null]}}"#,
    ] {
        transport.reply(200, reply);
    }
    let client = builder(StatisticsSettings::new()).transport(transport.clone());
    let client = client.build().unwrap();
    let report = Report::new(january())
        .metric("loads_commercial")
        .metric("clicks_total")
        .metric("ctr")
        .dimension("date")
        .filter("campaign_id", "eq", "12345")
        .owner(67890);
    let states = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&states);
    let mut rows = client
        .statistics()
        .report(&report)
        .on_task(move |task| seen.lock().unwrap().push(task.status.clone()));
    assert!(rows.columns().is_empty() && transport.requests().is_empty());
    let started = Instant::now();
    let row = rows.next().await.unwrap().unwrap();
    assert_eq!(row[0], Cell::Text("2024-01-01".to_owned()));
    assert_eq!(
        row[rows.position("loads_commercial").unwrap()],
        Cell::Integer(15000)
    );
    assert_eq!(row[3].to_string(), "1.5");
    assert_eq!(rows.columns()[3].unit.as_deref(), Some("percent"));
    let row = rows.next().await.unwrap().unwrap();
    assert_eq!(row[3].to_string(), "1.50");
    assert!(rows.next().await.is_none());
    assert_eq!(started.elapsed().as_secs(), 3, "polled after 1 s and 2 s");
    let expected = [
        TaskStatus::Pending,
        TaskStatus::Running,
        TaskStatus::Success,
    ];
    assert_eq!(*states.lock().unwrap(), expected);

    let requests = transport.requests();
    let base = "https://adfox.yandex.ru/api/v2/reports";
    let urls: Vec<_> = requests
        .iter()
        .map(|request| request.uri().to_string())
        .collect();
    let task = format!("{base}/umr-a?ownerId=67890");
    let result = format!("{base}/umr-a/result?ownerId=67890");
    assert_eq!(urls, [base, &task, &task, &result]);
    for request in &requests {
        let token = request.headers()["authorization"].to_str().unwrap();
        assert_eq!(token, format!("OAuth {TOKEN}"));
    }
    assert_eq!(requests[0].method(), "POST");
    assert_eq!(requests[0].headers()["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_slice(requests[0].body()).unwrap();
    assert_eq!(body["dateRange"]["to"], "2024-01-31");
    assert_eq!(
        (&body["limit"], &body["ownerId"]),
        (&1_000_000.into(), &67890.into())
    );
}

#[tokio::test(start_paused = true)]
async fn tasks_that_expire_are_made_again_once_and_failures_are_errors() {
    let vendor = Vendor::new(|_| 1);
    let statistics = client(&vendor, StatisticsSettings::new()).statistics();
    for (ends, made, kind) in [
        (vec!["EXPIRED"], 2, None),
        (vec!["NOT FOUND"], 2, None),
        (vec!["GONE"], 2, None),
        (vec!["GONE", "GONE"], 2, Some(ErrorKind::NotFound)),
        (vec!["EXPIRED", "EXPIRED"], 2, Some(ErrorKind::NotFound)),
        (vec!["FAILURE"], 1, Some(ErrorKind::Server)),
        (vec!["EXPIRED", "FAILURE"], 2, Some(ErrorKind::Server)),
    ] {
        let before = vendor.made();
        vendor.end(&ends);
        let (rows, error) = drain(statistics.report(&report(january()))).await;
        assert_eq!(vendor.made() - before, made, "{ends:?}");
        assert_eq!(error.as_ref().map(Error::kind), kind, "{ends:?}");
        assert_eq!(rows.len(), if kind.is_some() { 0 } else { 31 });
        if let Some(error) = error.filter(|error| error.kind() == ErrorKind::Server) {
            assert_eq!(error.message(), "Unexpected error");
            assert_eq!(
                ReportRefusal::of(&error).unwrap().code,
                ReportCode::UnknownError
            );
            assert_eq!(error.operation(), Some("statistics.task"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn three_reports_at_once_and_a_deadline_that_names_the_task() {
    let vendor = Vendor::new(|_| 1);
    vendor.set(|vendor| vendor.polls = 4);
    let statistics = client(&vendor, StatisticsSettings::new()).statistics();
    let all = (1..=10).map(|day| {
        let day = date(2024, 1, day);
        drain(statistics.report(&report(DateRange::new(day, day))))
    });
    for (rows, error) in futures_util::future::join_all(all).await {
        assert!(rows.len() == 1 && error.is_none(), "{error:?}");
    }
    assert_eq!(vendor.most_at_once(), 3);

    vendor.set(|vendor| vendor.polls = usize::MAX);
    let settings = StatisticsSettings::new().task_deadline(Duration::from_secs(100));
    let slow = client(&vendor, settings).statistics();
    let started = Instant::now();
    let (_, error) = drain(slow.report(&report(january()))).await;
    let error = error.unwrap();
    assert_eq!(
        (error.kind(), started.elapsed().as_secs()),
        (ErrorKind::Timeout, 100)
    );
    assert!(error.message().contains("is RUNNING"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_task_is_found_again_after_a_crash() {
    let vendor = Vendor::new(|_| 2);
    let statistics = client(&vendor, StatisticsSettings::new()).statistics();
    let report = report(january());
    let task = statistics.create_task(&report).await.unwrap();
    assert_eq!(task.status, TaskStatus::Pending);
    assert_eq!(statistics.create_task(&report).await.unwrap().id, task.id);
    let again = client(&vendor, StatisticsSettings::new()).statistics();
    assert_eq!(again.task(&task.id).await.unwrap().id, task.id);
    let (rows, error) = drain(again.task_rows(&task.id)).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(rows, vendor.rows(january()));
    let table = again.report(&report).collect().await.unwrap();
    assert_eq!((table.rows, table.columns[0].name.as_str()), (rows, "date"));

    let error = again.task(&TaskId::new("none")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::NotFound, Some("TASK_NOT_FOUND"))
    );
    let (_, error) = drain(again.task_rows(&TaskId::new(".."))).await;
    assert_eq!(error.unwrap().kind(), ErrorKind::InvalidInput);
    let strict = client(&vendor, StatisticsSettings::new().max_rows(62)).statistics();
    let (rows, error) = drain(strict.task_rows(&task.id)).await;
    assert_eq!((rows.len(), error.unwrap().kind()), (62, ErrorKind::Decode));
    let long = Report::new(date(2023, 1, 1)..=date(2024, 1, 1)).metric("loads");
    let error = again
        .create_task(&long.dimension("date"))
        .await
        .unwrap_err();
    assert_eq!(error.field(), Some("range"));
}

#[tokio::test]
async fn a_report_over_a_socket() {
    let server = MockServer::start_async().await;
    let base = "/api/v2/reports";
    let make = server.mock_async(|when, then| {
        when.method(POST)
            .path(base)
            .header("authorization", "OAuth token")
            .header("content-type", "application/json")
            .json_body(json!({
                "metrics": ["loads"],
                "dateRange": {"from": "2024-01-01", "to": "2024-01-31"},
                "limit": 1_000_000,
            }));
        then.status(202)
            .json_body(json!({"result": {"taskId": "t/1", "status": "SUCCESS"}}));
    });
    let make = make.await;
    let result = server.mock_async(|when, then| {
        when.method(GET).path(format!("{base}/t%2F1/result"));
        then.status(200).json_body(json!({"result": {
            "columns": [{"name": "loads", "type": "integer"}],
            "rows": [[7]],
            "totals": [7],
        }}));
    });
    let result = result.await;
    let client = Client::new(&server.url("/v1/API.php"), Credentials::oauth("token")).unwrap();
    let report = Report::new(date(2024, 1, 1)..=date(2024, 1, 31)).metric("loads");
    let (rows, error) = drain(client.statistics().report(&report)).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!(rows[0][0].as_integer(), Some(7));
    make.assert_async().await;
    result.assert_async().await;
}
