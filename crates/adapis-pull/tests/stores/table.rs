//! The table of faults: each request of a run to a store is broken in each way, and the end equals an unbroken run.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use adapis_emulator::Emulator;
use adapis_pull::{RemoteStore, RunOptions, Store, Summary};

use crate::fake::{Fake, Fault, Request, open};
use crate::support::{NOW, days, pull, rows, unbroken};
use crate::vendor::{at, spots_emulator};

const NIGHT_BEFORE: &str = "2025-12-03T03:00:00Z";
const LATER: &str = "2025-12-04T03:30:00Z";

/// Of a run that is to be broken, and of one that must not lose its lock on a slow machine.
const SHORT: Duration = Duration::from_millis(500);
const LONG: Duration = Duration::from_secs(2);

type Row = BTreeMap<String, String>;

/// A store with the files of a night, and what the next run finds at the vendor.
struct Setting {
    published: Fake,
    vendor: Emulator,
    old: Vec<Row>,
    new: Vec<Row>,
    /// How many requests the next run sends.
    requests: usize,
}

impl Setting {
    async fn new() -> Self {
        let before = spots_emulator(days(100)).await;
        let vendor = spots_emulator(days(120)).await;
        let published = Fake::default();
        let night_before = run(published.sound(LONG), &before, NIGHT_BEFORE);
        assert_eq!(night_before.exit_code, 0, "{night_before:?}");
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let fake = published.copy();
        let port = fake.door(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Fault::None
        });
        let next = run(fake.open(port, LONG), &vendor, NOW);
        assert_eq!(next.exit_code, 0, "{next:?}");
        Self {
            old: unbroken(&before).await,
            new: unbroken(&vendor).await,
            requests: count.load(Ordering::Relaxed),
            published,
            vendor,
        }
    }

    /// Checks that each file is whole, that nothing else is beside it, and that the next run needs nobody.
    fn heals(&self, fake: &Fake, about: &str) {
        self.is_whole(fake, &rows(&fake.sound(LONG)), about);
        let summary = run(fake.sound(LONG), &self.vendor, NOW);
        assert_eq!(summary.exit_code, 0, "{about}: {summary:?}");
        assert_eq!(rows(&fake.sound(LONG)), self.new, "{about}");
        self.is_whole(fake, &self.new, about);
        let mut left = std::fs::read_dir(fake.temp()).unwrap();
        assert!(left.next().is_none(), "{about}: {left:?}");
    }

    fn is_whole(&self, fake: &Fake, found: &[Row], about: &str) {
        for month in ["2025-11", "2025-12"] {
            let of = |rows: &[Row]| -> Vec<Row> {
                let is_of = |row: &&Row| row["date_day"].starts_with(month);
                rows.iter().filter(is_of).cloned().collect()
            };
            let found = of(found);
            assert!(
                found == of(&self.old) || found == of(&self.new),
                "{about}: {found:?}"
            );
        }
        for key in fake.keys() {
            let is_own = key.starts_with("root/.adapis/") || key.ends_with("/rows.parquet");
            assert!(is_own, "{about}: {key}");
        }
    }
}

/// Runs once, and waits for a lock that a broken run has left.
fn run(store: RemoteStore, vendor: &Emulator, now: &str) -> Summary {
    let mut options = RunOptions::default();
    options.wait = Duration::from_secs(30);
    let pull = pull(store, vendor);
    // On a separate thread, because a call to a store blocks.
    std::thread::scope(|scope| {
        let work = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().unwrap();
            runtime.block_on(pull.run(&options, &at(now))).unwrap()
        });
        work.join().unwrap()
    })
}

/// Does something for each item, some at once: they mostly wait.
fn each<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}

