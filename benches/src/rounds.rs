//! Contestants that take turns, so that other load on the machine affects all of them equally.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use cpu_time::ProcessTime;
use tokio::process::Command;

/// What to measure, and how often.
#[derive(Debug, Parser)]
pub struct Plan {
    /// Rounds; every contestant runs once in each
    #[arg(long, default_value_t = 21)]
    pub rounds: usize,
    /// Operations per turn of a contestant
    #[arg(long)]
    pub count: Option<usize>,
    /// Run this contestant alone, once and unmeasured, for a profiler
    #[arg(long)]
    pub only: Option<String>,
}

type Turn<'a> = Box<dyn FnMut(usize) -> Pin<Box<dyn Future<Output = Result<()>> + 'a>> + 'a>;

enum Kind<'a> {
    /// Measured here, by the CPU time of this process.
    Own(Turn<'a>),
    /// A program that prints the CPU time of one operation in microseconds.
    Peer(Command),
}

struct Contestant<'a> {
    name: &'static str,
    base: &'static str,
    kind: Kind<'a>,
    times: Vec<Duration>,
}

impl Contestant<'_> {
    /// Takes a turn; `None` if the peer's runtime is not installed.
    async fn turn(&mut self, count: usize) -> Result<Option<Duration>> {
        match &mut self.kind {
            Kind::Own(turn) => {
                let started = ProcessTime::now();
                turn(count).await?;
                Ok(Some(started.elapsed()))
            }
            Kind::Peer(command) => {
                let Ok(output) = command.output().await else {
                    return Ok(None);
                };
                let micros: Option<f64> = String::from_utf8(output.stdout)?.trim().parse().ok();
                Ok(micros.map(|micros| Duration::from_secs_f64(micros * count as f64 / 1e6)))
            }
        }
    }
}

/// Contestants on one thread; the first is the base.
#[derive(Default)]
pub struct Contest<'a> {
    contestants: Vec<Contestant<'a>>,
}

impl std::fmt::Debug for Contest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contest({} contestants)", self.contestants.len())
    }
}

impl<'a> Contest<'a> {
    /// Creates a contest without contestants.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a contestant that is compared with the contestant `base` (its own name, if it is a
    /// base).
    pub fn add<F, R>(&mut self, name: &'static str, base: &'static str, turn: F)
    where
        F: Fn(usize) -> R + 'a,
        R: Future<Output = Result<()>> + 'a,
    {
        let turn: Turn<'a> = Box::new(move |count| Box::pin(turn(count)));
        self.enter(name, base, Kind::Own(turn));
    }

    /// Adds a program that prints the CPU time of one operation in microseconds.
    ///
    /// It is skipped if its runtime is not installed.
    pub fn add_peer(&mut self, name: &'static str, base: &'static str, command: Command) {
        self.enter(name, base, Kind::Peer(command));
    }

    fn enter(&mut self, name: &'static str, base: &'static str, kind: Kind<'a>) {
        self.contestants.push(Contestant {
            name,
            base,
            kind,
            times: Vec::new(),
        });
    }

    /// Runs the plan and prints the CPU time of one operation and each one's ratio to its base.
    ///
    /// # Errors
    /// The error of a contestant, or when `--only` names no contestant.
    #[expect(clippy::print_stdout, reason = "a benchmark's result")]
    pub async fn run(mut self, plan: &Plan, count: usize) -> Result<()> {
        let count = plan.count.unwrap_or(count);
        if let Some(only) = &plan.only {
            let names: Vec<_> = self.contestants.iter().map(|one| one.name).collect();
            let Some(one) = self.contestants.iter_mut().find(|one| one.name == only) else {
                bail!("--only must be one of: {}", names.join(", "));
            };
            return one.turn(count).await.map(|_| ());
        }
        for round in 0..=plan.rounds {
            for one in &mut self.contestants {
                let time = one.turn(count).await.with_context(|| one.name.to_owned())?;
                if round > 0 {
                    one.times.extend(time);
                }
            }
        }
        println!("{:<24} {:>14} {:>8}", "", "CPU an op", "ratio");
        for one in &self.contestants {
            let name = one.name;
            if one.times.is_empty() {
                println!("{name:<24} skipped: its runtime is not installed");
                continue;
            }
            let base = self.contestants.iter().find(|other| other.name == one.base);
            let rounds = base
                .map_or(&one.times, |base| &base.times)
                .iter()
                .zip(&one.times);
            let ratio = median(rounds.map(|(base, own)| share(*base, *own)).collect());
            let seconds = median(one.times.iter().map(Duration::as_secs_f64).collect());
            let micros = seconds * 1e6 / count as f64;
            println!("{name:<24} {micros:>11.2} µs {ratio:>8.2}");
        }
        Ok(())
    }
}

fn share(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// Returns the median; 0 if there are no values.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
