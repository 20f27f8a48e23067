//! Fault plans and how far they have been met.

mod fault;
mod plan;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

pub use fault::{Endless, Fault, Moment, Slow};
pub use plan::{FaultPlan, Forever, Repeat};

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
