//! A program that depends on spots-rpc alone.
#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use spots_rpc as vendor;
use spots_rpc::{Client, ClientBuilder, Credentials, ENDPOINT};

fn builder() -> ClientBuilder {
    let credentials = Credentials::new("login", "password");
    Client::builder(ENDPOINT, credentials)
}

async fn call(client: Client) -> Result<(), vendor::Error> {
    client
        .statistics(&spots_rpc::calls::Statistics::new(
            vendor::date(2025, 1, 1),
            vendor::date(2025, 1, 2),
        ))
        .await
        .map(drop)
}

#[path = "../../program.rs"]
mod program;
