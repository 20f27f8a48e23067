//! One of several processes that share a token file; `token_processes.rs` starts it.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it reports to the test that started it"
)]

use std::sync::Arc;
use std::time::Duration;

use adcore::{Error, FileTokenStore, RetryPolicy, TokenSettings};
use jiff::civil::date;
use spots_rpc::calls::Statistics;
use spots_rpc::{Client, Credentials};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::process::ExitCode {
    match work().await {
        Ok(report) => {
            println!("{report}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn argument(name: &str) -> Result<String, Error> {
    std::env::var(name).map_err(|_| Error::invalid_input(name.to_owned(), "must be set"))
}

/// Makes calls until the time is up and returns `calls grants refreshes adopted`.
async fn work() -> Result<String, Error> {
    let credentials = Credentials::new(argument("WORKER_LOGIN")?, argument("WORKER_PASSWORD")?);
    let store = FileTokenStore::new(argument("WORKER_STORE")?);
    let client = Client::builder(&argument("WORKER_ENDPOINT")?, credentials)
        .retry(RetryPolicy::never())
        .token_settings(TokenSettings::default().pause(Duration::from_millis(50)))
        .token_store(Arc::new(store))
        .build()?;
    let day = date(2023, 8, 23);
    let request = Statistics::new(day, day);
    let end = tokio::time::Instant::now() + Duration::from_secs(6);
    let mut calls = 0;
    while tokio::time::Instant::now() < end {
        client.statistics(&request).await?;
        calls += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let counts = client.token_counts();
    Ok(format!(
        "{calls} {} {} {}",
        counts.grants, counts.refreshes, counts.adopted
    ))
}
