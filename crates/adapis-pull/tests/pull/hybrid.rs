//! The streams of Hybrid, both versions.

use adapis_emulator::{Emulator, Fault, FaultPlan};
use adapis_pull::{Clients, Config, Finding, Format, Pace, Pull, RunOptions};

use crate::support::{at, day, files, folder, retry, rows, run_at, sum, transport};

const NOW: &str = "2025-03-10T03:00:00Z";
const ADVERTISERS: [&str; 3] = [
    "53df8633af55cd57805746f5",
    "54f74d70870a8e44a023ghj5",
    "5593b2ab9341f9b09819dq45",
];

fn config(root: &tempfile::TempDir, hybrid: &str, streams: &str) -> Config {
    let text = format!(
        "[pull]\nroot = '{}'\n[[pull.source]]\nname = \"agency\"\nfrom = 2025-03-01\n\
         hybrid = {{ profile = \"p\", {hybrid} }}\nstreams = [{streams}]\n",
        root.path().display()
    );
    Config::parse(&text).unwrap()
}

fn pull(config: Config, emulator: &Emulator) -> Pull {
    let credentials = &emulator.credentials().hybrid;
    let credentials = hybrid_rest::Credentials::new(
        credentials.client_id.as_str(),
        credentials.client_secret.as_str(),
    );
    let pace = Pace::new(None);
    let client = hybrid_rest::Client::builder(&emulator.hybrid_url(), credentials)
        .transport(pace.transport(transport(&emulator.hybrid_url())))
        .retry(retry())
        .build()
        .unwrap();
    Pull::new(
        config,
        Clients::new().hybrid("agency", client).pace("agency", pace),
    )
    .unwrap()
}

#[tokio::test]
async fn campaign_days_are_the_vendors_in_both_versions() {
    let emulator = Emulator::start().await.unwrap();
    let totals = emulator.totals(day("2025-03-01"), day("2025-03-09"));
    for (api, money) in [("1.0", "Cost"), ("3.0", "TotalSum")] {
        let root = folder();
        let hybrid = format!("api = \"{api}\", advertisers = [\"*\"]");
        let streams = "\"advertiser\", \"campaign\", \"campaign-day\"";
        let pull = pull(config(&root, &hybrid, streams), &emulator);
        let summary = run_at(&pull, NOW).await;
        let source = &summary.sources[0];
        assert_eq!(summary.exit_code, 0, "{api}: {source:?}");
        assert!(
            source.differences.is_empty() && source.reconciled > 0,
            "{source:?}"
        );
        for expected in &totals.hybrid {
            let account = format!("agency.{}", expected.advertiser);
            let rows = rows(
                root.path(),
                "hybrid.campaign-day",
                &account,
                Format::Parquet,
            );
            assert_eq!(rows.len() as u64, expected.rows, "{api} {account}");
            assert_eq!(sum(&rows, "ImpressionCount"), expected.impressions.into());
            assert_eq!(sum(&rows, "ClickCount"), expected.clicks.into());
            assert_eq!(sum(&rows, money), expected.cost, "{api} {account}");
            assert!(
                rows.iter()
                    .all(|row| row["advertiser"] == expected.advertiser)
            );
            let campaigns =
                crate::support::rows(root.path(), "hybrid.campaign", &account, Format::Parquet);
            assert_eq!(campaigns.len() as u64, expected.campaigns);
        }
        let advertisers = rows(root.path(), "hybrid.advertiser", "agency", Format::Parquet);
        assert_eq!(advertisers.len(), totals.hybrid.len());
    }
}

