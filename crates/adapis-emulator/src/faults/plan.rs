//! Fault plans: which requests of an operation get which fault.

use serde::{Deserialize, Serialize};

use super::fault::Fault;

/// Limit of the faults of a plan, counting repetitions.
const MAX_FAULTS: usize = 100_000;

/// How often the list of a plan is repeated.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Repeat {
    /// This many times in total.
    Times(u32),
    /// Without end.
    Forever(Always),
}

/// The value of [`Repeat::Forever`], written as `"forever"`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Always {
    /// Without end.
    #[serde(rename = "forever")]
    Forever,
}

/// The faults of one operation, one per request, in this order.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// Name of the operation, or a prefix followed by `*`.
    pub operation: String,
    /// The faults; `None` (`null` in JSON) lets one request pass.
    pub faults: Vec<Option<Fault>>,
    /// How often the list is repeated; once if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Share of requests, from 0 to 1, that get one of the faults at random.
    ///
    /// Such a plan never ends, and `repeat` is ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Seed of the random choice; 1 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

impl FaultPlan {
    /// Creates an empty plan for an operation, or for a prefix followed by `*`.
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

    /// Adds a fault for the next request.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(Some(fault));
        self
    }

    /// Lets the next request pass.
    #[must_use]
    pub fn healthy(mut self) -> Self {
        self.faults.push(None);
        self
    }

    /// Repeats the list, so that it is used this many times in total.
    #[must_use]
    pub fn repeat(mut self, times: u32) -> Self {
        self.repeat = Some(Repeat::Times(times));
        self
    }

    /// Repeats the list without end.
    #[must_use]
    pub fn forever(mut self) -> Self {
        self.repeat = Some(Repeat::Forever(Always::Forever));
        self
    }

    /// Applies the faults at random to this share of requests, drawn from the seed.
    #[must_use]
    pub fn at_rate(mut self, rate: f64, seed: u64) -> Self {
        self.rate = Some(rate);
        self.seed = Some(seed);
        self
    }

    /// Returns an error if the plan is invalid.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
            return Err("rate: not between 0 and 1".to_owned());
        }
        if let Some(Repeat::Times(times)) = self.repeat
            && times as usize > MAX_FAULTS / self.faults.len().max(1)
        {
            return Err("repeat: too large, use \"forever\"".to_owned());
        }
        self.faults.iter().flatten().try_for_each(Fault::check)
    }

    pub(super) fn matches(&self, operation: &str) -> bool {
        match self.operation.strip_suffix('*') {
            Some(prefix) => operation.starts_with(prefix),
            None => operation == self.operation,
        }
    }
}
