//! Checks how often the requests of a cell were sent, and what the error says about it.

use adcore::ErrorKind;

use super::cell::{Cell, REFUSED};
use crate::catalog::Pace;
use crate::operations::{Asks, MAX_ATTEMPTS, Outcome};
use crate::server::{Door, Server};

impl Cell {
    pub(super) fn check_counts(&self, outcome: &Outcome, server: &Server, wrong: &mut Vec<String>) {
        let operation = &self.operation;
        let counted = server.calls() - usize::from(self.fault.again);
        let counted = u32::try_from(counted).unwrap_or(u32::MAX);
        let Some(error) = &outcome.error else {
            let most = if self.fault.again && operation.idempotent {
                2
            } else {
                1
            };
            if operation.asks == Asks::Call && !(1..=most).contains(&counted) {
                wrong.push(format!("{counted} requests for a success"));
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
            let late = self.fault.pace == Pace::Deadline;
            // On a busy machine the time may be over before the first call is sent.
            if !(late && counted == 0) {
                wrongly("calls counted", counted.to_string(), sent.to_string());
                wrongly("attempts", error.attempts().to_string(), sent.to_string());
            }
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
        if operation.streams && outcome.rows.len() > operation.rows_before {
            attempts = 1;
        }
        let flood = self.fault.name.contains("endless");
        // A request that is sent into a closed connection is not counted.
        let unread = self.fault.again && counted == 0;
        let timely = self.fault.pace == Pace::Ample && self.fault.door == Door::Open;
        let exact = timely && !flood && !unread;
        if exact {
            // If a batch is refused as a whole, its calls are sent one by one.
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
            // Depending on timing, an attempt fails while it connects or while it sends.
            if !(attempts..=MAX_ATTEMPTS).contains(&error.attempts()) {
                wrongly(
                    "attempts",
                    error.attempts().to_string(),
                    attempts.to_string(),
                );
            }
        } else if counted > error.attempts() || error.attempts() > attempts {
            // On a busy machine the time may be over before the request is sent.
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
        // A tracker may have booked a conversion and said so in other words than `Success`.
        let booked = operation.name == "keitaro postback"
            && error.kind() == ErrorKind::Rejected
            && error.status().is_some_and(|status| status.is_success());
        let ran = ran || booked;
        // Any of several attempts may have run.
        let ambiguous = (ran && error.attempts() > 0) || (!exact && error.may_have_run());
        wrongly(
            "may_have_run",
            error.may_have_run().to_string(),
            ambiguous.to_string(),
        );
    }

    /// Returns how often a call that ends with `kind` must have been sent.
    fn attempts(&self, kind: ErrorKind) -> u32 {
        let repeats = match kind {
            ErrorKind::Connect | ErrorKind::RateLimited => true,
            ErrorKind::Timeout | ErrorKind::Interrupted | ErrorKind::Server => {
                self.operation.idempotent
            }
            ErrorKind::Unauthenticated if self.operation.renews => return 2,
            _ => false,
        };
        // With such faults the attempts may fail in different ways.
        let mixed = self.fault.pace == Pace::Attempt || self.fault.name.contains("endless");
        let repeats = repeats || (mixed && self.operation.idempotent);
        let cut = self.fault.forbids_retry || self.fault.pace == Pace::Deadline;
        if repeats && !cut { MAX_ATTEMPTS } else { 1 }
    }
}