#[tokio::test]
async fn a_refused_advertiser_fails_alone() {
    let emulator = Emulator::start().await.unwrap();
    // In version 3.0 the advertiser is a part of what a stream asks for.
    for (api, code, what) in [
        ("1.0", 3, "the advertiser unknown0"),
        ("3.0", 6, "hybrid.campaign-day of agency.unknown0"),
    ] {
        let root = folder();
        let (first, last) = (ADVERTISERS[0], ADVERTISERS[2]);
        let hybrid =
            format!("api = \"{api}\", advertisers = [\"{first}\", \"unknown0\", \"{last}\"]");
        let pull = pull(config(&root, &hybrid, "\"campaign-day\""), &emulator);
        let summary = run_at(&pull, NOW).await;
        let source = &summary.sources[0];
        assert_eq!(source.errors.len(), 1, "{api}: {source:?}");
        assert!(source.errors[0].what.contains(what), "{source:?}");
        assert_eq!(summary.exit_code, code, "{source:?}");
        let names: Vec<String> = files(root.path()).into_keys().collect();
        assert_eq!(names.len(), 2, "{names:?}");
        let status = pull.status(at(NOW)).unwrap();
        let own = status[0].streams.iter();
        let mut own = own.filter(|status| status.account == "agency.unknown0");
        let gaps = &own.next().unwrap().gaps;
        assert_eq!(*gaps, [(day("2025-03-01"), day("2025-03-09"))]);
    }
}

#[tokio::test]
async fn an_advertiser_that_is_no_longer_pulled_has_no_gaps() {
    const LATER: &str = "2025-03-12T03:00:00Z";
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let all = "api = \"3.0\", advertisers = [\"*\"]";
    let streams = "\"campaign\", \"campaign-day\"";
    run_at(&pull(config(&root, all, streams), &emulator), NOW).await;
    let fewer = format!("{all}, except = [\"{}\"]", ADVERTISERS[0]);
    let pull = pull(config(&root, &fewer, streams), &emulator);
    let status = pull.status(at(LATER)).unwrap();
    assert_eq!(status[0].streams.len(), 2 * ADVERTISERS.len());
    for stream in &status[0].streams {
        let is_pulled = !stream.account.ends_with(ADVERTISERS[0]);
        assert_eq!(stream.is_pulled, is_pulled, "{stream:?}");
        let has_days = stream.stream == "hybrid.campaign-day";
        assert_eq!(!stream.gaps.is_empty(), is_pulled && has_days, "{stream:?}");
        assert_eq!(!stream.open.is_empty(), is_pulled && has_days, "{stream:?}");
        assert!(stream.span.is_some(), "{stream:?}");
    }
}

#[tokio::test]
async fn banners_and_domains() {
    let emulator = Emulator::start().await.unwrap();
    let first = ADVERTISERS[1];
    for (api, streams) in [
        ("1.0", "\"banner\", \"banner-day\", \"domain-day\""),
        ("3.0", "\"banner\", \"banner-day\""),
    ] {
        let root = folder();
        let hybrid = format!("api = \"{api}\", advertisers = [\"{first}\"]");
        let mut config = config(&root, &hybrid, streams);
        config.sources[0].from = day("2025-03-09");
        let summary = run_at(&pull(config, &emulator), NOW).await;
        let source = &summary.sources[0];
        assert!(
            source.errors.is_empty() && source.suspects.is_empty(),
            "{api}: {source:?}"
        );
        let account = format!("agency.{first}");
        let banners = rows(root.path(), "hybrid.banner", &account, Format::Parquet);
        let totals = emulator.totals(day("2025-03-09"), day("2025-03-09"));
        let expected = totals
            .hybrid
            .iter()
            .find(|totals| totals.advertiser == first)
            .unwrap();
        assert_eq!(banners.len() as u64, 3 * expected.campaigns);
        for stream in ["hybrid.banner-day", "hybrid.domain-day"] {
            if api == "3.0" && stream == "hybrid.domain-day" {
                continue;
            }
            let rows = rows(root.path(), stream, &account, Format::Parquet);
            assert!(!rows.is_empty() && rows.iter().all(|row| row["Date"] == "2025-03-09"));
            assert_eq!(
                sum(&rows, "ClickCount"),
                expected.clicks.into(),
                "{api} {stream}"
            );
        }
        assert!(
            source.differences.is_empty() && source.reconciled > 0,
            "{source:?}"
        );
        assert_eq!(files(root.path()).len(), if api == "1.0" { 3 } else { 2 });
    }
}

#[tokio::test]
async fn advertisers_can_be_left_out() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let hybrid = format!("api = \"1.0\", except = [\"{}\"]", ADVERTISERS[1]);
    let pull = pull(config(&root, &hybrid, "\"campaign-day\""), &emulator);
    let before = pull
        .plan(&adapis_pull::Selection::default(), NOW.parse().unwrap())
        .unwrap();
    assert!(before[0].streams[0].windows.is_empty());
    run_at(&pull, NOW).await;
    assert_eq!(files(root.path()).len(), 2);
    // The plan knows the advertisers of the latest run.
    let after = pull
        .plan(&adapis_pull::Selection::default(), NOW.parse().unwrap())
        .unwrap();
    assert_eq!(after[0].streams[0].windows.len(), 2);
}

