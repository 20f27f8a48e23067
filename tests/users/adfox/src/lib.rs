//! A program that depends on adfox-api alone.
#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use adfox_api as vendor;
use adfox_api::{Client, ClientBuilder, Credentials, ENDPOINT};

fn builder() -> ClientBuilder {
    let credentials = Credentials::password("login", "password");
    Client::builder(ENDPOINT, credentials)
}

async fn call(client: Client) -> Result<(), vendor::Error> {
    client
        .call(
            &adfox_api::Call::new(adfox_api::Context::Account, adfox_api::Action::List)
                .object(adfox_api::Object::Campaign),
        )
        .await
        .map(drop)
}

#[path = "../../program.rs"]
mod program;
