//! What the logs of earlier runs say about a source.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::pull::{Pull, PullError};
use crate::runlog;

/// What earlier runs did for a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct History {
    /// The latest run of the source.
    pub last_run: Option<LastRun>,
    /// The days that were pulled again while they could still change, oldest run first.
    pub repulls: Vec<Repull>,
}

/// How the latest run of a source ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LastRun {
    /// The identifier of the run.
    pub run: String,
    /// When it ended.
    pub at: Timestamp,
    /// The exit code of the source.
    pub exit_code: u8,
    /// The days that agreed with the vendor's own sums.
    pub reconciled: u64,
    /// The streams that were compared with the vendor's own sums.
    pub compared: BTreeSet<String>,
    /// The streams and days that did not agree.
    pub differences: Vec<(String, Date)>,
}

/// A day that was pulled again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repull {
    /// The identifier of the run.
    pub run: String,
    /// The folder of the file, which begins with the stream.
    pub path: String,
    /// The day.
    pub day: Date,
    /// How many days after its end the previous pull was, counted from 1; 0 if it was before the end of the day.
    pub days_after: u32,
    /// The column of money.
    pub column: String,
    /// The sum that was published.
    pub before: Decimal,
    /// The sum that replaced it.
    pub after: Decimal,
}

/// The lines that are read; others have none of these members.
#[derive(Deserialize)]
struct Line {
    at: Timestamp,
    event: String,
    source: Option<String>,
    path: Option<String>,
    stream: Option<String>,
    #[serde(default)]
    repulled: Vec<LoggedDay>,
    summary: Option<LoggedSummary>,
}

#[derive(Deserialize)]
struct LoggedDay {
    day: Date,
    days_after: u32,
    column: String,
    before: Decimal,
    after: Decimal,
}

#[derive(Deserialize)]
struct LoggedSummary {
    sources: Vec<LoggedSource>,
}

#[derive(Deserialize)]
struct LoggedSource {
    source: String,
    exit_code: u8,
    reconciled: u64,
    differences: Vec<LoggedDifference>,
}

#[derive(Deserialize)]
struct LoggedDifference {
    stream: String,
    day: Date,
}

/// What the lines of a run have said so far about a source.
#[derive(Default)]
struct Said {
    /// The days that it pulled again, by the folder of their file.
    repulls: BTreeMap<(String, Date), Repull>,
    /// The streams that it compared.
    compared: BTreeSet<String>,
}

impl Pull {
    /// Reads what the logs since a day say about a source. The latest run is returned however old it is.
    ///
    /// # Errors
    /// If files cannot be read. Lines that cannot be parsed are skipped.
    pub fn history(&self, source: &str, since: Date) -> Result<History, PullError> {
        let mut history = History::default();
        let store = &*self.store;
        let oldest = since.strftime("%Y%m%d").to_string();
        for run in runlog::runs(store).map_err(PullError::local)? {
            let is_old = run < oldest;
            if is_old && history.last_run.is_some() {
                break;
            }
            let text = runlog::read(store, &run).map_err(PullError::local)?;
            let mut said = Said::default();
            for line in text.lines() {
                let Ok(line) = serde_json::from_str::<Line>(line) else {
                    continue;
                };
                read_line(line, &run, source, &mut history, &mut said);
            }
            if !is_old {
                history.repulls.splice(0..0, said.repulls.into_values());
            }
        }
        Ok(history)
    }
}

