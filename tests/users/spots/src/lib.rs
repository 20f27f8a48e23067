//! What a program can do that depends on spots-rpc alone.
#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use spots_rpc as vendor;
use spots_rpc::{Client, ClientBuilder, Credentials, ENDPOINT};

fn builder() -> ClientBuilder {
    let credentials = Credentials::new("login", "password");
    Client::builder(ENDPOINT, credentials)
}

async fn call(client: Client) -> Result<(), Error> {
    client
        .statistics(&spots_rpc::calls::Statistics::new(
            date(2025, 1, 1),
            date(2025, 1, 2),
        ))
        .await
        .map(drop)
}

include!("../../program.rs");
