//! Tasks that wait, run, fail, expire and are lost, and those that are found again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use adapis_emulator::{AdfoxOutcome, AdfoxRefusal, Fault, FaultPlan};
use adfox_api::calls::statistics::{TaskId, TaskStatus};
use adfox_api::{Decimal, ErrorKind, ReportCode, ReportRefusal};
use futures_util::future::join_all;
use tokio::time::timeout;

use super::{
    JANUARY, change, clicks, emulator, expected, failure, fast, received, statistics,
    statistics_once, statistics_with, sums, sums_by,
};

const CREATE: &str = "adfox.reports.create";
const RESULT: &str = "adfox.reports.result";

#[tokio::test]
async fn a_task_waits_and_runs_before_it_is_ready() {
    let emulator =
        emulator(|settings| (settings.pending_polls, settings.running_polls) = (2, 3)).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let rows = statistics(&emulator).report(&sums_by(JANUARY, &["date"]));
    let rows = rows.on_task(move |task| log.lock().unwrap().push(task.status.clone()));
    let table = rows.collect().await.unwrap();
    assert_eq!(sums(&table), expected(&emulator, JANUARY));
    use TaskStatus::{Pending, Running, Success};
    let wanted = [
        Pending, Pending, Pending, Running, Running, Running, Success,
    ];
    assert_eq!(*seen.lock().unwrap(), wanted);
    // An equal report is there at once.
    statistics(&emulator)
        .report(&sums_by(JANUARY, &["date"]))
        .collect()
        .await
        .unwrap();
    assert_eq!(received(&emulator, "adfox.reports.task"), 6);
    change(&emulator, |settings| settings.pending_ms = 60_000);
    let short = fast().task_deadline(Duration::from_millis(100));
    let error = failure(&statistics_with(&emulator, short)).await;
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.message().contains("is PENDING"), "{error}");
}

#[tokio::test]
async fn a_failure_has_the_words_of_the_vendor() {
    let emulator = emulator(|settings| {
        settings.outcomes = vec![AdfoxOutcome::Failure];
        settings.failure_message = "No such 'luck'".to_owned();
    })
    .await;
    let statistics = statistics(&emulator);
    let error = failure(&statistics).await;
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Server, "No such 'luck'")
    );
    let refusal = ReportRefusal::of(&error).unwrap();
    assert_eq!(refusal.code, ReportCode::UnknownError);
    assert_eq!(received(&emulator, CREATE), 1, "a failure is not repeated");
    assert!(
        statistics.report(&clicks()).collect().await.is_ok(),
        "but can be asked for again"
    );
    change(&emulator, |settings| {
        settings.outcomes = vec![AdfoxOutcome::Failure];
        settings.failure_code = "NEW_WORD".to_owned();
    });
    let error = statistics
        .report(&clicks().limit(5))
        .collect()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("NEW_WORD"));
}

/// A result that is gone is refused with a message and a status that are not documented.
#[tokio::test]
async fn tasks_that_expire_or_are_lost_are_made_again_once() {
    for (code, status) in [("REPORT_EXPIRED", 400), ("GONE", 410), ("NOT_FOUND", 404)] {
        for outcome in [AdfoxOutcome::Expired, AdfoxOutcome::Lost] {
            let emulator = emulator(|settings| {
                settings.refusals.expired = AdfoxRefusal::new(code, status);
                settings.outcomes = vec![outcome];
            })
            .await;
            let statistics = statistics(&emulator);
            let table = statistics
                .report(&sums_by(JANUARY, &["date"]))
                .collect()
                .await;
            let table = table.unwrap_or_else(|error| panic!("{outcome:?} {status}: {error}"));
            assert_eq!(sums(&table), expected(&emulator, JANUARY));
            assert_eq!(received(&emulator, CREATE), 2);
            change(&emulator, |settings| settings.outcomes = vec![outcome; 4]);
            let error = failure(&statistics).await;
            let kinds = [ErrorKind::NotFound, ErrorKind::Rejected];
            assert!(kinds.contains(&error.kind()), "{error:?}");
            assert_eq!(received(&emulator, CREATE), 4);
        }
    }
}

