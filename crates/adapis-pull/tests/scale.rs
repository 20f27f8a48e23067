//! A hundred accounts, ten thousand sites, a hundred placements, three years: planned and looked at without a network.
//!
//! The process has this one test, so that the peak of its memory is that of the test. SCALE.md says what the numbers mean.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test may")]

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use adapis_pull::{Clients, Config, Pull, Selection, StreamPlan};
use jiff::Timestamp;
use jiff::civil::Date;

const SOURCES: usize = 100;
const ADVERTISERS: usize = 100;
const FROM: &str = "2023-01-01";
const DAYS: usize = 1095;

/// The rows of a day: ten thousand sites with a hundred placements each.
const ROWS: u64 = 1_000_000;

/// The most memory that all of this may take, in KiB.
const MOST: u64 = 256 << 10;

fn now() -> Timestamp {
    "2025-12-31T03:00:00Z".parse().unwrap()
}

/// A hundred publishers, whose placements are partitioned by day, and an agency with a hundred advertisers.
fn config(root: &Path) -> Config {
    let mut text = format!("[pull]\nroot = '{}'\n", root.display());
    for number in 0..SOURCES {
        write!(
            text,
            "[[pull.source]]\nname = \"publisher{number}\"\nspots = {{ profile = \"p\" }}\nfrom = {FROM}\nstreams = [\"day\", \
             \"site-day\", {{ name = \"placement-day\", partition = \"day\" }}]\n"
        )
        .unwrap();
    }
    write!(
        text,
        "[[pull.source]]\nname = \"agency\"\nhybrid = {{ profile = \"a\", api = \"3.0\", advertisers = [\"*\"] }}\nfrom = \
         {FROM}\nstreams = [\"campaign\", \"campaign-day\"]\n"
    )
    .unwrap();
    Config::parse(&text).unwrap()
}

fn pull(root: &Path) -> Pull {
    Pull::new(config(root), Clients::new()).unwrap()
}

fn days() -> Vec<Date> {
    let from: Date = FROM.parse().unwrap();
    from.series(jiff::Span::new().days(1)).take(DAYS).collect()
}

fn stats(rows: u64) -> String {
    let columns = [
        "shows", "clicks", "income", "views", "reach", "spent", "sums", "orders",
    ];
    let sums: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{column}\":\"123456789.123456789\""))
        .collect();
    let sums = sums.join(",");
    format!("{{\"requested\":\"2025-12-30T03:00:00Z\",\"rows\":{rows},\"sums\":{{{sums}}}}}")
}

/// One file of a state.
fn partition(
    stream: &str,
    account: &str,
    fingerprint: &str,
    key: &str,
    days: &[Date],
    rows: u64,
) -> String {
    let each: Vec<String> = days
        .iter()
        .map(|day| format!("\"{day}\":{}", stats(rows)))
        .collect();
    format!(
        "{{\"key\":{{\"{key}\":\"{}\"}},\"footer\":{{\"stream\":\"{stream}\",\"account\":\"{account}\",\"schema\":1,\
         \"fingerprint\":\"{fingerprint}\",\"run\":\"20251230T030000Z-00000000\",\"requested\":\"2025-12-30T03:00:00Z\",\
         \"days\":{{{}}},\"rows\":{},\"digest\":\"xxh3:00000000000000000000000000000000\"}}}}",
        if key == "month" {
            days[0].first_of_month()
        } else {
            days[0]
        },
        each.join(","),
        rows * days.len() as u64,
    )
}

/// Writes the state of a stream as runs of three years leave it, and returns its size.
fn save(
    root: &Path,
    source: &str,
    stream: &str,
    accounts: &[String],
    by_day: bool,
    rows: u64,
) -> usize {
    let config = config(root);
    let source_settings = config.source(source).unwrap();
    let fingerprint = source_settings
        .streams
        .iter()
        .find(|settings| settings.stream.name == stream)
        .unwrap()
        .fingerprint(source_settings);
    let days = days();
    let mut partitions = Vec::new();
    for account in accounts {
        let same = |a: &Date, b: &Date| !by_day && a.first_of_month() == b.first_of_month();
        let key = if by_day { "day" } else { "month" };
        for days in days.chunk_by(same) {
            partitions.push(partition(stream, account, &fingerprint, key, days, rows));
        }
    }
    for account in accounts {
        link(root, stream, account);
    }
    let text = format!(
        "{{\"version\":1,\"format\":\"parquet\",\"partitions\":[{}]}}",
        partitions.join(",")
    );
    let folder = root.join(".adapis/state").join(source);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{stream}.json")), &text).unwrap();
    text.len()
}

