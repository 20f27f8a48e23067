//! The statistics of ADFOX on the emulator's clock, and revisions of them.

use std::collections::BTreeMap;
use std::time::Duration;

use adapis_emulator::{Decimal, Emulator, RevisionSettings, StatisticsVendor, TotalsBy, TotalsRow};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Value, json};

use super::{Sums, lively, post};
use crate::adfox_reports::{self as reports, decimal, good, make, report, rows, with};

const HOUR: Duration = Duration::from_secs(60 * 60);
const METRICS: [&str; 8] = [
    "loads_total",
    "loads_commercial",
    "impressions_commercial",
    "views_total",
    "clicks_total",
    "events_total",
    "income",
    "cost",
];

fn may(dimensions: &[&str]) -> Value {
    json!({
        "metrics": METRICS,
        "dimensions": dimensions,
        "dateRange": {"from": "2025-05-01", "to": "2025-05-14"},
    })
}

/// The numbers of each day of a report whose first dimension is the day.
fn by_day(result: &Value, dimensions: usize) -> BTreeMap<String, Vec<Decimal>> {
    let mut days = BTreeMap::new();
    for row in rows(result) {
        let day = row[0].as_str().unwrap().to_owned();
        let sums = days.entry(day).or_insert_with(|| vec![Decimal::ZERO; 8]);
        for (sum, value) in sums.iter_mut().zip(&row.as_array().unwrap()[dimensions..]) {
            *sum += decimal(value);
        }
    }
    days
}

/// The same of the totals.
fn expected(totals: &[adapis_emulator::AdfoxTotals]) -> BTreeMap<String, Vec<Decimal>> {
    let days = totals.iter().map(|day| {
        let counts = [
            day.loads_total,
            day.loads_commercial,
            day.impressions_commercial,
            day.views_total,
            day.clicks_total,
            day.events_total,
        ];
        let money = [day.income, day.cost];
        let numbers = counts.into_iter().map(Decimal::from).chain(money);
        (day.date.to_string(), numbers.collect())
    });
    days.collect()
}

fn is_adfox(row: &&TotalsRow) -> bool {
    row.vendor == StatisticsVendor::Adfox
}

/// An emulator in the middle of a plan and with ordered revisions.
async fn started() -> Emulator {
    let now: Timestamp = "2025-05-12T09:30:00Z".parse().unwrap();
    let builder = Emulator::builder().settings(lively()).now(now);
    let emulator = builder.start().await.unwrap();
    let add = json!({"add": {"impressions": 17, "clicks": 3, "money": "0.123456789"}});
    let revisions = json!([
        {"vendor": "adfox", "day": "2025-05-06", "campaign": "3001", "change": {"scale": "1.37"}},
        {"vendor": "adfox", "day": "2025-05-07", "campaign": "3001", "banner": "4001", "change": add},
        {"vendor": "adfox", "day": "2025-05-08", "campaign": "3001", "change": "delete"},
        {"vendor": "adfox", "day": "2025-05-08", "campaign": "3001", "banner": "4001", "change": add},
        {"vendor": "adfox", "day": "2025-05-05", "change": "empty", "at": "2025-05-14T00:00:00Z"},
    ]);
    let (status, answer) = post(&emulator, "revise", &revisions).await;
    assert_eq!(status, 200, "{answer}");
    emulator
}