/// A task that the vendor has forgotten between two polls.
#[tokio::test]
async fn forgotten_tasks_are_made_again() {
    for status in [404, 400] {
        let emulator = emulator(|settings| {
            settings.refusals.task_not_found = AdfoxRefusal::new("NO_TASK", status);
            settings.running_polls = 3;
        })
        .await;
        let emulator = Arc::new(emulator);
        let (again, polls) = (Arc::clone(&emulator), Mutex::new(0));
        let rows = statistics(&emulator).report(&clicks()).on_task(move |_| {
            let mut polls = polls.lock().unwrap();
            *polls += 1;
            if *polls == 2 {
                again.reset();
            }
        });
        let table = rows.collect().await.unwrap();
        assert_eq!(table.rows.len(), 31, "{status}");
    }
}

#[tokio::test]
async fn a_task_is_found_again_by_its_id() {
    let emulator = emulator(|settings| settings.pending_polls = 1).await;
    let statistics = statistics(&emulator);
    let report = sums_by(JANUARY, &["date"]);
    let task = statistics.create_task(&report).await.unwrap();
    assert_eq!(task.status, TaskStatus::Pending);
    assert_eq!(
        statistics.task(&task.id).await.unwrap().status,
        TaskStatus::Pending
    );
    // As another process.
    let again = self::statistics(&emulator);
    let table = again
        .task_rows(&TaskId::new(task.id.to_string()))
        .collect()
        .await
        .unwrap();
    assert_eq!(sums(&table), expected(&emulator, JANUARY));
    assert_eq!(again.create_task(&report).await.unwrap().id, task.id);
    assert_eq!(received(&emulator, CREATE), 2);
    let error = again.task(&TaskId::new("umr-a-none")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.message(), "Task 'umr-a-none' not found");
    change(&emulator, |settings| {
        settings.outcomes = vec![AdfoxOutcome::Expired]
    });
    let gone = again.create_task(&clicks()).await.unwrap();
    let error = again.task_rows(&gone.id).collect().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::NotFound, Some("EXPIRED"))
    );
}

#[tokio::test]
async fn three_at_once_are_never_exceeded_by_one_client() {
    let emulator = emulator(|settings| {
        settings.max_active = Some(3);
        settings.running_ms = 30;
    })
    .await;
    let statistics = statistics(&emulator);
    let reports = (1..=9).map(|limit| statistics.report(&clicks().limit(limit)).collect());
    for (table, limit) in join_all(reports).await.into_iter().zip(1..) {
        assert_eq!(table.unwrap().rows.len(), limit);
    }
    assert_eq!(received(&emulator, CREATE), 9, "none was refused");
}

/// Other programs make reports of the same owner: the refusal is waited out.
#[tokio::test]
async fn reports_of_others_are_waited_for() {
    for retry_after in [true, false] {
        let emulator = emulator(|settings| {
            settings.max_active = Some(1);
            settings.running_ms = 150;
            settings.retry_after = retry_after;
        })
        .await;
        let clients = (1..=3).map(|limit| {
            let statistics = statistics(&emulator);
            async move { statistics.report(&clicks().limit(limit)).collect().await }
        });
        for table in join_all(clients).await {
            table.unwrap();
        }
        emulator.reset();
        change(&emulator, |settings| settings.running_ms = 60_000);
        statistics(&emulator).create_task(&clicks()).await.unwrap();
        let short = fast().task_deadline(Duration::from_millis(200));
        let error = statistics_with(&emulator, short)
            .report(&clicks().limit(7))
            .collect()
            .await;
        let error = error.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (ErrorKind::RateLimited, Some("TOO_MANY_REPORTS"))
        );
    }
    // A code that the client knows is waited out whatever its status is.
    for (code, settings) in [
        ("TOO_MANY_REPORTS", fast()),
        ("BUSY", fast().rate_limit_codes(["BUSY"])),
    ] {
        let emulator = emulator(|settings| {
            settings.max_active = Some(1);
            settings.running_ms = 150;
            settings.refusals.too_many_reports = AdfoxRefusal::new(code, 400);
        })
        .await;
        let clients = (1..=2).map(|limit| {
            let statistics = statistics_once(&emulator, settings.clone());
            async move { statistics.report(&clicks().limit(limit)).collect().await }
        });
        for table in join_all(clients).await {
            assert!(table.is_ok(), "{code}: {table:?}");
        }
        assert!(received(&emulator, CREATE) > 2, "one was refused first");
    }
    // With another code and status it is an error at once, with the words of the vendor.
    let emulator = emulator(|settings| {
        settings.max_active = Some(0);
        settings.refusals.too_many_reports = AdfoxRefusal::new("BUSY", 400);
    })
    .await;
    let error = failure(&statistics(&emulator)).await;
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Rejected, Some("BUSY"))
    );
}

