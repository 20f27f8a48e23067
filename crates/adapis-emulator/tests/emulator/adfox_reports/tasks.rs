//! Tasks: equal requests, states, failures, expiry and limits.

use std::time::Duration;

use adapis_emulator::{AdfoxReportsSettings, Emulator};
use serde_json::{Value, json};

use super::{code, finished, get, good, january, make, post, with};
use crate::{emulator, emulator_with, http};

async fn set(settings: Value) -> Emulator {
    emulator_with(json!({"adfox": {"reports": settings}})).await
}

async fn status(emulator: &Emulator, id: &str) -> String {
    let task = good(emulator, &format!("/{id}")).await;
    task["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn equal_requests_have_the_same_task() {
    let emulator = emulator().await;
    let body = january(&["clicks_total"], &["date"]);
    let id = make(&emulator, &body).await;
    assert_eq!(make(&emulator, &body).await, id);
    finished(&emulator, &id).await;
    let (http, response) = post(&emulator, "", &body).await;
    assert_eq!(http, 202);
    assert_eq!(
        response["result"],
        json!({"taskId": id, "status": "SUCCESS"})
    );
    let filters = |value: Value| json!([{"field": "site_id", "operator": "eq", "value": value}]);
    let filtered = make(
        &emulator,
        &with(body.clone(), "filters", filters(json!("5001"))),
    )
    .await;
    assert_ne!(filtered, id);
    let same = make(
        &emulator,
        &with(body.clone(), "filters", filters(json!(5001))),
    )
    .await;
    assert_eq!(same, filtered, "the filters mean the same");
    for (member, value) in [
        ("limit", json!(5)),
        ("ownerId", json!(7)),
        ("dimensions", json!([])),
    ] {
        assert_ne!(
            make(&emulator, &with(body.clone(), member, value)).await,
            id
        );
    }
    emulator.reset();
    assert_eq!(get(&emulator, &format!("/{id}")).await.0, 404);
}

#[tokio::test]
async fn a_task_belongs_to_its_account() {
    let emulator = emulator().await;
    let id = make(&emulator, &january(&["clicks_total"], &[])).await;
    let reader = async |path: &str| {
        let url = format!("{}{path}", emulator.adfox_reports_url());
        let request = http()
            .get(url)
            .header("authorization", "OAuth adfox-reader-token");
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(reader("/metadata").await, 200);
    assert_eq!(reader(&format!("/{id}")).await, 404);
    assert_eq!(reader(&format!("/{id}/result")).await, 404);
    let (status, response) = get(&emulator, "/umr-a-none").await;
    assert_eq!((status, code(&response)), (404, "TASK_NOT_FOUND"));
    assert_eq!(response["error"]["message"], "Task 'umr-a-none' not found");
    let settings = json!({"refusals": {"task_not_found": {"code": "NO_TASK", "status": 400}}});
    let emulator = set(settings).await;
    let (status, response) = get(&emulator, "/umr-a-none/result").await;
    assert_eq!((status, code(&response)), (400, "NO_TASK"));
}

#[tokio::test]
async fn a_task_waits_for_polls() {
    let emulator = set(json!({"pending_polls": 2, "running_polls": 1})).await;
    let id = make(&emulator, &january(&["clicks_total"], &[])).await;
    let (http, response) = get(&emulator, &format!("/{id}/result")).await;
    assert_eq!((http, code(&response)), (400, "REPORT_NOT_READY"));
    for expected in ["PENDING", "PENDING", "RUNNING", "SUCCESS"] {
        assert_eq!(status(&emulator, &id).await, expected);
    }
    let emulator = set(json!({"running_polls": 0,
        "refusals": {"not_ready": {"code": "WAIT", "status": 409}}, "pending_polls": 1}))
    .await;
    let id = make(&emulator, &january(&["clicks_total"], &[])).await;
    let (http, response) = get(&emulator, &format!("/{id}/result")).await;
    assert_eq!((http, code(&response)), (409, "WAIT"));
}

/// Changes the settings of a running emulator, so that no test depends on how fast it is.
fn change(emulator: &Emulator, change: impl FnOnce(&mut AdfoxReportsSettings)) {
    let mut settings = emulator.settings();
    change(&mut settings.adfox.reports);
    emulator.set_settings(settings);
}

const HOUR: u64 = 3_600_000;

#[tokio::test]
async fn a_task_waits_for_time() {
    let emulator = set(json!({"running_polls": 0, "pending_ms": HOUR, "running_ms": HOUR})).await;
    let id = make(&emulator, &january(&["clicks_total"], &[])).await;
    assert_eq!(status(&emulator, &id).await, "PENDING");
    change(&emulator, |settings| settings.pending_ms = 1);
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert_eq!(status(&emulator, &id).await, "RUNNING");
    let (http, response) = get(&emulator, &format!("/{id}/result")).await;
    assert_eq!((http, code(&response)), (400, "REPORT_NOT_READY"));
    change(&emulator, |settings| settings.running_ms = 1);
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert_eq!(status(&emulator, &id).await, "SUCCESS");
    let id = make(&emulator, &january(&["events_total"], &[])).await;
    tokio::time::sleep(Duration::from_millis(4)).await;
    good(&emulator, &format!("/{id}/result")).await;
}

#[tokio::test]
async fn tasks_fail_with_words_and_expire() {
    let settings = json!({"running_polls": 0, "outcomes": ["failure", "expired", "lost"],
        "failure_message": "Out of memory"});
    let emulator = set(settings).await;
    let body = january(&["clicks_total"], &[]);
    let failed = make(&emulator, &body).await;
    let error = json!({"code": "UNKNOWN_ERROR", "message": "Out of memory"});
    assert_eq!(
        good(&emulator, &format!("/{failed}")).await,
        json!({"taskId": failed, "status": "FAILURE", "error": error})
    );
    let (http, response) = get(&emulator, &format!("/{failed}/result")).await;
    assert_eq!((http, &response["error"]), (400, &error));

    let expired = make(&emulator, &body).await;
    assert_ne!(expired, failed, "a failed task is made anew");
    assert_eq!(status(&emulator, &expired).await, "EXPIRED");
    let (http, response) = get(&emulator, &format!("/{expired}/result")).await;
    assert_eq!((http, code(&response)), (400, "REPORT_EXPIRED"));

    let lost = make(&emulator, &body).await;
    assert_ne!(lost, expired, "an expired task is made anew");
    assert_eq!(status(&emulator, &lost).await, "SUCCESS");
    let (http, response) = get(&emulator, &format!("/{lost}/result")).await;
    assert_eq!((http, code(&response)), (400, "REPORT_EXPIRED"));
    assert_eq!(status(&emulator, &lost).await, "EXPIRED");

    let last = make(&emulator, &body).await;
    assert_ne!(last, lost);
    finished(&emulator, &last).await;
    emulator.set_settings(emulator.settings());
    let other = make(&emulator, &with(body, "limit", json!(1))).await;
    assert_eq!(
        status(&emulator, &other).await,
        "FAILURE",
        "the list starts anew"
    );
}

#[tokio::test]
async fn a_failed_task_can_stay_the_answer() {
    let settings = json!({"renew_failed": false, "outcomes": ["failure"]});
    let emulator = set(settings).await;
    let body = january(&["clicks_total"], &[]);
    let id = make(&emulator, &body).await;
    assert_eq!(status(&emulator, &id).await, "RUNNING");
    assert_eq!(status(&emulator, &id).await, "FAILURE");
    let (http, response) = post(&emulator, "", &body).await;
    assert_eq!(
        (http, &response["result"]["status"]),
        (202, &json!("FAILURE"))
    );
    assert_eq!(response["result"]["taskId"], id);
}

#[tokio::test]
async fn tasks_expire_by_age() {
    let emulator = set(json!({"running_polls": 0, "expire_ms": HOUR})).await;
    let body = january(&["clicks_total"], &[]);
    let id = make(&emulator, &body).await;
    assert_eq!(status(&emulator, &id).await, "SUCCESS");
    change(&emulator, |settings| settings.expire_ms = Some(1));
    tokio::time::sleep(Duration::from_millis(2)).await;
    assert_eq!(status(&emulator, &id).await, "EXPIRED");
    assert_ne!(make(&emulator, &body).await, id);
}

#[tokio::test]
async fn three_at_once() {
    let emulator = set(json!({"max_active": 3})).await;
    let body = january(&["clicks_total"], &[]);
    let nth = |n: u64| with(body.clone(), "limit", json!(n));
    let first = make(&emulator, &nth(1)).await;
    make(&emulator, &nth(2)).await;
    make(&emulator, &nth(3)).await;
    assert_eq!(make(&emulator, &nth(1)).await, first, "not a new task");
    let (http, response) = post(&emulator, "", &nth(4)).await;
    assert_eq!((http, code(&response)), (429, "TOO_MANY_REPORTS"));
    make(&emulator, &with(nth(4), "ownerId", json!(9))).await;
    finished(&emulator, &first).await;
    make(&emulator, &nth(4)).await;
    assert_eq!(post(&emulator, "", &nth(5)).await.0, 429);
    let settings = json!({"max_active": 1,
        "refusals": {"too_many_reports": {"code": "BUSY", "status": 400}}});
    let emulator = set(settings).await;
    make(&emulator, &nth(1)).await;
    let (http, response) = post(&emulator, "", &nth(2)).await;
    assert_eq!((http, code(&response)), (400, "BUSY"));
}

#[tokio::test]
async fn requests_in_a_window() {
    for (retry_after, http_status) in [(true, 429), (false, 503)] {
        let emulator = set(
            json!({"rate_limit": 2, "rate_seconds": 3600, "retry_after": retry_after,
            "refusals": {"too_many_requests": {"code": "SLOW_DOWN", "status": http_status}}}),
        )
        .await;
        for _ in 0..2 {
            assert_eq!(get(&emulator, "/list").await.0, 200);
        }
        let url = format!("{}/list", emulator.adfox_reports_url());
        let token = format!("OAuth {}", emulator.credentials().adfox.token);
        let response = http().get(url).header("authorization", token);
        let response = response.send().await.unwrap();
        assert_eq!(response.status(), http_status);
        let header = response.headers().get("retry-after");
        let seconds = header.map(|value| value.to_str().unwrap().parse::<u64>().unwrap());
        assert_eq!(
            seconds.is_some_and(|left| (3000..=3600).contains(&left)),
            retry_after
        );
        assert_eq!(code(&response.json().await.unwrap()), "SLOW_DOWN");
        change(&emulator, |settings| settings.rate_seconds = 0);
        assert_eq!(get(&emulator, "/list").await.0, 200, "a new window");
    }
}
