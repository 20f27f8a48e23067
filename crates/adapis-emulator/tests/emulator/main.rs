//! The emulator over real sockets: the curl examples of the vendors' pages, settings and faults.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test stop it as its own asserts do"
)]

mod control;
mod data;
mod faults;
mod hybrid;
mod keitaro;
mod spots;

use std::time::Duration;

use adapis_emulator::{Emulator, Settings};
use serde_json::Value;

/// The emulator with the default data.
async fn emulator() -> Emulator {
    Emulator::start().await.unwrap()
}

/// The emulator with these settings laid over the default ones.
async fn emulator_with(patch: Value) -> Emulator {
    let emulator = emulator().await;
    let answer = http()
        .post(format!("{}/_emulator/settings", emulator.url()))
        .json(&patch)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    emulator
}

/// The emulator started with these settings.
async fn emulator_started_with(settings: Settings) -> Emulator {
    Emulator::builder()
        .settings(settings)
        .start()
        .await
        .unwrap()
}

/// Other crates of the workspace may have compiled reqwest with rustls and without a provider.
fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

/// The status and the JSON of a GET.
async fn get(url: &str) -> (u16, Value) {
    let answer = http().get(url).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}
