//! Ordered revisions over HTTP, and of stored rows.

use adapis_emulator::{Change, Data, Decimal, Emulator, Revision, StatisticsVendor};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Value, json};

use super::{HYBRID, SPOTS, hybrid, post, spots, sums};
use crate::{emulator, get, http};

async fn placement(emulator: &Emulator) -> Vec<Value> {
    let groups = ["date_day", "site_id", "placement"];
    let mut rows = spots(emulator, "2025-03-01", "2025-03-01", &groups).await;
    rows.retain(|row| row["placement"] == "10011");
    rows
}

fn order(change: &Value) -> Value {
    json!({"vendor": "spots", "day": "2025-03-01", "site": "1001", "placement": "10011",
        "change": change})
}

#[tokio::test]
async fn a_row_can_be_scaled_deleted_added_to_and_restored() {
    let emulator = emulator().await;
    let before = placement(&emulator).await;
    let (shows, clicks, income) = sums(&before, SPOTS);
    let (status, all) = post(&emulator, "revise", &order(&json!({"scale": 1.5}))).await;
    assert_eq!(
        (status, all),
        (
            200,
            json!([{"vendor": "spots", "day": "2025-03-01", "item": "1001", "row": "10011",
            "change": {"scale": 1.5}}])
        )
    );
    let scaled = (income * Decimal::new(15, 1)).trunc_with_scale(9);
    let expected = (shows * 3 / 2, clicks * 3 / 2, scaled);
    assert_eq!(sums(&placement(&emulator).await, SPOTS), expected);
    post(&emulator, "revise", &order(&json!("delete"))).await;
    assert!(placement(&emulator).await.is_empty());
    let add = json!({"add": {"impressions": 5, "money": "0.000000001"}});
    post(&emulator, "revise", &order(&add)).await;
    let expected = (5, 0, Decimal::new(1, 9));
    assert_eq!(sums(&placement(&emulator).await, SPOTS), expected);
    post(&emulator, "revise", &order(&json!("restore"))).await;
    assert_eq!(placement(&emulator).await, before);
    let url = format!("{}/_emulator/revise", emulator.url());
    assert_eq!(get(&url).await.1.as_array().unwrap().len(), 4);
    post(&emulator, "revise", &order(&json!("delete"))).await;
    assert_eq!(http().delete(&url).send().await.unwrap().status(), 204);
    assert_eq!(get(&url).await, (200, json!([])));
    assert_eq!(placement(&emulator).await, before);
    post(&emulator, "revise", &order(&json!("delete"))).await;
    emulator.reset();
    assert!(emulator.revisions().is_empty());
}

#[tokio::test]
async fn revisions_can_wait_for_their_instant() {
    let now: Timestamp = "2025-03-05T00:00:00Z".parse().unwrap();
    let emulator = Emulator::builder().now(now).start().await.unwrap();
    let mut later = order(&json!("delete"));
    later["at"] = json!("2025-03-07T00:00:00Z");
    let mut whole_day = json!({"vendor": "hybrid", "day": "2025-03-02", "change": "empty"});
    let (_, all) = post(&emulator, "revise", &json!([later, whole_day])).await;
    whole_day["at"] = json!("2025-03-05T00:00:00Z");
    assert_eq!(all[1], whole_day, "the instant of the clock");
    assert_eq!(placement(&emulator).await.len(), 1);
    let day = date(2025, 3, 2);
    let rows = |totals: adapis_emulator::Totals| {
        totals.hybrid.iter().map(|totals| totals.rows).sum::<u64>()
    };
    assert_eq!(rows(emulator.totals(day, day)), 0);
    let before = "2025-03-04T23:59:59Z".parse().unwrap();
    assert!(rows(emulator.totals_at(day, day, before)) > 100);
    emulator.set_now("2025-03-07T00:00:00Z".parse::<Timestamp>().unwrap());
    assert!(placement(&emulator).await.is_empty());
    emulator.set_now(now);
    assert_eq!(placement(&emulator).await.len(), 1, "time can go back");
}

#[tokio::test]
async fn a_row_can_appear_on_a_day_without_data() {
    let emulator = emulator().await;
    let day = date(2027, 1, 5);
    let change = json!({"add": {"impressions": 9, "clicks": 1, "money": 2}});
    let order = json!({"vendor": "spots", "day": day, "site": "site01.example",
        "placement": "10012", "change": change});
    assert_eq!(post(&emulator, "revise", &order).await.0, 200);
    let rows = spots(&emulator, "2027-01-01", "2027-12-31", &["date_day", "site"]).await;
    assert_eq!(
        rows,
        [
            json!({"shows": 9, "clicks": 1, "income": 2, "site": "site01.example",
            "date_day": "2027-01-05"})
        ]
    );
    assert_eq!(emulator.totals(day, day).spots[0].rows, 1);
}

