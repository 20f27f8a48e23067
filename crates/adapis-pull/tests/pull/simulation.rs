//! Weeks of nights: days that grow, change late, lose rows and become empty, with outages and broken answers between.

use std::collections::BTreeSet;
use std::time::Duration;

use adapis_emulator::{
    Data, Emulator, Fault, FaultPlan, FaultPoint, HybridAdvertiser, HybridClient, HybridData,
    HybridGenerated, RevisionSettings, Settings, SpotsAccount, SpotsData, SpotsGenerated,
};
use adapis_pull::{Clients, Config, Format, Pace, Pull, RunOptions, Selection};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::support::{at, day, files, folder, retry, rows, spots_client, sum, transport};

const FROM: &str = "2025-06-01";
const NIGHTS: u32 = 35;

/// Rows grow for three days and change for ten more; a day later all days are final.
const LOOKBACK: u32 = 14;

async fn emulator(seed: u64) -> Emulator {
    let spots = SpotsAccount {
        login: "publisher@example.com".to_owned(),
        aliases: vec![],
        password: "111111".to_owned(),
        rows: vec![],
        generated: Some(SpotsGenerated {
            sites: 3,
            from: day("2025-05-01"),
            to: day("2025-12-31"),
            seed: None,
        }),
    };
    let advertiser = |id: &str| HybridAdvertiser {
        id: id.to_owned(),
        name: id.to_owned(),
        balance: None,
        campaigns: vec![],
    };
    let client = HybridClient {
        client_id: "agency-client".to_owned(),
        client_secret: "agency-secret".to_owned(),
        advertisers: None,
        advertiser: None,
        scope: "statistic".to_owned(),
    };
    let hybrid = HybridData {
        clients: vec![client],
        advertisers: vec![advertiser("a1"), advertiser("a2")],
        generated: Some(HybridGenerated {
            campaigns: 4,
            from: day("2025-05-01"),
            to: day("2025-12-31"),
            seed: None,
        }),
        ..HybridData::default()
    };
    let data = Data {
        spots: Some(SpotsData {
            accounts: vec![spots],
        }),
        hybrid: Some(hybrid),
        ..Data::default()
    };
    let settings = Settings {
        revisions: RevisionSettings {
            settle_days: 3,
            late_change: 0.05,
            vanishing_rows: 0.05,
            emptied_days: 0.05,
            max_late_days: 10,
            ..RevisionSettings::default()
        },
        ..Settings::default()
    };
    let builder = Emulator::builder().data(data).settings(settings).seed(seed);
    builder
        .now(at("2025-06-01T21:30:00Z"))
        .start()
        .await
        .unwrap()
}

fn pull(root: &tempfile::TempDir, emulator: &Emulator) -> Pull {
    let text = format!(
        "[pull]\nroot = '{}'\nlookback = {LOOKBACK}\n\
         [[pull.source]]\nname = \"publisher\"\nspots = {{ profile = \"p\" }}\nfrom = {FROM}\n\
         streams = [\"day\", \"site-day\", {{ name = \"placement-day\", partition = \"day\" }}]\n\
         [[pull.source]]\nname = \"agency\"\nhybrid = {{ profile = \"p\", api = \"1.0\" }}\nfrom = {FROM}\n\
         streams = [\"campaign-day\"]\n\
         [[pull.source]]\nname = \"agency-three\"\nhybrid = {{ profile = \"p\", api = \"3.0\" }}\nfrom = {FROM}\n\
         streams = [\"campaign-day\"]\n",
        root.path().display()
    );
    let config = Config::parse(&text).unwrap();
    let pace = Pace::new(None);
    let credentials = &emulator.credentials().hybrid;
    let credentials = || {
        hybrid_rest::Credentials::new(
            credentials.client_id.as_str(),
            credentials.client_secret.as_str(),
        )
    };
    let hybrid = || {
        hybrid_rest::Client::builder(&emulator.hybrid_url(), credentials())
            .transport(transport(&emulator.hybrid_url()))
            .retry(retry())
            .build()
            .unwrap()
    };
    let clients = Clients::new()
        .spots("publisher", spots_client(emulator, &pace))
        .hybrid("agency", hybrid())
        .hybrid("agency-three", hybrid());
    Pull::new(config, clients).unwrap()
}

fn break_things(emulator: &Emulator, night: u64) {
    for operation in [
        "spots.platform.getStatistics",
        "hybrid.statistic.*",
        "hybrid.v3.*",
    ] {
        let plan = FaultPlan::new(operation)
            .fault(Fault::status(503))
            .fault(Fault::status(429))
            .fault(Fault::truncate(200))
            .fault(Fault::reset(FaultPoint::MidBody))
            .fault(Fault::garbage("<html>maintenance</html>"));
        emulator.faults(plan.at_rate(0.25, night)).unwrap();
    }
}

