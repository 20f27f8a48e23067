//! Reports of ADFOX: weeks of nights on the vendor's clock, and metrics that are not what a configuration says.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use adapis_emulator::{
    AdfoxData, Data, Decimal, Emulator, Fault, FaultPlan, FaultPoint, RevisionSettings, Settings,
};
use adapis_pull::{Clients, Config, Format, Pace, Pull, RunOptions, Schema, Selection};
use adfox_api::StatisticsSettings;
use jiff::civil::Date;

use crate::simulation::MoscowDay;
use crate::support::{at, day, files, folder, retry, rows_by, run_at, sum, transport};

const FROM: &str = "2025-06-01";
const NIGHTS: u32 = 35;
const LOOKBACK: u32 = 14;
const SUMMED: &str = "\"loads_total\", \"loads_commercial\", \"impressions_commercial\", \"views_total\", \
                      \"clicks_total\", \"events_total\", \"income\", \"cost\"";

fn pull(root: &tempfile::TempDir, emulator: &Emulator, reports: &str) -> Pull {
    let text = format!(
        "[pull]\nroot = '{}'\nlookback = {LOOKBACK}\n\
         [[pull.source]]\nname = \"adserver\"\nadfox = {{ profile = \"p\" }}\nfrom = {FROM}\nreports = [{reports}]\n",
        root.path().display()
    );
    let config = Config::parse(&text).unwrap();
    let credentials = adfox_api::Credentials::oauth(emulator.credentials().adfox.token.as_str());
    let url = emulator.adfox_reports_url();
    let wait = Duration::from_millis(1);
    let settings = StatisticsSettings::new()
        .endpoint(url.clone())
        .requests_per_minute(1_000_000)
        .poll_interval(wait, wait);
    let pace = Pace::new(None);
    let client = adfox_api::Client::builder(&url, credentials)
        .transport(pace.transport(transport(&url)))
        .statistics(settings)
        .retry(retry())
        .build()
        .unwrap();
    let clients = Clients::new()
        .adfox("adserver", client)
        .pace("adserver", pace);
    Pull::new(config, clients).unwrap()
}

async fn emulator(seed: u64) -> Emulator {
    let settings = Settings {
        revisions: RevisionSettings {
            settle_days: 3,
            late_change: 0.05,
            vanishing_rows: 0.05,
            emptied_days: 0.05,
            max_late_days: 10,
            ..RevisionSettings::default()
        },
        ..Settings::default()
    };
    let data = Data {
        adfox: Some(AdfoxData::default()),
        ..Data::default()
    };
    let builder = Emulator::builder().data(data).settings(settings).seed(seed);
    builder
        .now(at("2025-06-01T21:30:00Z"))
        .start()
        .await
        .unwrap()
}

fn break_things(emulator: &Emulator, night: u64) {
    for operation in ["create", "task", "result"] {
        let plan = FaultPlan::new(format!("adfox.reports.{operation}"))
            .fault(Fault::status(503))
            .fault(Fault::status(429))
            .fault(Fault::truncate(200))
            .fault(Fault::reset(FaultPoint::MidBody))
            .fault(Fault::garbage("<html>maintenance</html>"));
        emulator.faults(plan.at_rate(0.25, night)).unwrap();
    }
}

fn schema(pull: &Pull, stream: &str) -> Arc<Schema> {
    let source = pull.config().source("adserver").unwrap();
    source.stream(stream).unwrap().stream.schema.clone()
}