#[tokio::test]
async fn the_rate_of_requests_is_kept_and_breaches_are_waited_out() {
    let emulator = emulator(|settings| {
        (settings.rate_limit, settings.rate_seconds) = (Some(3), 1);
        settings.running_polls = 4;
    })
    .await;
    let table = statistics(&emulator)
        .report(&sums_by(JANUARY, &["date"]))
        .collect()
        .await;
    assert_eq!(sums(&table.unwrap()), expected(&emulator, JANUARY));
    let slow_down = AdfoxRefusal::new("SLOW_DOWN", 403);
    change(&emulator, |settings| {
        settings.refusals.too_many_requests = slow_down
    });
    emulator.reset();
    let known = fast().rate_limit_codes(["SLOW_DOWN"]);
    let table = statistics_with(&emulator, known)
        .report(&sums_by(JANUARY, &["date"]))
        .collect()
        .await;
    assert_eq!(sums(&table.unwrap()), expected(&emulator, JANUARY));
    change(&emulator, |settings| {
        (settings.rate_limit, settings.rate_seconds) = (Some(0), 60);
    });
    let error = failure(&statistics(&emulator)).await;
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::PermissionDenied, Some("SLOW_DOWN"))
    );
}

/// A task is made, polled twice and read: the fourth request is the one for the result.
#[tokio::test]
async fn a_result_waits_for_the_rate_of_requests_too() {
    for retry_after in [true, false] {
        let emulator = emulator(|settings| {
            (settings.rate_limit, settings.rate_seconds) = (Some(3), 1);
            settings.retry_after = retry_after;
        })
        .await;
        let report = sums_by(JANUARY, &["date"]);
        let table = statistics_once(&emulator, fast())
            .report(&report)
            .collect()
            .await;
        assert_eq!(sums(&table.unwrap()), expected(&emulator, JANUARY));
        assert!(received(&emulator, RESULT) > 1, "it was refused first");
        // The window is longer than the report may wait.
        change(&emulator, |settings| settings.rate_seconds = 60);
        emulator.reset();
        let short = fast().task_deadline(Duration::from_millis(200));
        let error = failure(&statistics_once(&emulator, short)).await;
        assert_eq!(
            (error.kind(), error.operation()),
            (ErrorKind::RateLimited, Some("statistics.result")),
            "{error:?}"
        );
    }
}

/// The refusals come when a result that broke off is requested again.
#[tokio::test]
async fn a_result_that_broke_off_waits_too() {
    let emulator = emulator(|settings| settings.rows_multiplier = 60).await;
    let refused = (0..5).fold(
        FaultPlan::new(RESULT)
            .healthy()
            .fault(Fault::truncate(1_100_000)),
        |plan, _| plan.fault(Fault::status(429)),
    );
    emulator.faults(refused).unwrap();
    let report = sums_by(JANUARY, &["date", "campaign_id"]);
    let table = statistics(&emulator).report(&report).collect().await;
    let wanted = expected(&emulator, JANUARY).map(|sum| sum * Decimal::from(60));
    assert_eq!(sums(&table.unwrap()), wanted);
    assert!(emulator.unmet_faults().is_empty());
}

/// No wait is started that cannot end in time: a refusal for an hour is an error immediately.
#[tokio::test]
async fn refusals_for_longer_than_a_task_may_take_are_errors_at_once() {
    for operation in [CREATE, "adfox.reports.task", RESULT] {
        let emulator = emulator(|_| ()).await;
        let hour = Fault::status(429).retry_after("3600");
        emulator
            .faults(FaultPlan::new(operation).fault(hour).forever())
            .unwrap();
        let patient = fast().task_deadline(Duration::from_secs(1800));
        let error = timeout(
            Duration::from_secs(20),
            failure(&statistics_once(&emulator, patient)),
        )
        .await;
        let error = error.unwrap_or_else(|_| panic!("{operation} waits"));
        assert_eq!(
            (error.kind(), error.retry_after()),
            (ErrorKind::RateLimited, Some(Duration::from_secs(3600)))
        );
    }
}
