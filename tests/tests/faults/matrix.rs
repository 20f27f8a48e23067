//! Every operation × every fault.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adcore::{ErrorKind, Transport};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::canary;
use crate::catalog::{Fault, Pace, Want, catalog};
use crate::operations::{Asks, MAX_ATTEMPTS, Operation, Outcome, Setup, operations, token};
use crate::server::{Door, Play, Seen, Server};

/// Longer than any cell may take, whatever else the machine does.
const HANGS: Duration = Duration::from_secs(90);
pub(crate) const SIDE_BY_SIDE: usize = 96;
/// Answers without end keep a processor busy each.
const FLOODS: usize = 8;

/// What a server says that did not run the call.
const REFUSED: [ErrorKind; 4] = [
    ErrorKind::Unauthenticated,
    ErrorKind::PermissionDenied,
    ErrorKind::NotFound,
    ErrorKind::Rejected,
];

/// The limits of a call at this pace: an attempt, and all of them.
fn limits(pace: Pace) -> (Duration, Duration) {
    let (attempt, deadline) = match pace {
        Pace::Ample => (40_000, 60_000),
        Pace::Attempt => (600, 30_000),
        Pace::Deadline => (30_000, 1_200),
    };
    (
        Duration::from_millis(attempt),
        Duration::from_millis(deadline),
    )
}

/// Plays `fault` to the requests the operation is about, and health to all others.
async fn serve(operation: &Operation, fault: &Fault) -> Server {
    let tokens = AtomicUsize::new(0);
    let calls = AtomicUsize::new(0);
    let (asks, good) = (operation.asks, operation.good);
    let act = Arc::clone(&fault.act);
    let door = fault.door;
    let script = move |seen: &Seen| {
        if seen.asks_token() {
            let number = tokens.fetch_add(1, Ordering::SeqCst) + 1;
            let refreshes = seen.body_text().contains("refresh_token=")
                || seen.body_text().contains("user.tokenRefresh");
            let healthy = token(seen, number);
            return match asks {
                Asks::Grant => act(&healthy, seen),
                Asks::Refresh if refreshes => act(&healthy, seen),
                _ => healthy.play(),
            };
        }
        match asks {
            Asks::Call => act(&good(seen), seen),
            Asks::Refresh if calls.fetch_add(1, Ordering::SeqCst) == 0 => {
                Play::Answer(crate::catalog::http("401 Unauthorized", &[], b""))
            }
            _ => answered(seen),
        }
    };
    // A door that is not open lets no token through either.
    Server::start(door, script).await
}

/// What calls are answered where the fault is about tokens.
fn answered(seen: &Seen) -> Play {
    let id: String = seen
        .body_text()
        .split("\"id\":")
        .nth(1)
        .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect())
        .unwrap_or_default();
    let body = if id.is_empty() {
        "[]".to_owned()
    } else {
        format!(r#"{{"result":1,"id":{id}}}"#)
    };
    crate::catalog::Good::json(body).play()
}

pub(crate) struct Cell {
    pub(crate) operation: Operation,
    pub(crate) fault: Fault,
}

impl Cell {
    fn name(&self) -> String {
        format!("{} × {}", self.operation.name, self.fault.name)
    }

    /// Plays the cell and says what is wrong with it.
    async fn check(&self, transport: Arc<dyn Transport>, healthy: &Outcome) -> Vec<String> {
        let server = serve(&self.operation, &self.fault).await;
        let (attempt, deadline) = limits(self.fault.pace);
        let setup = Setup {
            url: server.url(),
            transport,
            attempt,
            deadline,
        };
        let started = Instant::now();
        let run = tokio::spawn((self.operation.run)(setup));
        let Ok(joined) = timeout(HANGS, run).await else {
            return vec!["hangs".to_owned()];
        };
        let Ok(outcome) = joined else {
            return vec!["panicked".to_owned()];
        };
        let mut wrong = Vec::new();
        // The slack is for a machine that is busy with other cells.
        if started.elapsed() > deadline + Duration::from_secs(15) {
            wrong.push(format!("took {:?}", started.elapsed()));
        }
        self.check_outcome(&outcome, healthy, &mut wrong);
        if !self.fault.wants.contains(&Want::Anything) {
            self.check_counts(&outcome, &server, &mut wrong);
        }
        let said = outcome.error.as_ref().map(canary::confession);
        if let Some(secret) = said.as_deref().and_then(canary::told) {
            wrong.push(format!("tells a secret: …{secret}"));
        }
        wrong
    }

