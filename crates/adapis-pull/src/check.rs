//! Checks whether a run has what it needs.

use jiff::Timestamp;
use serde::Serialize;

use crate::config::Source;
use crate::foreign;
use crate::pull::Pull;
use crate::store::{Stamped, Store, StoreError};
use crate::summary;
use crate::write::read_footer;

/// The outcome of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// The source, `root`, or `files` if there are some that no run has written.
    pub what: String,
    /// What is wrong and what to do; `None` if all is well.
    pub problem: Option<String>,
    /// The exit code for the problem; 0 if there is none.
    pub exit_code: u8,
}

impl Checked {
    fn new(what: &str, outcome: Result<(), (String, u8)>) -> Self {
        let (problem, exit_code) = match outcome {
            Ok(()) => (None, 0),
            Err((problem, code)) => (Some(problem), code),
        };
        Self {
            what: what.to_owned(),
            problem,
            exit_code,
        }
    }
}

/// Writes and removes a file in the private area.
pub(crate) fn root(store: &dyn Store) -> Checked {
    let checked = store.check();
    Checked::new("root", checked.map_err(|error| (error.to_string(), 1)))
}

/// Looks for files that engines would read although no run has written them. Returns `None` if there are none.
pub(crate) fn files(pull: &Pull) -> Option<Checked> {
    let found = match foreign::files(&*pull.store, &pull.config) {
        Ok(found) => found,
        Err(error) => return Some(Checked::new("files", Err((error.to_string(), 1)))),
    };
    let first = found.first()?;
    let problem = format!(
        "some files or folders are not this program's ({} in all), such as {}: move them out of the folder of the stream, \
         because engines read them as rows or fail",
        found.len(),
        pull.store.show(first)
    );
    Some(Checked::new("files", Err((problem, 1))))
}

/// Looks for files that no run can read or replace. Returns `None` if there are none. On a remote store each would take a
/// request, so that none is looked at.
pub(crate) fn unreadable(pull: &Pull) -> Option<Checked> {
    let mut texts = Vec::new();
    for source in &pull.config.sources {
        for settings in &source.streams {
            let found = of_stream(pull, source, settings.stream.name);
            texts.extend(found.unwrap_or_else(|error| vec![error.to_string()]));
        }
    }
    let first = texts.first()?;
    let problem = format!("files cannot be read ({} in all): {first}", texts.len());
    Some(Checked::new("files", Err((problem, 1))))
}

fn of_stream(pull: &Pull, source: &Source, stream: &str) -> Result<Vec<String>, StoreError> {
    let (store, format) = (&*pull.store, pull.config.format);
    let mut texts = Vec::new();
    for partition in pull.partitions_of(source, stream)? {
        if store.stamp(&format.path(&partition))? == Stamped::Unknown {
            break;
        }
        texts.extend(
            read_footer(store, &partition, format)
                .err()
                .map(|error| error.to_string()),
        );
    }
    Ok(texts)
}

/// Reaches the vendor with the credentials of a source.
pub(crate) async fn source(pull: &Pull, source: &Source, now: Timestamp) -> Checked {
    let account = match pull.clients.account(source) {
        Ok(account) => account,
        Err(problem) => return Checked::new(&source.name, Err((problem, 2))),
    };
    let today = source.zone.day(now);
    let yesterday = today.yesterday().unwrap_or(today);
    let reached = account.reach(source, yesterday).await;
    let outcome = reached.map_err(|error| (error.to_string(), summary::exit_code(&error)));
    let pace = pull.clients.pace_of(&source.name);
    let clock_problem = pace.and_then(|pace| pace.counts().clock_problem());
    let outcome = outcome.and(clock_problem.map_or(Ok(()), |problem| Err((problem, 1))));
    Checked::new(&source.name, outcome)
}
