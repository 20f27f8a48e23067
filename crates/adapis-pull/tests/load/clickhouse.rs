//! What arrives in ClickHouse: the engine is that of chdb, behind the server in `chdb_server.py`.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use adapis_pull::{
    ClickHouse, Format, LoadErrorKind, LoadOptions, LoadSummary, LocalStore, MoneyType, Partition,
    PartitionKey, Value,
};
use rust_decimal::Decimal;
use tempfile::TempDir;

use crate::files::{month, remove, report_root, row, stream, write, write_as, write_month};
use crate::revisions::{Warehouse, month_of_nights};
use crate::support::{day, folder, transport};

pub(crate) const USER: &str = "загрузчик";
pub(crate) const PASSWORD: &str = "pa:ss'w0rd of tests";

pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    _folder: TempDir,
}

/// A Python that has chdb: `ADAPIS_CHDB_PYTHON`, or one below `target/`.
fn python() -> Option<PathBuf> {
    let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target");
    let given = std::env::var_os("ADAPIS_CHDB_PYTHON").map(PathBuf::from);
    let known =
        ["chdb", "engines"].map(|name| PathBuf::from(format!("{target}/{name}/bin/python")));
    let mut candidates = given.into_iter().chain(known);
    candidates.find(|python| {
        let tried = Command::new(python).args(["-c", "import chdb"]).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

impl Server {
    pub(crate) fn start() -> Option<Self> {
        let Some(python) = python() else {
            println!(
                "skipped: no Python with chdb; python3 -m venv target/chdb && target/chdb/bin/pip install chdb"
            );
            return None;
        };
        let folder = folder();
        let mut process = Command::new(python)
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/load/chdb_server.py"
            ))
            .arg(folder.path())
            .args([USER, PASSWORD])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        std::io::BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut port)
            .unwrap();
        Some(Self {
            process,
            url: format!("http://127.0.0.1:{}/", port.trim()),
            _folder: folder,
        })
    }

    pub(crate) fn target(&self) -> ClickHouse {
        let target = ClickHouse::new(&self.url, transport(&self.url)).unwrap();
        target.user(USER, PASSWORD).database("ads").unwrap()
    }

    pub(crate) async fn load(&self, store: &LocalStore) -> LoadSummary {
        self.target()
            .load(store, &LoadOptions::default())
            .await
            .unwrap()
    }

    async fn rows(&self, query: &str) -> Vec<Vec<String>> {
        let request = http::Request::post(&self.url)
            .header(
                "x-clickhouse-user",
                http::HeaderValue::from_bytes(USER.as_bytes()).unwrap(),
            )
            .header("x-clickhouse-key", PASSWORD)
            .body(bytes::Bytes::copy_from_slice(query.as_bytes()))
            .unwrap();
        let response = adcore::Transport::send(&transport(&self.url), request)
            .await
            .unwrap();
        let status = response.status();
        let body = response.into_body().collect(64 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        assert!(status.is_success(), "{text}");
        text.lines()
            .map(|line| line.split('\t').map(str::to_owned).collect())
            .collect()
    }

    pub(crate) async fn value(&self, query: &str) -> String {
        self.rows(query).await[0].join(" ")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Warehouse for Server {
    async fn load(&self, store: &LocalStore) -> LoadSummary {
        Self::load(self, store).await
    }

    async fn rows(&self, table: &str) -> Vec<BTreeMap<String, String>> {
        let columns = Self::rows(
            self,
            &format!("SELECT name, type FROM system.columns WHERE database = 'ads' AND table = '{table}' ORDER BY position"),
        )
        .await;
        let rows = Self::rows(self, &format!("SELECT * FROM ads.{table}")).await;
        rows.iter()
            .map(|row| {
                let values = columns
                    .iter()
                    .zip(row)
                    .filter(|(column, _)| !column[0].starts_with("adapis_"));
                values
                    .map(|(column, value)| {
                        let value = match value.as_str() {
                            "\\N" => "null".to_owned(),
                            number if column[1].contains("Decimal") => {
                                number.parse::<Decimal>().unwrap().normalize().to_string()
                            }
                            text => text.to_owned(),
                        };
                        (column[0].clone(), value)
                    })
                    .collect()
            })
            .collect()
    }
}

#[tokio::test]
async fn reports_of_the_configuration_are_loaded_and_are_in_the_view() {
    let Some(server) = Server::start() else {
        return;
    };
    let (_root, store, reports) = report_root();
    let mut options = LoadOptions::default();
    options.reports = reports;
    for expected in ["adfox.report-sites 2", "adfox.report-sites 2 spots.day 28"] {
        let summary = server.target().load(&store, &options).await.unwrap();
        assert!(summary.problems.is_empty(), "{summary:?}");
        let loaded =
            "SELECT stream, sum(rows) FROM ads.adapis_loaded GROUP BY stream ORDER BY stream";
        let loaded = server.rows(loaded).await.concat().join(" ");
        assert_eq!(loaded, expected);
        write_month(&store, "a", "2025-12-01", 100);
    }
    // A load that was killed before its end, or someone, has left no view.
    server.rows("DROP VIEW ads.adapis_loaded").await;
    server.target().load(&store, &options).await.unwrap();
    let rows = server.value("SELECT sum(rows) FROM ads.adapis_loaded");
    assert_eq!(rows.await, "30");
}

#[tokio::test]
async fn a_month_of_revisions_is_exact_to_the_last_digit() {
    let Some(server) = Server::start() else {
        return;
    };
    month_of_nights(&server).await;
    // No table of one file was left behind, and the view shows what is there.
    let tables = server
        .rows("SELECT name FROM system.tables WHERE database = 'ads' AND name LIKE 'adapis%'")
        .await;
    assert_eq!(tables, [["adapis_loaded"]]);
    let (rows, counted) = (
        "SELECT sum(rows) FROM ads.adapis_loaded WHERE stream = 'spots.site-day'",
        "SELECT count() FROM ads.spots_site_day",
    );
    assert_eq!(server.value(rows).await, server.value(counted).await);
}

#[tokio::test]
async fn partitions_are_replaced_emptied_and_removed_alone() {
    let Some(server) = Server::start() else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    let odd = "a'\\b\"`\t1";
    let odd = odd.replace(['\\', '\t', '"'], "-");
    for account in ["a", odd.as_str()] {
        write_month(&store, account, "2025-11-01", 10);
        write_month(&store, account, "2025-12-01", 100);
    }
    let amount = "12345678901234567.123456789012";
    for (account, format) in [
        ("parquet", Format::Parquet),
        ("csv", Format::Csv),
        ("ndjson", Format::Ndjson),
    ] {
        write_as(
            &store,
            &month(account, "2025-12-01"),
            format,
            MoneyType::Wide,
            &[row(account, day("2025-12-03"), i64::MAX, amount)],
        );
    }
    let zones = stream("adfox.zone");
    let columns = zones.schema.columns.iter();
    let object: Vec<Value<'_>> = columns
        .map(|column| match column.name.as_str() {
            "account" => Value::from("adserver"),
            "ID" => Value::from("1"),
            _ => Value::Null,
        })
        .collect();
    let snapshot = Partition {
        stream: "adfox.zone".to_owned(),
        account: "adserver".to_owned(),
        key: PartitionKey::Snapshot(day("2025-12-02")),
    };
    write(&store, &snapshot, &[object]);
    let summary = server.load(&store).await;
    assert_eq!(
        (summary.exit_code(), summary.loaded.len()),
        (0, 8),
        "{summary:?}"
    );
    assert_eq!(
        server
            .value("SELECT toString(snapshot), ID FROM ads.adfox_zone")
            .await,
        "2025-12-02 1"
    );
    let wide = server
        .rows("SELECT toString(income), shows FROM ads.spots_day WHERE shows > 1000000")
        .await;
    assert_eq!(wide, vec![vec![amount.to_owned(), i64::MAX.to_string()]; 3]);
    let again = server.load(&store).await;
    assert_eq!((again.loaded.len(), again.unchanged), (0, 8), "{again:?}");
    write(&store, &month("a", "2025-12-01"), &[]);
    remove(&store, &month(&odd, "2025-11-01"));
    write_month(&store, &odd, "2025-12-01", 200);
    let summary = server.load(&store).await;
    assert_eq!(
        (
            summary.loaded.len(),
            summary.removed.len(),
            summary.exit_code()
        ),
        (2, 1, 0),
        "{summary:?}"
    );
    let sums = |account: &str| {
        format!(
            "SELECT count(), sum(shows), sum(income) FROM ads.spots_day WHERE account = '{}'",
            account.replace('\'', "\\'")
        )
    };
    assert_eq!(server.value(&sums("a")).await, "28 658 658.000000028");
    assert_eq!(server.value(&sums(&odd)).await, "28 5978 5978.000000028");
    let again = server.load(&store).await;
    assert!(
        again.loaded.is_empty() && again.removed.is_empty(),
        "{again:?}"
    );
    // Many loads at once work twice at worst.
    write_month(&store, "a", "2025-12-01", 5);
    let loads = (0..4).map(|_| server.load(&store));
    for summary in futures_util::future::join_all(loads).await {
        assert_eq!(summary.exit_code(), 0, "{summary:?}");
    }
    assert_eq!(server.value(&sums("a")).await, "56 1176 1176.000000056");
}

#[tokio::test]
async fn a_changed_schema_and_a_refused_user_are_reported() {
    let Some(server) = Server::start() else {
        return;
    };
    let root = folder();
    let store = LocalStore::new(root.path());
    write_month(&store, "a", "2025-12-01", 1);
    server.load(&store).await;
    for change in ["DROP COLUMN clicks", "MODIFY COLUMN shows Nullable(Int32)"] {
        server
            .rows(&format!("ALTER TABLE ads.spots_day {change}"))
            .await;
    }
    write_month(&store, "a", "2025-12-01", 2);
    let summary = server.load(&store).await;
    let problem = &summary.problems[0];
    assert_eq!(problem.kind, LoadErrorKind::Schema);
    for part in [
        "ads.spots_day",
        "column clicks is missing",
        "column shows is Nullable(Int32), not Nullable(Int64)",
    ] {
        assert!(problem.message.contains(part), "{problem}");
    }
    let mut migrate = LoadOptions::default();
    migrate.migrate = true;
    let summary = server.target().load(&store, &migrate).await.unwrap();
    assert_eq!(
        (
            summary.altered.len(),
            summary.loaded.len(),
            summary.exit_code()
        ),
        (2, 1, 0),
        "{summary:?}"
    );
    assert_eq!(
        server
            .value("SELECT min(shows), count() FROM ads.spots_day")
            .await,
        "2 28"
    );
    let wrong = ClickHouse::new(&server.url, transport(&server.url))
        .unwrap()
        .user(USER, "wrong-password");
    // Like all of our futures, this one may move between threads.
    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }
    let error = sendable(wrong.load(&store, &LoadOptions::default()))
        .await
        .unwrap_err();
    assert_eq!(error.kind, LoadErrorKind::Denied, "{error}");
    assert!(
        !format!("{error:?} {wrong:?}").contains("wrong-password"),
        "{error}"
    );
    // A half-written file changes nothing.
    let path = root
        .path()
        .join(month("a", "2025-12-01").path())
        .join("rows.parquet");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let summary = server.load(&store).await;
    assert_eq!(
        (summary.problems.len(), summary.removed.len()),
        (1, 0),
        "{summary:?}"
    );
    assert_eq!(
        server
            .value("SELECT min(shows), count() FROM ads.spots_day")
            .await,
        "2 28"
    );
}
