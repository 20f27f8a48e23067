//! A program that depends on hybrid-rest alone.
#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use hybrid_rest as vendor;
use hybrid_rest::{Client, ClientBuilder, Credentials, ENDPOINT};

fn builder() -> ClientBuilder {
    let credentials = Credentials::new("client", "secret");
    Client::builder(ENDPOINT, credentials)
}

async fn call(client: Client) -> Result<(), vendor::Error> {
    client.campaigns().await.map(drop)
}

#[path = "../../program.rs"]
mod program;