async fn simulate(seed: u64) {
    let emulator = emulator(seed).await;
    let root = folder();
    let pull = pull(&root, &emulator);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut options = RunOptions::default();
    for night in 0..NIGHTS {
        // Some nights the machine is off, in some the vendor is down.
        if random.u8(..10) > 0 {
            emulator.clear_faults();
            match random.u8(..10) {
                0 => {
                    let down = FaultPlan::new("*").fault(Fault::status(500)).forever();
                    emulator.faults(down).unwrap();
                }
                1..=6 => break_things(&emulator, u64::from(night)),
                _ => {}
            }
            let summary = pull.run(&options, &emulator.now().unwrap()).await.unwrap();
            // What a person would do in the morning: look at what is held back, and accept it.
            let suspects = summary.sources.iter().flat_map(|source| &source.suspects);
            let days: BTreeSet<Date> = suspects.filter_map(|held| held.finding.day()).collect();
            options.accept = days;
        }
        let hours = 24 + random.i32(-3..=3);
        let seconds = u64::try_from(hours).unwrap() * 3600;
        emulator.advance(Duration::from_secs(seconds)).unwrap();
    }
    emulator.clear_faults();
    let end = emulator.now().unwrap();
    let last = end.in_tz_day();
    // All days settle, and two more runs find nothing that they would have to accept.
    emulator
        .advance(Duration::from_secs(u64::from(LOOKBACK + 1) * 86_400))
        .unwrap();
    let now = emulator.now().unwrap();
    for _ in 0..4 {
        let summary = pull.run(&options, &now).await.unwrap();
        let suspects = summary.sources.iter().flat_map(|source| &source.suspects);
        options
            .accept
            .extend(suspects.filter_map(|held| held.finding.day()));
        for source in &summary.sources {
            assert!(
                source.errors.is_empty() && source.differences.is_empty(),
                "{source:?}"
            );
        }
    }
    let (from, to) = (day(FROM), now.in_tz_day());
    let totals = emulator.totals_at(from, to, now);
    let spots = &totals.spots[0];
    for stream in ["spots.day", "spots.site-day", "spots.placement-day"] {
        let rows = rows(root.path(), stream, "publisher", Format::Parquet);
        assert_eq!(sum(&rows, "shows"), spots.shows.into(), "{stream} {seed}");
        assert_eq!(sum(&rows, "clicks"), spots.clicks.into(), "{stream} {seed}");
        assert_eq!(sum(&rows, "income"), spots.income, "{stream} {seed}");
        if stream == "spots.placement-day" {
            assert_eq!(rows.len() as u64, spots.rows, "rows that vanished are gone");
        }
    }
    for expected in &totals.hybrid {
        for (source, money) in [("agency", "Cost"), ("agency-three", "TotalSum")] {
            let account = format!("{source}.{}", expected.advertiser);
            let rows = rows(
                root.path(),
                "hybrid.campaign-day",
                &account,
                Format::Parquet,
            );
            assert_eq!(
                sum(&rows, "ImpressionCount"),
                expected.impressions.into(),
                "{account} {seed}"
            );
            assert_eq!(
                sum(&rows, "ClickCount"),
                expected.clicks.into(),
                "{account} {seed}"
            );
            assert_eq!(sum(&rows, money), expected.cost, "{account} {seed}");
            assert_eq!(rows.len() as u64, expected.rows, "{account} {seed}");
        }
    }
    // Final days are asked for no more.
    let plans = pull.plan(&Selection::default(), now).unwrap();
    let windows = plans
        .iter()
        .flat_map(|plan| &plan.streams)
        .flat_map(|stream| &stream.windows);
    for part in windows.flat_map(|window| &window.parts) {
        assert!(part.due.keys().all(|day| *day > last), "{part:?}");
    }
    for status in pull.status(now).unwrap() {
        for stream in status.streams {
            assert!(
                stream.gaps.is_empty() && stream.suspects.is_empty(),
                "{stream:?}"
            );
            let late = stream.late.unwrap();
            assert!(
                late.until_days.is_some_and(|days| days > 0) && late.suffices,
                "{late}"
            );
        }
    }
    let names = files(root.path());
    assert!(
        names.keys().all(|name| name.ends_with("/rows.parquet")),
        "{names:?}"
    );
}

pub(crate) trait MoscowDay {
    /// The latest day that has ended in Moscow.
    fn in_tz_day(&self) -> Date;
}

impl MoscowDay for Timestamp {
    fn in_tz_day(&self) -> Date {
        let moscow = *self + SignedDuration::from_hours(3);
        let today = jiff::tz::Offset::UTC.to_datetime(moscow).date();
        today.yesterday().unwrap()
    }
}

#[tokio::test]
async fn after_lookback_every_sum_is_the_vendors_seed_1() {
    simulate(1).await;
}

#[tokio::test]
async fn after_lookback_every_sum_is_the_vendors_seed_2() {
    simulate(2).await;
}
