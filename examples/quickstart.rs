//! One small task for each of the four vendors, against an emulator inside this program.
//!
//! `cargo run -p adapis-examples --example quickstart`
#![expect(clippy::print_stdout, reason = "an example prints")]

use adapis::{adfox, hybrid, keitaro, spots};
use adapis_emulator::Emulator;
use jiff::civil::date;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start().await?;
    let accounts = emulator.credentials().clone();

    let credentials = keitaro::Credentials::token(accounts.keitaro.token);
    let tracker = keitaro::Client::new(&emulator.keitaro_url(), credentials)?;
    let visitor = keitaro::calls::Click::new().ip([203, 0, 113, 7].into());
    let output = tracker.click(&visitor).await?;
    println!("Keitaro: {:?}", output.action());

    let account = accounts.spots;
    let credentials = spots::Credentials::new(account.login, account.password);
    let publisher = spots::Client::new(&emulator.spots_url(), credentials)?;
    let request = spots::calls::Statistics::new(date(2023, 8, 23), date(2023, 8, 24))
        .group(spots::calls::Group::Site)
        .site("test1.ru");
    for row in publisher.statistics(&request).await? {
        println!("SPOTS: {:?} shows, income {:?}", row.shows, row.income);
    }

    let account = accounts.hybrid;
    let credentials = hybrid::Credentials::new(account.client_id, account.client_secret);
    let agency = hybrid::Client::new(&emulator.hybrid_url(), credentials)?;
    for advertiser in agency.advertisers().await? {
        let own = agency.for_advertiser(advertiser.id)?;
        let campaigns = own.campaigns().await?.len();
        println!("Hybrid: {:?} has {campaigns} campaigns", advertiser.name);
    }

    let account = accounts.adfox;
    let credentials = adfox::Credentials::password(account.login, account.password);
    let server = adfox::Client::new(&emulator.adfox_url(), credentials)?;
    let mut pages = server.list(adfox::Object::Campaign, adfox::Params::new());
    while let Some(page) = pages.next().await.transpose()? {
        println!("ADFOX: {} campaigns from {}", page.rows.len(), page.offset);
    }
    Ok(())
}
