//! The emulator over real sockets: the documented examples of the vendors, settings and faults.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers fail a test like its own assertions"
)]

mod adfox_reports;
mod control;
mod data;
mod faults;
mod hybrid;
mod hybrid_v3;
mod keitaro;
mod page;
mod spots;
mod time;

use std::time::Duration;

use adapis_emulator::{Emulator, Settings};
use serde_json::Value;

/// Starts an emulator with the default data.
async fn emulator() -> Emulator {
    Emulator::start().await.unwrap()
}

/// Starts an emulator and patches the default settings.
async fn emulator_with(patch: Value) -> Emulator {
    let emulator = emulator().await;
    let response = http()
        .post(format!("{}/_emulator/settings", emulator.url()))
        .json(&patch)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    emulator
}

/// Starts an emulator with these settings.
async fn emulator_started_with(settings: Settings) -> Emulator {
    Emulator::builder()
        .settings(settings)
        .start()
        .await
        .unwrap()
}

/// Returns an HTTP client.
///
/// Other crates of the workspace may have compiled reqwest with rustls but without a provider.
fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

/// Sends a GET and returns the status and the JSON of the response.
async fn get(url: &str) -> (u16, Value) {
    let response = http().get(url).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}