/// Lets the files of an account be there: those of all accounts are the same, and empty.
fn link(root: &Path, stream: &str, account: &str) {
    let all = root.join(".adapis/all");
    if !all.exists() {
        for day in days() {
            for folder in [
                format!("month={}", day.first_of_month()),
                format!("day={day}"),
            ] {
                std::fs::create_dir_all(all.join(&folder)).unwrap();
                std::fs::File::create(all.join(folder).join("rows.parquet")).unwrap();
            }
        }
    }
    let folder = root.join(stream);
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(all, folder.join(format!("source={account}"))).unwrap();
}

fn advertisers() -> Vec<String> {
    (0..ADVERTISERS)
        .map(|number| format!("{number:024x}"))
        .collect()
}

/// The peak of this process' memory, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn told<T>(what: &str, done: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let result = done();
    let memory = peak().map_or_else(String::new, |peak| format!(", peak {} MiB", peak >> 10));
    println!("{what}: {:.2} s{memory}", begin.elapsed().as_secs_f64());
    result
}

fn count(streams: &[StreamPlan]) -> (usize, usize) {
    let windows = streams.iter().flat_map(|stream| &stream.windows);
    windows.fold((0, 0), |(count, parts), window| {
        (count + 1, parts + window.parts.len())
    })
}

#[test]
fn three_years_of_a_hundred_accounts_fit_into_memory() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let state = root.join(".adapis/state/agency");
    std::fs::create_dir_all(&state).unwrap();
    let ids = serde_json::to_vec(&advertisers()).unwrap();
    std::fs::write(state.join("advertisers.json"), ids).unwrap();
    let pull = pull(root);

    let plans = told("plan of everything", || {
        pull.plan(&Selection::default(), now()).unwrap()
    });
    let (windows, parts) = plans
        .iter()
        .map(|plan| count(&plan.streams))
        .fold((0, 0), |(a, b), (c, d)| (a + c, b + d));
    let calls: u64 = plans.iter().map(|plan| plan.calls.count).sum();
    println!(
        "{} sources, {windows} windows, {parts} files, {calls} calls",
        plans.len()
    );
    // For each publisher 1095 days and twice 36 months, and for each advertiser 36 months and a snapshot.
    assert_eq!(
        parts,
        SOURCES * (1095 + 72) + ADVERTISERS * 36 + ADVERTISERS
    );
    drop(plans);

    let mut size = 0;
    told("writing the states", || {
        for number in 0..SOURCES {
            let source = format!("publisher{number}");
            let account = [source.clone()];
            size += save(root, &source, "spots.day", &account, false, 1);
            size += save(root, &source, "spots.site-day", &account, false, ROWS / 100);
            size += save(root, &source, "spots.placement-day", &account, true, ROWS);
        }
    });
    println!("{} MiB of states of publishers", size >> 20);
    let accounts: Vec<String> = advertisers()
        .iter()
        .map(|id| format!("agency.{id}"))
        .collect();
    let size = save(root, "agency", "hybrid.campaign-day", &accounts, false, 100);
    println!("{} MiB of the agency's state", size >> 20);

    let plans = told("plan of a night", || {
        pull.plan(&Selection::default(), now()).unwrap()
    });
    let parts: usize = plans.iter().map(|plan| count(&plan.streams).1).sum();
    println!("{parts} files are due");
    drop(plans);
    let status = told("status", || pull.status(now()).unwrap());
    let streams: usize = status.iter().map(|source| source.streams.len()).sum();
    assert!(streams >= SOURCES * 3 + ADVERTISERS);
    assert!(
        status
            .iter()
            .flat_map(|source| &source.streams)
            .all(|stream| stream.gaps.len() <= 1)
    );
    if let Some(peak) = peak() {
        assert!(peak <= MOST, "the peak is {} MiB", peak >> 10);
    }
}
