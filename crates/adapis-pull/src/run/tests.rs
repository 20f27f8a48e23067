//! A disk that fails at each call of a whole run.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use adapis_emulator::{Data, Decimal, Emulator, SpotsAccount, SpotsData, SpotsRow, SpotsView};
use jiff::Timestamp;

use crate::store::FailingDisk;
use crate::{
    Clients, Config, Format, LocalStore, Pull, RunOptions, Selection, Store, partitions, read_rows,
};

const ENOSPC: i32 = 28;
const EIO: i32 = 5;
const NIGHT: &str = "2025-12-03T03:00:00Z";
const NEXT_NIGHT: &str = "2025-12-04T03:00:00Z";
const STREAM: &str = "spots.site-day";

async fn vendor(shows: u64) -> Emulator {
    let row = |day: &str, site_id: u64| SpotsRow {
        date: day.parse().unwrap(),
        site: format!("site{site_id}.ru"),
        site_id,
        site_name: None,
        placement: format!("{site_id}1"),
        placement_name: "top".to_owned(),
        shows,
        clicks: 1,
        income: Decimal::new(1_234_567, 9),
        view: SpotsView::Any,
    };
    let days = [
        "2025-11-29",
        "2025-11-30",
        "2025-12-01",
        "2025-12-02",
        "2025-12-03",
    ];
    let account = SpotsAccount {
        login: "publisher@example.com".to_owned(),
        aliases: vec![],
        password: "111111".to_owned(),
        rows: days
            .iter()
            .flat_map(|day| [row(day, 1), row(day, 2)])
            .collect(),
        generated: None,
    };
    let data = Data {
        spots: Some(SpotsData {
            accounts: vec![account],
        }),
        ..Data::default()
    };
    Emulator::builder().data(data).start().await.unwrap()
}

fn pull(store: LocalStore, emulator: &Emulator, format: Format) -> Pull {
    let config = format!(
        "[pull]\nroot = \"unused\"\nlookback = 2\nformat = \"{format}\"\n[[pull.source]]\nname = \"publisher\"\n\
         spots = {{ profile = \"p\" }}\nfrom = 2025-11-29\nconcurrency = 1\nstreams = [\"site-day\"]\n"
    );
    let credentials = spots_rpc::Credentials::new("publisher@example.com", "111111");
    let client = spots_rpc::Client::new(&emulator.spots_url(), credentials).unwrap();
    let clients = Clients::new().spots("publisher", client);
    Pull::with_store(Config::parse(&config).unwrap(), clients, Arc::new(store))
}

async fn run(pull: &Pull, now: &str) -> u8 {
    let now: Timestamp = now.parse().unwrap();
    pull.run(&RunOptions::default(), &now)
        .await
        .unwrap()
        .exit_code
}

/// The rows of each file, as texts.
fn rows(store: &dyn Store, pull: &Pull, format: Format) -> BTreeMap<String, Vec<String>> {
    let schema = pull.config().sources[0].streams[0].stream.schema.clone();
    let mut all = BTreeMap::new();
    for partition in partitions(store, STREAM).unwrap() {
        if let Ok(rows) = read_rows(store, &partition, format, &schema) {
            let rows = rows.map(|row| format!("{:?}", row.unwrap())).collect();
            all.insert(partition.path(), rows);
        }
    }
    all
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            std::fs::copy(entry.path(), place).unwrap();
        }
    }
}

/// Whatever call of the disk fails, once or for good: files are the old or the new ones, whole; what was not published
/// is due; and the next run ends like one that nothing broke.
async fn fail_at_each_call(format: Format) {
    let (before, after) = (vendor(100).await, vendor(120).await);
    let folder = || tempfile::tempdir().unwrap();
    let base = folder();
    let first = pull(LocalStore::new(base.path()), &before, format);
    assert_eq!(run(&first, NIGHT).await, 0);
    let old = rows(&LocalStore::new(base.path()), &first, format);
    let unbroken = folder();
    copy(base.path(), unbroken.path());
    let second = pull(LocalStore::new(unbroken.path()), &after, format);
    assert_eq!(run(&second, NEXT_NIGHT).await, 0);
    let new = rows(&LocalStore::new(unbroken.path()), &second, format);
    assert_eq!((old.len(), new.len()), (2, 2));
    let now: Timestamp = NEXT_NIGHT.parse().unwrap();
    for (errno, recovers) in [(ENOSPC, true), (EIO, true), (ENOSPC, false), (EIO, false)] {
        let mut fails = 0;
        loop {
            let about = format!("{format}: call {fails}, error {errno}, recovers {recovers}");
            let root = folder();
            copy(base.path(), root.path());
            let disk = Arc::new(if recovers {
                FailingDisk::new(fails, errno)
            } else {
                FailingDisk::for_good(fails, errno)
            });
            let store = LocalStore::with_disk(root.path(), disk.clone());
            let code = run(&pull(store, &after, format), NEXT_NIGHT).await;
            let good = || LocalStore::new(root.path());
            let retry = pull(good(), &after, format);
            let found = rows(&good(), &retry, format);
            assert_eq!(found.len(), 2, "{about}");
            for (path, found) in &found {
                assert!(
                    *found == old[path] || *found == new[path],
                    "{about}: {path}"
                );
            }
            let plan = retry.plan(&Selection::default(), now).unwrap();
            let windows = plan[0].streams[0].windows.iter();
            let due: Vec<&String> = windows
                .flat_map(|window| &window.parts)
                .map(|part| &part.path)
                .collect();
            for (path, found) in &found {
                assert!(
                    *found == new[path] || due.contains(&path),
                    "{about}: {path}"
                );
            }
            if found != new {
                assert_eq!(code, 1, "{about}");
            }
            if !disk.has_failed() {
                assert_eq!((code, fails > 20), (0, true), "{about}");
                break;
            }
            assert_eq!(run(&retry, NEXT_NIGHT).await, 0, "{about}");
            assert_eq!(rows(&good(), &retry, format), new, "{about}");
            fails += 1;
        }
    }
}

#[tokio::test]
async fn a_disk_that_fails_at_any_call_keeps_the_old_file() {
    fail_at_each_call(Format::Parquet).await;
}

#[tokio::test]
async fn a_disk_that_fails_at_any_call_keeps_the_old_text() {
    fail_at_each_call(Format::Csv).await;
}
