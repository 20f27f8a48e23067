//! ADFOX against the emulator: whatever is written can be read back.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

mod carriers;
mod codes;
mod objects;
mod pages;
mod placing;
mod reports;
mod rows;
mod targeting;
mod writes;

use std::time::Duration;

use adapis_emulator::{AdfoxData, AdfoxSettings, Data, Emulator, Settings};
use adfox_api::{Client, ClientBuilder, Credentials, RetryPolicy};
use serde_json::{Map, Value, json};

const LOGIN: &str = "test";
const PASSWORD: &str = "Secret-Passw0rd";

async fn start() -> (Emulator, Client) {
    let emulator = Emulator::start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    (emulator, client)
}

/// Starts an emulator with these objects, and no others of their kinds.
async fn start_with(objects: Value, settings: AdfoxSettings) -> (Emulator, Client) {
    let mut data = AdfoxData::default();
    for (object, rows) in objects.as_object().unwrap() {
        let rows: Vec<Map<String, Value>> = serde_json::from_value(rows.clone()).unwrap();
        data.objects.insert(object.clone(), rows);
    }
    let data = Data {
        adfox: Some(data),
        ..Data::default()
    };
    let settings = Settings {
        adfox: settings,
        ..Settings::default()
    };
    let emulator = Emulator::builder().data(data).settings(settings);
    let emulator = emulator.start().await.unwrap();
    let client = builder(&emulator).build().unwrap();
    (emulator, client)
}

fn builder(emulator: &Emulator) -> ClientBuilder {
    Client::builder(
        &emulator.adfox_url(),
        Credentials::password(LOGIN, PASSWORD),
    )
    .retry(RetryPolicy::default().initial_delay(Duration::from_millis(1)))
    .settle_time(Duration::from_millis(300))
}

/// Returns `count` rows of one object, with IDs from 1 on.
fn rows(object: &str, count: usize) -> Value {
    let rows: Vec<Value> = (1..=count)
        .map(|id| json!({ "ID": id.to_string(), "name": format!("{object} {id}") }))
        .collect();
    json!({ object: rows })
}

fn change_settings(emulator: &Emulator, change: impl FnOnce(&mut AdfoxSettings)) {
    let mut settings = emulator.settings();
    change(&mut settings.adfox);
    emulator.set_settings(settings);
}
