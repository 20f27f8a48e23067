//! `adapis pull load postgres` into a server of a test's own.

#[path = "../../../adapis-pull/tests/load/cluster.rs"]
#[allow(dead_code, reason = "the tests of the library use the rest")]
mod cluster;

use self::cluster::{Cluster, PASSWORD};
use crate::{Home, NOW, emulator, failure, publisher, text};

const ROWS: &str = "SELECT count(*) FROM ads.spots_site_day";

fn url(cluster: &Cluster) -> String {
    format!("postgresql://loader@127.0.0.1:{}/postgres", cluster.port)
}

/// The result of a load that succeeds.
fn load(home: &Home, cluster: &Cluster, flags: &str) -> serde_json::Value {
    let url = url(cluster);
    let line = format!("pull load postgres --url {url} --schema ads --format json {flags}");
    let mut command = home.command(&line);
    let output = command.env("PGPASSWORD", PASSWORD).output().unwrap();
    assert!(output.status.success(), "{flags}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_loaded_once_replaced_and_removed() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"site-day\", \"day\""));
    let pulled = home.json(&format!("pull --now {NOW}"));

    let first = load(&home, &cluster, "--stream site-day");
    assert_eq!(first["loaded"].as_array().unwrap().len(), 2, "{first}");
    assert_eq!(first["loaded"][0]["table"], "spots_site_day");
    assert_eq!(cluster.value(ROWS).await, first["rows"].to_string());
    let all = load(&home, &cluster, "");
    assert_eq!(all["unchanged"], 2, "{all}");
    assert_eq!(
        first["rows"].as_u64().unwrap() + all["rows"].as_u64().unwrap(),
        pulled["sources"][0]["rows"].as_u64().unwrap()
    );
    let repeat = load(&home, &cluster, "");
    assert_eq!(
        (&repeat["rows"], &repeat["unchanged"]),
        (&0.into(), &4.into())
    );

    // The password of a file does as well, and a table is printed.
    let pgpass = home.folder.path().join("pgpass");
    let password = PASSWORD.replace('\\', "\\\\").replace(':', "\\:");
    std::fs::write(&pgpass, format!("*:*:*:loader:{password}\n")).unwrap();
    crate::mode(&pgpass, 0o600);
    let mut command = home.command(&format!(
        "pull load postgres --url {} --schema ads --restart site-day --from 2025-12 --format table",
        url(&cluster)
    ));
    let output = command.env("PGPASSFILE", &pgpass).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let table = text(&output.stdout);
    assert!(
        table.contains("site-day/source=publisher/month=2025-12-01") && table.contains("replaced"),
        "{table}"
    );
    assert!(
        !table.contains("2025-11-01") && text(&output.stderr).contains("unchanged"),
        "{output:?}"
    );

    home.json("pull forget --source publisher --stream site-day --from 2025-11 --to 2025-11");
    let removed = load(&home, &cluster, "");
    assert_eq!(
        removed["removed"][0],
        "spots.site-day/source=publisher/month=2025-11-01"
    );
    home.json("pull forget --source publisher --stream site-day");
    let left = load(&home, &cluster, "");
    assert_eq!(left["left"].as_array().unwrap().len(), 1, "{left}");
    load(&home, &cluster, "--prune");
    assert_eq!(cluster.value(ROWS).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_fails_says_why_with_its_exit_code() {
    let Some(cluster) = Cluster::start(&[]).await else {
        return;
    };
    let emulator = emulator().await;
    let home = Home::new(&emulator, &publisher("\"day\""));
    home.json(&format!("pull --now {NOW}"));
    let run = |password: &str, flags: &str| {
        let url = url(&cluster);
        let mut command = home.command(&format!(
            "pull load postgres --url {url} --schema ads {flags}"
        ));
        command.env("PGPASSWORD", password).output().unwrap()
    };
    let output = run("wr0ng", "--format json");
    let (code, line) = failure(&output);
    assert_eq!(code, 3, "{line}");
    assert!(
        line.contains("unauthenticated")
            && line.contains("--url, PGPASSWORD")
            && !line.contains("wr0ng"),
        "{line}"
    );
    assert!(output.stdout.is_empty(), "{output:?}");

    load(&home, &cluster, "");
    cluster
        .execute("ALTER TABLE ads.spots_day DROP COLUMN shows")
        .await;
    let output = run(PASSWORD, "--format json");
    let (code, line) = failure(&output);
    assert_eq!(code, 1, "{line}");
    assert!(
        line.contains("--migrate") && line.contains("shows"),
        "{line}"
    );
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&summary["exit_code"], &summary["problems"][0]["kind"]),
        (&1.into(), &"schema".into())
    );
    let altered = load(&home, &cluster, "--migrate --restart day");
    assert_eq!(altered["altered"].as_array().unwrap().len(), 1, "{altered}");

    // A statement that waits for someone else's lock ends with the time limit.
    let client = cluster.client().await;
    client
        .batch_execute("BEGIN; LOCK TABLE ads.spots_day")
        .await
        .unwrap();
    let output = run(PASSWORD, "--restart day --timeout 2");
    let (code, line) = failure(&output);
    assert_eq!(code, 4, "{line}");
    client.batch_execute("ROLLBACK").await.unwrap();
    load(&home, &cluster, "");
}
