//! The statistics of ADFOX against the emulator: complete reports, whatever happens to their tasks.

mod cuts;
mod shapes;
mod tasks;
mod totals;
mod trouble;

use std::time::Duration;

use adapis_emulator::{AdfoxReportsSettings, Emulator, Settings};
use adfox_api::calls::statistics::{DateRange, Report, Table};
use adfox_api::{Client, Credentials, Decimal, Error, RetryPolicy, Statistics, StatisticsSettings};
use jiff::civil::date;

const YEAR: DateRange = DateRange::new(date(2025, 1, 1), date(2025, 12, 31));
const JANUARY: DateRange = DateRange::new(date(2025, 1, 1), date(2025, 1, 31));
/// The metrics that can be added up.
const SUMS: [&str; 8] = [
    "loads_total",
    "loads_commercial",
    "impressions_commercial",
    "views_total",
    "clicks_total",
    "events_total",
    "income",
    "cost",
];

async fn emulator(change: impl FnOnce(&mut AdfoxReportsSettings)) -> Emulator {
    let mut settings = Settings::default();
    change(&mut settings.adfox.reports);
    let builder = Emulator::builder().settings(settings);
    builder.start().await.unwrap()
}

fn change(emulator: &Emulator, change: impl FnOnce(&mut AdfoxReportsSettings)) {
    super::change_settings(emulator, |settings| change(&mut settings.reports));
}

/// Settings that wait for nothing.
fn fast() -> StatisticsSettings {
    let (first, longest) = (Duration::from_millis(1), Duration::from_millis(20));
    StatisticsSettings::new()
        .poll_interval(first, longest)
        .requests_per_minute(1_000_000)
}

fn retry() -> RetryPolicy {
    let short = Duration::from_millis(1);
    let retry = RetryPolicy::default().initial_delay(short);
    retry.initial_rate_limit_delay(short)
}

fn statistics_with(emulator: &Emulator, settings: StatisticsSettings) -> Statistics {
    statistics_of(emulator, settings, retry())
}

/// A client that sends no request again as its retries would.
fn statistics_once(emulator: &Emulator, settings: StatisticsSettings) -> Statistics {
    statistics_of(emulator, settings, RetryPolicy::never())
}

fn statistics_of(
    emulator: &Emulator,
    settings: StatisticsSettings,
    retry: RetryPolicy,
) -> Statistics {
    let token = emulator.credentials().adfox.token.clone();
    let client = Client::builder(&emulator.adfox_url(), Credentials::oauth(token))
        .retry(retry)
        .statistics(settings)
        .build()
        .unwrap();
    assert_eq!(
        client.statistics().endpoint().to_string(),
        emulator.adfox_reports_url()
    );
    client.statistics()
}

fn statistics(emulator: &Emulator) -> Statistics {
    statistics_with(emulator, fast())
}

/// Clicks of a month by day.
fn clicks() -> Report {
    Report::new(JANUARY)
        .metric("clicks_total")
        .dimension("date")
}

/// The error of a report of clicks.
async fn failure(statistics: &Statistics) -> Error {
    let table = statistics.report(&clicks()).collect().await;
    table.unwrap_err()
}

/// All sums by these dimensions.
fn sums_by(range: DateRange, dimensions: &[&str]) -> Report {
    let report = SUMS
        .iter()
        .fold(Report::new(range), |report, name| report.metric(*name));
    dimensions
        .iter()
        .fold(report, |report, name| report.dimension(*name))
}

/// The sum of each metric of [`SUMS`].
fn sums(table: &Table) -> [Decimal; 8] {
    SUMS.map(|name| {
        let at = table
            .columns
            .iter()
            .position(|column| column.name == name)
            .unwrap();
        table
            .rows
            .iter()
            .filter_map(|row| row[at].as_decimal())
            .sum()
    })
}

/// The sums of all days, as the emulator has them.
fn expected(emulator: &Emulator, range: DateRange) -> [Decimal; 8] {
    let days = emulator.totals(range.from, range.to).adfox;
    assert!(!days.is_empty());
    let mut sums = [Decimal::ZERO; 8];
    for day in &days {
        let values = [
            day.loads_total.into(),
            day.loads_commercial.into(),
            day.impressions_commercial.into(),
            day.views_total.into(),
            day.clicks_total.into(),
            day.events_total.into(),
            day.income,
            day.cost,
        ];
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += value;
        }
    }
    sums
}

/// How many requests of an operation the emulator has received.
fn received(emulator: &Emulator, operation: &str) -> u64 {
    let operations = emulator.requests().operations;
    operations
        .get(operation)
        .map_or(0, |counts| counts.received)
}
