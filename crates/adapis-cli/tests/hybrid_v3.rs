//! `adapis hybrid v3` as a program against the emulator.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use std::process::{Command, Output, Stdio};

use adapis_emulator::{
    Emulator, Fault, FaultPlan, HybridLargeLimit, HybridNoAgency, HybridTotal, HybridV3Settings,
    Settings,
};
use serde_json::{Value, json};

/// An advertiser with generated numbers, and one of its campaigns.
const ADVERTISER: &str = "54f74d70870a8e44a023ghj5";
const CAMPAIGN: &str = "253606607e03d3fa9fc08fbd";
const DAYS: &str = "--from 2025-01-30 --to 2025-02-01";

fn run(emulator: &Emulator, line: &str) -> Output {
    command(emulator, line).output().unwrap()
}

fn command(emulator: &Emulator, line: &str) -> Command {
    let hybrid = &emulator.credentials().hybrid;
    let mut command = Command::new(env!("CARGO_BIN_EXE_adapis"));
    command
        .arg("hybrid")
        .args(line.split_whitespace())
        .args(["--endpoint", &emulator.hybrid_url(), "--attempts", "2"])
        .env("ADAPIS_HYBRID_CLIENT_ID", &hybrid.client_id)
        .env("ADAPIS_HYBRID_CLIENT_SECRET", &hybrid.client_secret)
        .stdin(Stdio::null());
    command
}

