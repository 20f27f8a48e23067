//! Lists the campaigns of the ADFOX account.

use adapis::adfox::{Client, Credentials, Object, Params};
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
    Ok(vec![Section {
        name: "adfox",
        title: format!(
            "ADFOX: {} campaigns in {number} pages of {PAGE_SIZE}",
            rows.len()
        ),
        rows,
    }])
}

fn status(code: &str) -> &str {
    match code {
        "0" => "active",
        "1" => "paused",
        "2" => "completed",
        other => other,
    }
}
