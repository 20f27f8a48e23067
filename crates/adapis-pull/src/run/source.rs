//! One source of a run, from its lock to its summary.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::context::{Context, Job, Parts, stream_of};
use super::limit::{refuse_too_large, warn_of_limit};
use super::refusal::{Refusal, described, refusal};
use super::retention;
use super::step::Step;
use super::window::{self, WindowError};
use crate::config::{Source, VendorSettings};
use crate::due::is_ahead;
use crate::plan::{self, Known, SourcePlan, Window};
use crate::state;
use crate::store::{Store, StoreError, StoreLock};
use crate::summary::{HELD_BACK, LOCKED, SourceSummary};
use crate::sync::lock;
use crate::unlisted;

/// How many windows may fail in a row before a source is given up for this run.
const FAILURES: u32 = 5;

/// What a problem with the clock is about.
const CLOCK: &str = "the clock";

/// How often a lock is tried while waiting.
const BETWEEN_TRIES: Duration = Duration::from_millis(250);

/// Runs a source, and returns what it did.
pub(super) async fn run(parts: Parts<'_>, source: &Source) -> SourceSummary {
    let mut summary = SourceSummary {
        source: source.name.clone(),
        ..SourceSummary::default()
    };
    let pace = parts.pull.clients.pace_of(&source.name);
    let before = pace.map(|pace| pace.counts()).unwrap_or_default();
    match begin(parts, source, &mut summary).await {
        Ok((lock, ctx)) => {
            let limited = pace.map(|pace| pace.limit(&ctx.share));
            work(&ctx).await;
            drop(limited);
            ctx.save_left();
            summary = ctx
                .summary
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner);
            drop(lock);
        }
        Err((error, code)) => summary.fail(source.name.as_str(), error, code),
    }
    if let Some(pace) = pace {
        let counts = pace.counts();
        summary.calls = counts.sent - before.sent;
        summary.retries = counts.failed - before.failed;
        summary.waited_seconds = counts.waited.saturating_sub(before.waited).as_secs_f64();
        if let Some(problem) = counts.clock_problem() {
            summary.fail(CLOCK, problem, HELD_BACK);
        }
    }
    summary.conclude(parts.options.strict);
    for problem in &summary.errors {
        let about = serde_json::json!({ "source": source.name, "problem": problem });
        parts.log.add(parts.clock.now(), "error", about);
    }
    summary
}

/// Takes the lock and removes what killed runs have left.
async fn begin<'a>(
    parts: Parts<'a>,
    source: &'a Source,
    summary: &mut SourceSummary,
) -> Result<(StoreLock, Context<'a>), (String, u8)> {
    let store = &*parts.pull.store;
    let local = |error: &dyn std::fmt::Display| (error.to_string(), 1);
    let account = parts.pull.clients.account(source).map_err(|problem| {
        (
            format!("the source {} cannot be pulled: {problem}", source.name),
            2,
        )
    })?;
    let probe = &parts.pull.probe;
    probe
        .check(Step::Lock, &source.name)
        .map_err(|error| local(&error))?;
    let lock = wait_for_lock(store, &source.name, parts.options.wait).await?;
    probe
        .check(Step::Sweep, &source.name)
        .map_err(|error| local(&error))?;
    store.sweep(&source.name).map_err(|error| local(&error))?;
    let mut states = BTreeMap::new();
    for settings in &source.streams {
        let stream = settings.stream.name;
        match state::load(store, &source.name, stream, parts.pull.config.format) {
            Ok(loaded) => {
                if let Some(rebuilt) = loaded.rebuilt {
                    summary.warnings.push(format!("{stream}: {rebuilt}"));
                    let about = serde_json::json!({ "source": source.name, "stream": stream, "why": rebuilt });
                    parts.log.add(parts.clock.now(), "rebuilt", about);
                }
                states.insert(stream, loaded.state);
            }
            Err(error @ state::LoadError::Format { .. }) => return Err((error.to_string(), 2)),
            Err(error) => return Err(local(&error)),
        }
    }
    let context = Context {
        store,
        format: parts.pull.config.format,
        source,
        account,
        options: parts.options,
        clock: parts.clock,
        run: parts.run,
        parts,
        states: Mutex::new(states),
        summary: Mutex::new(std::mem::take(summary)),
        halt: Mutex::default(),
        share: parts.budget.share(),
        saved: Mutex::default(),
    };
    Ok((lock, context))
}

