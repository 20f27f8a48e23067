use std::time::Duration;

use adcore::json::Raw;
use adcore::{Answer, Error, ErrorKind, RetryPolicy};
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

/// How a request with several calls went.
#[derive(PartialEq, Eq)]
enum Round {
    /// Each call has its answer.
    Answered,
    /// One error is every call's answer.
    Failed,
    /// The server takes no batches; the calls went out alone, with retries of their own.
    OneByOne,
}

type Answers = Vec<Option<Result<Raw, Error>>>;

impl Batch {
    pub(crate) fn new(client: Client) -> Self {
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
    /// sent.
    pub async fn send(self) -> Vec<Result<Raw, Error>> {
        let mut answers: Answers = self
            .calls
            .iter()
            .map(|call| wire::batch::check(call).err().map(Err))
            .collect();
        let deadline = Instant::now() + self.client.0.deadline;
        let policy = &self.client.0.retry;
        let mut rng = policy
            .seed
            .map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let mut renewed = false;
        for attempt in 1.. {
            let pending: Vec<usize> = (0..self.calls.len())
                .filter(|&call| answers[call].is_none())
                .collect();
            if pending.is_empty() {
                break;
            }
            let round = self.round(&pending, deadline, &mut answers).await;
            if round == Round::OneByOne {
                break;
            }
            let again: Vec<usize> = pending
                .iter()
                .copied()
                .filter(|&call| match &answers[call] {
                    Some(Err(error)) if error.kind() == ErrorKind::Unauthenticated => {
                        round == Round::Answered && !renewed
                    }
                    Some(Err(error)) => {
                        attempt < policy.max_attempts
                            && may_repeat(error, self.calls[call].idempotent)
                    }
                    _ => false,
                })
                .collect();
            let errors = again
                .iter()
                .filter_map(|&call| answers[call].as_ref()?.as_ref().err());
            renewed |= errors
                .clone()
                .any(|error| error.kind() == ErrorKind::Unauthenticated);
            let wait = errors
                .map(|error| delay(policy, error, attempt, &mut rng))
                .max()
                .unwrap_or_default();
            if Instant::now() + wait >= deadline {
                break;
            }
            sleep(wait).await;
            for call in again {
                answers[call] = None;
            }
        }
        answers
            .into_iter()
            .map(|answer| answer.unwrap_or_else(unsent))
            .collect()
    }

    /// Sends the pending calls once.
    async fn round(&self, pending: &[usize], deadline: Instant, answers: &mut Answers) -> Round {
        let client = &self.client;
        let outcome = timeout_at(deadline, self.exchange(pending))
            .await
            .unwrap_or_else(|_| {
                let waited = client.0.deadline;
                Err(Error::new(
                    ErrorKind::Timeout,
                    format!("no answer within {waited:?}"),
                ))
            });
        let error = match outcome {
            Ok(found) => {
                for (&call, answer) in pending.iter().zip(found) {
                    let method = &self.calls[call].method;
                    answers[call] = Some(
                        answer.map_err(|error| client.explain(error.with_attempts(1), method)),
                    );
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
            answers[call] = Some(Err(client.explain(error.clone(), &self.calls[call].method)));
        }
        Round::Failed
    }

    async fn exchange(&self, pending: &[usize]) -> Result<Vec<Result<Raw, Error>>, Error> {
        let client = &self.client;
        let ids: Vec<u64> = pending.iter().map(|_| client.0.ids.next()).collect();
        let calls = pending.iter().map(|&call| &self.calls[call]);
        let request = wire::batch::request(calls.zip(ids.iter().copied()))?;
        let rules = client.rules();
        client
            .0
            .once
            .call(&request, &client.0.tokens, |answer: Answer| {
                wire::batch::judge(&answer, &ids, rules)
            })
            .await
    }

    async fn one_by_one(&self, pending: &[usize], answers: &mut Answers) {
        let calls = pending.iter().map(|&call| async move {
            let answer = self.client.call(&self.calls[call]).await;
            (call, answer)
        });
        let mut answered = stream::iter(calls).buffer_unordered(self.client.0.concurrency);
        while let Some((call, answer)) = answered.next().await {
            answers[call] = Some(answer);
        }
    }
}

fn unsent<T>() -> Result<T, Error> {
    Err(Error::new(
        ErrorKind::Timeout,
        "the time ran out before another attempt",
    )
    .with_may_have_run(false))
}

fn may_repeat(error: &Error, idempotent: bool) -> bool {
    match error.kind() {
        ErrorKind::Connect | ErrorKind::RateLimited => true,
        _ => error.is_transient() && (idempotent || !error.may_have_run()),
    }
}

/// A random part of a delay that doubles, or what the server asks for.
fn delay(policy: &RetryPolicy, error: &Error, attempt: u32, rng: &mut fastrand::Rng) -> Duration {
    let initial = match error.kind() {
        ErrorKind::Unauthenticated => return Duration::ZERO,
        ErrorKind::RateLimited => policy.initial_rate_limit_delay,
        _ => policy.initial_delay,
    };
    let doubled = initial.saturating_mul(1 << (attempt - 1).min(20));
    let part = rng.f64();
    match error.retry_after() {
        Some(wait) => wait + policy.initial_delay.mul_f64(part),
        None => doubled.min(policy.max_delay).mul_f64(part),
    }
}
