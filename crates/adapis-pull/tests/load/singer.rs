//! The messages of Singer in a real target: the Meltano SDK's `target-postgres`, into a server that the test starts.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use adapis_pull::LocalStore;
use adapis_pull::singer::{self, SingerMoney, SingerOptions};

use crate::cluster::{Cluster, PASSWORD};
use crate::files::{month, row, write, write_month};
use crate::support::{day, folder};

const LARGEST: &str = "999999999.999999999";

/// Lets the target read the messages, and returns the last state that it wrote.
fn run(program: &Path, cluster: &Cluster, schema: &str, out: &[u8]) -> String {
    let work = folder();
    let path = work.path().join("config.json");
    let config = serde_json::json!({
        "host": "127.0.0.1", "port": cluster.port, "user": "loader", "password": PASSWORD, "database": "postgres",
        "default_target_schema": schema, "add_record_metadata": false, "activate_version": false,
    });
    std::fs::write(&path, config.to_string()).unwrap();
    let mut process = Command::new(program)
        .arg("--config")
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(out).unwrap();
    let output = process.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().last().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn target_postgres_makes_exact_numbers_and_keeps_what_vanished() {
    let program = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../target/singer-pg/bin/target-postgres"
    );
    let program = Path::new(program);
    if !program.is_file() {
        println!(
            "skipped: python3 -m venv target/singer-pg && target/singer-pg/bin/pip install meltanolabs-target-postgres"
        );
        return;
    }
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    for (money, schema, type_name) in [
        (SingerMoney::Number, "numbers", "numeric"),
        (SingerMoney::Text, "texts", "text"),
    ] {
        let root = folder();
        let store = LocalStore::new(root.path());
        write_month(&store, "a", "2025-11-01", 10);
        let rows = [
            row("a", day("2025-12-01"), i64::MAX, LARGEST),
            row("a", day("2025-12-02"), i64::MIN, "-0.000000001"),
        ];
        write(&store, &month("a", "2025-12-01"), &rows);
        let mut options = SingerOptions::default();
        options.money = money;
        let mut out = Vec::new();
        singer::write(&store, &options, &mut out).unwrap();
        let state = run(program, &cluster, schema, &out);
        let types = format!(
            "SELECT string_agg(format_type(atttypid, atttypmod), ' ' ORDER BY attname) FROM pg_attribute \
             WHERE attrelid = '{schema}.spots_day'::regclass AND attname IN ('date_day', 'income', 'shows')"
        );
        assert_eq!(
            cluster.value(&types).await,
            format!("date {type_name} bigint")
        );
        let found = format!(
            "SELECT string_agg(shows || ' ' || income, ', ' ORDER BY date_day) FROM {schema}.spots_day \
             WHERE date_day >= '2025-12-01'"
        );
        assert_eq!(
            cluster.value(&found).await,
            format!("{} {LARGEST}, {} -0.000000001", i64::MAX, i64::MIN)
        );
        // One row less, and another amount: the amount is replaced, and the row stays, as the documentation says.
        write(
            &store,
            &month("a", "2025-12-01"),
            &[row("a", day("2025-12-01"), 1, "0.1")],
        );
        options.state = Some(state);
        let mut out = Vec::new();
        let summary = singer::write(&store, &options, &mut out).unwrap();
        assert_eq!((summary.records, summary.unchanged), (1, 1), "{summary:?}");
        run(program, &cluster, schema, &out);
        assert_eq!(
            cluster.value(&found).await,
            format!("1 0.1, {} -0.000000001", i64::MIN)
        );
    }
}
