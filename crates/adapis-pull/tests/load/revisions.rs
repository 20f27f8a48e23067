//! A month of nights: pulled, loaded, and compared to the last digit.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use adapis_emulator::{
    Data, Emulator, HybridAdvertiser, HybridClient, HybridData, HybridGenerated, RevisionSettings,
    Settings, SpotsAccount, SpotsData, SpotsGenerated,
};
use adapis_pull::{
    Clients, Config, Format, LoadOptions, LoadSummary, LocalStore, Pace, Pull, RunOptions,
};
use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::cluster::Cluster;
use crate::support::{at, day, folder, retry, rows, spots_client, transport};

const FROM: &str = "2025-06-01";
const NIGHTS: usize = 30;

/// The streams, and the accounts that their rows are of.
pub(crate) const STREAMS: [(&str, &[&str]); 4] = [
    ("spots.day", &["publisher"]),
    ("spots.site-day", &["publisher"]),
    ("spots.placement-day", &["publisher"]),
    ("hybrid.campaign-day", &["agency.a1", "agency.a2"]),
];

async fn emulator() -> Emulator {
    let (from, to) = (day("2025-05-01"), day("2025-12-31"));
    let spots = SpotsAccount {
        login: "publisher@example.com".to_owned(),
        aliases: vec![],
        password: "111111".to_owned(),
        rows: vec![],
        generated: Some(SpotsGenerated {
            sites: 3,
            from,
            to,
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
    let data = Data {
        spots: Some(SpotsData {
            accounts: vec![spots],
        }),
        hybrid: Some(HybridData {
            clients: vec![client],
            advertisers: vec![advertiser("a1"), advertiser("a2")],
            generated: Some(HybridGenerated {
                campaigns: 4,
                from,
                to,
                seed: None,
            }),
            ..HybridData::default()
        }),
        ..Data::default()
    };
    let settings = Settings {
        revisions: RevisionSettings {
            settle_days: 3,
            late_change: 0.1,
            vanishing_rows: 0.1,
            emptied_days: 0.05,
            max_late_days: 10,
            ..RevisionSettings::default()
        },
        ..Settings::default()
    };
    let builder = Emulator::builder().data(data).settings(settings).seed(11);
    builder
        .now(at("2025-06-01T21:30:00Z"))
        .start()
        .await
        .unwrap()
}

fn pull(root: &std::path::Path, emulator: &Emulator) -> Pull {
    let text = format!(
        "[pull]\nroot = '{}'\nlookback = 14\n\
         [[pull.source]]\nname = \"publisher\"\nspots = {{ profile = \"p\" }}\nfrom = {FROM}\n\
         streams = [\"day\", \"site-day\", {{ name = \"placement-day\", partition = \"day\" }}]\n\
         [[pull.source]]\nname = \"agency\"\nhybrid = {{ profile = \"p\", api = \"1.0\" }}\nfrom = {FROM}\n\
         streams = [\"campaign-day\"]\n",
        root.display()
    );
    let pace = Pace::new(None);
    let credentials = &emulator.credentials().hybrid;
    let credentials = hybrid_rest::Credentials::new(
        credentials.client_id.as_str(),
        credentials.client_secret.as_str(),
    );
    let hybrid = hybrid_rest::Client::builder(&emulator.hybrid_url(), credentials)
        .transport(transport(&emulator.hybrid_url()))
        .retry(retry())
        .build()
        .unwrap();
    let clients = Clients::new()
        .spots("publisher", spots_client(emulator, &pace))
        .hybrid("agency", hybrid);
    Pull::new(Config::parse(&text).unwrap(), clients).unwrap()
}

/// A database that a month of nights is loaded into.
pub(crate) trait Warehouse {
    async fn load(&self, store: &LocalStore) -> LoadSummary;

    /// All rows of a table as JSON objects whose values are texts.
    async fn rows(&self, table: &str) -> Vec<BTreeMap<String, String>>;
}

/// Pulls and loads each night, and compares all rows on some of them and in the end.
pub(crate) async fn month_of_nights(warehouse: &impl Warehouse) {
    let emulator = emulator().await;
    let root = folder();
    let store = LocalStore::new(root.path());
    let pull = pull(root.path(), &emulator);
    let mut options = RunOptions::default();
    let mut replaced = 0;
    for night in 0..NIGHTS {
        let summary = pull.run(&options, &emulator.now().unwrap()).await.unwrap();
        let suspects = summary.sources.iter().flat_map(|source| &source.suspects);
        options.accept = suspects
            .filter_map(|held| held.finding.day())
            .collect::<BTreeSet<Date>>();
        let summary = warehouse.load(&store).await;
        assert_eq!(summary.exit_code(), 0, "{summary:?}");
        replaced += summary
            .loaded
            .iter()
            .filter(|partition| partition.replaced)
            .count();
        if night % 10 == 9 || night == NIGHTS - 1 {
            compare(warehouse, root.path()).await;
            let again = warehouse.load(&store).await;
            assert!(
                again.loaded.is_empty() && again.removed.is_empty(),
                "{again:?}"
            );
        }
        emulator.advance(Duration::from_secs(86_400)).unwrap();
    }
    assert!(replaced > NIGHTS * 4, "{replaced}");
}

async fn compare(warehouse: &impl Warehouse, root: &std::path::Path) {
    for (stream, accounts) in STREAMS {
        let mut expected: Vec<_> = accounts
            .iter()
            .flat_map(|account| rows(root, stream, account, Format::Parquet))
            .collect();
        assert!(!expected.is_empty(), "{stream}");
        let mut found = warehouse.rows(&stream.replace(['.', '-'], "_")).await;
        expected.sort();
        found.sort();
        assert_eq!(found.len(), expected.len(), "{stream}");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{stream}");
        }
    }
}

impl Warehouse for Cluster {
    async fn load(&self, store: &LocalStore) -> LoadSummary {
        self.target()
            .load(store, &LoadOptions::default())
            .await
            .unwrap()
    }

    async fn rows(&self, table: &str) -> Vec<BTreeMap<String, String>> {
        let names = self
            .rows(&format!(
                "SELECT attname, atttypid = 'numeric'::regtype FROM pg_attribute \
                 WHERE attrelid = '{table}'::regclass AND attnum > 0 ORDER BY attnum"
            ))
            .await;
        let rows = self.rows(&format!("TABLE {table}")).await;
        let text = |value: &Option<String>, is_money: bool| match value {
            None => "null".to_owned(),
            Some(text) if is_money => text.parse::<Decimal>().unwrap().normalize().to_string(),
            Some(text) => text.clone(),
        };
        rows.iter()
            .map(|row| {
                let values = names.iter().zip(row);
                values
                    .map(|(name, value)| {
                        let is_money = name[1].as_deref() == Some("t");
                        (name[0].clone().unwrap(), text(value, is_money))
                    })
                    .collect()
            })
            .collect()
    }
}

#[tokio::test]
async fn a_month_of_revisions_is_exact_to_the_last_digit() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    month_of_nights(&cluster).await;
}
