//! Runs that are killed again and again in one folder while others read it.
//!
//! `ADAPIS_PULL_KILLS` is the number of kills, 60 by default. `ADAPIS_PULL_READER` names a program that gets the folder,
//! reads it until its input ends, and fails if it cannot: `tests/engines/torture`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use adapis_emulator::{
    Data, Emulator, RevisionSettings, Settings, SpotsAccount, SpotsData, SpotsGenerated,
};
use adapis_pull::{
    Clients, Config, Format, LocalStore, Pace, Probe, Pull, Step, partitions, read_footer,
    read_rows,
};

use crate::support::{at, day, files, folder, retry, rows, run_at, transport};

const ROOT: &str = "ADAPIS_TORTURE_ROOT";
const URL: &str = "ADAPIS_TORTURE_URL";
const NOW: &str = "ADAPIS_TORTURE_NOW";
const STEP: &str = "ADAPIS_TORTURE_STEP";
const STREAMS: [&str; 3] = ["spots.day", "spots.site-day", "spots.placement-day"];
const LOOKBACK: u64 = 14;

fn pull(root: &Path, url: &str) -> Pull {
    // Nobody is there to accept days that fall.
    let text = format!(
        "[pull]\nroot = '{}'\nlookback = {LOOKBACK}\nalert-drop = 1\n[[pull.source]]\nname = \"publisher\"\n\
         spots = {{ profile = \"p\" }}\nfrom = 2025-06-01\n\
         streams = [\"day\", \"site-day\", {{ name = \"placement-day\", partition = \"day\" }}]\n",
        root.display()
    );
    let credentials = spots_rpc::Credentials::new("publisher@example.com", "111111");
    let client = spots_rpc::Client::builder(url, credentials)
        .transport(Pace::new(None).transport(transport(url)))
        .retry(retry())
        .build()
        .unwrap();
    let clients = Clients::new().spots("publisher", client);
    Pull::new(Config::parse(&text).unwrap(), clients).unwrap()
}

/// Plays the run that is killed; does nothing unless the other test starts it.
#[tokio::test]
async fn victim() {
    let Ok(root) = std::env::var(ROOT) else {
        return;
    };
    let step = std::env::var(STEP).unwrap();
    let (name, nth) = step.split_once(' ').unwrap();
    let (name, nth) = (name.to_owned(), nth.parse::<usize>().unwrap());
    let seen = AtomicUsize::new(0);
    let probe = Probe::new(move |at, _| {
        if format!("{at:?}") == name && seen.fetch_add(1, Ordering::Relaxed) == nth {
            std::process::abort();
        }
        Ok(())
    });
    let pull = pull(root.as_ref(), &std::env::var(URL).unwrap()).probe(probe);
    run_at(&pull, &std::env::var(NOW).unwrap()).await;
}

fn start(root: &Path, emulator: &Emulator, step: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["torture::victim", "--exact", "--nocapture"])
        .env(ROOT, root)
        .env(URL, emulator.spots_url())
        .env(NOW, emulator.now().unwrap().to_string())
        .env(STEP, step)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn emulator() -> Emulator {
    let account = SpotsAccount {
        login: "publisher@example.com".to_owned(),
        aliases: vec![],
        password: "111111".to_owned(),
        rows: vec![],
        generated: Some(SpotsGenerated {
            sites: 3,
            from: day("2025-05-01"),
            to: day("2026-12-31"),
            seed: None,
        }),
    };
    let settings = Settings {
        revisions: RevisionSettings {
            settle_days: 3,
            late_change: 0.05,
            vanishing_rows: 0.02,
            max_late_days: 10,
            ..RevisionSettings::default()
        },
        ..Settings::default()
    };
    let data = Data {
        spots: Some(SpotsData {
            accounts: vec![account],
        }),
        ..Data::default()
    };
    let builder = Emulator::builder().data(data).settings(settings).seed(7);
    builder
        .now(at("2025-06-20T21:30:00Z"))
        .start()
        .await
        .unwrap()
}

/// Reads everything over and over. Returns how often, once `is_over`.
fn read(root: &Path, is_over: &AtomicBool) -> usize {
    let streams = adapis_pull::streams().into_iter();
    let schemas: BTreeMap<&str, _> = streams.map(|stream| (stream.name, stream.schema)).collect();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut rounds = 0;
    while !is_over.load(Ordering::Relaxed) {
        let store = LocalStore::new(root);
        let mut now = BTreeSet::new();
        for stream in STREAMS {
            for partition in partitions(&store, stream).unwrap() {
                // A folder is there a moment before its first file, which engines do not see.
                let footer = read_footer(&store, &partition, Format::Parquet);
                let Some(footer) = footer.unwrap() else {
                    continue;
                };
                // Each file whole, to its last row.
                let schema = &schemas[stream];
                let rows = read_rows(&store, &partition, Format::Parquet, schema).unwrap();
                let count = rows.map(Result::unwrap).count() as u64;
                let replaced = read_footer(&store, &partition, Format::Parquet);
                if replaced.unwrap().as_ref() == Some(&footer) {
                    assert_eq!(count, footer.rows, "{}", partition.path());
                }
                now.insert(partition.path());
            }
        }
        // What was published once is never missing again.
        assert!(seen.is_subset(&now), "{seen:?} and then {now:?}");
        if root.exists() {
            for name in files(root).keys() {
                assert!(name.ends_with("/rows.parquet"), "{name}");
            }
        }
        seen = now;
        rounds += 1;
    }
    rounds
}

