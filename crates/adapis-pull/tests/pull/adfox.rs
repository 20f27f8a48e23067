//! The objects of ADFOX, kept as snapshots.

use adapis_emulator::Emulator;
use adapis_pull::{Clients, Config, Format, Pace, Pull};

use crate::support::{at, dated_transport, day, files, folder, retry, rows, run_at, transport};

fn pull(root: &tempfile::TempDir, more: &str, emulator: &Emulator) -> Pull {
    pull_with(root, more, emulator, transport(&emulator.adfox_url()))
}

fn pull_with(
    root: &tempfile::TempDir,
    more: &str,
    emulator: &Emulator,
    transport: impl adcore::Transport,
) -> Pull {
    let text = format!(
        "[pull]\nroot = '{}'\n[[pull.source]]\nname = \"adserver\"\nadfox = {{ profile = \"p\" }}\n\
         from = 2025-01-01\n{more}\n\
         streams = [\"superCampaign\", \"campaign\", \"banner\", \"website\", \"zone\", \"place\"]\n",
        root.path().display()
    );
    let config = Config::parse(&text).unwrap();
    let credentials = &emulator.credentials().adfox;
    let credentials =
        adfox_api::Credentials::password(credentials.login.as_str(), credentials.password.as_str());
    let pace = Pace::new(None);
    let client = adfox_api::Client::builder(&emulator.adfox_url(), credentials)
        .transport(pace.transport(transport))
        .retry(retry())
        .build()
        .unwrap();
    Pull::new(
        config,
        Clients::new()
            .adfox("adserver", client)
            .pace("adserver", pace),
    )
    .unwrap()
}

#[tokio::test]
async fn objects_are_kept_as_they_were_on_a_day() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let pull = pull(&root, "", &emulator);
    let summary = run_at(&pull, "2025-12-01T03:00:00Z").await;
    let source = &summary.sources[0];
    assert_eq!((summary.exit_code, source.files), (0, 6), "{source:?}");
    assert!(source.rows > 6, "{source:?}");
    let campaigns = rows(root.path(), "adfox.campaign", "adserver", Format::Parquet);
    assert!(
        campaigns
            .iter()
            .all(|row| row["account"] == "adserver" && row["ID"] != "null")
    );
    assert!(campaigns.iter().any(|row| row["name"] != "null"));
    let again = run_at(&pull, "2025-12-01T05:00:00Z").await;
    assert_eq!((again.exit_code, again.sources[0].calls), (0, 0));
}

#[tokio::test]
async fn old_snapshots_are_removed() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let pull = pull(&root, "keep-snapshots = \"2d 2m\"", &emulator);
    for day in [
        "2025-10-30",
        "2025-11-02",
        "2025-11-20",
        "2025-12-01",
        "2025-12-02",
        "2025-12-03",
    ] {
        let summary = run_at(&pull, &format!("{day}T03:00:00Z")).await;
        assert_eq!(summary.exit_code, 0, "{summary:?}");
    }
    let names: Vec<String> = files(root.path()).into_keys().collect();
    let zones: Vec<&str> = names
        .iter()
        .filter_map(|name| name.strip_prefix("adfox.zone/source=adserver/snapshot="))
        .collect();
    assert_eq!(
        zones,
        ["2025-11-02", "2025-12-01", "2025-12-02", "2025-12-03"]
            .map(|day| format!("{day}/rows.parquet"))
    );
}

/// A clock that is a year ahead for one run.
#[tokio::test]
async fn a_wrong_clock_removes_no_snapshot_and_hides_no_gap() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let pull = pull(&root, "keep-snapshots = \"3d 1m\"", &emulator);
    for day in ["2025-12-01", "2025-12-02", "2025-12-03"] {
        run_at(&pull, &format!("{day}T03:00:00Z")).await;
    }
    let before = files(root.path());
    run_at(&pull, "2026-12-03T03:00:00Z").await;
    let kept = files(root.path());
    assert!(
        before.keys().all(|name| kept.contains_key(name)),
        "{kept:?}"
    );
    let now = "2025-12-09T03:00:00Z";
    let status = pull.status(at(now)).unwrap();
    let newest = status[0].streams[0].span.unwrap().1;
    assert_eq!(newest, day("2025-12-03"));
    let summary = run_at(&pull, now).await;
    assert_eq!(summary.exit_code, 9, "{summary:?}");
    let kept = files(root.path());
    assert!(
        before.keys().all(|name| kept.contains_key(name)),
        "{kept:?}"
    );
}

#[tokio::test]
async fn a_clock_that_is_not_the_vendors_removes_no_snapshot() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let keep = "keep-snapshots = \"1d 1m\"";
    let nights = ["2025-12-02", "2025-12-03", "2025-12-04"];
    for night in nights {
        emulator.set_now(at(&format!("{night}T03:00:00Z")));
        let transport = dated_transport(&emulator.adfox_url());
        let pull = pull_with(&root, keep, &emulator, transport);
        let summary = run_at(&pull, &format!("{night}T03:00:00Z")).await;
        assert_eq!(summary.exit_code, 9, "{summary:?}");
        let problem = &summary.sources[0].errors[0];
        assert!(problem.error.contains("set the clock"), "{problem:?}");
    }
    let all = files(root.path()).len();
    run_at(&pull(&root, keep, &emulator), "2025-12-05T03:00:00Z").await;
    // The three old ones of each list, of which the first of the month stays, become one.
    assert_eq!(all, 6 * nights.len());
    assert_eq!(files(root.path()).len(), 6 * 2);
}