    fn wants(&self) -> Vec<Want> {
        let operation = &self.operation;
        let mut wants: Vec<Want> = self
            .fault
            .wants
            .iter()
            .map(|want| match want {
                Want::Unreadable => operation.unreadable,
                other => *other,
            })
            .collect();
        // `/token` speaks of its credentials by status.
        let grants = operation.vendor() == "hybrid" && operation.asks == Asks::Grant;
        if grants
            && ["400", "401", "404"]
                .iter()
                .any(|status| self.fault.name.starts_with(status))
        {
            wants = vec![Want::Kind(ErrorKind::Unauthenticated)];
        }
        if operation.name == "keitaro postback"
            && ["invalid UTF-8", "wrong charset"].contains(&self.fault.name.as_str())
        {
            wants = vec![Want::Same];
        }
        // What stands in members that nobody reads is not looked at.
        let unread = ["invalid UTF-8", "wrong charset"].contains(&self.fault.name.as_str());
        if operation.name.starts_with("hybrid token.") && unread {
            wants = vec![Want::Same];
        }
        if operation.name == "hybrid get" && self.fault.is_json {
            wants = vec![Want::More];
        }
        if operation.vendor() == "keitaro" && self.fault.is_large {
            wants = vec![Want::Kind(ErrorKind::Decode)];
        }
        // A refresh token that is refused makes room for the first credential.
        if operation.asks == Asks::Refresh
            && wants
                .iter()
                .any(|want| REFUSED.iter().any(|kind| *want == Want::Kind(*kind)))
        {
            wants = vec![Want::Same];
        }
        wants
    }

    fn check_outcome(&self, outcome: &Outcome, healthy: &Outcome, wrong: &mut Vec<String>) {
        let wants = self.wants();
        let fits = |want: &Want| match (want, &outcome.error) {
            (Want::Same, None) => outcome.rows == healthy.rows,
            (Want::Anything, _) => true,
            (Want::More, None) => outcome.rows.len() == healthy.rows.len(),
            (Want::Kind(kind), Some(error)) => error.kind() == *kind,
            _ => false,
        };
        if !wants.iter().any(fits) {
            let ended = match &outcome.error {
                Some(error) => format!("{:?} ({error})", error.kind()),
                None => format!("success {:.300?}", outcome.rows),
            };
            wrong.push(format!("wants {wants:?}, ended with {ended}"));
        }
        let altered = wants.contains(&Want::More);
        if outcome.error.is_some() && !altered && !healthy.rows.starts_with(&outcome.rows) {
            wrong.push(format!(
                "rows before the error are wrong: {:.300?}",
                outcome.rows
            ));
        }
        if outcome.error.is_some()
            && !self.operation.streams
            && !self.is_batch()
            && !outcome.rows.is_empty()
        {
            wrong.push("rows beside an error".to_owned());
        }
    }

    fn is_batch(&self) -> bool {
        self.operation.name.ends_with("batch")
    }

    fn check_counts(&self, outcome: &Outcome, server: &Server, wrong: &mut Vec<String>) {
        let operation = &self.operation;
        let Some(error) = &outcome.error else {
            if operation.asks == Asks::Call && server.calls() != 1 {
                wrong.push(format!("{} requests for a success", server.calls()));
            }
            return;
        };
        let mut wrongly = |what: &str, is: String, should: String| {
            if is != should {
                wrong.push(format!("{what} {is}, should be {should} ({error})"));
            }
        };
        if operation.asks != Asks::Call || (self.fault.door != Door::Open && operation.renews) {
            let sent =
                usize::from(operation.asks == Asks::Refresh && self.fault.door == Door::Open);
            wrongly(
                "calls counted",
                server.calls().to_string(),
                sent.to_string(),
            );
            wrongly("attempts", error.attempts().to_string(), sent.to_string());
            let late = self.fault.pace == Pace::Deadline;
            let ran = error.may_have_run() && !late;
            wrongly("may_have_run", ran.to_string(), false.to_string());
            if server.tokens() > 2 * MAX_ATTEMPTS as usize {
                wrongly(
                    "token requests",
                    server.tokens().to_string(),
                    "few".to_owned(),
                );
            }
            return;
        }
        let mut attempts = self.attempts(error.kind());
        if operation.streams && !outcome.rows.is_empty() {
            attempts = 1;
        }
        let counted = u32::try_from(server.calls()).unwrap_or(u32::MAX);
        let flood = self.fault.name.contains("endless");
        let exact = self.fault.pace == Pace::Ample && self.fault.door == Door::Open && !flood;
        if exact {
            // A batch that is refused as such is sent call by call.
            let alone = self.is_batch() && REFUSED[1..].contains(&error.kind()) && counted == 1 + 2;
            let expected = if alone { counted } else { attempts };
            wrongly(
                "attempts",
                error.attempts().to_string(),
                attempts.to_string(),
            );
            wrongly("calls counted", counted.to_string(), expected.to_string());
        } else if self.fault.door != Door::Open {
            wrongly("calls counted", counted.to_string(), "0".to_owned());
            // Each attempt may meet the door as it opens or as it shuts.
            if !(attempts..=MAX_ATTEMPTS).contains(&error.attempts()) {
                wrongly(
                    "attempts",
                    error.attempts().to_string(),
                    attempts.to_string(),
                );
            }
        } else if counted > error.attempts() || error.attempts() > attempts {
            // A busy machine may spend the time before the request is out.
            wrongly(
                "attempts",
                format!("{} ({counted} counted)", error.attempts()),
                attempts.to_string(),
            );
        }
        let ran = matches!(
            error.kind(),
            ErrorKind::Timeout | ErrorKind::Interrupted | ErrorKind::Server | ErrorKind::Decode
        );
        // Of several attempts an earlier one may have run.
        let ambiguous = (ran && error.attempts() > 0) || (!exact && error.may_have_run());
        wrongly(
            "may_have_run",
            error.may_have_run().to_string(),
            ambiguous.to_string(),
        );
    }

