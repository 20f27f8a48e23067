//! A run: all sources at once, each under its lock, window by window.

mod context;
mod fetch;
mod limit;
mod publish;
mod refusal;
mod retention;
mod source;
mod step;
#[cfg(test)]
mod tests;
mod window;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::civil::Date;

use crate::budget::Budget;
use crate::clock::Clock;
use crate::plan::Selection;
use crate::progress::Progress;
use crate::pull::Pull;
use crate::runlog::{self, RunLog};
use crate::summary::{Summary, worse};

pub(crate) use retention::remove_partition;
pub use step::{Probe, Step};

/// How a run behaves.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct RunOptions {
    /// What is pulled.
    pub selection: Selection,
    /// Days whose findings are accepted: their partitions are published even though they shrank.
    pub accept: BTreeSet<Date>,
    /// Whether the run also fails if sums of open days differ from the vendor's.
    pub strict: bool,
    /// How long to wait for another run that holds the lock of a source.
    pub wait: Duration,
    /// The maximum number of requests, those for tokens, polls of reports and repeated ones included.
    ///
    /// Windows that would exceed it are left for the next run, and each source pulls one window at a time. One that
    /// needs more than the plan could know is cut off when the limit is reached: either nothing of it is published, or
    /// only its comparison with the vendor's sums is missing. It is an error if nothing of a source is published because
    /// of the limit, or if a window needs more than the limit. The requests of a client without a
    /// [`Pace`](crate::Pace) count as many as were planned.
    pub max_calls: Option<u64>,
    /// Called with the progress of the run.
    pub progress: Progress,
}

/// Runs all selected sources.
pub(crate) async fn run(pull: &Pull, options: &RunOptions, clock: &dyn Clock) -> Summary {
    let run = runlog::run_id(clock.now());
    let log = RunLog::new(&run);
    let budget = Budget::new(options.max_calls);
    let selected = pull.selected(&options.selection);
    let sources = join_all(selected.map(|source| {
        let parts = context::Parts {
            pull,
            options,
            clock,
            run: &run,
            log: &log,
            budget: &budget,
        };
        source::run(parts, source)
    }))
    .await;
    let exit_code = sources.iter().map(|source| source.exit_code).fold(0, worse);
    let mut summary = Summary {
        run,
        sources,
        exit_code,
    };
    log.add(
        clock.now(),
        "end",
        serde_json::json!({ "summary": &summary }),
    );
    let kept = log
        .save(&*pull.store)
        .and_then(|()| runlog::prune(&*pull.store));
    if let (Err(error), Some(first)) = (kept, summary.sources.first_mut()) {
        first
            .warnings
            .push(format!("the log of the run was not kept: {error}"));
    }
    summary
}
