//! One cell of the matrix: an operation meets a fault.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adcore::ErrorKind;
use tokio::time::{Instant, sleep, timeout};

use super::Carrier;
use crate::canary;
use crate::catalog::{Fault, Pace, Want};
use crate::operations::{Asks, Operation, Outcome, Setup, token};
use crate::server::{Play, Seen, Server};

/// Longer than any cell may take, even on a busy machine.
const HANGS: Duration = Duration::from_secs(90);
/// The errors of a server that has not run the call.
pub(super) const REFUSED: [ErrorKind; 4] = [
    ErrorKind::Unauthenticated,
    ErrorKind::PermissionDenied,
    ErrorKind::NotFound,
    ErrorKind::Rejected,
];

/// Returns the time limits at this pace: of one attempt, and of the whole call.
pub(super) fn limits(pace: Pace) -> (Duration, Duration) {
    let (attempt, deadline) = match pace {
        Pace::Ample => (40_000, 60_000),
        Pace::Attempt => (2_000, 30_000),
        Pace::Deadline => (30_000, 1_200),
    };
    (
        Duration::from_millis(attempt),
        Duration::from_millis(deadline),
    )
}

/// Plays `fault` for the requests that the operation tests, and healthy responses for all others.
pub(super) async fn serve(operation: &Operation, fault: &Fault) -> Server {
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
                Play::Respond(crate::catalog::http("401 Unauthorized", &[], b""))
            }
            _ => healthy_response(seen),
        }
    };
    // If the server accepts no connections, no token can be fetched either.
    Server::start(door, script).await
}

/// The response to calls if the fault is about tokens.
fn healthy_response(seen: &Seen) -> Play {
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
    pub(crate) carrier: Carrier,
}

impl Cell {
    pub(super) fn name(&self) -> String {
        let (operation, fault) = (self.operation.name, &self.fault.name);
        format!("{operation} × {fault} over {}", self.carrier.name)
    }

    /// Plays the cell and returns what is wrong with it.
    pub(super) async fn check(&self, healthy: &Outcome) -> Vec<String> {
        let server = serve(&self.operation, &self.fault).await;
        let (attempt, deadline) = limits(self.fault.pace);
        let setup = Setup {
            url: server.url(),
            transport: Arc::clone(&self.carrier.transport),
            attempt,
            deadline,
        };
        if self.fault.again {
            let first = (self.operation.run)(setup.clone()).await;
            if first.error.is_some() || first.rows != healthy.rows {
                return vec![format!("the first call ended with {first:?}")];
            }
            // Wait until the client has noticed the end of its connection.
            sleep(Duration::from_millis(60)).await;
        }
        let started = Instant::now();
        let run = tokio::spawn((self.operation.run)(setup));
        let Ok(joined) = timeout(HANGS, run).await else {
            return vec!["hangs".to_owned()];
        };
        let Ok(outcome) = joined else {
            return vec!["panicked".to_owned()];
        };
        let mut wrong = Vec::new();
        // Some slack, because the machine is busy with other cells.
        if started.elapsed() > deadline + Duration::from_secs(15) {
            wrong.push(format!("took {:?}", started.elapsed()));
        }
        self.check_outcome(&outcome, healthy, &mut wrong);
        if !self.fault.wants.contains(&Want::Anything) {
            self.check_counts(&outcome, &server, &mut wrong);
        }
        let said = outcome.error.as_ref().map(canary::confession);
        if let Some(secret) = said.as_deref().and_then(canary::find_secret) {
            wrong.push(format!("prints a secret: …{secret}"));
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
        // `/token` reports wrong credentials by status.
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
        // The untyped call returns whatever JSON there is, and `null` if there is none.
        let is_any_json = self.fault.is_json || self.fault.name == "204";
        if operation.name == "hybrid get" && is_any_json {
            wants = vec![Want::More];
        }
        // Only the envelope of these is known; what is in it is kept.
        const FORMLESS: [&str; 4] = [
            "adfox report metadata",
            "adfox report dates",
            "adfox saved reports",
            "adfox report info",
        ];
        if FORMLESS.contains(&operation.name) && self.fault.name == "another type" {
            wants = vec![Want::More];
        }
        // What is refused after a short list is past its end.
        if operation.name == "hybrid v3.statistic after a short page"
            && ["400", "404"]
                .iter()
                .any(|status| self.fault.name.starts_with(status))
        {
            wants = vec![Want::Same];
        }
        let is_nothing = ["204", "null"].contains(&self.fault.name.as_str());
        if is_nothing && self.is_list() {
            wants = vec![Want::Empty];
        }
        // A banner for which there is nothing has totals without values.
        let of_banner = ["hybrid statistic.banner", "hybrid statistic.banner stream"];
        if of_banner.contains(&operation.name) && is_nothing {
            wants = vec![Want::More];
        }
        if operation.vendor() == "keitaro" && self.fault.is_large {
            wants = vec![Want::Kind(ErrorKind::Decode)];
        }
        // Clicks never request compression, and an encoding that was not requested is refused.
        if operation.vendor() == "keitaro" && self.fault.name.contains("gzip") {
            wants = vec![Want::Kind(ErrorKind::Decode)];
        }
        // If the refresh token is refused, or the server fails at it, the primary credential is used.
        let leads_back = |want: &Want| match want {
            Want::Kind(ErrorKind::Server | ErrorKind::Decode) => !self.fault.forbids_retry,
            Want::Kind(kind) => REFUSED.contains(kind),
            _ => false,
        };
        if operation.asks == Asks::Refresh && wants.iter().any(leads_back) {
            // Unless it asks to wait, or does not respond in time.
            if wants.iter().all(leads_back) && !self.fault.name.contains("Retry-After") {
                wants.clear();
            }
            wants.push(Want::Same);
        }
        wants
    }

    fn check_outcome(&self, outcome: &Outcome, healthy: &Outcome, wrong: &mut Vec<String>) {
        let wants = self.wants();
        let fits = |want: &Want| match (want, &outcome.error) {
            (Want::Same, None) => outcome.rows == healthy.rows,
            (Want::Anything, _) => true,
            (Want::Empty, None) => {
                let mut rows = outcome.rows.iter().skip(self.operation.rows_before);
                rows.all(|row| row == "[]")
            }
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
        let altered = wants.contains(&Want::More) || wants.contains(&Want::Anything);
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

    /// Whether the response is a list, and nothing in place of it is an empty one.
    fn is_list(&self) -> bool {
        let no_list = [
            "hybrid get",
            "hybrid statistic.banner",
            "hybrid statistic.banner stream",
        ];
        let name = self.operation.name;
        match self.operation.vendor() {
            "hybrid" => self.operation.asks == Asks::Call && !no_list.contains(&name),
            "spots" => name.starts_with("spots statistics") && self.fault.name == "204",
            _ => false,
        }
    }

    pub(super) fn is_batch(&self) -> bool {
        self.operation.name.ends_with("batch")
    }
}
