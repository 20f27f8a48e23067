//! DuckDB and polars read from the stores what was published, to the last digit.

use std::process::Command;

use adapis_pull::{Engine, Format, Table, sql};

use crate::support::{NOW, STREAM, days, open, pull, roots, rows};
use crate::vendor::{run_at, schema, spots_emulator};

#[tokio::test(flavor = "multi_thread")]
async fn engines_read_the_same_rows() {
    let Ok(python) = std::env::var("ADAPIS_TEST_PYTHON") else {
        println!("skipped: tests/stores/run --read installs DuckDB and polars");
        return;
    };
    let vendor = spots_emulator(days(100)).await;
    for root in roots("read") {
        let root = root.replace(' ', "-");
        let summary = run_at(&pull(open(&root), &vendor), NOW).await;
        assert_eq!(summary.exit_code, 0, "{root}: {summary:?}");
        let folder = tempfile::tempdir().unwrap();
        let expected = serde_json::to_vec(&rows(&open(&root))).unwrap();
        std::fs::write(folder.path().join("expected.json"), expected).unwrap();
        let schema = schema(STREAM);
        for engine in [Engine::DuckDb, Engine::Polars] {
            let text = sql(
                engine,
                &Table {
                    root: &root,
                    stream: STREAM,
                    format: Format::Parquet,
                    partition: "month",
                    schema: &schema,
                },
            );
            std::fs::write(folder.path().join(engine.to_string()), text).unwrap();
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stores/read.py");
        let output = Command::new(&python)
            .args([script, &root])
            .arg(folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{root}: {text}");
        println!("{root}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
