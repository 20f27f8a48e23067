//! Lists the campaigns of the ADFOX account, and makes a report of its statistics.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adapis::adfox::calls::statistics::Report;
use adapis::adfox::{Client, Credentials, Object, Params, StatisticsSettings, date};
use adapis_emulator::Emulator;

use super::section::Section;
use crate::error::CliError;
use crate::output::Row;

const PAGE_SIZE: u64 = 20;

pub(super) async fn run(emulator: &Emulator) -> Result<Vec<Section>, CliError> {
    let account = &emulator.credentials().adfox;
    let credentials = Credentials::password(account.login.clone(), account.password.clone());
    let client = Client::new(&emulator.adfox_url(), credentials)?;

    let mut pages = client
        .list(Object::Campaign, Params::new())
        .page_size(PAGE_SIZE);
    let mut rows = Vec::new();
    let mut number = 0_u64;
    while let Some(page) = pages.next().await.transpose()? {
        number += 1;
        for campaign in &page.rows {
            let text = |name| campaign.text(name).map(str::to_owned);
            let count = |name| {
                campaign
                    .text(name)
                    .and_then(|text| text.parse::<u64>().ok())
            };
            rows.push(
                Row::new()
                    .with("page", number)
                    .with("campaign", text("ID"))
                    .with("name", text("name"))
                    .with("in", text("superCampaignName"))
                    .with("status", text("status").as_deref().map(status))
                    .with("impressions", count("impressionsAll"))
                    .with("clicks", count("clicksAll")),
            );
        }
    }
    let campaigns = Section {
        name: "adfox",
        title: format!(
            "ADFOX: {} campaigns in {number} pages of {PAGE_SIZE}",
            rows.len()
        ),
        rows,
    };
    Ok(vec![campaigns, report(emulator).await?])
}

/// Makes a report, whose task the emulator does not finish at once.
async fn report(emulator: &Emulator) -> Result<Section, CliError> {
    let token = emulator.credentials().adfox.token.clone();
    let poll = Duration::from_millis(20);
    let client = Client::builder(&emulator.adfox_url(), Credentials::oauth(token))
        .statistics(StatisticsSettings::new().poll_interval(poll, poll))
        .build()?;
    let report = Report::new(date(2024, 1, 1)..=date(2024, 1, 31))
        .metric("loads_commercial")
        .metric("clicks_total")
        .metric("ctr")
        .dimension("date")
        .filter("campaign_id", "eq", "12345");
    let states = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&states);
    let statistics = client.statistics().report(&report);
    let statistics = statistics.on_task(move |_| {
        seen.fetch_add(1, Ordering::Relaxed);
    });
    let table = statistics.collect().await?;
    let rows = table.rows.iter().map(|row| {
        let mut cells = Row::new();
        for (column, cell) in table.columns.iter().zip(row.cells()) {
            cells = match cell.as_decimal() {
                Some(number) => cells.with(column.name.clone(), number),
                None => cells.with(column.name.clone(), cell.as_str().map(str::to_owned)),
            };
        }
        cells
    });
    Ok(Section {
        name: "adfox_report",
        title: format!(
            "ADFOX: a report by day, as in the vendor's documentation, ready at look {} at its task",
            states.load(Ordering::Relaxed)
        ),
        rows: rows.collect(),
    })
}

fn status(code: &str) -> &str {
    match code {
        "0" => "active",
        "1" => "paused",
        "2" => "completed",
        other => other,
    }
}
