//! The fault plans in force and how far each has been used.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::fault::Fault;
use super::plan::{FaultPlan, Repeat};

/// A fault plan and how far it has been used.
struct ActivePlan {
    plan: FaultPlan,
    next: usize,
    rounds: u32,
    random: fastrand::Rng,
}

impl ActivePlan {
    fn new(plan: FaultPlan) -> Self {
        Self {
            random: fastrand::Rng::with_seed(plan.seed.unwrap_or(1)),
            plan,
            next: 0,
            rounds: 0,
        }
    }

    fn is_used_up(&self) -> bool {
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

    /// Returns the rest of the plan, or `None` if it is used up or never ends.
    fn unmet(&self) -> Option<FaultPlan> {
        let mut plan = self.plan.clone();
        if self.is_used_up() || plan.rate.is_some() {
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

/// The fault plans in force, one per operation.
#[derive(Default)]
pub(crate) struct FaultPlans {
    /// Whether there is any plan, so that requests need no lock without one.
    any: AtomicBool,
    plans: Mutex<Vec<ActivePlan>>,
}

impl FaultPlans {
    /// Sets the plan of its operation, replacing an earlier one.
    pub(crate) fn set(&self, plan: FaultPlan) {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.retain(|earlier| earlier.plan.operation != plan.operation);
        plans.push(ActivePlan::new(plan));
        self.any.store(true, Ordering::Release);
    }

    pub(crate) fn clear(&self) {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.clear();
        self.any.store(false, Ordering::Release);
    }

    /// Returns the fault for the next request of this operation.
    pub(crate) fn next(&self, operation: &str) -> Option<Fault> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let active = plans
            .iter_mut()
            .find(|active| active.plan.matches(operation) && !active.is_used_up())?;
        active.take()
    }

    pub(crate) fn unmet(&self) -> Vec<FaultPlan> {
        let plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.iter().filter_map(ActivePlan::unmet).collect()
    }
}