#[tokio::test]
async fn days_are_split_by_what_the_configuration_says() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let first = ADVERTISERS[1];
    let hybrid = format!("api = \"3.0\", advertisers = [\"{first}\"]");
    let streams = "{ name = \"split-day\", splits = [\"DeviceType\", \"Campaign\"] }";
    let pull = pull(config(&root, &hybrid, streams), &emulator);
    let summary = run_at(&pull, NOW).await;
    let source = &summary.sources[0];
    assert!(
        source.errors.is_empty() && source.suspects.is_empty(),
        "{source:?}"
    );
    assert!(
        source.differences.is_empty() && source.reconciled == 9,
        "{source:?}"
    );
    let account = format!("agency.{first}");
    let rows = rows(root.path(), "hybrid.split-day", &account, Format::Parquet);
    let by_device: Vec<_> = rows
        .iter()
        .filter(|row| row["Split"] == "DeviceType")
        .cloned()
        .collect();
    let totals = emulator.totals(day("2025-03-01"), day("2025-03-09"));
    let expected = totals
        .hybrid
        .iter()
        .find(|totals| totals.advertiser == first)
        .unwrap();
    assert_eq!(sum(&by_device, "TotalSum"), expected.cost);
    assert!(by_device.len() < rows.len());
}

#[tokio::test]
async fn a_refused_split_ends_its_stream_only() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let hybrid = format!(
        "api = \"3.0\", advertisers = [\"{}\", \"{}\"]",
        ADVERTISERS[0], ADVERTISERS[1]
    );
    let streams = "{ name = \"split-day\", splits = [\"OS\", \"Contry\"] }, \"campaign-day\", \"campaign\", \"banner\"";
    let mut config = config(&root, &hybrid, streams);
    // Six windows of each advertiser: more than may fail in a row.
    config.sources[0].window_days = 31;
    config.sources[0].from = day("2024-10-01");
    let summary = run_at(&pull(config, &emulator), NOW).await;
    let source = &summary.sources[0];
    let errors: Vec<String> = source
        .errors
        .iter()
        .map(|problem| format!("{}: {}", problem.what, problem.error))
        .collect();
    assert_eq!((summary.exit_code, errors.len()), (6, 2), "{errors:?}");
    for error in &errors {
        assert!(error.starts_with("hybrid.split-day of agency."), "{error}");
        assert!(error.contains("split Contry: "), "{error}");
    }
    assert!(source.warnings.is_empty(), "{:?}", source.warnings);
    let files: Vec<String> = files(root.path()).into_keys().collect();
    let of = |stream: &str| files.iter().filter(|file| file.starts_with(stream)).count();
    assert_eq!(
        (
            of("hybrid.campaign-day"),
            of("hybrid.campaign/"),
            of("hybrid.banner/")
        ),
        (12, 2, 2),
        "{files:?}"
    );
}