pub(crate) async fn wait_for_lock(
    store: &dyn Store,
    source: &str,
    wait: Duration,
) -> Result<StoreLock, (String, u8)> {
    let begin = Instant::now();
    loop {
        match store.lock(source) {
            Ok(lock) => return Ok(lock),
            Err(error @ StoreError::Locked { .. }) => {
                if begin.elapsed() >= wait {
                    return Err((error.to_string(), LOCKED));
                }
                sleep(BETWEEN_TRIES).await;
            }
            Err(error) => return Err((error.to_string(), 1)),
        }
    }
}

/// Plans, and pulls window after window.
async fn work(ctx: &Context<'_>) {
    let plan = match planned(ctx).await {
        Ok(plan) => plan,
        Err(WindowError::Vendor(_)) if ctx.share.end(true).is_some() => {
            let mut halt = lock(&ctx.halt);
            halt.cut += 1;
            halt.needs(1);
            drop(halt);
            return warn_of_limit(ctx);
        }
        Err(error) => {
            let (text, code) = described(&error);
            ctx.summary().fail(
                format!("the advertisers of {}", ctx.source.name),
                text,
                code,
            );
            return;
        }
    };
    let windows = plan.streams.iter().flat_map(|stream| &stream.windows);
    let mut jobs: Vec<Job<'_>> = windows
        .filter_map(|window| {
            let settings = ctx.source.stream(window.stream)?;
            Some(Job { window, settings })
        })
        .collect();
    if ctx.parts.budget.is_limited() {
        // Otherwise days that are pulled again each night could take all that may be sent, every night.
        jobs.sort_by_key(|job| job.window.pulled);
        refuse_too_large(ctx, &mut jobs);
    }
    {
        let mut summary = ctx.summary();
        for stream in &plan.streams {
            if let Some(refused) = &stream.refused {
                summary.fail(stream.stream, refused.as_str(), 2);
            }
        }
        let parts = jobs.iter().flat_map(|job| &job.window.parts);
        summary.days_due = parts.map(|part| part.due.len() as u64).sum();
        ctx.options.progress.report(&summary);
    }
    let is_clock_right = check_files_of_the_future(ctx);
    ctx.log(
        "begin",
        serde_json::json!({ "windows": jobs.len(), "calls": plan.calls.to_string() }),
    );
    let jobs = Mutex::new(jobs.into_iter());
    let workers = if ctx.parts.budget.is_limited() {
        1
    } else {
        ctx.source.concurrency.max(1)
    };
    join_all((0..workers).map(|_| worker(ctx, &jobs))).await;
    warn_of_limit(ctx);
    let counts = ctx.pace().map(|pace| pace.counts()).unwrap_or_default();
    if !is_clock_right || counts.clock_problem().is_some() {
        return;
    }
    for stream in &plan.streams {
        match retention::remove_expired(ctx, stream.stream) {
            Ok(0) => {}
            Ok(removed) => ctx.log(
                "removed",
                serde_json::json!({ "stream": stream.stream, "snapshots": removed }),
            ),
            Err(error) => ctx.summary().fail(stream.stream, error.to_string(), 1),
        }
    }
}

/// Reports files that were pulled in the future, and returns whether there are none.
fn check_files_of_the_future(ctx: &Context<'_>) -> bool {
    let now = ctx.clock.now();
    let states = lock(&ctx.states);
    let files = states.iter().flat_map(|(stream, state)| {
        let files = state.partitions.iter();
        files.map(move |((account, key), footer)| (stream, account, key, footer))
    });
    let mut ahead = files.filter(|(.., footer)| is_ahead(footer.requested, now));
    let first = ahead.next();
    if let Some((stream, account, key, footer)) = first {
        let text = format!(
            "{} files say that they were pulled in the future, such as {key} of {stream} of {account} at {}: the clock was \
             wrong then, or is now; what they hold of days that are over is pulled again, pull forget removes those of \
             days to come, and until then no snapshot is removed",
            1 + ahead.count(),
            footer.requested
        );
        ctx.summary().fail(CLOCK, text, HELD_BACK);
    }
    first.is_none()
}

