//! Every operation × every fault × every transport.

use std::collections::BTreeMap;
use std::sync::Arc;

use adcore::{Endpoint, Transport};
use adcore_http::{HyperTransport, ReqwestTransport};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::canary;
use crate::catalog::{Fault, Pace, catalog};
use crate::operations::{Asks, Outcome, Setup, operations};
use crate::server::{Door, Play, Server};

mod cell;
mod counts;

use cell::{Cell, limits, serve};

pub(crate) const SIDE_BY_SIDE: usize = 96;
/// How many endless responses may run at once; each keeps a processor busy.
const FLOODS: usize = 8;

/// Plays cells concurrently, and returns what is wrong with each.
pub(crate) async fn play(
    cells: Vec<Cell>,
    width: usize,
    healthy: &Arc<BTreeMap<&'static str, Outcome>>,
) -> Vec<(String, Vec<String>)> {
    let gate = Arc::new(Semaphore::new(width));
    let mut running = JoinSet::new();
    for cell in cells {
        let (gate, healthy) = (Arc::clone(&gate), Arc::clone(healthy));
        running.spawn(async move {
            let _permit = gate.acquire().await;
            let healthy = &healthy[cell.operation.name];
            let mut wrong = cell.check(healthy).await;
            if !wrong.is_empty() && cell.fault.pace == Pace::Attempt {
                // On a busy machine a healthy response can be later than the limit of an attempt.
                wrong = cell.check(healthy).await;
            }
            (cell.name(), wrong)
        });
    }
    running.join_all().await
}

/// The transports of the project.
#[derive(Clone)]
pub(crate) struct Carrier {
    pub(crate) name: &'static str,
    pub(crate) transport: Arc<dyn Transport>,
}

pub(crate) fn carriers() -> [Carrier; 2] {
    let loopback = Endpoint::parse("http://127.0.0.1").unwrap();
    let reqwest = ReqwestTransport::for_endpoint(&loopback).unwrap();
    let hyper = HyperTransport::for_endpoint(&loopback).unwrap();
    [
        Carrier {
            name: "reqwest",
            transport: Arc::new(reqwest),
        },
        Carrier {
            name: "hyper",
            transport: Arc::new(hyper),
        },
    ]
}

/// Returns the outcome of each operation with a healthy server; the transport makes no difference.
pub(crate) async fn healthy() -> Arc<BTreeMap<&'static str, Outcome>> {
    let mut outcomes = BTreeMap::new();
    for operation in operations() {
        for carrier in carriers() {
            let server = serve(&operation, &Fault::none()).await;
            let (attempt, deadline) = limits(Pace::Ample);
            let setup = Setup {
                url: server.url(),
                transport: carrier.transport,
                attempt,
                deadline,
            };
            let outcome = (operation.run)(setup).await;
            let name = operation.name;
            assert!(outcome.error.is_none(), "{name}: {:?}", outcome.error);
            assert!(!outcome.rows.is_empty(), "{name}");
            let before: Option<Outcome> = outcomes.insert(name, outcome.clone());
            assert!(before.is_none_or(|before| before.rows == outcome.rows));
        }
    }
    Arc::new(outcomes)
}

/// Returns the cells to play, and how many there are in all.
///
/// Unless all are requested, it is a quarter with each transport, in a pattern that covers every
/// operation and every fault.
pub(crate) fn cells(faults: &[Fault]) -> (Vec<Cell>, usize) {
    let whole = std::env::var_os("ADAPIS_FAULTS").is_some_and(|value| value == "all");
    let only = std::env::var("ADAPIS_FAULTS_ONLY").unwrap_or_default();
    let carriers = carriers();
    let mut cells = Vec::new();
    let mut count = 0;
    for (row, operation) in operations().into_iter().enumerate() {
        for (column, fault) in faults.iter().enumerate() {
            if fault.again && operation.asks != Asks::Call {
                continue;
            }
            for (carrier, shift) in carriers.iter().zip([0, 2]) {
                let cell = Cell {
                    operation: operation.clone(),
                    fault: fault.clone(),
                    carrier: carrier.clone(),
                };
                count += 1;
                let fits = whole || !only.is_empty() || (row + column + shift) % 4 == 0;
                if fits && cell.name().contains(&only) {
                    cells.push(cell);
                }
            }
        }
    }
    (cells, count)
}

/// `ADAPIS_FAULTS=all` plays the whole matrix, `ADAPIS_FAULTS_ONLY=…` the cells with this name.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_operation_survives_every_fault() {
    canary::listen();
    let trap = Server::start(Door::Open, |_| {
        Play::Respond(b"HTTP/1.1 200 OK\r\n\r\n".to_vec())
    })
    .await;
    let faults = catalog(trap.addr);
    let healthy = healthy().await;
    let (cells, whole) = cells(&faults);
    let count = cells.len();
    let started = Instant::now();
    let (floods, others): (Vec<Cell>, Vec<Cell>) = cells
        .into_iter()
        .partition(|cell| cell.fault.name.contains("endless"));
    let mut wrong = play(others, SIDE_BY_SIDE, &healthy).await;
    wrong.extend(play(floods, FLOODS, &healthy).await);
    wrong.retain(|(_, what)| !what.is_empty());
    wrong.sort();
    println!(
        "fault matrix: {count} cells of {whole} ({} operations × {} faults × 2 transports) in {:.1?}, {} wrong",
        operations().len(),
        faults.len(),
        started.elapsed(),
        wrong.len(),
    );
    for (cell, what) in &wrong {
        println!("{cell}\n    {}", what.join("\n    "));
    }
    assert!(wrong.is_empty());
    assert_eq!(trap.accepted(), 0, "a redirect was followed");
    assert_eq!(
        canary::heard(),
        BTreeMap::new(),
        "secrets in logs, by target"
    );
}
