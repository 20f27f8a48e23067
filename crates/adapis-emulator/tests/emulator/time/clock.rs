//! The clock itself, and what days look like before, at and after it.

use std::time::Duration;

use adapis_emulator::{Emulator, Fault, FaultPlan, RevisionSettings, Settings, UtcOffset};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Value, json};

use super::{HYBRID, SPOTS, hybrid, lively, post, spots, sums};
use crate::{emulator, get, http};

async fn at(now: &str) -> Emulator {
    let now = now.parse().unwrap();
    Emulator::builder().now(now).start().await.unwrap()
}

#[tokio::test]
async fn the_clock_is_off_by_default_and_can_be_set_over_http() {
    let emulator = emulator().await;
    let url = format!("{}/_emulator/now", emulator.url());
    assert_eq!(get(&url).await, (200, json!({"now": null})));
    let (status, error) = post(&emulator, "now", &json!({"advance_seconds": 1})).await;
    assert_eq!(status, 400);
    assert!(error["error"].as_str().unwrap().contains("clock is off"));
    let set = json!({"now": "2025-12-01T03:00:00+03:00"});
    let now = json!({"now": "2025-12-01T00:00:00Z"});
    assert_eq!(post(&emulator, "now", &set).await, (200, now.clone()));
    let (_, later) = post(&emulator, "now", &json!({"advance_seconds": 86_400})).await;
    assert_eq!(later, json!({"now": "2025-12-02T00:00:00Z"}));
    for wrong in [
        json!({"now": "yesterday"}),
        json!({"now": 5}),
        json!({"now": "2025-12-01"}),
        json!({"advance_seconds": -1}),
        json!({"advance_seconds": u64::MAX}),
        json!({"soon": 1}),
        json!({}),
        json!([]),
        json!(null),
    ] {
        let (status, error) = post(&emulator, "now", &wrong).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(!error["error"].as_str().unwrap().is_empty());
    }
    assert_eq!(emulator.now().unwrap().to_string(), "2025-12-02T00:00:00Z");
    let (_, off) = post(&emulator, "now", &json!({"now": null})).await;
    assert_eq!((off, emulator.now()), (json!({"now": null}), None));
}

#[tokio::test]
async fn the_clock_moves_only_when_it_is_told_to() {
    let emulator = at("2025-02-28T23:59:59Z").await;
    let later = emulator.advance(Duration::from_secs(1)).unwrap();
    assert_eq!(later.to_string(), "2025-03-01T00:00:00Z");
    assert!(emulator.advance(Duration::MAX).is_err());
    assert_eq!(emulator.now(), Some(later));
    emulator.reset();
    assert_eq!(emulator.now(), Some(later), "a reset keeps the clock");
    emulator.set_now(None);
    assert!(emulator.advance(Duration::from_secs(1)).is_err());
}

#[tokio::test]
async fn the_date_header_follows_the_clock() {
    let emulator = at("2025-12-01T00:00:05.9Z").await;
    let date = async || {
        let url = format!("{}/campaign/get", emulator.url());
        let response = http().get(url).send().await.unwrap();
        let dates: Vec<_> = response.headers().get_all("date").iter().collect();
        assert_eq!(dates.len(), 1);
        dates[0].to_str().unwrap().to_owned()
    };
    assert_eq!(date().await, "Mon, 01 Dec 2025 00:00:05 GMT");
    let own = Fault::status(503).header("date", "Tue, 02 Dec 2025 00:00:00 GMT");
    let plan = FaultPlan::new("*").fault(own).fault(Fault::status(503));
    emulator.faults(plan).unwrap();
    assert_eq!(date().await, "Tue, 02 Dec 2025 00:00:00 GMT");
    assert_eq!(date().await, "Mon, 01 Dec 2025 00:00:05 GMT");
    let mut settings = emulator.settings();
    settings.clock.date_header = false;
    emulator.set_settings(settings);
    assert_ne!(date().await, "Mon, 01 Dec 2025 00:00:05 GMT");
}