fn read_line(line: Line, run: &str, source: &str, history: &mut History, said: &mut Said) {
    let is_own = line.source.as_deref() == Some(source);
    match (line.event.as_str(), line.path, line.summary) {
        ("compared", ..) if is_own => said.compared.extend(line.stream),
        ("published", Some(path), _) if is_own => {
            for day in line.repulled {
                let known = said.repulls.entry((path.clone(), day.day));
                // A window that is looked at twice changes its days once.
                let repull = known.or_insert_with(|| Repull {
                    run: run.to_owned(),
                    path: path.clone(),
                    day: day.day,
                    days_after: day.days_after,
                    column: day.column,
                    before: day.before,
                    after: day.after,
                });
                repull.after = day.after;
            }
        }
        ("end", _, Some(summary)) if history.last_run.is_none() => {
            let mut sources = summary.sources.into_iter();
            let own = sources.find(|known| known.source == source);
            history.last_run = own.map(|own| LastRun {
                run: run.to_owned(),
                at: line.at,
                exit_code: own.exit_code,
                reconciled: own.reconciled,
                compared: std::mem::take(&mut said.compared),
                differences: own
                    .differences
                    .into_iter()
                    .map(|difference| (difference.stream, difference.day))
                    .collect(),
            });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{Clients, Config};

    const CONFIG: &str = "[pull]\nroot = \"x\"\n[[pull.source]]\nname = \"p\"\nspots = { profile = \"p\" }\n\
                          from = 2025-01-01\nstreams = [\"day\"]\n";

    #[test]
    fn logs_tell_the_last_run_and_what_was_pulled_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::parse(CONFIG).unwrap();
        config.root = folder.path().to_str().unwrap().to_owned();
        let pull = Pull::new(config, Clients::new()).unwrap();
        assert_eq!(
            pull.history("p", date(2025, 12, 1)).unwrap(),
            History::default()
        );

        let log = |run: &str, source: &str, sums: &[&str]| {
            let head = format!("\"at\":\"2025-12-02T03:00:00Z\",\"run\":\"{run}\"");
            let published = |sums: &[&str]| {
                format!(
                    "{{{head},\"event\":\"published\",\"source\":\"{source}\",\"path\":\"spots.day/source=p/month=2025-12-01\",\
                     \"repulled\":[{{\"day\":\"2025-12-01\",\"days_after\":1,\"column\":\"income\",\"before\":\"{}\",\
                     \"after\":\"{}\"}}]}}",
                    sums[0], sums[1]
                )
            };
            let published: Vec<String> = sums.windows(2).map(published).collect();
            let end = format!(
                "{{{head},\"event\":\"end\",\"summary\":{{\"sources\":[{{\"source\":\"{source}\",\"exit_code\":9,\
                 \"reconciled\":3,\"differences\":[{{\"stream\":\"spots.day\",\"day\":\"2025-12-01\",\"x\":1}}]}}]}}}}"
            );
            let path = format!(".adapis/log/{run}.ndjson");
            let compared = format!(
                "{{{head},\"event\":\"compared\",\"source\":\"{source}\",\"stream\":\"spots.site-day\"}}"
            );
            let text = format!("{}\nnot JSON\n{compared}\n{end}\n", published.join("\n"));
            pull.store.write_atomic(&path, text.as_bytes()).unwrap();
        };
        log("20251130T030000Z-00000000", "p", &["1.50", "9"]);
        log("20251202T030000Z-00000000", "p", &["1.50", "1.75"]);
        // The window was looked at twice.
        log("20251203T030000Z-00000000", "p", &["1.75", "1.80", "2"]);
        log("20251204T030000Z-00000000", "other", &["2", "3"]);
        let history = pull.history("p", date(2025, 12, 1)).unwrap();
        let last = history.last_run.unwrap();
        assert_eq!(
            (last.run.as_str(), last.exit_code, last.reconciled),
            ("20251203T030000Z-00000000", 9, 3)
        );
        assert!(last.compared.iter().eq(["spots.site-day"]));
        assert_eq!(
            last.differences,
            [("spots.day".to_owned(), date(2025, 12, 1))]
        );
        let changes: Vec<String> = history
            .repulls
            .iter()
            .map(|repull| format!("{} {}", repull.before, repull.after))
            .collect();
        assert_eq!(
            changes,
            ["1.50 1.75", "1.75 2"],
            "the oldest run first, and not those before"
        );
    }
}
