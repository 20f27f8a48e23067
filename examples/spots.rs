//! A publisher's year, month by month: rows are streamed, and only twelve sums stay in memory.
//!
//! It runs against an emulator inside this program. For the real service, use
//! `adapis::spots::ENDPOINT` and your own login and password.
//!
//! `cargo run -p adapis-examples --example spots`
#![expect(clippy::print_stdout, reason = "an example prints")]

use std::collections::BTreeMap;

use adapis::spots::calls::{Group, Statistics};
use adapis::spots::{Client, Credentials, Decimal};
use adapis_emulator::Emulator;
use jiff::civil::date;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start().await?;
    let account = emulator.credentials().spots.clone();
    let credentials = Credentials::new(account.login, account.password);
    let client = Client::builder(&emulator.spots_url(), credentials)
        .window_days(31)
        .concurrency(4)
        .build()?;

    let year = Statistics::new(date(2025, 1, 1), date(2025, 12, 31))
        .group(Group::DateDay)
        .group(Group::Site);
    let mut months: BTreeMap<i8, (u64, Decimal)> = BTreeMap::new();
    let mut rows = client.statistics_stream(&year);
    while let Some(row) = rows.next().await {
        let row = row?;
        let Some(day) = row.date_day else { continue };
        let (shows, income) = months.entry(day.month()).or_default();
        *shows += row.shows.unwrap_or_default();
        *income += row.income.unwrap_or_default();
    }
    for (month, (shows, income)) in months {
        println!("2025-{month:02}  {shows:>10} shows  {income:>20}");
    }
    Ok(())
}
