//! Which operation meets which fault, in which order.

use serde::{Deserialize, Serialize};

use super::Fault;

const MAX_FAULTS: usize = 100_000;

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

    pub(super) fn matches(&self, operation: &str) -> bool {
        match self.operation.strip_suffix('*') {
            Some(beginning) => operation.starts_with(beginning),
            None => operation == self.operation,
        }
    }
}
