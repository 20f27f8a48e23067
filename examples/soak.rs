//! A soak test: all four clients against an emulator that fails one request in fifty.
//!
//! `cargo run --release -p adapis-examples --example soak -- --minutes 10` prints what was done. It
//! fails if a sum differs from the emulator's data, a click or an object was counted twice, or
//! memory or file descriptors grow. The emulator runs in a separate process, so that only the
//! memory of the clients is measured.
#![expect(clippy::print_stdout, reason = "an example prints")]

#[path = "soak/load.rs"]
mod load;
#[path = "soak/peer.rs"]
mod peer;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use load::{Load, Tally};
use peer::Peer;

type Failure = Box<dyn Error + Send + Sync>;

/// The resources that this process holds, as far as the system reports them.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    memory_kib: u64,
    files: usize,
}

impl Held {
    fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let memory = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        let files = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        Self {
            memory_kib: memory.unwrap_or_default(),
            files,
        }
    }

    fn max(self, other: Self) -> Self {
        Self {
            memory_kib: self.memory_kib.max(other.memory_kib),
            files: self.files.max(other.files),
        }
    }
}

fn minutes() -> Result<f64, Failure> {
    let mut arguments = std::env::args().skip(1);
    let mut minutes = 10.0;
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--minutes", Some(number)) => minutes = number.parse()?,
            _ => return Err("usage: soak [--minutes NUMBER]".into()),
        }
    }
    Ok(minutes)
}

/// Samples for this long, and returns the maximum held in the first and in the last fifth.
async fn watch(length: Duration) -> (Held, Held) {
    let started = Instant::now();
    let (mut early, mut late) = (Held::default(), Held::default());
    while started.elapsed() < length {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let part = started.elapsed().as_secs_f64() / length.as_secs_f64();
        if part < 0.2 {
            early = early.max(Held::now());
        } else if part > 0.8 {
            late = late.max(Held::now());
        }
    }
    (early, late)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    if std::env::args().nth(1).as_deref() == Some("--emulator") {
        return peer::serve().await;
    }
    let length = Duration::from_secs_f64(minutes()? * 60.0);
    let mut peer = Peer::start().await?;
    let tally = Arc::new(Tally::default());
    let load = Load::new(&peer.ready, Arc::clone(&tally))?;
    let workers = load.start(length);
    let (early, late) = watch(length).await;
    let mut faults: Vec<String> = workers.join_all().await.into_iter().flatten().collect();

    let counts = peer.counts().await?;
    let get = |count: &std::sync::atomic::AtomicU64| count.load(Relaxed);
    for (name, count) in [
        ("clicks with a response", get(&tally.clicks)),
        (
            "clicks that may have been counted",
            get(&tally.ambiguous_clicks),
        ),
        ("clicks the tracker counted", counts.clicks),
        ("clicks counted twice", counts.clicks_twice),
        ("objects added", get(&tally.added)),
        (
            "objects that may have been added",
            get(&tally.ambiguous_added),
        ),
        ("objects the ad server added", counts.added),
        ("statistics downloaded", get(&tally.pulls)),
        ("rows downloaded", get(&tally.rows)),
        ("pages read", get(&tally.pages)),
        ("calls that failed with an error", get(&tally.errors)),
        ("requests the emulator received", counts.received),
        ("requests that met a fault", counts.faulted),
        ("memory early, KiB", early.memory_kib),
        ("memory late, KiB", late.memory_kib),
        ("files early", early.files as u64),
        ("files late", late.files as u64),
    ] {
        println!("{name:<36}{count:>12}");
    }
    let within = |least: u64, extra: u64, count: u64| (least..=least + extra).contains(&count);
    for (wrong, what) in [
        (counts.clicks_twice > 0, "a click was counted twice"),
        (
            !within(
                get(&tally.clicks),
                get(&tally.ambiguous_clicks),
                counts.clicks,
            ),
            "the tracker counted a different number of clicks",
        ),
        (
            !within(get(&tally.added), get(&tally.ambiguous_added), counts.added),
            "the ad server added a different number of objects",
        ),
        (
            get(&tally.pulls) == 0 || get(&tally.clicks) == 0,
            "nothing was done",
        ),
        (counts.faulted == 0, "no fault was played"),
        (
            late.memory_kib > early.memory_kib + early.memory_kib / 5 + 4096,
            "memory grows",
        ),
        (late.files > early.files + 16, "file descriptors grow"),
    ] {
        if wrong {
            faults.push(what.to_owned());
        }
    }
    if faults.is_empty() {
        println!("clean");
        Ok(())
    } else {
        Err(faults.join("; ").into())
    }
}
