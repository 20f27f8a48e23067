//! Fault plans: which operation meets which fault, in which order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

const MAX_FAULTS: usize = 100_000;

/// The point of an answer at which a reset or a hang strikes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Nothing of the answer is sent.
    BeforeHeaders,
    /// The status line and a part of the first header are sent.
    DuringHeaders,
    /// The headers and half of the body's first part are sent.
    MidBody,
}

/// A body that trickles.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    /// Bytes sent at once.
    pub bytes: usize,
    /// Milliseconds between two portions.
    pub every_ms: u64,
}

/// The part of an answer that never ends.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Endless {
    /// Headers without end.
    Headers,
    /// A chunked body of blanks without end.
    Body,
}

/// What happens to one answer; members may be combined, none means a healthy answer.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Fault {
    /// Answers with this HTTP status instead of asking the vendor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The text of a `Retry-After` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// More headers, replacing those of the same name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// This body as `application/json`, with status 200 unless `status` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// This body as `text/html`, with status 200 unless `status` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub garbage: Option<String>,
    /// RST at this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<Moment>,
    /// Silence from this moment on, until the client goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hang: Option<Moment>,
    /// Sends so many bytes of the promised body, then closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncate: Option<u64>,
    /// Sends the body in small portions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow: Option<Slow>,
    /// Transcodes the body into this charset while every label stays; `wrong` is windows-1251.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// Puts this text before the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Puts this text behind the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suffix: Option<String>,
    /// Treats the request's credential as run out or refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expired_token: bool,
    /// Writes this text on the socket instead of an HTTP answer, then closes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// Headers or a body without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endless: Option<Endless>,
    /// Closes the kept-alive connection after the answer without saying so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub close: bool,
    /// Milliseconds to wait before anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// Whether the call takes effect all the same where the answer would not need it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub processed: bool,
}

impl Fault {
    /// An HTTP status without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    /// An RST at this moment.
    #[must_use]
    pub fn reset(moment: Moment) -> Self {
        Self {
            reset: Some(moment),
            ..Self::default()
        }
    }

    /// Silence from this moment on.
    #[must_use]
    pub fn hang(moment: Moment) -> Self {
        Self {
            hang: Some(moment),
            ..Self::default()
        }
    }

    /// So many bytes of the body, then the end of the connection.
    #[must_use]
    pub fn truncate(bytes: u64) -> Self {
        Self {
            truncate: Some(bytes),
            ..Self::default()
        }
    }

    /// A body in portions of `bytes`, one every `every_ms` milliseconds.
    #[must_use]
    pub fn slow(bytes: usize, every_ms: u64) -> Self {
        Self {
            slow: Some(Slow { bytes, every_ms }),
            ..Self::default()
        }
    }

    /// HTTP 200 with this text as HTML.
    #[must_use]
    pub fn garbage(text: impl Into<String>) -> Self {
        Self {
            garbage: Some(text.into()),
            ..Self::default()
        }
    }

    /// A credential that counts as run out or refused.
    #[must_use]
    pub fn expired_token() -> Self {
        Self {
            expired_token: true,
            ..Self::default()
        }
    }

    /// This text on the socket in place of an HTTP answer.
    #[must_use]
    pub fn raw(text: impl Into<String>) -> Self {
        Self {
            raw: Some(text.into()),
            ..Self::default()
        }
    }

    /// The same fault with a `Retry-After` header.
    #[must_use]
    pub fn retry_after(mut self, text: impl Into<String>) -> Self {
        self.retry_after = Some(text.into());
        self
    }

    /// The same fault with one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The same fault with this body as `application/json`.
    #[must_use]
    pub fn body(mut self, text: impl Into<String>) -> Self {
        self.body = Some(text.into());
        self
    }

    /// The same fault, but the call takes effect.
    #[must_use]
    pub fn processed(mut self) -> Self {
        self.processed = true;
        self
    }
}

impl Fault {
    /// The charset that bodies are transcoded into.
    pub(crate) fn encoding(&self) -> Option<&'static encoding_rs::Encoding> {
        let label = match self.charset.as_deref()? {
            "wrong" => "windows-1251",
            label => label,
        };
        encoding_rs::Encoding::for_label(label.as_bytes())
    }

    fn check(&self) -> Result<(), String> {
        if self
            .status
            .is_some_and(|status| !(200..1000).contains(&status))
        {
            return Err("status: not between 200 and 999".to_owned());
        }
        if self.charset.is_some() && self.encoding().is_none() {
            return Err("charset: unknown".to_owned());
        }
        if self.slow.is_some_and(|slow| slow.bytes == 0) {
            return Err("slow.bytes: must be over 0".to_owned());
        }
        for (name, value) in self.extra_headers() {
            if HeaderName::try_from(name).is_err() || HeaderValue::try_from(value).is_err() {
                return Err(format!("headers: {name:?} cannot be sent, use raw"));
            }
        }
        Ok(())
    }

    /// Headers that the fault adds to an answer.
    pub(crate) fn extra_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let retry_after = self.retry_after.as_deref();
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain(retry_after.map(|text| ("retry-after", text)))
    }
}