/// Version 3.0 is asked for each campaign, which the plan knows from the latest snapshot of them.
#[tokio::test]
async fn a_limit_of_calls_is_kept_by_what_the_plan_knows() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let hybrid = "api = \"3.0\", advertisers = [\"*\"]";
    let pull = pull(
        config(&root, hybrid, "\"campaign\", \"campaign-day\""),
        &emulator,
    );
    let options = |limit: u64, stream: &str| {
        let mut options = RunOptions::default();
        options.max_calls = Some(limit);
        options.selection.streams = vec![stream.to_owned()];
        options
    };
    let listed = pull.run(&options(20, "campaign"), &at(NOW)).await.unwrap();
    assert_eq!(listed.exit_code, 0, "{listed:?}");
    let count = |id: &str| {
        let account = format!("agency.{id}");
        rows(root.path(), "hybrid.campaign", &account, Format::Parquet).len() as u64
    };
    let campaigns: Vec<u64> = ADVERTISERS.iter().map(|id| count(id)).collect();
    let sent = || {
        emulator
            .requests()
            .operations
            .values()
            .map(|counts| counts.received)
            .sum::<u64>()
    };
    let selection = options(1, "campaign-day").selection;
    let plan = pull.plan(&selection, at(NOW)).unwrap();
    let windows = &plan[0].streams[0].windows;
    let mut planned: Vec<u64> = windows.iter().map(|window| window.calls.count).collect();
    planned.sort_unstable();
    // Each campaign is asked for, and once the sums of the advertiser.
    let mut expected: Vec<u64> = campaigns.iter().map(|count| count + 1).collect();
    expected.sort_unstable();
    assert_eq!(planned, expected);
    // The largest advertiser does not fit, and says what it needs; the others are pulled.
    let largest = *planned.last().unwrap();
    let limit = largest - 1;
    let before = sent();
    let summary = pull
        .run(&options(limit, "campaign-day"), &at(NOW))
        .await
        .unwrap();
    assert!(sent() - before <= limit);
    let source = &summary.sources[0];
    assert_eq!(summary.exit_code, 2, "{source:?}");
    let needed = format!("limit of {limit} requests, the largest {largest} or more");
    let [problem] = &source.errors[..] else {
        panic!("{source:?}");
    };
    assert!(problem.error.contains(&needed), "{problem:?}");
    assert!(source.files > 0, "{source:?}");
    // With a limit that is high enough for one of the large ones, each run pulls what was not pulled before.
    let gaps = |status: Vec<adapis_pull::SourceStatus>| {
        let streams = status[0].streams.iter();
        streams.filter(|stream| !stream.gaps.is_empty()).count()
    };
    for _ in 0..3 {
        let options = options(largest + 10, "campaign-day");
        let summary = pull.run(&options, &at(NOW)).await.unwrap();
        assert_eq!(summary.exit_code, 0, "{summary:?}");
    }
    assert_eq!(gaps(pull.status(at(NOW)).unwrap()), 0);
}

#[tokio::test]
async fn the_plan_counts_the_requests_of_version_one() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let streams = "\"advertiser\", \"campaign\", \"campaign-day\"";
    let mut config = config(&root, "api = \"1.0\"", streams);
    config.sources[0].reconcile = false;
    let pull = pull(config, &emulator);
    run_at(&pull, NOW).await;
    let sent = || {
        let operations = emulator.requests().operations;
        let calls = operations
            .iter()
            .filter(|(name, _)| *name != "hybrid.token");
        calls.map(|(_, counts)| counts.received).sum::<u64>()
    };
    let (before, later) = (sent(), "2025-03-11T03:00:00Z");
    let plan = pull
        .plan(&adapis_pull::Selection::default(), later.parse().unwrap())
        .unwrap();
    run_at(&pull, later).await;
    assert_eq!(plan[0].calls, adapis_pull::Calls::exactly(sent() - before));
    assert_eq!(sent() - before, 1 + 3 + 3);
}

const CAMPAIGNS: [(&str, &str); 2] = [
    ("1.0", "hybrid.campaign.get"),
    ("3.0", "hybrid.v3.campaigns"),
];

/// The vendor's list of campaigns lacks all of them one night, while days can still change.
#[tokio::test]
async fn a_campaign_that_the_list_lacks_keeps_its_rows() {
    for (api, operation) in CAMPAIGNS {
        let streams = if api == "1.0" {
            "\"banner-day\", \"domain-day\""
        } else {
            "\"campaign-day\""
        };
        let emulator = Emulator::start().await.unwrap();
        let root = folder();
        let hybrid = format!("api = \"{api}\", advertisers = [\"{}\"]", ADVERTISERS[1]);
        let mut config = config(&root, &hybrid, streams);
        config.sources[0].from = day("2025-03-08");
        let pull = pull(config, &emulator);
        assert_eq!(run_at(&pull, NOW).await.exit_code, 0);
        let before = files(root.path());
        let empty = Fault::status(200).header("content-type", "application/json");
        let plan = FaultPlan::new(operation).fault(empty.body("[]")).forever();
        emulator.faults(plan).unwrap();
        let summary = run_at(&pull, NOW).await;
        assert_eq!(summary.exit_code, 0, "{api}: {summary:?}");
        assert_eq!(summary.sources[0].vanished_rows, 0, "{api}: {summary:?}");
        assert_eq!(summary.sources[0].changed_days, 0, "{api}: {summary:?}");
        assert_eq!(files(root.path()).len(), before.len());
    }
}

