//! Contestants that take turns, so that whatever else the machine does hits them all alike.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use cpu_time::ProcessTime;

/// How long and what to measure.
#[derive(Debug, Parser)]
pub struct Plan {
    /// Rounds; every contestant runs once in each
    #[arg(long, default_value_t = 21)]
    pub rounds: usize,
    /// Operations a contestant does in one turn
    #[arg(long)]
    pub count: Option<usize>,
    /// Run this contestant alone, once and unmeasured, for a profiler
    #[arg(long)]
    pub only: Option<String>,
}

type Turn<'a> = Box<dyn FnMut(usize) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> + 'a>;

/// Contestants on one thread; the first is the base.
#[derive(Default)]
pub struct Contest<'a> {
    contestants: Vec<(&'static str, &'static str, Turn<'a>)>,
}

impl std::fmt::Debug for Contest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contest({} contestants)", self.contestants.len())
    }
}

impl<'a> Contest<'a> {
    /// No contestants.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a contestant that is compared with `base` (itself, if it is one).
    pub fn add<F, R>(&mut self, name: &'static str, base: &'static str, turn: F)
    where
        F: Fn(usize) -> R + 'a,
        R: Future<Output = Result<()>> + 'a,
    {
        let turn: Turn<'a> = Box::new(move |count| Box::pin(turn(count)));
        self.contestants.push((name, base, turn));
    }

    /// Runs the plan and prints the CPU time of one operation and each one's ratio to its base.
    ///
    /// # Errors
    /// What a contestant meets, or when `--only` names none.
    #[expect(clippy::print_stdout, reason = "a benchmark's result")]
    pub async fn run(mut self, plan: &Plan, count: usize) -> Result<()> {
        let count = plan.count.unwrap_or(count);
        if let Some(only) = &plan.only {
            let names: Vec<_> = self.contestants.iter().map(|(name, ..)| *name).collect();
            let Some((.., turn)) = self.contestants.iter_mut().find(|(name, ..)| name == only)
            else {
                bail!("--only must be one of: {}", names.join(", "));
            };
            return turn(count).await;
        }
        let mut times = vec![Vec::with_capacity(plan.rounds); self.contestants.len()];
        for round in 0..=plan.rounds {
            for ((name, _, turn), times) in self.contestants.iter_mut().zip(&mut times) {
                let started = ProcessTime::now();
                turn(count).await.with_context(|| (*name).to_owned())?;
                if round > 0 {
                    times.push(started.elapsed());
                }
            }
        }
        println!("{:<24} {:>14} {:>8}", "", "CPU an op", "ratio");
        for ((name, base, _), own) in self.contestants.iter().zip(&times) {
            let rival = self.contestants.iter().zip(&times);
            let rival = rival
                .filter(|((name, ..), _)| name == base)
                .map(|(_, times)| times)
                .next()
                .unwrap_or(own);
            let ratios = rival.iter().zip(own).map(|(base, own)| share(*base, *own));
            let each = own.iter().map(|time| share(*time, Duration::from_secs(1)));
            let micros = median(each.collect()) * 1e6 / count as f64;
            println!("{name:<24} {micros:>11.2} µs {:>8.2}", median(ratios.collect()));
        }
        Ok(())
    }
}

fn share(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// The middle value; 0 of none.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