#[tokio::test]
async fn views_agree_with_each_other_and_with_the_totals() {
    let emulator = started().await;
    let (from, to) = (date(2025, 5, 1), date(2025, 5, 14));
    let mut seen = Vec::new();
    for _ in 0..5 {
        let totals = emulator.totals(from, to).adfox;
        let days = expected(&totals);
        for dimensions in [
            &["date"][..],
            &["date", "campaign_id"],
            &["date", "advertiser_name", "device_type"],
            &["date", "banner_id", "place_id", "device_type"],
        ] {
            let result = report(&emulator, &may(dimensions)).await;
            assert_eq!(by_day(&result, dimensions.len()), days, "{dimensions:?}");
            if dimensions.len() == 4 {
                let source: u64 = totals.iter().map(|day| day.rows).sum();
                assert_eq!(rows(&result).len() as u64, source);
            }
        }
        let whole = report(&emulator, &may(&[])).await;
        for metric in 0..METRICS.len() {
            let sum: Decimal = days.values().map(|day| day[metric]).sum();
            assert_eq!(decimal(&rows(&whole)[0][metric]), sum);
            assert_eq!(decimal(&whole["totals"][metric]), sum);
        }
        // The campaigns of the totals are those of a report.
        let campaigns = report(&emulator, &may(&["campaign_id"])).await;
        let by = TotalsBy {
            item: true,
            ..TotalsBy::default()
        };
        let groups = emulator.totals_by(from, to, by, None);
        let groups = groups.iter().filter(is_adfox).map(|row| {
            assert_eq!(row.account, "test");
            let id: u64 = row.item.as_ref().unwrap().parse().unwrap();
            (id, (row.impressions, row.clicks, row.money))
        });
        let groups: BTreeMap<u64, Sums> = groups.collect();
        let of_report = rows(&campaigns).iter().map(|row| {
            let count = |column: usize| row[column].as_u64().unwrap();
            (count(0), (count(3), count(5), decimal(&row[7])))
        });
        assert_eq!(of_report.collect::<BTreeMap<_, _>>(), groups);
        seen.push((emulator.now().unwrap(), totals));
        emulator.advance(40 * HOUR).unwrap();
    }
    let has = |at: usize, day: i8| {
        seen[at]
            .1
            .iter()
            .any(|totals| totals.date == date(2025, 5, day))
    };
    assert!(has(0, 5) && !has(4, 5), "it was emptied");
    assert!(!has(0, 13) && has(4, 13), "it began");
    for (at, totals) in seen {
        assert_eq!(emulator.totals_at(from, to, at).adfox, totals, "as of {at}");
    }
}