#[tokio::test]
async fn days_begin_and_end_at_midnight_of_the_vendors_zone() {
    let days = ["2025-06-01", "2025-06-02", "2025-06-03"];
    let emulator = at("2025-06-02T20:59:59Z").await;
    let whole = crate::emulator().await;
    let shows = async |emulator: &Emulator| {
        let rows = spots(emulator, days[0], days[2], &["date_day"]).await;
        let shows = |row: &Value| (row["date_day"].clone(), row["shows"].as_u64().unwrap());
        rows.iter().map(shows).collect::<Vec<_>>()
    };
    let full = shows(&whole).await;
    let evening = shows(&emulator).await;
    assert_eq!(evening.len(), 2, "the third day has not begun");
    assert_eq!(evening[0], full[0]);
    assert!(evening[1].1 < full[1].1 && evening[1].1 * 10_000 > full[1].1 * 9_900);
    emulator.advance(Duration::from_secs(1)).unwrap();
    assert_eq!(shows(&emulator).await, full[..2]);
    emulator.advance(Duration::from_secs(60 * 60 * 12)).unwrap();
    let noon = shows(&emulator).await;
    assert!(noon[2].1 * 2 <= full[2].1 && noon[2].1 * 201 > full[2].1 * 100);
    let mut settings = emulator.settings();
    settings.spots.time_zone = "+12:00".parse::<UtcOffset>().unwrap();
    emulator.set_settings(settings);
    let east = shows(&emulator).await;
    assert!(east[2].1 > noon[2].1, "it is 21 o'clock there");

    let campaigns = async |now: &str| {
        emulator.set_now(now.parse::<Timestamp>().unwrap());
        let advertiser = "54f74d70870a8e44a023ghj5";
        let path =
            format!("/v3.0/advertiser/Day?advertiserId={advertiser}&from=2025-06-01&to=2025-06-03");
        hybrid(&emulator, &path).await["Statistic"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(campaigns("2025-06-01T20:59:59Z").await, 1);
    assert_eq!(campaigns("2025-06-01T22:00:00Z").await, 2);
}

#[tokio::test]
async fn days_grow_until_they_settle() {
    let mut settings = lively();
    settings.revisions = RevisionSettings {
        vanishing_rows: 0.0,
        emptied_days: 0.0,
        late_change: 0.0,
        ..settings.revisions
    };
    let start = "2025-06-01T21:00:00Z".parse().unwrap();
    let builder = Emulator::builder().settings(settings).now(start);
    let emulator = builder.start().await.unwrap();
    let whole = crate::emulator().await;
    let day = async |emulator: &Emulator| {
        let rows = spots(emulator, "2025-06-02", "2025-06-02", &["date_day"]).await;
        let advertiser = "/statistic/advertiser/2025-06-02/2025-06-02/54f74d70870a8e44a023ghj5";
        let campaigns = hybrid(emulator, advertiser).await;
        let campaigns = campaigns.as_array().unwrap().iter();
        let stat: Vec<Value> = campaigns
            .flat_map(|campaign| campaign["Stat"].as_array().unwrap().clone())
            .collect();
        (sums(&rows, SPOTS), sums(&stat, HYBRID))
    };
    let mut before = day(&emulator).await;
    for hour in 1..=16 {
        emulator.advance(Duration::from_secs(6 * 60 * 60)).unwrap();
        let now = day(&emulator).await;
        assert!(now.0.0 >= before.0.0 && now.0.1 >= before.0.1 && now.0.2 >= before.0.2);
        assert!(now.1.0 >= before.1.0 && now.1.1 >= before.1.1 && now.1.2 >= before.1.2);
        assert!(hour >= 14 || now.0.0 > before.0.0, "it grows at {hour}");
        before = now;
    }
    assert_eq!(before, day(&whole).await, "to the numbers without a clock");
}

#[tokio::test]
async fn a_plan_has_no_effect_without_a_clock() {
    let with_plan = Emulator::builder()
        .settings(lively())
        .start()
        .await
        .unwrap();
    let days = (date(2025, 1, 1), date(2025, 12, 31));
    let plain = emulator().await;
    let totals = plain.totals(days.0, days.1);
    assert_eq!(with_plan.totals(days.0, days.1), totals);
    with_plan.set_now("2026-06-01T00:00:00Z".parse::<Timestamp>().unwrap());
    assert_ne!(with_plan.totals(days.0, days.1), totals);
    plain.set_now("2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(
        plain.totals(days.0, days.1),
        totals,
        "a clock alone only cuts off"
    );
    let url = format!("{}/_emulator/settings", plain.url());
    let wrong = json!({"revisions": {"settle_day": 1}});
    let response = http().post(&url).json(&wrong).send().await.unwrap();
    assert_eq!(response.status(), 400);
    let settings: Settings = with_plan.settings();
    assert_eq!(settings.revisions.settle_days, 3);
}