#[tokio::test]
async fn a_campaign_that_is_refused_holds_its_file_back_until_that_is_accepted() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let hybrid = format!("api = \"3.0\", advertisers = [\"{}\"]", ADVERTISERS[1]);
    let mut config = config(&root, &hybrid, "\"campaign-day\"");
    config.sources[0].reconcile = false;
    let pull = pull(config, &emulator);
    assert_eq!(run_at(&pull, NOW).await.exit_code, 0);
    let before = files(root.path());
    let empty = Fault::status(200).header("content-type", "application/json");
    let lists = FaultPlan::new("hybrid.v3.campaigns").fault(empty.body("[]"));
    emulator.faults(lists.forever()).unwrap();
    let gone = FaultPlan::new("hybrid.v3.statistic.campaign").fault(Fault::status(404));
    emulator.faults(gone.forever()).unwrap();
    let summary = run_at(&pull, NOW).await;
    assert_eq!(summary.exit_code, 9, "{summary:?}");
    let finding = &summary.sources[0].suspects[0].finding;
    assert!(matches!(finding, Finding::Gone { .. }), "{finding}");
    assert_eq!(files(root.path()), before);
    let mut options = RunOptions::default();
    options.accept = days_of_march();
    let summary = pull.run(&options, &at(NOW)).await.unwrap();
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    assert_ne!(files(root.path()), before);
}

fn days_of_march() -> std::collections::BTreeSet<jiff::civil::Date> {
    (1..10)
        .map(|number| day(&format!("2025-03-0{number}")))
        .collect()
}

/// The rows by advertiser lack a campaign. Its own sums show that, although it has no rows that name it.
#[tokio::test]
async fn a_campaign_that_has_no_rows_now_is_compared_too() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let hybrid = format!("api = \"1.0\", advertisers = [\"{}\"]", ADVERTISERS[1]);
    let pull = pull(config(&root, &hybrid, "\"campaign-day\""), &emulator);
    assert_eq!(run_at(&pull, NOW).await.exit_code, 0);
    let empty = Fault::status(200).header("content-type", "application/json");
    let plan = FaultPlan::new("hybrid.statistic.advertiser").fault(empty.body("[]"));
    emulator.faults(plan.forever()).unwrap();
    let summary = run_at(&pull, NOW).await;
    let mut held = summary.sources[0].suspects.iter();
    let differs = held.any(|held| matches!(held.finding, Finding::Differs(_)));
    assert!(differs, "{summary:?}");
}

#[tokio::test]
async fn numbers_that_no_row_has_are_a_finding() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let hybrid = format!("api = \"1.0\", advertisers = [\"{}\"]", ADVERTISERS[1]);
    let mut config = config(&root, &hybrid, "\"campaign-day\"");
    config.sources[0].reconcile = false;
    let pull = pull(config, &emulator);
    let row = |day: u8, cost: &str| {
        format!("{{\"Date\":\"2025-03-0{day}\",\"ImpressionCount\":9,\"ClickCount\":1{cost}}}")
    };
    let answer = |costs: [&str; 2]| {
        let (first, second) = (row(1, costs[0]), row(2, costs[1]));
        let rows = format!("[{{\"CampaignId\":\"c1\",\"Stat\":[{first},{second}]}}]");
        let fault = Fault::status(200).header("content-type", "application/json");
        let plan = FaultPlan::new("hybrid.statistic.advertiser").fault(fault.body(rows));
        emulator.clear_faults();
        emulator.faults(plan.forever()).unwrap();
    };
    answer([",\"CostNet\":1.5", ",\"Cost\":null"]);
    let summary = run_at(&pull, NOW).await;
    assert_eq!(summary.exit_code, 9, "{summary:?}");
    let finding = summary.sources[0].suspects[0].finding.to_string();
    assert_eq!(
        finding,
        "no row has Cost, which was asked for; --accept 2025-03-02 publishes them without it"
    );
    assert!(files(root.path()).is_empty());
    let mut options = RunOptions::default();
    options.accept = days_of_march();
    let summary = pull.run(&options, &at(NOW)).await.unwrap();
    assert_eq!(
        (summary.exit_code, summary.sources[0].rows),
        (0, 2),
        "{summary:?}"
    );
    // One row that has it is enough.
    answer([",\"Cost\":0", ""]);
    assert_eq!(run_at(&pull, NOW).await.exit_code, 0);
}

