//! The emulator's clock: growing and changing days, ordered revisions, and totals as of an instant.

mod adfox;
mod agreement;
mod clock;
mod revise;

use std::collections::BTreeMap;

use adapis_emulator::{Decimal, Emulator, RevisionSettings, Settings};
use serde_json::{Value, json};

use crate::http;

/// Settings with much to see in few days.
fn lively() -> Settings {
    Settings {
        revisions: RevisionSettings {
            seed: Some(8),
            settle_days: 3,
            max_late_days: 10,
            late_change: 0.1,
            vanishing_rows: 0.1,
            emptied_days: 0.05,
        },
        ..Settings::default()
    }
}

async fn post(emulator: &Emulator, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}/_emulator/{path}", emulator.url());
    let response = http().post(url).body(body.to_string()).send().await;
    let response = response.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

/// Reads SPOTS' statistics by these groups.
async fn spots(emulator: &Emulator, from: &str, to: &str, groups: &[&str]) -> Vec<Value> {
    let call = async |token: &str, method: &str, params: Value| {
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let request = http().post(emulator.spots_url()).json(&call);
        let response = request.bearer_auth(token).send().await.unwrap();
        let response: Value = response.json().await.unwrap();
        response["result"].clone()
    };
    let credentials = &emulator.credentials().spots;
    let login = json!({"login": credentials.login, "password": credentials.password});
    let tokens = call("", "user.auth", login).await;
    let token = tokens["access_token"].as_str().unwrap();
    let filter = json!({"date_from": from, "date_to": to, "main_group": groups});
    let rows = call(token, "platform.getStatistics", json!({"filter": filter})).await;
    rows.as_array().unwrap().clone()
}

/// Reads a path of Hybrid with an agency's token.
async fn hybrid(emulator: &Emulator, path: &str) -> Value {
    let credentials = &emulator.credentials().hybrid;
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", credentials.client_id.as_str()),
        ("client_secret", credentials.client_secret.as_str()),
    ];
    let url = format!("{}/token", emulator.hybrid_url());
    let response = http().post(url).form(&form).send().await.unwrap();
    let tokens: Value = response.json().await.unwrap();
    let token = tokens["access_token"].as_str().unwrap().to_owned();
    let url = format!("{}{path}", emulator.hybrid_url());
    let response = http().get(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.unwrap()
}

/// Counters and money, added up.
type Sums = (u64, u64, Decimal);

fn sums(rows: &[Value], names: [&str; 3]) -> Sums {
    rows.iter().fold(Sums::default(), |sums, row| {
        let [first, second, money] = names.map(|name| &row[name]);
        (
            sums.0 + first.as_u64().unwrap(),
            sums.1 + second.as_u64().unwrap(),
            sums.2 + money.to_string().parse::<Decimal>().unwrap(),
        )
    })
}

/// The sums of rows by the text of a member.
fn sums_by(rows: &[Value], member: &str, names: [&str; 3]) -> BTreeMap<String, Sums> {
    let mut groups = BTreeMap::<String, Vec<Value>>::new();
    for row in rows {
        let key = match &row[member] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        groups.entry(key).or_default().push(row.clone());
    }
    let groups = groups.into_iter();
    groups
        .map(|(key, rows)| (key, sums(&rows, names)))
        .collect()
}

const SPOTS: [&str; 3] = ["shows", "clicks", "income"];
const HYBRID: [&str; 3] = ["ImpressionCount", "ClickCount", "Cost"];
