//! Adds a campaign with a banner, places it, and lists the banners; then makes a report of statistics. Against
//! the emulator.
//!
//! `cargo run -p adapis-examples --example adfox`
#![expect(clippy::print_stdout, reason = "an example prints")]

use adapis::adfox::calls::statistics::Report;
use adapis::adfox::calls::{
    AddBanner, AddCampaign, CampaignId, ListBanners, ListCampaigns, PlaceCampaign, PlaceId,
    TemplateId,
};
use adapis::adfox::{Client, Code, Credentials, Refusal, date};
use adapis_emulator::Emulator;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start().await?;
    let credentials = Credentials::password("test", "Secret-Passw0rd");
    let client = Client::new(&emulator.adfox_url(), credentials)?;

    let campaigns = client.campaigns(&ListCampaigns::new()).collect().await?;
    println!("{} campaigns", campaigns.len());

    let campaign = AddCampaign::new("Autumn")
        .advertiser(1001.into())
        .priority(5);
    let campaign = client.find_or_add(&campaign).await?.id;
    let banner = AddBanner::new(campaign, TemplateId::new(201))
        .name("Autumn 240x400")
        .image_url("https://content.example/autumn.png")
        .hit_url("https://shop.example/?from=autumn");
    let banner = client.find_or_add(&banner).await?;
    println!("campaign {campaign}, banner {}", banner.id);

    let placed = client
        .place_campaign(&PlaceCampaign::on(campaign, PlaceId::new(5201)))
        .await?;
    if let Some(message) = placed.partial {
        println!("partially placed: {message}");
    }
    let nowhere = PlaceCampaign::on(CampaignId::new(1), PlaceId::new(5201));
    if let Err(error) = client.place_campaign(&nowhere).await
        && let Some(refusal) = Refusal::of(&error).filter(|r| r.code == Code::IncorrectValue)
    {
        println!(
            "refused: {:?} may not be {:?}",
            refusal.parameter, refusal.value
        );
    }

    let banners = ListBanners::new().campaigns(vec![campaign]);
    for row in client.banners(&banners).collect().await? {
        println!("{} {:?} leads to {:?}", row.id, row.name, row.hit_url);
    }

    // Statistics need an OAuth token. The report is made in a task, which may take minutes.
    let token = emulator.credentials().adfox.token.clone();
    let client = Client::new(&emulator.adfox_url(), Credentials::oauth(token))?;
    let report = Report::new(date(2025, 3, 1)..=date(2025, 3, 7))
        .metric("loads_commercial")
        .metric("income")
        .dimension("date");
    let statistics = client.statistics();
    let mut rows = statistics
        .report(&report)
        .on_task(|task| println!("task {} is {}", task.id, task.status));
    while let Some(row) = rows.next().await {
        let row = row?;
        println!("{}: {} loads, {} earned", row[0], row[1], row[2]);
    }
    Ok(())
}