/// Starts the program that reads as people do.
fn reader(root: &Path) -> Option<Child> {
    let program = std::env::var("ADAPIS_PULL_READER").ok()?;
    let mut words = program.split(' ');
    let mut command = Command::new(words.next()?);
    command.args(words).arg(root).stdin(Stdio::piped());
    Some(command.spawn().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_leave_whole_files_and_an_end_like_an_unbroken_run() {
    let kills: usize = std::env::var("ADAPIS_PULL_KILLS").map_or(60, |text| text.parse().unwrap());
    let emulator = emulator().await;
    let root = folder();
    let is_over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (root, is_over) = (root.path().to_owned(), Arc::clone(&is_over));
            std::thread::spawn(move || read(&root, &is_over))
        })
        .collect();
    let mut reader = reader(root.path());
    let mut random = fastrand::Rng::with_seed(11);
    let (mut by_step, mut by_time, mut unharmed) = (BTreeMap::<String, usize>::new(), 0, 0);
    // How long a run takes, as far as is known: kills are spread over it.
    let mut longest = Duration::from_millis(400);
    let mut turn = 0;
    while by_time + by_step.values().sum::<usize>() < kills {
        turn += 1;
        let begin = Instant::now();
        let step = Step::ALL[turn / 2 % Step::ALL.len()];
        if turn % 2 == 0 {
            let nth = random.usize(..6);
            let status = start(root.path(), &emulator, &format!("{step:?} {nth}"))
                .wait()
                .unwrap();
            if status.success() {
                unharmed += 1;
                longest = (longest + begin.elapsed()) / 2;
            } else {
                *by_step.entry(format!("{step:?}")).or_default() += 1;
            }
        } else {
            let mut child = start(root.path(), &emulator, "None 0");
            let micros = u64::try_from(longest.as_micros()).unwrap();
            tokio::time::sleep(Duration::from_micros(random.u64(..micros))).await;
            child.kill().unwrap();
            if child.wait().unwrap().success() {
                unharmed += 1;
            } else {
                by_time += 1;
            }
        }
        // Half a year in all, a day a kill at most.
        let hours = (4800 / kills.max(1)).clamp(1, 24) as u64;
        emulator.advance(Duration::from_secs(hours * 3600)).unwrap();
        assert!(
            readers.iter().all(|reader| !reader.is_finished()),
            "a reader met a broken file at kill {turn}"
        );
        if let Some(reader) = &mut reader {
            assert_eq!(reader.try_wait().unwrap(), None, "at kill {turn}");
        }
    }
    let day = Duration::from_secs(86_400);
    emulator
        .advance(day * u32::try_from(LOOKBACK + 1).unwrap())
        .unwrap();
    let now = emulator.now().unwrap().to_string();
    let last = run_at(&pull(root.path(), &emulator.spots_url()), &now).await;
    assert_eq!(last.exit_code, 0, "{last:?}");
    is_over.store(true, Ordering::Relaxed);
    let rounds: usize = readers
        .into_iter()
        .map(|reader| reader.join().unwrap())
        .sum();
    if let Some(reader) = &mut reader {
        drop(reader.stdin.take());
        assert!(reader.wait().unwrap().success());
    }
    let unbroken = folder();
    let summary = run_at(&pull(unbroken.path(), &emulator.spots_url()), &now).await;
    assert_eq!(summary.exit_code, 0, "{summary:?}");
    let mut count = 0;
    for stream in STREAMS {
        let of = |root: &tempfile::TempDir| rows(root.path(), stream, "publisher", Format::Parquet);
        let (left, right) = (of(&root), of(&unbroken));
        assert!(left == right, "{stream} differs from an unbroken run");
        count += left.len();
    }
    // States and logs that were being written belong to no source, and are swept when they are an hour old.
    for left in std::fs::read_dir(root.path().join(".adapis/tmp")).unwrap() {
        let name = left.unwrap().file_name().into_string().unwrap();
        assert!(name.starts_with('#'), "{name}");
    }
    let names = |root: &tempfile::TempDir| files(root.path()).into_keys().collect::<Vec<_>>();
    assert_eq!(names(&root), names(&unbroken));
    println!(
        "{by_time} kills by time, by step {by_step:?}, {unharmed} runs ended before; {rounds} rounds of reading; {count} rows"
    );
}