/// How often a plan's list is gone through.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Repeat {
    /// So many times in all.
    Times(u32),
    /// Without end.
    Forever(Forever),
}

/// The word `forever`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Forever {
    /// Without end.
    #[serde(rename = "forever")]
    Forever,
}

/// The faults that one operation meets, one a request, in this order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// The operation's name, or a beginning of it with `*` behind.
    pub operation: String,
    /// Faults in order; `None` (JSON `null`) lets one request through.
    pub faults: Vec<Option<Fault>>,
    /// How often the list is gone through; once when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Share of requests (0 to 1) that meet one of the faults at random, without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Seed of the random choice; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl FaultPlan {
    /// A plan for one operation, or for a beginning of names with `*` behind.
    #[must_use]
    pub fn new(operation: impl Into<String>) -> Self {
        Self {
            operation: operation.into(),
            faults: Vec::new(),
            repeat: None,
            rate: None,
            seed: None,
        }
    }

    /// The next fault of the plan.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(Some(fault));
        self
    }

    /// A healthy answer between two faults.
    #[must_use]
    pub fn healthy(mut self) -> Self {
        self.faults.push(None);
        self
    }

    /// Goes through the list so many times.
    #[must_use]
    pub fn repeat(mut self, times: u32) -> Self {
        self.repeat = Some(Repeat::Times(times));
        self
    }

    /// Goes through the list without end.
    #[must_use]
    pub fn forever(mut self) -> Self {
        self.repeat = Some(Repeat::Forever(Forever::Forever));
        self
    }

    /// Strikes at random: this share of requests, choices drawn from the seed.
    #[must_use]
    pub fn at_rate(mut self, rate: f64, seed: u64) -> Self {
        self.rate = Some(rate);
        self.seed = Some(seed);
        self
    }

    /// Says what is wrong with the plan, if anything is.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
            return Err("rate: not between 0 and 1".to_owned());
        }
        if let Some(Repeat::Times(times)) = self.repeat
            && times as usize > MAX_FAULTS / self.faults.len().max(1)
        {
            return Err("repeat: too often, say \"forever\"".to_owned());
        }
        self.faults.iter().flatten().try_for_each(Fault::check)
    }

    fn matches(&self, operation: &str) -> bool {
        match self.operation.strip_suffix('*') {
            Some(beginning) => operation.starts_with(beginning),
            None => operation == self.operation,
        }
    }
}

struct Running {
    plan: FaultPlan,
    next: usize,
    rounds: u32,
    random: fastrand::Rng,
}

impl Running {
    fn new(plan: FaultPlan) -> Self {
        Self {
            random: fastrand::Rng::with_seed(plan.seed.unwrap_or(1)),
            plan,
            next: 0,
            rounds: 0,
        }
    }

    fn is_met(&self) -> bool {
        let rounds = match self.plan.repeat {
            _ if self.plan.faults.is_empty() => 0,
            _ if self.plan.rate.is_some() => return false,
            Some(Repeat::Forever(_)) => return false,
            Some(Repeat::Times(times)) => times,
            None => 1,
        };
        self.rounds >= rounds
    }

    fn take(&mut self) -> Option<Fault> {
        if let Some(rate) = self.plan.rate {
            return (self.random.f64() < rate)
                .then(|| self.random.choice(&self.plan.faults).cloned().flatten())
                .flatten();
        }
        let fault = self.plan.faults.get(self.next).cloned().flatten();
        self.next += 1;
        if self.next == self.plan.faults.len() {
            self.next = 0;
            self.rounds += 1;
        }
        fault
    }

    /// What is left of the plan.
    fn unmet(&self) -> Option<FaultPlan> {
        let mut plan = self.plan.clone();
        if self.is_met() || plan.rate.is_some() {
            return None;
        }
        match plan.repeat {
            Some(Repeat::Forever(_)) => return None,
            Some(Repeat::Times(times)) => {
                let again = usize::try_from(times - self.rounds).unwrap_or(usize::MAX);
                plan.faults = self
                    .plan
                    .faults
                    .iter()
                    .cycle()
                    .take(self.plan.faults.len() * again)
                    .skip(self.next)
                    .cloned()
                    .collect();
                plan.repeat = None;
            }
            None => {
                plan.faults.drain(..self.next);
            }
        }
        Some(plan)
    }
}

/// The plans in force.
#[derive(Default)]
pub(crate) struct Faults {
    any: AtomicBool,
    running: Mutex<Vec<Running>>,
}

impl Faults {
    /// Sets the plan of its operation, in place of an earlier one.
    pub(crate) fn set(&self, plan: FaultPlan) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|earlier| earlier.plan.operation != plan.operation);
        running.push(Running::new(plan));
        self.any.store(true, Ordering::Release);
    }

    pub(crate) fn clear(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.clear();
        self.any.store(false, Ordering::Release);
    }

    /// The fault that this request meets.
    pub(crate) fn next(&self, operation: &str) -> Option<Fault> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = running
            .iter_mut()
            .find(|running| running.plan.matches(operation) && !running.is_met())?;
        plan.take()
    }

    pub(crate) fn unmet(&self) -> Vec<FaultPlan> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.iter().filter_map(Running::unmet).collect()
    }
}
