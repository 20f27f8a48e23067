//! Every operation of every vendor, with the response of a healthy server.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use adcore::{Error, RetryPolicy, TokenSettings, Transport};
use adcore_http::ReqwestTransport;
use futures_util::{Stream, StreamExt};

use crate::catalog::{Good, Want};
use crate::server::Seen;

mod adfox;
mod hybrid;
mod keitaro;
mod spots;

pub(crate) const MAX_ATTEMPTS: u32 = 3;
/// More than any acceptable body, less than those that are too large.
pub(crate) const BODY_LIMIT: usize = 2 << 20;

/// The parameters of a client.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) url: String,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) attempt: Duration,
    pub(crate) deadline: Duration,
}

impl Setup {
    /// Creates a setup with ample time and the default transport.
    pub(crate) fn ample(url: String) -> Self {
        let loopback = adcore::Endpoint::parse("http://127.0.0.1").unwrap();
        Self {
            url,
            transport: Arc::new(ReqwestTransport::for_endpoint(&loopback).unwrap()),
            attempt: Duration::from_secs(30),
            deadline: Duration::from_secs(60),
        }
    }

    fn retry(&self) -> RetryPolicy {
        let short = Duration::from_millis(1);
        RetryPolicy::default()
            .max_attempts(MAX_ATTEMPTS)
            .initial_delay(short)
            .initial_rate_limit_delay(short)
            .seed(7)
    }

    fn tokens(&self) -> TokenSettings {
        TokenSettings::default()
            .pause(Duration::from_millis(2))
            .deadline(self.deadline)
            .seed(7)
    }
}

/// The result of an operation, row by row, and the error it ended with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    pub(crate) rows: Vec<String>,
    pub(crate) error: Option<Error>,
}

impl Outcome {
    fn one(result: Result<impl Debug, Error>) -> Self {
        match result {
            Ok(output) => Self {
                rows: vec![format!("{output:?}")],
                error: None,
            },
            Err(error) => Self {
                rows: Vec::new(),
                error: Some(error),
            },
        }
    }

    async fn all<T: Debug>(rows: impl Stream<Item = Result<T, Error>>) -> Self {
        let mut rows = std::pin::pin!(rows);
        let mut outcome = Self::default();
        while let Some(row) = rows.next().await {
            match row {
                Ok(row) => outcome.rows.push(format!("{row:?}")),
                Err(error) => outcome.error = Some(error),
            }
        }
        outcome
    }
}

/// Which requests of an operation meet the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// The call itself.
    Call,
    /// The first token.
    Grant,
    /// The token after the first one was refused.
    Refresh,
}

type Run = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// One operation: the other dimension of the matrix.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) idempotent: bool,
    pub(crate) asks: Asks,
    /// Whether a refused token is renewed.
    pub(crate) renews: bool,
    /// Whether the response is decoded while it arrives.
    pub(crate) streams: bool,
    /// How many rows precede the response that is tested.
    pub(crate) rows_before: usize,
    pub(crate) good: fn(&Seen) -> Good,
    pub(crate) unreadable: Want,
    pub(crate) run: fn(Setup) -> Run,
}

impl Operation {
    fn new(name: &'static str, good: fn(&Seen) -> Good, run: fn(Setup) -> Run) -> Self {
        Self {
            name,
            idempotent: false,
            asks: Asks::Call,
            renews: false,
            streams: false,
            rows_before: 0,
            good,
            unreadable: Want::Kind(adcore::ErrorKind::Decode),
            run,
        }
    }

    fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    fn renews(mut self) -> Self {
        self.renews = true;
        self
    }

    fn streams(mut self) -> Self {
        self.streams = true;
        self
    }

    fn after_rows(mut self, rows: usize) -> Self {
        self.rows_before = rows;
        self
    }

    fn asks(mut self, asks: Asks) -> Self {
        self.asks = asks;
        self
    }

    fn unreadable(mut self, want: Want) -> Self {
        self.unreadable = want;
        self
    }

    pub(crate) fn vendor(&self) -> &'static str {
        self.name.split(' ').next().unwrap()
    }
}

pub(crate) fn operations() -> Vec<Operation> {
    [keitaro::all(), spots::all(), hybrid::all(), adfox::all()].concat()
}

/// The healthy response to what prepares a call; a token has the number in it.
pub(crate) fn token(seen: &Seen, number: usize) -> Good {
    if seen.asks_task() {
        adfox::ready()
    } else if seen.asks_page() {
        hybrid::page(seen)
    } else if seen.asks_kind() {
        hybrid::named(seen)
    } else if seen.asks_made() {
        adfox::table(seen)
    } else if seen.target() == "/token" {
        hybrid::token(number)
    } else {
        spots::token(seen, number)
    }
}
