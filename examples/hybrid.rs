//! From a Hybrid agency to its totals: advertisers, their campaigns, and a month of statistics; and the
//! same month by version 3.0, in one call.
//!
//! It runs against an emulator inside this program. For the real service, use the endpoint
//! `https://api.hybrid.ru` and your own `client_id` and `client_secret`.
//!
//! `cargo run -p adapis-examples --example hybrid`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::error::Error;
use std::pin::pin;

use adapis_emulator::Emulator;
use futures_util::StreamExt;
use hybrid_rest::calls::CampaignStatistics;
use hybrid_rest::calls::v3::{Split, Statistics};
use hybrid_rest::{Client, Credentials};
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

const MONTH: (Date, Date) = (date(2025, 3, 1), date(2025, 3, 31));

/// What an advertiser spent in a month.
struct Totals {
    campaigns: usize,
    impressions: i64,
    cost: Decimal,
}

async fn totals(client: Client) -> Result<Totals, hybrid_rest::Error> {
    let campaigns = client.campaigns().await?;
    let mut totals = Totals {
        campaigns: campaigns.len(),
        impressions: 0,
        cost: Decimal::ZERO,
    };
    let ids = campaigns.into_iter().map(|campaign| campaign.id);
    let call = CampaignStatistics::new(MONTH.0, MONTH.1, ids);
    let mut rows = client.campaign_statistics_stream(&call);
    while let Some(row) = rows.next().await {
        let row = row?;
        totals.impressions += row.impression_count.unwrap_or_default();
        totals.cost += row.cost.unwrap_or_default();
    }
    Ok(totals)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let hybrid = &emulator.credentials().hybrid;
    let credentials = Credentials::new(hybrid.client_id.clone(), hybrid.client_secret.clone());
    let client = Client::new(&emulator.hybrid_url(), credentials)?;

    let agency = client.agency();
    let advertisers = agency.advertisers().await?;
    let mut results = pin!(agency.for_each_advertiser(advertisers, totals));
    while let Some(one) = results.next().await {
        let name = one.advertiser.name.unwrap_or_default();
        match one.result {
            Ok(Totals {
                campaigns,
                impressions,
                cost,
            }) => {
                println!("{name}: {campaigns} campaigns, {impressions} impressions, {cost} spent")
            }
            Err(error) => println!("{name}: {error}"),
        }
    }

    let call = Statistics::of_agency(MONTH.0, MONTH.1).split(Split::Advertiser);
    let mut rows = client.v3().statistics_stream(&call);
    while let Some(row) = rows.next().await {
        let row = row?;
        let (name, spent) = (
            row.split_name.unwrap_or_default(),
            row.total_sum.unwrap_or_default(),
        );
        let impressions = row.impression_count.unwrap_or_default();
        println!("3.0: {name}: {impressions} impressions, {spent} spent");
    }
    Ok(())
}
