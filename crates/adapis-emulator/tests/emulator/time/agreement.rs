//! All views of a vendor have the same sums at any instant, and those of the totals.

use std::collections::BTreeMap;
use std::time::Duration;

use adapis_emulator::{Change, Decimal, Emulator, Revision, StatisticsVendor, TotalsBy, TotalsRow};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::{Value, json};

use super::{HYBRID, SPOTS, Sums, hybrid, lively, post, spots, sums, sums_by};
use crate::get;

const ADVERTISER: &str = "54f74d70870a8e44a023ghj5";
const V3: [&str; 3] = ["ImpressionCount", "ClickCount", "TotalSum"];
const DOMAINS: [&str; 3] = [
    "ImpressionCount",
    "ClickCount",
    "SumWinningPriceWithComission",
];

/// An emulator in the middle of a plan and with ordered revisions.
async fn started() -> Emulator {
    let now = "2025-05-12T09:30:00Z".parse().unwrap();
    let mut settings = lively();
    settings.hybrid.v3.banner_money = true;
    settings.hybrid.v3.default_limit = None;
    let builder = Emulator::builder().settings(settings).now(now);
    let emulator = builder.start().await.unwrap();
    let revisions = json!([
        {"vendor": "spots", "day": "2025-05-06", "site": "site03.example", "change": {"scale": "1.37"}},
        {"vendor": "spots", "day": "2025-05-07", "site": "1004", "placement": "10042",
            "change": {"add": {"impressions": 17, "clicks": 3, "money": "0.123456789"}}},
        {"vendor": "spots", "day": "2025-05-05", "change": "empty", "at": "2025-05-14T00:00:00Z"},
        {"vendor": "hybrid", "day": "2025-05-08", "account": ADVERTISER, "change": {"scale": "0.777777777"}},
    ]);
    assert_eq!(post(&emulator, "revise", &revisions).await.0, 200);
    let campaigns = emulator.totals_by(date(2025, 5, 6), date(2025, 5, 6), TotalsBy::ALL, None);
    let own = |row: &&TotalsRow| row.account == ADVERTISER;
    let campaign = campaigns.iter().find(own).unwrap().item.clone().unwrap();
    for (day, change) in [
        (date(2025, 5, 6), Change::Delete),
        (
            date(2025, 5, 7),
            Change::Add(adapis_emulator::Addition {
                impressions: 1001,
                clicks: 7,
                money: "3.000000001".parse().unwrap(),
            }),
        ),
    ] {
        let revision = Revision::new(StatisticsVendor::Hybrid, day, change).item(&campaign);
        emulator.revise(revision).unwrap();
    }
    emulator
}

fn by_day(rows: &[TotalsRow], of: impl Fn(&TotalsRow) -> bool) -> BTreeMap<String, Sums> {
    let mut days = BTreeMap::<String, Sums>::new();
    for row in rows.iter().filter(|row| of(row)) {
        let sums = days.entry(row.day.unwrap().to_string()).or_default();
        *sums = (
            sums.0 + row.impressions,
            sums.1 + row.clicks,
            sums.2 + row.money,
        );
    }
    days
}

#[tokio::test]
async fn groups_of_spots_agree_with_each_other_and_with_the_totals() {
    let emulator = started().await;
    let (from, to) = ("2025-05-01", "2025-05-14");
    let mut seen = Vec::new();
    for _ in 0..5 {
        let totals = emulator.totals_by(date(2025, 5, 1), date(2025, 5, 14), TotalsBy::ALL, None);
        let is_spots = |row: &TotalsRow| row.vendor == StatisticsVendor::Spots;
        let expected = by_day(&totals, is_spots);
        for groups in [
            &["date_day"][..],
            &["date_day", "site_id"],
            &["date_day", "site"],
            &["date_day", "placement"],
            &["date_day", "site_id", "placement"],
        ] {
            let rows = spots(&emulator, from, to, groups).await;
            assert_eq!(sums_by(&rows, "date_day", SPOTS), expected, "{groups:?}");
            if groups.len() == 3 {
                let source = totals.iter().filter(|row| is_spots(row));
                assert_eq!(rows.len(), source.count());
            }
        }
        let whole = sums(&spots(&emulator, from, to, &[]).await, SPOTS);
        let all = expected.values().fold(Sums::default(), |sum, day| {
            (sum.0 + day.0, sum.1 + day.1, sum.2 + day.2)
        });
        assert_eq!(whole, all);
        seen.push((emulator.now().unwrap(), expected));
        emulator.advance(Duration::from_secs(40 * 60 * 60)).unwrap();
    }
    assert!(seen[0].1.contains_key("2025-05-05"));
    assert!(!seen[4].1.contains_key("2025-05-05"), "it was emptied");
    for (at, expected) in seen {
        let by = TotalsBy {
            day: true,
            ..TotalsBy::default()
        };
        let then = emulator.totals_by(date(2025, 5, 1), date(2025, 5, 14), by, Some(at));
        let then = by_day(&then, |row| row.vendor == StatisticsVendor::Spots);
        assert_eq!(then, expected, "as of {at}");
    }
}

