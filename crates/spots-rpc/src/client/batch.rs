use std::time::Duration;

use adcore::{Error, ErrorKind, Response};
use adcore_json::RawJson;
use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::{Instant, sleep, timeout_at};

use super::Client;
use crate::calls::Call;
use crate::wire;

/// Several calls in one HTTP request, answered one by one.
///
/// A server that refuses batches as such is asked again call by call. Only calls that failed are
/// repeated: the idempotent ones, and those that the server refused without running them.
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct Batch {
    client: Client,
    calls: Vec<Call>,
}

/// The answers so far; a call without one is to be sent.
type Answers = Vec<Option<Result<RawJson, Error>>>;

/// How a request with several calls went.
enum Round {
    /// Each call has its answer.
    Answered,
    /// One error is every call's answer, after so many attempts.
    Failed(u32),
    /// The server takes no batches; the calls went out alone, with retries of their own.
    OneByOne,
}

impl Batch {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            calls: Vec::new(),
        }
    }

    /// Adds a call.
    pub fn call(mut self, call: Call) -> Self {
        self.calls.push(call);
        self
    }

    /// Sends the calls and gives their answers in the order in which they were added.
    ///
    /// What spoils the whole batch is every call's error; a call that is wrong by itself is not
    /// sent. The client's deadline is for all of it.
    pub async fn send(self) -> Vec<Result<RawJson, Error>> {
        let deadline = Instant::now() + self.client.0.pipeline.deadline();
        let mut answers: Answers = self
            .calls
            .iter()
            .map(|call| wire::batch::check(call).err().map(Err))
            .collect();
        let mut attempt = 0;
        let mut renewed = false;
        loop {
            let pending: Vec<usize> = (0..self.calls.len())
                .filter(|&call| answers[call].is_none())
                .collect();
            if pending.is_empty() {
                break;
            }
            match self.round(&pending, deadline, &mut answers).await {
                Round::Answered => attempt += 1,
                Round::Failed(attempts) => attempt += attempts.max(1),
                Round::OneByOne => break,
            }
            let refused = |&call: &usize| answers[call].as_ref().is_some_and(is_refused_token);
            renewed |= pending.iter().all(refused);
            let again = self.again(&pending, &answers, attempt, renewed);
            let wait = again.iter().map(|(_, wait)| *wait).max();
            if wait.is_none_or(|wait| Instant::now() + wait >= deadline) {
                break;
            }
            sleep(wait.unwrap_or_default()).await;
            for (call, _) in again {
                let answer = answers[call].take();
                renewed |= answer.is_some_and(|answer| is_refused_token(&answer));
            }
        }
        let unanswered = || Err(Error::new(ErrorKind::Timeout, "no answer in time"));
        answers
            .into_iter()
            .map(|answer| answer.unwrap_or_else(unanswered))
            .collect()
    }

    /// Which of the pending calls are to be sent again, and how long to wait for each.
    fn again(
        &self,
        pending: &[usize],
        answers: &Answers,
        attempt: u32,
        renewed: bool,
    ) -> Vec<(usize, Duration)> {
        let wait = |call: usize| match answers[call].as_ref()? {
            answer if is_refused_token(answer) => (!renewed).then_some(Duration::ZERO),
            Err(error) => {
                let idempotent = self.calls[call].idempotent;
                self.client.0.pipeline.pause(error, idempotent, attempt)
            }
            Ok(_) => None,
        };
        let waits = pending.iter().map(|&call| Some((call, wait(call)?)));
        waits.flatten().collect()
    }

    /// Sends the pending calls in one request.
    async fn round(&self, pending: &[usize], deadline: Instant, answers: &mut Answers) -> Round {
        let client = &self.client;
        let outcome = timeout_at(deadline, self.exchange(pending))
            .await
            .unwrap_or_else(|_| {
                let waited = client.0.pipeline.deadline();
                let error = Error::new(ErrorKind::Timeout, format!("no answer within {waited:?}"));
                // Nobody knows here whether it was sent, so it may have been.
                Err(error.with_attempts(1))
            });
        let error = match outcome {
            Ok(found) => {
                for (&call, answer) in pending.iter().zip(found) {
                    let method = &self.calls[call].method;
                    let explain = |error: Error| client.explain(error.with_attempts(1), method);
                    answers[call] = Some(answer.map_err(explain));
                }
                return Round::Answered;
            }
            Err(error) => error,
        };
        if wire::batch::is_refused(&error) && error.attempts() > 0 {
            tracing::debug!("the server refuses batches, calling one by one");
            self.one_by_one(pending, answers).await;
            return Round::OneByOne;
        }
        for &call in pending {
            let method = &self.calls[call].method;
            answers[call] = Some(Err(client.explain(error.clone(), method)));
        }
        Round::Failed(error.attempts())
    }

    async fn exchange(&self, pending: &[usize]) -> Result<Vec<Result<RawJson, Error>>, Error> {
        let client = &self.client;
        let ids: Vec<u64> = pending.iter().map(|_| client.0.ids.next()).collect();
        let calls = pending.iter().map(|&call| &self.calls[call]);
        let request = wire::batch::request(calls.zip(ids.iter().copied()))?;
        let rules = client.rules();
        client
            .0
            .pipeline
            .call(&request, &client.0.tokens, |answer: Response| {
                wire::batch::judge(&answer, &ids, rules)
            })
            .await
    }

    async fn one_by_one(&self, pending: &[usize], answers: &mut Answers) {
        let calls = pending.iter().copied().map(|call| async move {
            let answer = self.client.call(&self.calls[call]).await;
            (call, answer)
        });
        let mut answered = stream::iter(calls).buffer_unordered(self.client.0.concurrency);
        while let Some((call, answer)) = answered.next().await {
            answers[call] = Some(answer);
        }
    }
}

fn is_refused_token(answer: &Result<RawJson, Error>) -> bool {
    answer
        .as_ref()
        .is_err_and(|error| error.kind() == ErrorKind::Unauthenticated)
}
