//! The emulator in a separate process, with data whose sums are known.

use std::collections::HashSet;
use std::process::Stdio;

use adapis_emulator::{Data, Emulator, Fault, FaultPlan, FaultPoint};
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::Failure;

pub(crate) const FROM: Date = date(2024, 1, 1);
pub(crate) const DAYS: i32 = 120;
pub(crate) const PLACEMENTS: i32 = 4;
pub(crate) const CAMPAIGNS: i32 = 3;
/// The number of ADFOX rows at the start.
pub(crate) const OBJECTS: i32 = 250;

pub(crate) fn day(number: i32) -> Date {
    FROM.checked_add(jiff::Span::new().days(number))
        .unwrap_or(FROM)
}

/// The figure in the row of this day and column.
pub(crate) fn figure(day: i32, column: i32) -> i64 {
    i64::from((day * 37 + column * 11) % 997)
}

fn data() -> Result<Data, Failure> {
    let mut spots = Vec::new();
    let mut hybrid = Vec::new();
    for number in 0..DAYS {
        for column in 0..PLACEMENTS {
            let shows = figure(number, column);
            spots.push(json!({
                "date": day(number).to_string(), "site": "a.example", "site_id": 1,
                "placement": column.to_string(), "placement_name": format!("p{column}"),
                "shows": shows + 1, "clicks": shows % 7, "income": format!("{shows}.000000001"),
            }));
        }
        for column in 0..CAMPAIGNS {
            let shows = figure(number, column);
            hybrid.push(json!({
                "CampaignId": format!("c{column}"), "Date": day(number).to_string(),
                "ImpressionCount": shows, "Cost": format!("{shows}.000001"),
            }));
        }
    }
    let campaigns: Vec<Value> = (0..CAMPAIGNS)
        .map(|column| json!({"id": format!("c{column}"), "name": "campaign"}))
        .collect();
    let objects: Vec<Value> = (1..=OBJECTS)
        .map(|id| json!({"ID": id.to_string(), "name": "zone", "siteID": "1"}))
        .collect();
    let whole = json!({
        "spots": {"accounts": [{"login": "soak@example", "password": "Soak-Passw0rd", "rows": spots}]},
        "hybrid": {
            "clients": [{"client_id": "soak", "client_secret": "soak/secret+="}],
            "advertisers": [{"id": "a1", "name": "advertiser", "campaigns": campaigns}],
            "campaign_rows": hybrid, "domain_rows": [], "banner_rows": [],
        },
        "adfox": {"objects": {"advertiser": objects}},
    });
    Ok(Data::from_json(&whole.to_string())?)
}

/// The faults; one request in fifty meets one of them.
fn plans() -> impl Iterator<Item = FaultPlan> {
    ["keitaro.*", "spots.*", "hybrid.*", "adfox.*"]
        .into_iter()
        .zip(1..)
        .map(|(operations, seed)| {
            FaultPlan::new(operations)
                .fault(Fault::status(500))
                .fault(Fault::status(503).retry_after("0"))
                .fault(Fault::status(429).retry_after("0"))
                .fault(Fault::reset(FaultPoint::BeforeHeaders))
                .fault(Fault::reset(FaultPoint::DuringHeaders))
                .fault(Fault::reset(FaultPoint::MidBody))
                .fault(Fault::reset(FaultPoint::BeforeHeaders).processed())
                .fault(Fault::hang(FaultPoint::BeforeHeaders))
                .fault(Fault::hang(FaultPoint::MidBody))
                .fault(Fault::truncate(20))
                .fault(Fault::slow(64, 5))
                .fault(Fault::garbage("<html>busy</html>"))
                .fault(Fault::expired_token())
                .at_rate(0.02, seed)
        })
}

/// What the emulator has counted.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) clicks: u64,
    /// Among the clicks that the emulator still remembers.
    pub(crate) clicks_twice: u64,
    pub(crate) added: u64,
    pub(crate) received: u64,
    pub(crate) faulted: u64,
}

fn counted(emulator: &Emulator, objects: u64) -> Counts {
    let clicks = emulator.clicks(usize::MAX);
    let mut seen = HashSet::new();
    let numbers = clicks
        .last
        .iter()
        .filter_map(|click| click.parameters.get("sub_id_1"));
    let twice = numbers
        .filter(|number| !seen.insert((*number).clone()))
        .count();
    let requests = emulator.requests();
    Counts {
        clicks: clicks.count,
        clicks_twice: twice as u64,
        added: objects,
        received: requests
            .operations
            .values()
            .map(|counts| counts.received)
            .sum(),
        faulted: requests
            .operations
            .values()
            .map(|counts| counts.faulted)
            .sum(),
    }
}

/// Asks, without faults, how many more objects the ad server has than at the start.
async fn objects(emulator: &Emulator) -> Result<u64, Failure> {
    use adapis::adfox::{Client, Credentials, Object, Params};
    emulator.clear_faults();
    let known = &emulator.credentials().adfox;
    let credentials = Credentials::password(known.login.clone(), known.password.clone());
    let client = Client::new(&emulator.adfox_url(), credentials)?;
    let rows = client
        .list(Object::SuperCampaign, Params::new())
        .collect()
        .await?;
    Ok(rows
        .iter()
        .filter(|row| {
            row.text("name")
                .is_some_and(|name| name.starts_with("soak"))
        })
        .count() as u64)
}

/// Serves until the parent ends, and prints the counts for each line that the parent sends.
pub(crate) async fn serve() -> Result<(), Failure> {
    let emulator = Emulator::builder().data(data()?).start().await?;
    for plan in plans() {
        emulator.faults(plan)?;
    }
    println!("{}", emulator.ready_line());
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while lines.next_line().await?.is_some() {
        let objects = objects(&emulator).await?;
        println!("{}", serde_json::to_string(&counted(&emulator, objects))?);
    }
    Ok(())
}

/// The process of the emulator.
pub(crate) struct Peer {
    pub(crate) ready: Value,
    _child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Peer {
    pub(crate) async fn start() -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("--emulator")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let orders = child.stdin.take().ok_or("no stdin")?;
        let stdout = child.stdout.take().ok_or("no stdout")?;
        let mut answers = BufReader::new(stdout).lines();
        let line = answers
            .next_line()
            .await?
            .ok_or("the emulator did not start")?;
        Ok(Self {
            ready: serde_json::from_str(&line)?,
            _child: child,
            orders,
            answers,
        })
    }

    pub(crate) async fn counts(&mut self) -> Result<Counts, Failure> {
        self.orders.write_all(b"counts\n").await?;
        let line = self
            .answers
            .next_line()
            .await?
            .ok_or("the emulator has gone")?;
        Ok(serde_json::from_str(&line)?)
    }
}
