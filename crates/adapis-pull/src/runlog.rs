//! The log of a run: one JSON object a line, one file a run, the latest 400 kept.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde::Serialize;

use crate::store::{Store, StoreError};
use crate::sync::lock;

const FOLDER: &str = ".adapis/log";

/// How many logs are kept: more than a year of nights.
const KEPT: usize = 400;

/// Something that happened in a run.
#[derive(Debug, Serialize)]
struct Event<'a, T> {
    at: Timestamp,
    run: &'a str,
    event: &'static str,
    #[serde(flatten)]
    about: T,
}

/// The log of one run.
#[derive(Debug)]
pub(crate) struct RunLog {
    run: String,
    lines: Mutex<Vec<u8>>,
    /// How many bytes were written last.
    saved: AtomicUsize,
}

impl RunLog {
    pub(crate) fn new(run: &str) -> Self {
        Self {
            run: run.to_owned(),
            lines: Mutex::default(),
            saved: AtomicUsize::new(0),
        }
    }

    /// Adds a line.
    pub(crate) fn add(&self, at: Timestamp, event: &'static str, about: impl Serialize) {
        let event = Event {
            at,
            run: &self.run,
            event,
            about,
        };
        let mut lines = lock(&self.lines);
        let length = lines.len();
        match serde_json::to_writer(&mut *lines, &event) {
            Ok(()) => lines.push(b'\n'),
            Err(_) => lines.truncate(length),
        }
    }

    /// Writes the log as it is so far if it has grown by an eighth: it is written whole, so that after each window of a
    /// long run all of it would be written again.
    pub(crate) fn save_some(&self, store: &dyn Store) -> Result<(), StoreError> {
        let length = lock(&self.lines).len();
        let saved = self.saved.load(Ordering::Relaxed);
        if length < saved + saved / 8 {
            return Ok(());
        }
        self.save(store)
    }

    /// Writes the log as it is so far.
    pub(crate) fn save(&self, store: &dyn Store) -> Result<(), StoreError> {
        let lines = lock(&self.lines).clone();
        store.write_atomic(&path(&self.run), &lines)?;
        self.saved.store(lines.len(), Ordering::Relaxed);
        Ok(())
    }
}

/// Returns the identifier of a run that begins at this instant. Identifiers sort by time.
pub(crate) fn run_id(now: Timestamp) -> String {
    let time = now.strftime("%Y%m%dT%H%M%SZ");
    format!("{time}-{:08x}", fastrand::u32(..))
}

fn path(run: &str) -> String {
    format!("{FOLDER}/{run}.ndjson")
}

/// Returns the identifiers of the runs whose logs are kept, the latest first.
pub(crate) fn runs(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let entries = store.list(FOLDER)?.into_iter();
    let mut runs: Vec<String> = entries
        .filter_map(|entry| Some(entry.name.strip_suffix(".ndjson")?.to_owned()))
        .collect();
    runs.sort_unstable_by(|a, b| b.cmp(a));
    Ok(runs)
}

/// Reads the log of a run; empty if it has been removed meanwhile.
pub(crate) fn read(store: &dyn Store, run: &str) -> Result<String, StoreError> {
    let bytes = store.read(&path(run))?;
    Ok(String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned())
}

/// Removes all logs but the latest.
pub(crate) fn prune(store: &dyn Store) -> Result<(), StoreError> {
    for run in runs(store)?.iter().skip(KEPT) {
        store.remove(&path(run))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LocalStore;

    #[test]
    fn the_latest_logs_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path());
        for number in 0..KEPT + 3 {
            let run = format!("20250101T000000Z-{number:08x}");
            std::fs::create_dir_all(folder.path().join(FOLDER)).unwrap();
            std::fs::write(folder.path().join(format!("{FOLDER}/{run}.ndjson")), "{}\n").unwrap();
        }
        prune(&store).unwrap();
        let left = store.list(FOLDER).unwrap();
        assert_eq!(left.len(), KEPT);
        assert_eq!(left[0].name, "20250101T000000Z-00000003.ndjson");
    }

    #[test]
    fn each_event_is_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let store = LocalStore::new(folder.path());
        let now: Timestamp = "2025-12-01T03:00:00Z".parse().unwrap();
        let run = run_id(now);
        assert!(run.starts_with("20251201T030000Z-"), "{run}");
        let log = RunLog::new(&run);
        log.add(now, "begin", serde_json::json!({ "source": "a" }));
        log.add(now, "end", serde_json::json!({}));
        log.save(&store).unwrap();
        let bytes = store
            .read(&format!("{FOLDER}/{run}.ndjson"))
            .unwrap()
            .unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["source"], "a");
        assert_eq!(lines[1]["event"], "end");
    }
}
