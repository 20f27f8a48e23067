//! A million rows of SPOTS through the whole of `adapis pull`, for `benches/peers/pull/run`: from the vendor's answers,
//! past the guards, into one file a day or a month, with the lock, the state and the log of a run.
//!
//! Usage: `pull URL FOLDER day|month`. Prints the number of rows, as the peers do. It compares with no other report
//! of the vendor, because the peers do not either; a fourth argument `reconcile` lets it.

use adapis_pull::{Clients, Config, Pull, RunOptions};
use adcore::Endpoint;
use adcore_http::HyperTransport;
use anyhow::{Context, Result, ensure};
use spots_rpc::{Client, Credentials};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context("usage: pull URL FOLDER day|month");
    let (url, folder, partition) = (next()?, next()?, next()?);
    let reconcile = arguments.next().is_some_and(|word| word == "reconcile");
    let config = Config::parse(&format!(
        "[pull]\nroot = {folder:?}\nlookback = 0\n[[pull.source]]\nname = \"publisher\"\n\
         spots = {{ profile = \"bench\" }}\nfrom = 2025-12-01\nreconcile = {reconcile}\n\
         streams = [{{ name = \"placement-day\", partition = \"{partition}\" }}]\n"
    ))?;
    let client = Client::builder(&url, Credentials::new("bench@example.com", "bench"))
        .transport(HyperTransport::for_endpoint(&Endpoint::parse(&url)?)?)
        .build()?;
    let pull = Pull::new(config, Clients::new().spots("publisher", client))?;
    let now: jiff::Timestamp = "2025-12-21T03:00:00Z".parse()?;
    let summary = pull.run(&RunOptions::default(), &now).await?;
    let source = summary.sources.first().context("no source")?;
    ensure!(summary.exit_code == 0, "{source:?}");
    println!("rows {}", source.rows);
    Ok(())
}