    /// How often the call is to be sent when it ends so.
    fn attempts(&self, kind: ErrorKind) -> u32 {
        let repeats = match kind {
            ErrorKind::Connect | ErrorKind::RateLimited => true,
            ErrorKind::Timeout | ErrorKind::Interrupted | ErrorKind::Server => {
                self.operation.idempotent
            }
            ErrorKind::Unauthenticated if self.operation.renews => return 2,
            _ => false,
        };
        // Of such attempts some may fail in one way, some in another.
        let mixed = self.fault.pace == Pace::Attempt || self.fault.name.contains("endless");
        let repeats = repeats || (mixed && self.operation.idempotent);
        let cut = self.fault.forbids_retry || self.fault.pace == Pace::Deadline;
        if repeats && !cut { MAX_ATTEMPTS } else { 1 }
    }
}

/// Plays cells side by side, and returns what is wrong with each.
pub(crate) async fn play(
    cells: Vec<Cell>,
    width: usize,
    transport: &Arc<dyn Transport>,
    healthy: &Arc<BTreeMap<&'static str, Outcome>>,
) -> Vec<(String, Vec<String>)> {
    let gate = Arc::new(Semaphore::new(width));
    let mut running = JoinSet::new();
    for cell in cells {
        let (gate, healthy) = (Arc::clone(&gate), Arc::clone(healthy));
        let transport = Arc::clone(transport);
        running.spawn(async move {
            let _permit = gate.acquire().await;
            let wrong = cell.check(transport, &healthy[cell.operation.name]).await;
            (cell.name(), wrong)
        });
    }
    running.join_all().await
}

pub(crate) fn transport() -> Arc<dyn Transport> {
    let loopback = adcore::Endpoint::parse("http://127.0.0.1").unwrap();
    Arc::new(adcore::ReqwestTransport::for_endpoint(&loopback).unwrap())
}

/// What each operation brings from a healthy server.
pub(crate) async fn healthy(transport: &Arc<dyn Transport>) -> BTreeMap<&'static str, Outcome> {
    let mut outcomes = BTreeMap::new();
    for operation in operations() {
        let fault = Fault {
            name: "none".to_owned(),
            door: Door::Open,
            pace: Pace::Ample,
            wants: vec![Want::Same],
            forbids_retry: false,
            is_json: true,
            is_large: false,
            act: Arc::new(|good, _| good.play()),
        };
        let server = serve(&operation, &fault).await;
        let (attempt, deadline) = limits(Pace::Ample);
        let transport = Arc::clone(transport);
        let outcome = (operation.run)(Setup {
            url: server.url(),
            transport,
            attempt,
            deadline,
        })
        .await;
        assert!(
            outcome.error.is_none(),
            "{}: {:?}",
            operation.name,
            outcome.error
        );
        assert!(!outcome.rows.is_empty(), "{}", operation.name);
        outcomes.insert(operation.name, outcome);
    }
    outcomes
}

/// All cells, or every fourth of them in a pattern that leaves out no operation and no fault.
fn cells(faults: &[Fault]) -> Vec<Cell> {
    let whole = std::env::var_os("ADAPIS_FAULTS").is_some_and(|value| value == "all");
    let only = std::env::var("ADAPIS_FAULTS_ONLY").unwrap_or_default();
    let mut cells = Vec::new();
    for (row, operation) in operations().into_iter().enumerate() {
        for (column, fault) in faults.iter().enumerate() {
            let cell = Cell {
                operation: operation.clone(),
                fault: fault.clone(),
            };
            if (whole || (row + column) % 4 == 0 || !only.is_empty()) && cell.name().contains(&only)
            {
                cells.push(cell);
            }
        }
    }
    cells
}

/// `ADAPIS_FAULTS=all` runs the whole matrix, `ADAPIS_FAULTS_ONLY=…` the cells of this name.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_operation_survives_every_fault() {
    canary::listen();
    let trap = Server::start(Door::Open, |_| {
        Play::Answer(b"HTTP/1.1 200 OK\r\n\r\n".to_vec())
    })
    .await;
    let faults = catalog(trap.addr);
    let transport = transport();
    let healthy = Arc::new(healthy(&transport).await);
    let cells = cells(&faults);
    let (count, whole) = (cells.len(), operations().len() * faults.len());
    let started = Instant::now();
    let (floods, others): (Vec<Cell>, Vec<Cell>) = cells
        .into_iter()
        .partition(|cell| cell.fault.name.starts_with("endless"));
    let mut wrong = play(others, SIDE_BY_SIDE, &transport, &healthy).await;
    wrong.extend(play(floods, FLOODS, &transport, &healthy).await);
    wrong.retain(|(_, what)| !what.is_empty());
    wrong.sort();
    println!(
        "fault matrix: {count} cells of {whole} ({} operations × {} faults) in {:.1?}, {} wrong",
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