async fn simulate(seed: u64) {
    let emulator = emulator(seed).await;
    let root = folder();
    let reports = format!(
        "{{ name = \"day\", metrics = [{SUMMED}, \"ctr\", \"reach\"], dimensions = [\"date\"] }}, \
         {{ name = \"campaign-day\", metrics = [{SUMMED}], dimensions = [\"date\", \"campaign_id\"] }}, \
         {{ name = \"banner-place\", metrics = [{SUMMED}, \"viewability\"], partition = \"day\", \
            dimensions = [\"banner_id\", \"date\", \"place_id\", \"device_type\"] }}"
    );
    let pull = pull(&root, &emulator, &reports);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut options = RunOptions::default();
    for night in 0..NIGHTS {
        if random.u8(..10) > 0 {
            emulator.clear_faults();
            match random.u8(..10) {
                0 => {
                    let down = FaultPlan::new("*").fault(Fault::status(500)).forever();
                    emulator.faults(down).unwrap();
                }
                1..=6 => break_things(&emulator, u64::from(night)),
                _ => {}
            }
            let now = emulator.now().unwrap();
            let summary = pull.run(&options, &now).await.unwrap();
            let suspects = summary.sources.iter().flat_map(|source| &source.suspects);
            options.accept = suspects.filter_map(|held| held.finding.day()).collect();
        }
        let hours = u64::from(24 + random.u32(..7) - 3);
        emulator.advance(Duration::from_secs(hours * 3600)).unwrap();
    }
    emulator.clear_faults();
    let last = emulator.now().unwrap().in_tz_day();
    emulator
        .advance(Duration::from_secs(u64::from(LOOKBACK + 1) * 86_400))
        .unwrap();
    let now = emulator.now().unwrap();
    for _ in 0..4 {
        let summary = pull.run(&options, &now).await.unwrap();
        let source = &summary.sources[0];
        let days: BTreeSet<Date> = source
            .suspects
            .iter()
            .filter_map(|held| held.finding.day())
            .collect();
        options.accept.extend(days);
        assert!(
            source.errors.is_empty() && source.differences.is_empty(),
            "{source:?}"
        );
    }
    let totals = emulator.totals_at(day(FROM), now.in_tz_day(), now).adfox;
    let count = |of: fn(&adapis_emulator::AdfoxTotals) -> u64| {
        Decimal::from(totals.iter().map(of).sum::<u64>())
    };
    let money = |of: fn(&adapis_emulator::AdfoxTotals) -> Decimal| {
        totals.iter().map(of).sum::<Decimal>().normalize()
    };
    for stream in [
        "adfox.report-day",
        "adfox.report-campaign-day",
        "adfox.report-banner-place",
    ] {
        let schema = schema(&pull, stream);
        let rows = rows_by(root.path(), stream, "adserver", Format::Parquet, &schema);
        for (column, expected) in [
            ("loads_total", count(|day| day.loads_total)),
            ("loads_commercial", count(|day| day.loads_commercial)),
            (
                "impressions_commercial",
                count(|day| day.impressions_commercial),
            ),
            ("views_total", count(|day| day.views_total)),
            ("clicks_total", count(|day| day.clicks_total)),
            ("events_total", count(|day| day.events_total)),
            ("income", money(|day| day.income)),
            ("cost", money(|day| day.cost)),
        ] {
            assert_eq!(sum(&rows, column), expected, "{column} of {stream}, {seed}");
        }
        if stream == "adfox.report-banner-place" {
            let expected: u64 = totals.iter().map(|day| day.rows).sum();
            assert_eq!(rows.len() as u64, expected, "rows that vanished are gone");
        }
    }
    // Final days are asked for no more.
    let plans = pull.plan(&Selection::default(), now).unwrap();
    let windows = plans[0].streams.iter().flat_map(|stream| &stream.windows);
    for part in windows.flat_map(|window| &window.parts) {
        assert!(part.due.keys().all(|day| *day > last), "{part:?}");
    }
    for stream in &pull.status(now).unwrap()[0].streams {
        assert!(
            stream.gaps.is_empty() && stream.suspects.is_empty(),
            "{stream:?}"
        );
    }
    assert!(
        files(root.path())
            .keys()
            .all(|name| name.ends_with("/rows.parquet"))
    );
}

#[tokio::test]
async fn after_lookback_every_sum_is_the_vendors_seed_1() {
    simulate(1).await;
}

#[tokio::test]
async fn after_lookback_every_sum_is_the_vendors_seed_2() {
    simulate(2).await;
}

/// The documentation does not say whether such a filter is applied to the rows or to their sums.
#[tokio::test]
async fn reports_with_filters_of_metrics_are_not_compared() {
    let emulator = Emulator::start().await.unwrap();
    for (field, calls) in [
        ("site_id", "4 or more"),
        ("clicks_total", "2 or more"),
        ("reach", "2 or more"),
    ] {
        let root = folder();
        let report = format!(
            "{{ name = \"site\", metrics = [\"clicks_total\"], dimensions = [\"date\", \"site_id\"], \
             filters = [\"{field}:gt:=1\"] }}"
        );
        let pull = pull(&root, &emulator, &report);
        let plan = pull.plan(&Selection::default(), at("2025-06-11T03:00:00Z"));
        assert_eq!(plan.unwrap()[0].calls.to_string(), calls, "{field}");
    }
}

