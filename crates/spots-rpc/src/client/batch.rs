use std::time::Duration;

use adcore::{Error, ErrorKind, Response};
use adcore_json::RawJson;
use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::{Instant, sleep, timeout_at};

use super::Client;
use crate::calls::Call;
use crate::wire;

/// Several calls in one HTTP request.
///
/// Only calls that failed are repeated: the idempotent ones, and those that the server refused
/// without running them.
struct Batch<'a> {
    client: &'a Client,
    calls: &'a [Call],
}

/// The outcomes so far; a call without one is still to be sent.
type Outcomes = Vec<Option<Result<RawJson, Error>>>;

/// How a request with several calls went.
enum Round {
    /// Each call has its outcome.
    Complete,
    /// One error is the outcome of every call, after this number of attempts.
    Failed(u32),
    /// The server takes no batches; the calls were sent one by one, with their own retries.
    OneByOne,
}

/// Sends the calls and returns their results in the same order.
pub(super) async fn run(client: &Client, calls: &[Call]) -> Vec<Result<RawJson, Error>> {
    Batch { client, calls }.run().await
}

impl Batch<'_> {
    async fn run(&self) -> Vec<Result<RawJson, Error>> {
        let deadline = Instant::now() + self.client.0.pipeline.deadline();
        let mut outcomes: Outcomes = self
            .calls
            .iter()
            .map(|call| wire::check_call(call).err().map(Err))
            .collect();
        let mut attempt = 0;
        let mut renewed = false;
        loop {
            let pending: Vec<usize> = (0..self.calls.len())
                .filter(|&call| outcomes[call].is_none())
                .collect();
            if pending.is_empty() {
                break;
            }
            match self.round(&pending, deadline, &mut outcomes).await {
                Round::Complete => attempt += 1,
                Round::Failed(attempts) => attempt += attempts.max(1),
                Round::OneByOne => break,
            }
            let rejected =
                |&call: &usize| outcomes[call].as_ref().is_some_and(wire::is_token_rejected);
            renewed |= pending.iter().all(rejected);
            let again = self.again(&pending, &outcomes, attempt, renewed);
            let wait = again.iter().map(|(_, wait)| *wait).max();
            if wait.is_none_or(|wait| Instant::now() + wait >= deadline) {
                break;
            }
            sleep(wait.unwrap_or_default()).await;
            for (call, _) in again {
                let outcome = outcomes[call].take();
                renewed |= outcome.is_some_and(|outcome| wire::is_token_rejected(&outcome));
            }
        }
        let missing = || Err(Error::new(ErrorKind::Timeout, "no response in time"));
        outcomes
            .into_iter()
            .map(|outcome| outcome.unwrap_or_else(missing))
            .collect()
    }

    /// Returns the pending calls to send again, each with the time to wait first.
    fn again(
        &self,
        pending: &[usize],
        outcomes: &Outcomes,
        attempt: u32,
        renewed: bool,
    ) -> Vec<(usize, Duration)> {
        let wait = |call: usize| match outcomes[call].as_ref()? {
            outcome if wire::is_token_rejected(outcome) => (!renewed).then_some(Duration::ZERO),
            Err(error) => {
                let idempotent = self.calls[call].idempotent;
                self.client.0.pipeline.pause(error, idempotent, attempt)
            }
            Ok(_) => None,
        };
        let waits = pending.iter().map(|&call| Some((call, wait(call)?)));
        waits.flatten().collect()
    }

    /// Sends the pending calls in one request and files their outcomes.
    async fn round(&self, pending: &[usize], deadline: Instant, outcomes: &mut Outcomes) -> Round {
        let client = self.client;
        let outcome = timeout_at(deadline, self.request(pending))
            .await
            .unwrap_or_else(|_| {
                let waited = client.0.pipeline.deadline();
                let error =
                    Error::new(ErrorKind::Timeout, format!("no response within {waited:?}"));
                // Whether it was sent is not known here, so assume that it was.
                Err(error.with_attempts(1))
            });
        let error = match outcome {
            Ok(found) => {
                for (&call, result) in pending.iter().zip(found) {
                    let method = &self.calls[call].method;
                    let annotate = |error: Error| client.annotate(error.with_attempts(1), method);
                    outcomes[call] = Some(result.map_err(annotate));
                }
                return Round::Complete;
            }
            Err(error) => error,
        };
        if wire::is_batch_refused(&error) && error.attempts() > 0 {
            tracing::debug!("the server refuses batches, sending the calls one by one");
            self.one_by_one(pending, outcomes).await;
            return Round::OneByOne;
        }
        for &call in pending {
            let method = &self.calls[call].method;
            outcomes[call] = Some(Err(client.annotate(error.clone(), method)));
        }
        Round::Failed(error.attempts())
    }

    async fn request(&self, pending: &[usize]) -> Result<Vec<Result<RawJson, Error>>, Error> {
        let client = self.client;
        let ids: Vec<u64> = pending.iter().map(|_| client.0.ids.next()).collect();
        let calls = pending.iter().map(|&call| &self.calls[call]);
        let request = wire::encode_batch(calls.zip(ids.iter().copied()))?;
        let options = client.read_options();
        client
            .0
            .pipeline
            .call(&request, &client.0.tokens, |response: Response| {
                wire::read_batch(&response, &ids, options)
            })
            .await
    }

    async fn one_by_one(&self, pending: &[usize], outcomes: &mut Outcomes) {
        let calls = pending.iter().copied().map(|call| async move {
            let result = self.client.call(&self.calls[call]).await;
            (call, result)
        });
        let mut results = stream::iter(calls).buffer_unordered(self.client.0.concurrency);
        while let Some((call, result)) = results.next().await {
            outcomes[call] = Some(result);
        }
    }
}
