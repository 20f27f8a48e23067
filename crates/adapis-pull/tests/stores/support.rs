//! The stores that are there, and what lies in them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use adapis_emulator::{Emulator, SpotsRow};
use adapis_pull::{
    Clients, Config, Format, LocalStore, Pace, Pull, RemoteStore, Store, partitions, read_rows,
};

use crate::vendor::{row_of, schema, spots_client, spots_row};

pub(crate) const NOW: &str = "2025-12-04T03:00:00Z";
pub(crate) const STREAM: &str = "spots.site-day";

/// A root that no other test has, in each store that is there.
pub(crate) fn roots(test: &str) -> Vec<String> {
    let mut roots = Vec::new();
    for name in ["ADAPIS_TEST_S3", "ADAPIS_TEST_GS", "ADAPIS_TEST_AZ"] {
        match std::env::var(name) {
            Ok(root) => roots.push(format!("{root}/{test} {:08x}", fastrand::u32(..))),
            Err(_) => println!("skipped: {name} names no store; tests/stores/run starts them"),
        }
    }
    roots
}

/// A store whose leases are short, so that a test does not wait for a killed run.
pub(crate) fn open(root: &str) -> RemoteStore {
    RemoteStore::open(root)
        .unwrap()
        .lease(Duration::from_secs(2))
}

pub(crate) fn config(streams: &str) -> Config {
    let text = format!(
        "[pull]\nroot = \"unused\"\n[[pull.source]]\nname = \"publisher\"\nspots = {{ profile = \"p\" }}\n\
         from = 2025-11-29\nstreams = [{streams}]\n"
    );
    Config::parse(&text).unwrap()
}

pub(crate) fn pull(store: impl Store + 'static, emulator: &Emulator) -> Pull {
    let pace = Pace::new(None);
    let clients = Clients::new()
        .spots("publisher", spots_client(emulator, &pace))
        .pace("publisher", pace);
    Pull::with_store(config("\"site-day\""), clients, Arc::new(store))
}

/// The vendor's rows of two months.
pub(crate) fn days(shows: u64) -> Vec<SpotsRow> {
    let days = ["2025-11-29", "2025-11-30", "2025-12-01", "2025-12-02"];
    days.iter()
        .flat_map(|day| [spots_row(day, 1, shows), spots_row(day, 2, shows / 2)])
        .collect()
}

/// The rows of all files, as texts by column.
pub(crate) fn rows(store: &dyn Store) -> Vec<BTreeMap<String, String>> {
    let schema = schema(STREAM);
    let mut rows = Vec::new();
    for partition in partitions(store, STREAM).unwrap() {
        for row in read_rows(store, &partition, Format::Parquet, &schema).unwrap() {
            rows.push(row_of(&schema, &row.unwrap()));
        }
    }
    rows
}

/// The rows of a run into a folder that nothing breaks.
pub(crate) async fn unbroken(emulator: &Emulator) -> Vec<BTreeMap<String, String>> {
    let folder = tempfile::tempdir().unwrap();
    let pull = pull(LocalStore::new(folder.path()), emulator);
    assert_eq!(crate::vendor::run_at(&pull, NOW).await.exit_code, 0);
    rows(&LocalStore::new(folder.path()))
}
