//! Measures how long many visitors of a site wait for a page while the tracker is failing.
//!
//! ```console
//! $ cargo run --release -p adapis-examples --example keitaro_load -- --visits 10000
//! $ cargo build --release -p adapis-cli
//! $ cargo run --release -p adapis-examples --example keitaro_load -- --gateway target/release/adapis
//! ```
//!
//! The site is axum with `ClickLayer`, or, with `--gateway`, any site behind `adapis keitaro gateway`.
//! Each kind of failure (or those that are named) is played to 1, 16 and 200 visitors at once
//! (`--visitors`), with a deadline of 800 ms (`--deadline`). They all come at the same moment, and each
//! comes again about 100 ms after it has got its page (`--pause`; with 0, what is measured above all is
//! how fast this machine is). It fails if a visitor does not get the site's page or gets it later than
//! the deadline plus 50 ms, if an asset takes a quarter of the deadline, or if the tracker receives the
//! full load. The tracker runs in a separate process.
#![expect(clippy::print_stdout, reason = "an example prints")]

#[path = "keitaro_load/site.rs"]
mod site;
#[path = "keitaro_load/tracker.rs"]
mod tracker;
#[path = "keitaro_load/visitors.rs"]
mod visitors;

use std::time::Duration;

use tokio::runtime::Runtime;

use site::Site;
use tracker::{ALL, Sickness, Tracker};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a page may take beyond the deadline.
const SLACK: Duration = Duration::from_millis(50);

struct Plan {
    /// Visits of all visitors together; each has at least three.
    visits: usize,
    visitors: Vec<usize>,
    deadline: Duration,
    /// The mean time between the visits of a visitor.
    pause: Duration,
    /// The program whose gateway is in front of the site.
    gateway: Option<String>,
    only: Vec<String>,
}

impl Plan {
    fn from_args() -> Result<Self, Failure> {
        let mut plan = Self {
            visits: 2_000,
            visitors: vec![1, 16, 200],
            deadline: Duration::from_millis(800),
            pause: Duration::from_millis(100),
            gateway: None,
            only: Vec::new(),
        };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--visits" => plan.visits = value()?.parse()?,
                "--visitors" => {
                    let numbers = value()?;
                    let numbers = numbers.split(',').map(str::parse);
                    plan.visitors = numbers.collect::<Result<_, _>>()?;
                }
                "--deadline" => plan.deadline = Duration::from_millis(value()?.parse()?),
                "--pause" => plan.pause = Duration::from_millis(value()?.parse()?),
                "--gateway" => plan.gateway = Some(value()?),
                _ if ALL.iter().any(|(name, _)| *name == arg) => plan.only.push(arg),
                _ => return Err(format!("unknown: {arg}").into()),
            }
        }
        Ok(plan)
    }
}

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [first, name] = &words[..]
        && first == "tracker"
        && let Some((_, sickness)) = ALL.iter().find(|(other, _)| other == name)
    {
        return tracker::suffer_until_told(*sickness);
    }
    let plan = Plan::from_args()?;
    println!(
        "{:<9}{:>9}{:>9}{:>9}{:>9}{:>11}{:>11}{:>9}{:>9}",
        "tracker",
        "visitors",
        "p50 ms",
        "p99 ms",
        "max ms",
        "over ms",
        "asset max",
        "calls",
        "pages"
    );
    let mut held = true;
    for (name, sickness) in ALL {
        if plan.only.is_empty() || plan.only.iter().any(|only| only == name) {
            for visitors in &plan.visitors {
                held &= run(name, sickness, &plan, *visitors)?;
            }
        }
    }
    if held {
        Ok(())
    } else {
        Err("a guarantee was not kept, see above".into())
    }
}

fn run(
    name: &'static str,
    sickness: Sickness,
    plan: &Plan,
    visitors: usize,
) -> Result<bool, Failure> {
    let tracker = Tracker::start(name)?;
    let server = Runtime::new()?;
    let site = server.block_on(Site::start(tracker.address, plan))?;
    let visits = plan.visits.min(visitors * 30).max(visitors * 3);
    let visiting = visitors::visit_all(site.address, visitors, visits, plan.pause);
    let mut seen = Runtime::new()?.block_on(visiting)?;
    let counts = site.stop();
    server.shutdown_background();
    let calls = tracker.calls()?;
    seen.times.sort_unstable();
    let at = |per_mille: usize| {
        let rank = seen.times.len().saturating_sub(1) * per_mille / 1000;
        seen.times.get(rank).copied().unwrap_or_default()
    };
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    let last = at(1000);
    println!(
        "{name:<9}{visitors:>9}{:>9.2}{:>9.2}{:>9.2}{:>11.2}{:>11.2}{calls:>9}{:>9}",
        millis(at(500)),
        millis(at(990)),
        millis(last),
        millis(last.saturating_sub(plan.deadline)),
        millis(seen.asset),
        seen.pages,
    );
    let spared = sickness == Sickness::None || calls <= visitors.max(70);
    let in_time = last <= plan.deadline + SLACK && seen.asset <= plan.deadline / 4;
    let kept = in_time && spared && seen.pages == seen.times.len();
    if !kept {
        println!("          NOT KEPT{counts}");
    }
    Ok(kept)
}