/// Breaks the requests from one number up to another.
fn breaking(
    from: usize,
    to: usize,
    fault: Fault,
    may: fn(&Request) -> bool,
) -> impl Fn(&Request) -> Fault + Send + Sync {
    let seen = AtomicUsize::new(0);
    move |request| {
        let number = seen.fetch_add(1, Ordering::Relaxed);
        if (from..to).contains(&number) && may(request) {
            fault
        } else {
            Fault::None
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_breaks_is_repeated_or_healed() {
    let setting = Setting::new().await;
    let faults = [
        Fault::Before,
        Fault::After,
        Fault::Half,
        Fault::Refuse(403),
        Fault::Refuse(412),
        Fault::Refuse(503),
    ];
    let table: Vec<(Fault, usize)> = faults
        .into_iter()
        .flat_map(|fault| (0..setting.requests).map(move |number| (fault, number)))
        .collect();
    each(&table, |(fault, number)| {
        let about = format!("{fault:?} of request {number}");
        let fake = setting.published.copy();
        let port = fake.door(breaking(*number, number + 1, *fault, |_| true));
        let summary = run(fake.open(port, LONG), &setting.vendor, NOW);
        let is_refused = matches!(fault, Fault::Refuse(403 | 412));
        // Whatever was lost, or failed once, is asked again.
        assert!(is_refused || summary.exit_code == 0, "{about}: {summary:?}");
        assert!([0, 1].contains(&summary.exit_code), "{about}: {summary:?}");
        setting.heals(&fake, &about);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_full_or_refuses_from_any_request_on_keeps_whole_files() {
    let setting = Setting::new().await;
    let faults = [Fault::Refuse(507), Fault::Refuse(403), Fault::Before];
    let table: Vec<(Fault, usize)> = faults
        .into_iter()
        .flat_map(|fault| (0..setting.requests).map(move |number| (fault, number)))
        .collect();
    each(&table, |(fault, number)| {
        let about = format!("{fault:?} from request {number} on");
        let fake = setting.published.copy();
        // A full store can still be read.
        let may = match fault {
            Fault::Refuse(507) => |request: &Request| request.method == "PUT",
            _ => |_: &Request| true,
        };
        let port = fake.door(breaking(*number, usize::MAX, *fault, may));
        let summary = run(fake.open(port, SHORT), &setting.vendor, NOW);
        let is_done = rows(&fake.sound(LONG)) == setting.new;
        assert!(is_done || summary.exit_code == 1, "{about}: {summary:?}");
        setting.heals(&fake, &about);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_no_longer_answers_ends_a_run_with_a_deadline() {
    let setting = Setting::new().await;
    let table: Vec<usize> = (0..setting.requests).collect();
    each(&table, |number| {
        let about = format!("silent from request {number} on");
        let fake = setting.published.copy();
        let (seen, number) = (AtomicUsize::new(0), *number);
        let port = fake.door(move |_| {
            if seen.fetch_add(1, Ordering::Relaxed) >= number {
                std::thread::sleep(Duration::from_secs(3600));
            }
            Fault::None
        });
        let store = fake.open(port, SHORT);
        let store = store.deadline(Instant::now() + 2 * LONG);
        let summary = run(store, &setting.vendor, NOW);
        let is_done = rows(&fake.sound(LONG)) == setting.new;
        assert!(is_done || summary.exit_code == 1, "{about}: {summary:?}");
        setting.heals(&fake, &about);
    });
}

/// Plays the run that is killed; does nothing unless another test starts it.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    let Ok(port) = std::env::var(PORT) else {
        return;
    };
    let temp = std::env::var(TEMP).unwrap();
    let store = open(port.parse().unwrap(), temp.as_ref(), SHORT);
    run(store, &spots_emulator(days(120)).await, NOW);
}

const PORT: &str = "ADAPIS_STORE_TEST_PORT";
const TEMP: &str = "ADAPIS_STORE_TEST_TEMP";

/// Starts a run that is killed at a request, before the store has done what it was asked or after.
fn kill_at(fake: &Fake, number: usize, fault: Fault) {
    let child: Arc<Mutex<Option<Child>>> = Arc::default();
    let (victim, seen) = (Arc::clone(&child), AtomicUsize::new(0));
    let port = fake.door(move |_| {
        let mut victim = victim.lock().unwrap();
        match seen.fetch_add(1, Ordering::Relaxed) {
            // The others that had been sent may still take effect.
            at if at > number => Fault::After,
            at if at == number => {
                victim.as_mut().unwrap().kill().unwrap();
                fault
            }
            _ => Fault::None,
        }
    });
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["table::victim", "--exact"])
        .env(PORT, port.to_string())
        .env(TEMP, fake.temp())
        .stdout(Stdio::null());
    *child.lock().unwrap() = Some(command.spawn().unwrap());
    for _ in 0..3000 {
        if child
            .lock()
            .unwrap()
            .as_mut()
            .unwrap()
            .try_wait()
            .unwrap()
            .is_some()
        {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the run does not end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_at_any_request_leaves_whole_files() {
    let setting = Setting::new().await;
    let table: Vec<(Fault, usize)> = [Fault::Before, Fault::After]
        .into_iter()
        .flat_map(|fault| (0..setting.requests).map(move |number| (fault, number)))
        .collect();
    each(&table, |(fault, number)| {
        let fake = setting.published.copy();
        kill_at(&fake, *number, *fault);
        setting.heals(&fake, &format!("killed {fault:?} request {number}"));
    });
}

/// A run sleeps at any of its requests, loses its lock, and wakes up when another has pulled newer rows.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_writers_the_newer_one_wins_at_any_request() {
    let setting = Setting::new().await;
    let newer = spots_emulator(days(150)).await;
    let expected = unbroken(&newer).await;
    let table: Vec<usize> = (0..setting.requests).collect();
    each(&table, |number| {
        let about = format!("asleep at request {number}");
        let fake = setting.published.copy();
        let (asleep, awake) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicBool::new(false)),
        );
        let (at_request, until) = (Arc::clone(&asleep), Arc::clone(&awake));
        let (seen, number) = (AtomicUsize::new(0), *number);
        let port = fake.door(move |_| {
            if seen.fetch_add(1, Ordering::Relaxed) >= number {
                at_request.store(true, Ordering::Release);
                while !until.load(Ordering::Acquire) {
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
            Fault::None
        });
        std::thread::scope(|scope| {
            let store = fake.open(port, SHORT);
            let first = scope.spawn(|| run(store, &setting.vendor, NOW));
            // Also when an assertion fails.
            let wake = Wake(awake);
            while !asleep.load(Ordering::Acquire) && !first.is_finished() {
                std::thread::sleep(Duration::from_millis(5));
            }
            let summary = run(fake.sound(LONG), &newer, LATER);
            assert_eq!(summary.exit_code, 0, "{about}: {summary:?}");
            assert_eq!(rows(&fake.sound(LONG)), expected, "{about}");
            drop(wake);
            let summary = first.join().unwrap();
            let codes = [0, 1, 10];
            assert!(codes.contains(&summary.exit_code), "{about}: {summary:?}");
            assert_eq!(rows(&fake.sound(LONG)), expected, "{about}: {summary:?}");
            let summary = run(fake.sound(LONG), &newer, LATER);
            assert_eq!(summary.exit_code, 0, "{about}: {summary:?}");
            assert_eq!(rows(&fake.sound(LONG)), expected, "{about}");
        });
    });
}

/// Wakes a run that sleeps.
struct Wake(Arc<AtomicBool>);

impl Drop for Wake {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

#[test]
fn the_store_of_these_tests_keeps_its_promises() {
    let fake = Fake::default();
    let (one, two) = (fake.sound(LONG), fake.sound(LONG));
    one.check().unwrap();
    let path = ".adapis/state/publisher/x.json";
    assert_eq!(one.read(path).unwrap(), None);
    assert_eq!(two.read(path).unwrap(), None);
    one.write_atomic(path, b"1").unwrap();
    two.write_atomic(path, b"2").unwrap_err();
    two.read(path).unwrap();
    two.write_atomic(path, b"2").unwrap();
    one.write_atomic(path, b"3").unwrap_err();
    assert_eq!(one.read(path).unwrap().unwrap(), b"2");
    let names: Vec<_> = one.list(".adapis/state").unwrap();
    assert!(names.len() == 1 && names[0].name == "publisher" && names[0].is_folder);
    one.remove(path).unwrap();
    assert!(fake.keys().is_empty(), "{:?}", fake.keys());
}