/// Plans the source, after asking for its advertisers if they are needed.
async fn planned(ctx: &Context<'_>) -> Result<SourcePlan, WindowError> {
    let source = ctx.source;
    let mut advertisers = None;
    if plan::needs_advertisers(source, &ctx.options.selection) {
        let list = ctx.account.advertisers().await?;
        state::save_advertisers(ctx.store, &source.name, &list)?;
        let unlisted = unlisted::unlisted(source, &lock(&ctx.states), &list);
        if let Some(problem) = unlisted::problem(&unlisted, &list) {
            let what = format!("the advertisers of {}", source.name);
            ctx.summary().fail(what, problem, HELD_BACK);
        }
        advertisers = Some(list);
    }
    let listed = match &source.vendor {
        VendorSettings::Hybrid {
            advertisers: Some(listed),
            ..
        } => Some(listed),
        _ => advertisers.as_ref(),
    };
    // Each advertiser's temporary files are named after its own account.
    for advertiser in listed.into_iter().flatten() {
        ctx.store.sweep(&format!("{}.{advertiser}", source.name))?;
    }
    let states = lock(&ctx.states);
    let known = Known {
        states: &states,
        advertisers: advertisers.as_deref(),
        now: ctx.clock.now(),
    };
    Ok(plan::plan(source, known, &ctx.options.selection))
}

/// Takes window after window until none is left.
///
/// A closure that returns a future for each job would do the same, but that future would not be `Send`.
async fn worker(ctx: &Context<'_>, jobs: &Mutex<std::vec::IntoIter<Job<'_>>>) {
    loop {
        let next = lock(jobs).next();
        let Some(job) = next else { return };
        turn(ctx, job).await;
    }
}

/// Pulls a window, unless there is a reason not to, and decides what its failure means for the others.
async fn turn(ctx: &Context<'_>, job: Job<'_>) {
    let window = job.window;
    {
        let mut halt = lock(&ctx.halt);
        if halt.has(window) {
            return;
        }
        let calls = window.calls.count.max(1);
        if !ctx.share.begin(calls) {
            halt.left += 1;
            halt.needs(calls);
            return;
        }
    }
    let pulled = window::pull(ctx, job).await;
    let is_counted = ctx.pace().is_some();
    let cut = ctx.share.end(is_counted);
    match (pulled, cut) {
        (Ok(()), _) => lock(&ctx.halt).failures = 0,
        (Err(WindowError::Vendor(_)), Some(sent)) => {
            let mut halt = lock(&ctx.halt);
            halt.cut += 1;
            halt.needs(sent + 1);
        }
        (Err(WindowError::Sums(_)), Some(_)) => lock(&ctx.halt).uncompared += 1,
        (Err(error), _) => failed(ctx, window, &error),
    }
    ctx.options.progress.report(&ctx.summary());
    // A log that cannot be written now is written at the end, where its error is reported.
    let _ = ctx.parts.log.save_some(ctx.store);
}

fn failed(ctx: &Context<'_>, window: &Window, error: &WindowError) {
    let (text, code) = described(error);
    let what = shown(window);
    let mut halt = lock(&ctx.halt);
    match (refusal(ctx.source, window, error), &window.advertiser) {
        (Refusal::Advertiser, Some(advertiser)) => {
            // Windows that were on their way are refused for the same reason.
            if halt.refused.insert(advertiser.clone()) {
                let what = format!("the advertiser {advertiser} of {}", ctx.source.name);
                ctx.summary().fail(what, text, code);
            }
            return;
        }
        (Refusal::Stream, _) => {
            if halt.refused_streams.insert(stream_of(window)) {
                ctx.summary().fail(what, text, code);
            }
            return;
        }
        (Refusal::Account, _) => {
            if !halt.is_over {
                halt.is_over = true;
                ctx.summary().fail(what, text, code);
            }
            return;
        }
        _ => {}
    }
    ctx.summary().fail(what, text, code);
    halt.failures += 1;
    if halt.failures >= FAILURES && !halt.is_over {
        halt.is_over = true;
        let text = format!(
            "{FAILURES} windows failed in a row, so the others of {} are left for the next run",
            ctx.source.name
        );
        ctx.summary().warnings.push(text);
    }
}

/// The stream, the account and the days of a window.
fn shown(window: &Window) -> String {
    let days = if window.from == window.to {
        window.from.to_string()
    } else {
        format!("{} to {}", window.from, window.to)
    };
    format!("{} of {}, {days}", window.stream, window.account)
}
