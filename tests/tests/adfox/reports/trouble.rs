//! Faults of the connection and of the token on each of the three steps of a report.

use std::time::Duration;

use adapis_emulator::{Fault, FaultPlan, FaultPoint};
use adfox_api::{CallOptions, Client, Credentials, ErrorKind, RetryPolicy};

use super::{JANUARY, emulator, expected, failure, fast, received, statistics, sums, sums_by};

const STEPS: [&str; 3] = [
    "adfox.reports.create",
    "adfox.reports.task",
    "adfox.reports.result",
];

#[tokio::test]
async fn each_step_is_repeated_after_a_fault() {
    for step in STEPS {
        let emulator = emulator(|_| ()).await;
        for fault in [
            Fault::status(503),
            Fault::status(429),
            Fault::reset(FaultPoint::BeforeHeaders),
            Fault::truncate(60),
            Fault::slow(7, 1),
        ] {
            emulator.reset();
            emulator
                .faults(FaultPlan::new(step).fault(fault.clone()))
                .unwrap();
            let table = statistics(&emulator)
                .report(&sums_by(JANUARY, &["date"]))
                .collect()
                .await;
            let table = table.unwrap_or_else(|error| panic!("{step} {fault:?}: {error:?}"));
            assert_eq!(sums(&table), expected(&emulator, JANUARY));
            assert!(emulator.unmet_faults().is_empty(), "{step} {fault:?}");
        }
        let forever = FaultPlan::new(step).fault(Fault::status(503)).forever();
        emulator.faults(forever).unwrap();
        emulator.reset();
    }
}

#[tokio::test]
async fn a_body_that_breaks_midway_is_resumed() {
    let emulator = emulator(|settings| settings.rows_multiplier = 60).await;
    let report = sums_by(JANUARY, &["date", "campaign_id"]);
    let breaks = FaultPlan::new("adfox.reports.result")
        .healthy()
        .fault(Fault::truncate(1_100_000))
        .fault(Fault::truncate(1_200_000));
    emulator.faults(breaks).unwrap();
    let table = statistics(&emulator)
        .report(&report)
        .collect()
        .await
        .unwrap();
    let wanted = expected(&emulator, JANUARY).map(|sum| sum * rust_decimal::Decimal::from(60));
    assert_eq!(sums(&table), wanted);
    assert_eq!(received(&emulator, "adfox.reports.result"), 4);
    let garbage =
        FaultPlan::new("adfox.reports.result").fault(Fault::garbage("{\"result\":{\"rows\":[[1,}"));
    emulator.faults(garbage).unwrap();
    let error = statistics(&emulator)
        .report(&report)
        .collect()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Decode, Some("statistics.result"))
    );
}

/// A long result is read twice, once to check it and once for its rows.
#[tokio::test]
async fn a_result_that_is_gone_after_its_check_is_made_again() {
    let emulator = emulator(|settings| settings.rows_multiplier = 60).await;
    let gone = FaultPlan::new("adfox.reports.result")
        .healthy()
        .fault(Fault::status(404));
    emulator.faults(gone).unwrap();
    let report = sums_by(JANUARY, &["date", "campaign_id"]);
    let table = statistics(&emulator).report(&report).collect().await;
    let wanted = expected(&emulator, JANUARY).map(|sum| sum * rust_decimal::Decimal::from(60));
    assert_eq!(sums(&table.unwrap()), wanted);
    assert_eq!(received(&emulator, "adfox.reports.create"), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_is_an_error_of_its_own() {
    for step in STEPS {
        let emulator = emulator(|_| ()).await;
        emulator
            .faults(FaultPlan::new(step).fault(Fault::expired_token()))
            .unwrap();
        let error = failure(&statistics(&emulator)).await;
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::Unauthenticated, Some("UNAUTHORIZED")),
            "{step}"
        );
        let url = emulator.adfox_url();
        let wrong = Client::builder(&url, Credentials::oauth("CANARY-wrong-token"));
        let wrong = wrong
            .retry(RetryPolicy::never())
            .statistics(fast())
            .build()
            .unwrap();
        let error = failure(&wrong.statistics()).await;
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
        assert!(!format!("{error:?} {error}").contains("CANARY"));
    }
    let emulator = emulator(|_| ()).await;
    let client = Client::new(
        &emulator.adfox_url(),
        Credentials::password("test", "Secret-Passw0rd"),
    );
    let error = client.unwrap().statistics().metadata().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::InvalidInput, Some("token"))
    );
}

#[tokio::test]
async fn a_stalled_result_ends_within_its_time() {
    let emulator = emulator(|_| ()).await;
    let hang = FaultPlan::new("adfox.reports.result")
        .fault(Fault::hang(FaultPoint::BeforeHeaders))
        .forever();
    emulator.faults(hang).unwrap();
    let token = emulator.credentials().adfox.token.clone();
    let client = Client::builder(&emulator.adfox_url(), Credentials::oauth(token));
    let client = client
        .retry(RetryPolicy::never())
        .statistics(fast())
        .build()
        .unwrap();
    let client = client.with_options(CallOptions::new().deadline(Duration::from_millis(300)));
    let error = failure(&client.statistics()).await;
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Timeout, Some("statistics.result"))
    );
}