#[tokio::test]
async fn ratios_are_texts_and_the_plan_counts_what_is_certain() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let report = "{ name = \"site\", metrics = [\"clicks_total\", \"ctr\", \"reach\", \"income\"], \
                  dimensions = [\"date\", \"site_name\"] }";
    let pull = pull(&root, &emulator, report);
    let plan = pull
        .plan(&Selection::default(), at("2025-06-11T03:00:00Z"))
        .unwrap();
    // Two reports of two requests each, and the questions whether they are ready.
    assert_eq!(plan[0].calls.to_string(), "4 or more");
    assert_eq!(
        plan[0].notes,
        ["ADFOX is also asked whether each report is ready, as often as that takes"]
    );
    let summary = run_at(&pull, "2025-06-11T03:00:00Z").await;
    let source = &summary.sources[0];
    assert_eq!((summary.exit_code, source.files), (0, 1), "{source:?}");
    assert_eq!((source.reconciled, source.days_done), (10, 10));
    assert!(source.calls >= 4);
    let stream = &pull.config().sources[0].streams[0].stream;
    assert_eq!(stream.additive, ["clicks_total", "income"]);
    let rows = rows_by(
        root.path(),
        stream.name,
        "adserver",
        Format::Parquet,
        &stream.schema,
    );
    assert!(rows.iter().all(|row| row["account"] == "adserver"));
    assert!(rows.iter().any(|row| row["ctr"].contains('.')));
    assert!(rows.iter().all(|row| row["extra"] == "null"));
}

#[tokio::test]
async fn a_metric_that_is_not_what_the_configuration_says_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    for (metric, word) in [
        ("{ name = \"ctr\", type = \"money\" }", "cannot be added up"),
        (
            "{ name = \"income\", type = \"count\" }",
            "may have decimals",
        ),
        (
            "{ name = \"reach\", type = \"count\" }",
            "cannot be added up",
        ),
    ] {
        let root = folder();
        let report = format!("{{ name = \"day\", metrics = [{metric}], dimensions = [\"date\"] }}");
        let summary = run_at(&pull(&root, &emulator, &report), "2025-06-11T03:00:00Z").await;
        let source = &summary.sources[0];
        assert_eq!((summary.exit_code, source.files), (2, 0), "{source:?}");
        assert!(source.errors[0].error.contains(word), "{source:?}");
    }
}

/// What an advertiser may see: the vendor refuses each request that does not name the account's owner.
async fn advertisers_emulator() -> Emulator {
    let mut settings = Settings::default();
    settings.adfox.reports.owner_required = true;
    let builder = Emulator::builder().settings(settings);
    builder.start().await.unwrap()
}