/// An empty list, and one that lacks an advertiser, are no reason to pull nothing.
#[tokio::test]
async fn advertisers_that_are_not_listed_any_more_are_a_finding() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let all = || config(&root, "api = \"3.0\"", "\"campaign-day\"");
    let names = || {
        let path = root.path().join(".adapis/state/agency/advertisers.json");
        std::fs::read_to_string(path).unwrap()
    };
    assert_eq!(run_at(&pull(all(), &emulator), NOW).await.exit_code, 0);
    let status = pull(all(), &emulator).status(at(NOW)).unwrap();
    assert!(status[0].streams.iter().all(|stream| !stream.is_unlisted));
    let shorter = names()
        .replace(&format!("\"{}\",", ADVERTISERS[0]), "")
        .replace('"', "{\"Id\":\"")
        .replace("{\"Id\":\",", "\"},")
        .replace("{\"Id\":\"]", "\"}]");
    for (list, missing) in [("[]".to_owned(), 3), (shorter, 1)] {
        let fault = Fault::status(200).header("content-type", "application/json");
        emulator.clear_faults();
        let plan = FaultPlan::new("hybrid.v3.advertisers").fault(fault.body(&list));
        emulator.faults(plan.forever()).unwrap();
        let pull_all = pull(all(), &emulator);
        let summary = run_at(&pull_all, NOW).await;
        assert_eq!(summary.exit_code, 9, "{list}: {summary:?}");
        let status = pull_all.status(at(NOW)).unwrap();
        let unlisted = status[0].streams.iter().filter(|stream| stream.is_unlisted);
        assert_eq!(unlisted.count(), missing, "{list}: {status:?}");
    }
    let except = format!("api = \"3.0\", except = [\"{}\"]", ADVERTISERS[0]);
    let without = pull(config(&root, &except, "\"campaign-day\""), &emulator);
    assert_eq!(run_at(&without, NOW).await.exit_code, 0);
    let status = without.status(at(NOW)).unwrap();
    assert!(status[0].streams.iter().all(|stream| !stream.is_unlisted));
}

#[tokio::test]
async fn an_account_without_advertisers_has_gaps() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let fault = Fault::status(200).header("content-type", "application/json");
    let plan = FaultPlan::new("hybrid.v3.advertisers").fault(fault.body("[]"));
    emulator.faults(plan.forever()).unwrap();
    let config = config(&root, "api = \"3.0\"", "\"campaign-day\"");
    let pull = pull(config, &emulator);
    assert_eq!(run_at(&pull, NOW).await.exit_code, 9);
    let status = pull.status(at(NOW)).unwrap();
    let stream = &status[0].streams[0];
    assert!(stream.is_pulled && !stream.gaps.is_empty(), "{status:?}");
}

#[tokio::test]
async fn a_list_that_becomes_empty_keeps_its_snapshot_due() {
    const NEXT: &str = "2025-03-11T03:00:00Z";
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let hybrid = format!("api = \"3.0\", advertisers = [\"{}\"]", ADVERTISERS[1]);
    let pull = pull(config(&root, &hybrid, "\"campaign\""), &emulator);
    assert_eq!(run_at(&pull, NOW).await.exit_code, 0);
    let fault = Fault::status(200).header("content-type", "application/json");
    let plan = FaultPlan::new("hybrid.v3.campaigns").fault(fault.body("[]"));
    emulator.faults(plan.forever()).unwrap();
    let summary = run_at(&pull, NEXT).await;
    assert_eq!(summary.exit_code, 9, "{summary:?}");
    let finding = &summary.sources[0].suspects[0].finding;
    assert!(
        matches!(finding, Finding::Shrunk { now: 0, .. }),
        "{finding}"
    );
    assert_eq!(files(root.path()).len(), 1);
    emulator.clear_faults();
    assert_eq!(run_at(&pull, NEXT).await.exit_code, 0);
    assert_eq!(files(root.path()).len(), 2);
}
