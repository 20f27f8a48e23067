//! Sums up the advertisers of the Hybrid agency.

use adapis::hybrid::calls::v3::{Split, Statistics};
use adapis::hybrid::calls::{CampaignDay, CampaignStatistics};
use adapis::hybrid::{Client, Credentials};
use adapis_emulator::Emulator;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::section::Section;
use crate::error::CliError;
use crate::output::Row;

const EXAMPLE_DAY: Date = date(2015, 12, 31);
const MONTH: (Date, Date) = (date(2025, 1, 1), date(2025, 1, 31));

pub(super) async fn run(emulator: &Emulator) -> Result<Vec<Section>, CliError> {
    let account = &emulator.credentials().hybrid;
    let credentials = Credentials::new(account.client_id.clone(), account.client_secret.clone());
    let agency = Client::new(&emulator.hybrid_url(), credentials)?;

    let mut advertisers = Vec::new();
    let mut example = Vec::new();
    for advertiser in agency.advertisers().await? {
        let own = agency.for_advertiser(advertiser.id.clone())?;
        let campaigns = own.campaigns().await?;
        let ids = || campaigns.iter().map(|campaign| campaign.id.clone());

        let call = CampaignStatistics::new(EXAMPLE_DAY, EXAMPLE_DAY, ids());
        for row in own.campaign_statistics(&call).await? {
            let name = campaigns
                .iter()
                .find(|campaign| campaign.id == row.campaign_id)
                .and_then(|campaign| campaign.name.clone());
            for day in &row.stat {
                example.push(
                    Row::new()
                        .with("campaign", row.campaign_id.to_string())
                        .with("name", name.clone())
                        .with("impressions", day.impression_count)
                        .with("clicks", day.click_count)
                        .with("cost", day.cost)
                        .with("ctr, %", day.ctr)
                        .with("exact ctr, %", day.exact_ctr().map(|ctr| ctr.round_dp(6))),
                );
            }
        }

        let call = CampaignStatistics::new(MONTH.0, MONTH.1, ids());
        let groups = own.campaign_statistics(&call).await?;
        let days: Vec<&CampaignDay> = groups.iter().flat_map(|group| &group.stat).collect();
        let count = |of: fn(&CampaignDay) -> Option<i64>| -> i64 {
            days.iter().filter_map(|day| of(day)).sum()
        };
        advertisers.push(
            Row::new()
                .with("advertiser", advertiser.id.to_string())
                .with("name", advertiser.name)
                .with("balance", advertiser.balance)
                .with("campaigns", campaigns.len())
                .with("impressions", count(|day| day.impression_count))
                .with("clicks", count(|day| day.click_count))
                .with(
                    "cost",
                    days.iter().filter_map(|day| day.cost).sum::<Decimal>(),
                ),
        );
    }
    Ok(vec![
        Section {
            name: "hybrid",
            title: "Hybrid: the advertisers of the agency with their totals for January 2025"
                .to_owned(),
            rows: advertisers,
        },
        Section {
            name: "hybrid_campaign",
            title: format!("Hybrid: campaigns on {EXAMPLE_DAY}, as in the vendor's documentation"),
            rows: example,
        },
        version_3(&agency).await?,
    ])
}

/// The same month in one call of version 3.0, with the agency's token.
async fn version_3(agency: &Client) -> Result<Section, CliError> {
    let call = Statistics::of_agency(MONTH.0, MONTH.1).split(Split::Advertiser);
    let mut statistics = agency.v3().statistics_stream(&call);
    let mut rows = Vec::new();
    while let Some(row) = statistics.next().await.transpose()? {
        rows.push(
            Row::new()
                .with("advertiser", row.advertiser.map(|id| id.to_string()))
                .with("name", row.split_name)
                .with("impressions", row.impression_count)
                .with("clicks", row.click_count)
                .with("reach", row.reach)
                .with("spent", row.total_sum)
                .with("ctr, %", row.ctr),
        );
    }
    Ok(Section {
        name: "hybrid_v3",
        title: "Hybrid 3.0: the same month by advertiser, in one call of the agency".to_owned(),
        rows,
    })
}
