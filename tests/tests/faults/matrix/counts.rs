//! How often a cell was sent, and what its error says of that.

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
            // A busy machine may spend the time before the first call is out.
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
        if operation.streams && !outcome.rows.is_empty() {
            attempts = 1;
        }
        let flood = self.fault.name.contains("endless");
        // What is sent into a connection that has ended is not counted.
        let unread = self.fault.again && counted == 0;
        let timely = self.fault.pace == Pace::Ample && self.fault.door == Door::Open;
        let exact = timely && !flood && !unread;
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