#[tokio::test]
async fn filters_and_the_owner_are_sent_and_a_change_of_them_pulls_all_days_again() {
    const NOW: &str = "2025-06-11T03:00:00Z";
    const STREAM: &str = "adfox.report-site";
    let emulator = advertisers_emulator().await;
    let root = folder();
    let report = |more: &str| {
        let report = format!(
            "{{ name = \"site\", metrics = [\"clicks_total\", \"income\"], dimensions = [\"date\", \"site_id\"]{more} }}"
        );
        pull(&root, &emulator, &report)
    };
    let rows = |pull: &Pull| {
        let schema = schema(pull, STREAM);
        rows_by(root.path(), STREAM, "adserver", Format::Parquet, &schema)
    };
    let summary = run_at(&report(""), NOW).await;
    assert_eq!((summary.exit_code, summary.sources[0].files), (6, 0));
    let error = &summary.sources[0].errors[0].error;
    assert!(error.contains("ownerId"), "{error}");

    let all = report(", owner = 67890");
    let summary = run_at(&all, NOW).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    let of_all = rows(&all);
    let site = &of_all[0]["site_id"];
    let expected: Vec<_> = of_all
        .iter()
        .filter(|row| row["site_id"] == *site)
        .collect();
    assert!((1..of_all.len()).contains(&expected.len()));

    let one = report(&format!(
        ", owner = 67890, filters = [\"site_id:eq:{site}\"]"
    ));
    let refused = run_at(&one, NOW).await;
    assert_eq!(refused.exit_code, 2);
    let error = &refused.sources[0].errors[0].error;
    assert!(error.contains("--restart adfox.report-site"), "{error}");
    let mut options = RunOptions::default();
    options.selection.restart = vec!["report-site".to_owned()];
    let days = (1..=10).map(|number| jiff::civil::date(2025, 6, number));
    options.accept = days.collect();
    let summary = one.run(&options, &at(NOW)).await.unwrap();
    let source = &summary.sources[0];
    // The vendor's own sums are those of the same rows.
    assert_eq!(
        (summary.exit_code, source.reconciled),
        (0, 10),
        "{source:?}"
    );
    assert!(source.differences.is_empty(), "{source:?}");
    assert_eq!(rows(&one).iter().collect::<Vec<_>>(), expected);
    // Other settings do not make days change late.
    assert_eq!(source.changed_days, 0, "{source:?}");
    let status = one.status(at(NOW)).unwrap();
    assert_eq!(status[0].streams[0].late, None);
}

#[tokio::test]
async fn a_limit_of_calls_holds_for_the_questions_whether_a_report_is_ready() {
    const NOW: &str = "2025-06-11T03:00:00Z";
    let mut settings = Settings::default();
    settings.adfox.reports.running_polls = 4;
    let emulator = Emulator::builder().settings(settings);
    let emulator = emulator.start().await.unwrap();
    let root = folder();
    let report = |name, metric| {
        format!("{{ name = \"{name}\", metrics = [\"{metric}\"], dimensions = [\"date\"] }}")
    };
    let reports = format!("{}, {}", report("one", "income"), report("two", "cost"));
    let pull = pull(&root, &emulator, &reports);
    let received = || -> u64 {
        let operations = emulator.requests().operations;
        operations.values().map(|counts| counts.received).sum()
    };
    // Each report is made, asked for five times, and fetched; the third run continues where the second was cut off.
    for (limit, code, sent, files, error) in [
        (
            1,
            2,
            0,
            0,
            "more than the limit of 1 requests, the largest 2 or more",
        ),
        (4, 2, 4, 0, "one of them needs 5 or more"),
        (100, 0, 4 + 4 + 7, 2, ""),
    ] {
        let mut options = RunOptions::default();
        options.max_calls = Some(limit);
        let summary = pull.run(&options, &at(NOW)).await.unwrap();
        let source = &summary.sources[0];
        assert_eq!(
            (summary.exit_code, source.files),
            (code, files),
            "{limit}: {source:?}"
        );
        assert_eq!(received(), sent, "{limit}: {source:?}");
        let mut errors = source.errors.iter();
        assert!(
            error.is_empty() || errors.any(|problem| problem.error.contains(error)),
            "{source:?}"
        );
    }
}

#[tokio::test]
async fn a_limit_of_calls_that_leaves_none_for_the_comparison_is_warned_of() {
    let emulator = Emulator::start().await.unwrap();
    let root = folder();
    let report = "{ name = \"one\", metrics = [\"income\"], dimensions = [\"date\", \"site_id\"] }";
    let pull = pull(&root, &emulator, report);
    let mut options = RunOptions::default();
    let made = || emulator.requests().of("adfox.reports.result").received;
    // As few as the rows take: making the report of the sums is then one too many.
    let mut limit = 0;
    let source = loop {
        limit += 1;
        options.max_calls = Some(limit);
        let summary = pull.run(&options, &at("2025-06-11T03:00:00Z")).await;
        let source = summary.unwrap().sources.remove(0);
        if made() > 0 {
            break source;
        }
        assert!(limit < 20, "{source:?}");
    };
    assert_eq!((source.files, source.reconciled), (1, 0), "{source:?}");
    let [warning] = &source.warnings[..] else {
        panic!("{source:?}");
    };
    let uncompared = "1 windows were published, but not compared with the vendor's own sums";
    assert!(warning.starts_with(uncompared), "{warning}");
}