#[tokio::test]
async fn stored_rows_of_hybrid_still_add_up() {
    let data = json!({"hybrid": {
        "clients": [{"client_id": "c", "client_secret": "s"}],
        "advertisers": [{"id": "a", "name": "A", "campaigns": [{"id": "c1", "name": "C",
            "banners": [{"id": "b1", "name": "1"}, {"id": "b2", "name": "2"}]}]}],
        "campaign_rows": [{"CampaignId": "c1", "Date": "2024-02-29", "ImpressionCount": 100,
            "ClickCount": 7, "Cost": 10.000000001, "Ctr": 7}],
        "domain_rows": [
            {"CampaignId": "c1", "Date": "2024-02-29", "Domain": "x.example",
                "ImpressionCount": 61, "ClickCount": 4, "SumWinningPriceWithComission": 6.5},
            {"CampaignId": "c1", "Date": "2024-02-29", "Domain": "y.example",
                "ImpressionCount": 39, "ClickCount": 3, "SumWinningPriceWithComission": 3.500000001}],
        "banner_rows": [
            {"BannerId": "b1", "Date": "2024-02-29", "ImpressionCount": 33, "ClickCount": 1,
                "SumWinningPriceWithComission": 3.3},
            {"BannerId": "b2", "Date": "2024-02-29", "ImpressionCount": 67, "ClickCount": 6,
                "SumWinningPriceWithComission": 6.700000001}],
    }});
    let data = Data::from_json(&data.to_string()).unwrap();
    let emulator = Emulator::builder().data(data).start().await.unwrap();
    let day = date(2024, 2, 29);
    let revise = |change| {
        let revision = Revision::new(StatisticsVendor::Hybrid, day, change).item("c1");
        emulator.revise(revision).unwrap();
    };
    let domains = [
        "ImpressionCount",
        "ClickCount",
        "SumWinningPriceWithComission",
    ];
    for factor in ["0.333333333", "1.7", "0.9"] {
        revise(Change::Scale(factor.parse().unwrap()));
        revise(Change::Add(adapis_emulator::Addition {
            impressions: 2,
            clicks: 1,
            money: "0.1".parse().unwrap(),
        }));
        let span = "2024-02-29/2024-02-29";
        let campaign = hybrid(&emulator, &format!("/statistic/campaign/{span}/c1")).await;
        let campaign = campaign[0]["Stat"].as_array().unwrap().clone();
        let expected = sums(&campaign, HYBRID);
        let path = format!("/statistic/banners/campaign/{span}/c1");
        let rows = hybrid(&emulator, &path).await;
        assert_eq!(
            sums(rows.as_array().unwrap(), domains),
            expected,
            "{factor}"
        );
        let mut banners = Vec::new();
        for banner in ["b1", "b2"] {
            banners.push(hybrid(&emulator, &format!("/statistic/banner/{span}/{banner}")).await);
        }
        assert_eq!(sums(&banners, domains), expected, "{factor}");
    }
}

#[tokio::test]
async fn wrong_orders_are_refused_with_words() {
    let emulator = emulator().await;
    let with = |member: &str, value: Value| {
        let mut order = order(&json!("delete"));
        order[member] = value;
        order
    };
    for (wrong, words) in [
        (with("vendor", json!("keitaro")), "keitaro"),
        (with("day", json!("2025-02-30")), "day"),
        (with("site", json!("nowhere.example")), "nowhere.example"),
        (with("account", json!("nobody")), "nobody"),
        (with("placement", json!("1")), "nothing like"),
        (with("at", json!("2025-03-07T00:00:00Z")), "clock"),
        (with("at", json!("soon")), "error"),
        (with("because", json!(1)), "because"),
        (with("change", json!("vanish")), "vanish"),
        (with("change", json!({"scale": -1})), "scale"),
        (with("change", json!({"scale": 1e300})), "amount"),
        (
            with("change", json!({"add": {"money": 0.000_000_000_1}})),
            "amount",
        ),
        (with("change", json!({"add": {"shows": 1}})), "shows"),
        (with("change", json!("empty")), "whole days"),
        (
            json!({"vendor": "spots", "day": "2025-03-01", "change": "delete"}),
            "needs a site",
        ),
        (
            json!({"vendor": "hybrid", "day": "2025-03-01", "row": "1", "change": "delete"}),
            "Hybrid",
        ),
        (json!({}), "vendor"),
        (json!("delete"), "invalid type"),
        (json!(null), "invalid type"),
    ] {
        let good = order(&json!("delete"));
        for body in [wrong.clone(), json!([good, wrong])] {
            let (status, error) = post(&emulator, "revise", &body).await;
            assert_eq!(status, 400, "{body}");
            let error = error["error"].as_str().unwrap();
            assert!(
                error.contains(words) || words == "error",
                "{error}: {words}"
            );
        }
    }
    assert!(emulator.revisions().is_empty(), "all or none");
}