#[tokio::test]
async fn paths_of_hybrid_agree_with_each_other_and_with_the_totals() {
    let emulator = started().await;
    let days = "from=2025-05-05&to=2025-05-12";
    for _ in 0..3 {
        let (from, to) = (date(2025, 5, 5), date(2025, 5, 12));
        let totals = emulator.totals_by(from, to, TotalsBy::ALL, None);
        let own = |row: &TotalsRow| row.account == ADVERTISER;
        let expected = by_day(&totals, own);
        let path = format!("/statistic/advertiser/2025-05-05/2025-05-12/{ADVERTISER}");
        let campaigns = hybrid(&emulator, &path).await;
        let campaigns = campaigns.as_array().unwrap();
        let stat = campaigns
            .iter()
            .flat_map(|campaign| campaign["Stat"].as_array().unwrap());
        let stat: Vec<Value> = stat.cloned().collect();
        let by_date = sums_by(&stat, "Date", HYBRID);
        assert!(
            by_date.values().eq(expected.values()),
            "{by_date:?} {expected:?}"
        );
        for split in ["Day", "Day/BannerName", "Day/Country", "Day/Campaign"] {
            let path = format!("/v3.0/advertiser/{split}?advertiserId={ADVERTISER}&{days}");
            let rows = hybrid(&emulator, &path).await;
            let rows = sums_by(rows["Statistic"].as_array().unwrap(), "Day", V3);
            assert!(
                rows.values().eq(expected.values()),
                "{split}: {rows:?} {expected:?}"
            );
        }
        for campaign in campaigns.iter().take(4) {
            let id = campaign["CampaignId"].as_str().unwrap();
            let expected = sums(campaign["Stat"].as_array().unwrap(), HYBRID);
            let path = format!("/statistic/banners/campaign/2025-05-05/2025-05-12/{id}");
            let domains = hybrid(&emulator, &path).await;
            assert_eq!(sums(domains.as_array().unwrap(), DOMAINS), expected);
            let banners = hybrid(&emulator, &format!("/banner/get/{id}")).await;
            let mut parts = Vec::new();
            for banner in banners.as_array().unwrap() {
                let banner = banner["Id"].as_str().unwrap();
                let path = format!("/statistic/banner/2025-05-05/2025-05-12/{banner}");
                parts.push(hybrid(&emulator, &path).await);
            }
            assert_eq!(sums(&parts, DOMAINS), expected);
            let path = format!("/v3.0/campaign/BannerName?campaignId={id}&{days}");
            let rows = hybrid(&emulator, &path).await;
            assert_eq!(sums(rows["Statistic"].as_array().unwrap(), V3), expected);
        }
        emulator.advance(Duration::from_secs(60 * 60 * 60)).unwrap();
    }
}

#[tokio::test]
async fn totals_are_exact_as_of_any_instant_over_http() {
    let emulator = started().await;
    let days = "from=2025-05-01&to=2025-05-14";
    let totals = |rest: &str| {
        let url = format!("{}/_emulator/totals?{days}{rest}", emulator.url());
        async move { get(&url).await }
    };
    let (_, now) = totals("").await;
    let (_, accounts) = totals("&by=account").await;
    let spots = &accounts[0];
    assert_eq!(
        (&spots["vendor"], &spots["account"], &spots["rows"]),
        (
            &json!("spots"),
            &now["spots"][0]["login"],
            &now["spots"][0]["rows"]
        )
    );
    let decimal = |value: &Value| value.to_string().trim_matches('"').parse::<Decimal>();
    assert!(spots["money"].is_string());
    assert_eq!(
        decimal(&spots["money"]),
        decimal(&now["spots"][0]["income"])
    );
    let (_, then) = totals("&at=2025-05-10T00:00:00%2B03:00").await;
    let (_, same) = totals("&at=2025-05-09T21:00:00Z").await;
    assert_eq!(then, same);
    assert_ne!(then, accounts);
    let (_, row) = totals("&by=day,item,row&at=2030-01-01T00:00:00Z").await;
    let members: Vec<&String> = row[0].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "account",
            "clicks",
            "day",
            "impressions",
            "item",
            "money",
            "name",
            "row",
            "rows",
            "vendor"
        ]
    );
    let at: Timestamp = "2025-05-09T21:00:00Z".parse().unwrap();
    let of_day = emulator.totals_at(date(2025, 5, 1), date(2025, 5, 14), at);
    assert_eq!(
        of_day.spots[0].shows,
        then[0]["impressions"].as_u64().unwrap()
    );
    for wrong in ["&at=noon", "&by=week", "&by="] {
        let (status, error) = totals(wrong).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(error["error"].is_string());
    }
}
