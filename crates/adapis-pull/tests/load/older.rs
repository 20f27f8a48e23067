//! A folder that is older than what a database has of it.

use adapis_pull::{Format, LoadErrorKind, LoadOptions, LoadSummary, LocalStore, MoneyType};

use crate::clickhouse::Server;
use crate::cluster::Cluster;
use crate::files::{month, row, write_at};
use crate::support::{day, folder};

const FORMAT: (Format, MoneyType) = (Format::Parquet, MoneyType::Narrow);

/// Writes a month with one row.
fn write(store: &LocalStore, name: &str, requested: &str, shows: i64) {
    let rows = [row("publisher", day(name), shows, "1.5")];
    write_at(store, &month("publisher", name), FORMAT, requested, &rows);
}

async fn is_refused(load: impl AsyncFn(&LocalStore, &LoadOptions) -> LoadSummary) {
    let mut options = LoadOptions::default();
    let root = folder();
    let store = LocalStore::new(root.path());
    for name in ["2025-11-01", "2025-12-01"] {
        write(&store, name, "2026-01-03T00:00:00.123456789Z", 100);
    }
    assert_eq!(load(&store, &options).await.loaded.len(), 2);
    assert_eq!(load(&store, &options).await.unchanged, 2);

    // Yesterday's backup, in which December had not begun.
    let root = folder();
    let store = LocalStore::new(root.path());
    write(&store, "2025-11-01", "2026-01-02T00:00:00Z", 50);
    let summary = load(&store, &options).await;
    let [problem] = &summary.problems[..] else {
        panic!("{summary:?}");
    };
    assert_eq!(
        (problem.kind, summary.exit_code()),
        (LoadErrorKind::Older, 1)
    );
    for part in [
        "month=2025-11-01",
        "2026-01-03T00:00:00",
        "--restart spots.day",
    ] {
        assert!(problem.message.contains(part), "{problem}");
    }
    assert!(
        summary.loaded.is_empty() && summary.removed.is_empty(),
        "{summary:?}"
    );
    assert_eq!(
        summary.left,
        ["spots.day/source=publisher/month=2025-12-01"]
    );

    options.selection.restart = vec!["spots.day".to_owned()];
    let summary = load(&store, &options).await;
    assert_eq!(
        (summary.loaded.len(), summary.removed.len()),
        (1, 1),
        "{summary:?}"
    );
    // Files that are written again are as old as they were.
    options.selection.restart.clear();
    write(&store, "2025-11-01", "2026-01-02T00:00:00Z", 51);
    assert_eq!(load(&store, &options).await.loaded.len(), 1);
}

#[tokio::test]
async fn is_refused_by_postgres() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let target = cluster.target();
    is_refused(async |store: &LocalStore, options: &LoadOptions| {
        target.load(store, options).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn is_refused_by_clickhouse() {
    let Some(server) = Server::start() else {
        return;
    };
    let target = server.target();
    is_refused(async |store: &LocalStore, options: &LoadOptions| {
        target.load(store, options).await.unwrap()
    })
    .await;
}
