//! A program that depends on keitaro-click alone.
#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use keitaro_click as vendor;
use keitaro_click::{Client, ClientBuilder, Credentials};

fn builder() -> ClientBuilder {
    let credentials = Credentials::token("token");
    Client::builder("https://tracker.example", credentials)
}

async fn call(client: Client) -> Result<(), vendor::Error> {
    client
        .click(
            &keitaro_click::calls::Click::new()
                .ip([203, 0, 113, 7].into())
                .user_agent("Mozilla/5.0"),
        )
        .await
        .map(drop)
}

#[path = "../../program.rs"]
mod program;