fn rows(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The lines of CSV without the header, sorted.
fn lines(emulator: &Emulator, line: &str) -> Vec<String> {
    let output = run(emulator, &format!("{line} --format csv"));
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<_> = text.lines().skip(1).map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

/// The one line of the error, and the exit code.
fn failure(output: Output) -> (String, i32) {
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(error.lines().count(), 1, "{error}");
    (error, output.status.code().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn lists() {
    let emulator = Emulator::start().await.unwrap();
    let advertisers = rows(&run(&emulator, "v3 advertisers --format json"));
    assert_eq!(
        advertisers[1],
        json!({"Id": ADVERTISER, "Name": "Advertiser 2", "Balance": null})
    );
    // The same objects as in version 1.0, without a token for the advertiser.
    let line = format!("campaigns --advertiser {ADVERTISER}");
    let campaigns = lines(&emulator, &format!("v3 {line}"));
    assert!(campaigns.len() > 1);
    assert_eq!(campaigns, lines(&emulator, &line));
    let line = format!("banners {CAMPAIGN}");
    let banners = lines(&emulator, &format!("v3 {line}"));
    assert!(banners.len() > 1);
    let line = format!("{line} --advertiser {ADVERTISER}");
    assert_eq!(banners, lines(&emulator, &line));

    let (error, code) = failure(run(&emulator, "v3 campaigns"));
    assert_eq!(code, 2);
    assert!(error.contains("--advertiser ID"), "{error}");
    let (_, code) = failure(run(&emulator, "v3 campaigns --advertiser nobody"));
    assert_eq!(code, 6);
    let (_, code) = failure(run(&emulator, "v3 banners nothing"));
    assert_eq!(code, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_splits_have_the_numbers_of_version_1() {
    let emulator = Emulator::start().await.unwrap();
    let first = lines(
        &emulator,
        &format!(
            "stats advertiser --advertiser {ADVERTISER} {DAYS} \
             --columns CampaignId,Date,ImpressionCount,ClickCount,Cost"
        ),
    );
    assert!(first.len() > 100);
    let columns = "--columns CampaignId,Day,ImpressionCount,ClickCount,TotalSum";
    for splits in ["--split Campaign --split Day", "--split day,campaign"] {
        let line = format!(
            "v3 stats --level advertiser --advertiser {ADVERTISER} {splits} {DAYS} {columns}"
        );
        assert_eq!(lines(&emulator, &line), first, "{splits}");
        // In pages and windows as well.
        let cut = format!("{line} --page-size 50 --window-days 2");
        assert_eq!(lines(&emulator, &cut), first, "{splits}");
    }
    let line = format!("v3 stats --level campaign --campaign {CAMPAIGN} --split Day {DAYS}");
    let of_campaign = lines(&emulator, &format!("{line} {columns}"));
    let same = first.iter().filter(|line| line.starts_with(CAMPAIGN));
    assert!(same.eq(&of_campaign), "{of_campaign:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn banners_by_day_and_tables_with_the_columns_of_the_splits() {
    let emulator = Emulator::start().await.unwrap();
    let line = format!(
        "v3 stats --level campaign --campaign {CAMPAIGN} --split BannerName --each-day {DAYS}"
    );
    let banners = rows(&run(&emulator, &format!("{line} --format json")));
    for row in &banners {
        assert_eq!((&row["From"], &row["To"]), (&row["Day"], &row["Day"]));
        assert_eq!(row["CampaignId"], CAMPAIGN);
        assert!(row["BannerId"].is_string() && row["ImpressionCount"].is_number());
        // Not sent, and therefore not 0.
        assert!(row["TotalSum"].is_null());
    }
    let days = banners.iter().map(|row| row["Day"].as_str().unwrap());
    let days: std::collections::BTreeSet<_> = days.collect();
    assert!(days.len() > 1, "{days:?}");

    let agency = "v3 stats --level agency --from 2025-01-01 --to 2025-01-31";
    for (line, header) in [
        (
            line,
            "Day BannerId BannerName ImpressionCount ClickCount CTR TotalSum",
        ),
        (
            format!("{agency} --split OS --split DeviceType"),
            "SplitName SecondSplitName ImpressionCount ClickCount CTR TotalSum",
        ),
        (
            format!("{agency} --split Advertiser --window-days 30"),
            "From To Advertiser SplitName ImpressionCount ClickCount CTR TotalSum",
        ),
    ] {
        let output = run(&emulator, &format!("{line} --format table"));
        let table = String::from_utf8(output.stdout).unwrap();
        let found: Vec<_> = table.lines().next().unwrap().split_whitespace().collect();
        assert_eq!(found.join(" "), header);
        assert!(table.lines().count() > 3, "{table}");
    }
    let output = run(
        &emulator,
        &format!("{agency} --split OS --split DeviceType --format csv"),
    );
    let csv = String::from_utf8(output.stdout).unwrap();
    assert!(csv.starts_with("From,To,Day,Advertiser,"), "{csv}");
    assert!(csv.contains(r#"""SecondSplitName"":""Desktop""}"#), "{csv}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_words_are_passed_on_and_named_if_they_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    let line = format!("v3 stats --level agency --split Contry --split Day {DAYS}");
    let (error, code) = failure(run(&emulator, &line));
    assert_eq!(code, 6);
    assert!(error.contains("HTTP 404"), "{error}");
    assert!(error.contains("(split 'Contry' is not"), "{error}");
    let requests = emulator.requests().of("hybrid.v3.statistic.agency");
    assert_eq!(requests.received, 1);
    let line = format!("v3 stats --level folder --split Day {DAYS}");
    let (error, code) = failure(run(&emulator, &line));
    assert_eq!(code, 6);
    assert!(error.contains("HTTP 404"), "{error}");
    assert!(error.contains("(level 'folder' is not"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_flags_send_no_statistics() {
    let emulator = Emulator::start().await.unwrap();
    for (line, says) in [
        (
            "--level agency --split Day --split OS --split City",
            "twice",
        ),
        ("--level agency", "--split"),
        ("--split Day", "--level"),
        ("--level campaign --split Day", "--campaign"),
        ("--level Banner --split Day", "--banner"),
        ("--level advertiser --split Day", "--all-advertisers"),
        (
            "--level agency --split Day --all-advertisers",
            "--level advertiser",
        ),
        (
            "--level advertiser --split Day --all-advertisers --advertiser x",
            "cannot be used",
        ),
        ("--level agency --split Day --page-size 0", "--page-size"),
        (
            "--level agency --split Day --each-day --window-days 2",
            "cannot be used",
        ),
        ("--level agency --split ..", "splits"),
    ] {
        let (error, code) = failure(run(&emulator, &format!("v3 stats {line} {DAYS}")));
        assert_eq!(code, 2, "{line}: {error}");
        assert!(error.contains(says), "{line}: {error}");
    }
    for range in [
        "--from 2025-01-02 --to 2025-01-01",
        "--from 2025-01-01T00:00:00 --to 2025-01-01",
        "--from 2025-01-01",
    ] {
        let line = format!("v3 stats --level agency --split Day {range}");
        assert_eq!(failure(run(&emulator, &line)).1, 2, "{range}");
    }
    for level in ["agency", "advertiser"] {
        let requests = emulator.requests();
        let requests = requests.of(&format!("hybrid.v3.statistic.{level}"));
        assert_eq!(requests.received, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_name_flags() {
    let emulator = Emulator::start().await.unwrap();
    for (line, says) in [
        (
            "--from 2025-01-02 --to 2025-01-01",
            "--to must not be before --from",
        ),
        (
            "--from 2025-01-02 --to 2025-01-02 --window-days 0",
            "--window-days must",
        ),
    ] {
        for command in ["v3 stats --level agency --split Day", "stats campaign a"] {
            let (error, code) = failure(run(&emulator, &format!("{command} {line}")));
            assert_eq!(code, 2, "{error}");
            assert!(error.contains(says), "{error}");
        }
    }
    let line = "stats advertiser --from 2025-01-02 --to 2025-01-02";
    let (error, _) = failure(run(&emulator, line));
    assert!(error.contains("--all-advertisers"), "{error}");
}

/// The settings of an emulator that is changed.
async fn emulator(change: fn(&mut HybridV3Settings)) -> Emulator {
    let mut settings = Settings::default();
    change(&mut settings.hybrid.v3);
    let emulator = Emulator::builder().settings(settings);
    emulator.start().await.unwrap()
}

const BY_CAMPAIGN: &str =
    "v3 stats --level agency --split Campaign --from 2025-03-01 --to 2025-03-31";

#[tokio::test(flavor = "multi_thread")]
async fn a_smaller_maximum_makes_no_shorter_list() {
    let whole = lines(&emulator(|_| ()).await, BY_CAMPAIGN);
    assert!(whole.len() > 150);
    let emulator = emulator(|v3| {
        v3.max_limit = Some(100);
        v3.large_limit = HybridLargeLimit::Cut;
    })
    .await;
    assert_eq!(lines(&emulator, BY_CAMPAIGN), whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_compared_unless_they_are_to_be_ignored() {
    let emulator = emulator(|v3| {
        v3.max_limit = Some(100);
        v3.pages = false;
        v3.total = HybridTotal::All;
    })
    .await;
    let (error, code) = failure(run(&emulator, &format!("{BY_CAMPAIGN} --format csv")));
    assert_eq!(code, 8, "{error}");
    assert!(error.contains("the vendor's total is"), "{error}");
    let line = format!("{BY_CAMPAIGN} --ignore-totals");
    assert_eq!(lines(&emulator, &line).len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kind_of_the_token_can_be_told() {
    let emulator = emulator(|v3| v3.no_agency = HybridNoAgency::Forbidden).await;
    let own = |line: &str, kind: &str| {
        let mut command = command(&emulator, line);
        command
            .env("ADAPIS_HYBRID_CLIENT_ID", "advertiser-client")
            .env(
                "ADAPIS_HYBRID_CLIENT_SECRET",
                "advertiser/secret+with=signs==",
            )
            .env("ADAPIS_HYBRID_TOKEN_KIND", kind);
        command.output().unwrap()
    };
    let (error, code) = failure(own("v3 campaigns", ""));
    assert_eq!(code, 6, "{error}");
    assert!(error.contains("set --token-kind"), "{error}");
    assert!(!rows(&own("v3 campaigns --format json", "advertiser")).is_empty());
    let line = "v3 campaigns --format json --token-kind advertiser";
    assert!(!rows(&own(line, "")).is_empty());
    let (error, code) = failure(own("v3 campaigns --token-kind agent", ""));
    assert_eq!(code, 2, "{error}");
    assert!(
        error.contains("--token-kind must be agency or advertiser"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_split_is_shown_whatever_its_member_is_called() {
    let emulator = emulator(|v3| v3.second_split = "Zweiter".to_owned()).await;
    let line = format!("v3 stats --level agency {DAYS} --format table");
    for (splits, header) in [
        (
            "--split OS --split DeviceType",
            "SplitName Zweiter ImpressionCount",
        ),
        (
            "--split Day --split Campaign",
            "Day CampaignId Zweiter ImpressionCount",
        ),
        (
            "--split Campaign --split Day",
            "Day CampaignId SplitName ImpressionCount",
        ),
    ] {
        let output = run(&emulator, &format!("{line} {splits}"));
        let table = String::from_utf8(output.stdout).unwrap();
        let found: Vec<_> = table.lines().next().unwrap().split_whitespace().collect();
        let header = format!("{header} ClickCount CTR TotalSum");
        assert_eq!(found.join(" "), header);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_advertiser_fails_alone() {
    let emulator = Emulator::start().await.unwrap();
    let statistics = format!("v3 stats --level advertiser --split Campaign {DAYS}");
    for (line, operation) in [
        ("v3 campaigns", "hybrid.v3.campaigns"),
        (&statistics, "hybrid.v3.statistic.advertiser"),
    ] {
        let line = format!("{line} --all-advertisers --concurrency 1");
        let whole = lines(&emulator, &line);
        let plan = FaultPlan::new(operation).healthy();
        emulator.faults(plan.fault(Fault::status(403))).unwrap();
        let output = run(&emulator, &format!("{line} --format csv"));
        emulator.clear_faults();
        assert_eq!(output.status.code(), Some(6), "{output:?}");
        let errors = String::from_utf8(output.stderr).unwrap();
        let errors: Vec<&str> = errors.lines().collect();
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors[0].contains(&format!("advertiser {ADVERTISER} (Advertiser 2)")));
        assert!(
            errors[1].contains("1 of 3 advertisers failed"),
            "{errors:?}"
        );
        let csv = String::from_utf8(output.stdout).unwrap();
        assert!(csv.starts_with("AdvertiserId,AdvertiserName,"), "{csv}");
        let mut found: Vec<_> = csv.lines().skip(1).collect();
        found.sort_unstable();
        let others = whole.iter().filter(|row| !row.starts_with(ADVERTISER));
        assert!(!found.is_empty() && found.len() < whole.len());
        assert!(found.into_iter().eq(others), "{csv}");
    }
}
