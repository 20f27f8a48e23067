//! Reads the income of SPOTS sites.

use std::cmp::Reverse;

use adapis::spots::calls::{Group, Statistics, StatisticsRow};
use adapis::spots::{Client, Credentials};
use adapis_emulator::Emulator;
use jiff::civil::date;
use rust_decimal::Decimal;

use super::section::Section;
use crate::error::CliError;
use crate::output::Row;

const SHOWN: usize = 8;

pub(super) async fn run(emulator: &Emulator) -> Result<Vec<Section>, CliError> {
    let account = &emulator.credentials().spots;
    let credentials = Credentials::new(account.login.clone(), account.password.clone());
    let client = Client::new(&emulator.spots_url(), credentials)?;

    let days = (date(2023, 8, 23), date(2023, 8, 24));
    let request = Statistics::new(days.0, days.1)
        .group(Group::Site)
        .site("test1.ru")
        .site("test2.ru");
    let example = client.statistics(&request).await?;

    let year = Statistics::new(date(2025, 1, 1), date(2025, 12, 31));
    let mut sites = client.statistics(&year.group(Group::Site)).await?;
    sites.sort_by_key(|site| Reverse(site.income));
    let mut best: Vec<Row> = sites.iter().take(SHOWN).map(row).collect();
    best.push(
        Row::new()
            .with("site", format!("all {} sites", sites.len()))
            .with(
                "shows",
                sites.iter().filter_map(|site| site.shows).sum::<u64>(),
            )
            .with(
                "clicks",
                sites.iter().filter_map(|site| site.clicks).sum::<u64>(),
            )
            .with(
                "income",
                sites.iter().filter_map(|site| site.income).sum::<Decimal>(),
            ),
    );
    Ok(vec![
        Section {
            name: "spots",
            title: format!(
                "SPOTS: income by site, {} to {}, as in the vendor's documentation",
                days.0, days.1
            ),
            rows: example.iter().map(row).collect(),
        },
        Section {
            name: "spots_year",
            title: format!("SPOTS: the {SHOWN} sites with the highest income in 2025"),
            rows: best,
        },
    ])
}

fn row(site: &StatisticsRow) -> Row {
    Row::new()
        .with("site", site.site.clone())
        .with("shows", site.shows)
        .with("clicks", site.clicks)
        .with("income", site.income)
}