#[tokio::test]
async fn revisions_select_banners_and_add_to_their_first_place() {
    let emulator = crate::emulator().await;
    let banner = async || {
        let filter = json!([{"field": "banner_id", "operator": "eq", "value": "4001"}]);
        let body = json!({"metrics": METRICS, "dimensions": ["place_id", "device_type"],
            "filters": filter, "dateRange": {"from": "2025-03-03", "to": "2025-03-03"}});
        report(&emulator, &body).await
    };
    let revise = async |change: Value| {
        let order = json!({"vendor": "adfox", "day": "2025-03-03", "campaign": "3001",
            "banner": "4001", "change": change});
        let (status, answer) = post(&emulator, "revise", &order).await;
        assert_eq!(status, 200, "{answer}");
    };
    let before = banner().await;
    assert!(!rows(&before).is_empty());
    revise(json!({"scale": "0.5"})).await;
    let halved = banner().await;
    for (row, whole) in rows(&halved).iter().zip(rows(&before)) {
        for column in 2..8 {
            assert_eq!(row[column].as_u64(), whole[column].as_u64().map(|n| n / 2));
        }
        assert_eq!(
            decimal(&row[8]),
            (decimal(&whole[8]) / Decimal::TWO).trunc_with_scale(9)
        );
    }
    revise(json!("delete")).await;
    assert!(rows(&banner().await).is_empty());
    revise(json!({"add": {"impressions": 5, "clicks": 2, "money": "0.000000001"}})).await;
    let added = banner().await;
    assert_eq!(rows(&added).len(), 1);
    assert_eq!(rows(&added)[0][1], "desktop");
    let numbers = json!([5, 5, 5, 0, 2, 0, 0.000_000_001, 0]);
    assert_eq!(
        rows(&added)[0].as_array().unwrap()[2..],
        numbers.as_array().unwrap()[..]
    );
    revise(json!("restore")).await;
    assert_eq!(banner().await["rows"], before["rows"]);

    // A row of the data without a banner, on a day without data.
    let order = json!({"vendor": "adfox", "day": "2024-06-01", "account": "test", "campaign": "12345",
        "banner": "0", "change": {"add": {"impressions": 9}}});
    assert_eq!(post(&emulator, "revise", &order).await.0, 200);
    let day = emulator.totals(date(2024, 6, 1), date(2024, 6, 1)).adfox;
    assert_eq!((day[0].rows, day[0].impressions_commercial), (1, 9));

    let order = |change: Value, item: Value, row: Value| json!({"vendor": "adfox", "day": "2025-03-03", "item": item, "row": row, "change": change});
    for (wrong, words) in [
        (
            order(json!({"add": {"clicks": 1}}), json!("3001"), Value::Null),
            "banner",
        ),
        (
            order(json!("delete"), json!("1"), Value::Null),
            "nothing like 1",
        ),
        (
            order(json!("delete"), json!("3001"), json!("1")),
            "nothing like 3001, 1",
        ),
    ] {
        let (status, error) = post(&emulator, "revise", &wrong).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(error["error"].as_str().unwrap().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_task_keeps_its_instant_and_expires_by_the_clock() {
    let emulator = started().await;
    let body = may(&["date"]);
    let id = make(&emulator, &body).await;
    let first = reports::finished(&emulator, &id).await;
    emulator.advance(6 * HOUR).unwrap();
    assert_eq!(make(&emulator, &body).await, id, "the same day");
    assert_eq!(reports::finished(&emulator, &id).await, first);

    emulator.advance(9 * HOUR).unwrap();
    let second = make(&emulator, &body).await;
    assert_ne!(second, id, "it is the next day in Moscow");
    let fresh = reports::finished(&emulator, &second).await;
    assert_ne!(fresh["rows"], first["rows"]);
    assert_eq!(
        reports::finished(&emulator, &id).await,
        first,
        "as of its instant"
    );

    emulator.advance(9 * HOUR).unwrap();
    let state = good(&emulator, &format!("/{id}")).await;
    assert_eq!(state["status"], "EXPIRED", "after a day");
    let (status, refusal) = reports::get(&emulator, &format!("/{id}/result")).await;
    assert_eq!((status, reports::code(&refusal)), (400, "REPORT_EXPIRED"));

    // Back to the first day, where the second task is one of the future.
    emulator.set_now("2025-05-12T09:30:00Z".parse::<Timestamp>().unwrap());
    let filtered = with(body.clone(), "limit", json!(3));
    let future = make(&emulator, &filtered).await;
    emulator.set_now("2025-05-11T09:30:00Z".parse::<Timestamp>().unwrap());
    assert_ne!(make(&emulator, &filtered).await, future);
    reports::finished(&emulator, &future).await;

    let mut settings = emulator.settings();
    settings.adfox.reports.expire_ms = Some(3_600_000);
    emulator.set_settings(settings);
    let short = make(&emulator, &with(body, "limit", json!(5))).await;
    emulator.advance(HOUR).unwrap();
    assert_eq!(
        good(&emulator, &format!("/{short}")).await["status"],
        "EXPIRED"
    );
}

#[tokio::test]
async fn available_dates_follow_the_clock() {
    let now: Timestamp = "2025-06-01T20:59:59Z".parse().unwrap();
    let emulator = Emulator::builder().now(now).start().await.unwrap();
    let available = async |emulator: &Emulator| good(emulator, "/available-dates").await;
    let days = |from: &str, to: &str| json!({"dateFrom": from, "dateTo": to});
    assert_eq!(available(&emulator).await, days("2024-01-01", "2025-06-01"));
    emulator.advance(Duration::from_secs(2)).unwrap();
    assert_eq!(available(&emulator).await, days("2024-01-01", "2025-06-02"));
    emulator.advance(24 * 400 * HOUR).unwrap();
    assert_eq!(available(&emulator).await, days("2024-01-01", "2025-12-31"));
    let add = json!({"vendor": "adfox", "day": "2026-02-01", "campaign": "3001", "banner": "4001",
        "change": {"add": {"clicks": 1}}});
    let other = json!({"vendor": "spots", "day": "2026-03-01", "change": "empty"});
    let orders = json!([add, other]);
    assert_eq!(post(&emulator, "revise", &orders).await.0, 200);
    assert_eq!(available(&emulator).await, days("2024-01-01", "2026-02-01"));
    emulator.set_now("2023-12-31T20:00:00Z".parse::<Timestamp>().unwrap());
    let none = json!({"dateFrom": null, "dateTo": null});
    assert_eq!(available(&emulator).await, none);
    emulator.set_now(None);
    assert_eq!(available(&emulator).await, days("2024-01-01", "2026-02-01"));
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
    let midnight: Timestamp = "2025-06-01T21:00:00Z".parse().unwrap();
    let builder = Emulator::builder().settings(settings).now(midnight);
    let emulator = builder.start().await.unwrap();
    let whole = crate::emulator().await;
    let day = date(2025, 6, 2);
    assert!(emulator.totals(day, day).adfox.is_empty());
    let mut before = vec![Decimal::ZERO; METRICS.len()];
    for hour in 1..=16 {
        emulator.advance(6 * HOUR).unwrap();
        let now = expected(&emulator.totals(day, day).adfox)
            .remove("2025-06-02")
            .unwrap();
        assert!(now.iter().zip(&before).all(|(now, before)| now >= before));
        assert!(hour >= 14 || now[0] > before[0], "it grows at {hour}");
        before = now;
    }
    assert_eq!(
        emulator.totals(day, day).adfox,
        whole.totals(day, day).adfox
    );
}
