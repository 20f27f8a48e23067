//! One window: fetched, guarded, published, compared.

use std::collections::BTreeSet;

use super::context::{Context, Job};
use super::fetch::fetch;
use super::publish::{Published, publish};
use super::step::{Refused, Step};
use crate::reconcile::{self, Difference};
use crate::store::StoreError;
use crate::write::WriteError;

/// Why a window was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WindowError {
    /// The vendor failed, or could not be reached.
    #[error(transparent)]
    Vendor(#[from] adcore::Error),
    /// The rows are in place, but the vendor did not send its own sums.
    #[error("{0}; the rows are published, but not compared with the vendor's own sums")]
    Sums(adcore::Error),
    /// A file could not be written or read.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// A test refused the step.
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl From<StoreError> for WindowError {
    fn from(error: StoreError) -> Self {
        Self::Write(error.into())
    }
}

/// Pulls a window. Where open days do not agree with the vendor's sums, both are requested again, because rows
/// may have come between the two requests.
pub(super) async fn pull(ctx: &Context<'_>, job: Job<'_>) -> Result<(), WindowError> {
    let mut seen = look(ctx, job).await;
    if seen.may_resolve() {
        seen = seen.again(look(ctx, job).await);
    }
    conclude(ctx, job, seen)
}

/// What was published of a window, and what the vendor's own sums say of it.
#[derive(Default)]
struct Look {
    published: Published,
    /// `None` if there are no such sums.
    differences: Option<Vec<Difference>>,
    /// Why the window is not done. What was published before is in its place.
    failure: Option<WindowError>,
}

impl Look {
    /// Returns whether a second look may resolve a difference.
    fn may_resolve(&self) -> bool {
        let mut differences = self.differences.iter().flatten();
        self.failure.is_none() && differences.any(|difference| !difference.is_final)
    }

    /// Adds a second look. If that failed, the comparison of the first one still holds.
    fn again(mut self, second: Self) -> Self {
        for (path, tally) in second.published.files {
            self.published.files.entry(path).or_default().again(tally);
        }
        self.failure = second.failure;
        if self.failure.is_none() {
            self.published.days = second.published.days;
            self.differences = second.differences;
        }
        self
    }
}

/// Pulls a window once.
async fn look(ctx: &Context<'_>, job: Job<'_>) -> Look {
    let mut look = Look::default();
    if let Err(failure) = look_into(ctx, job, &mut look).await {
        look.failure = Some(failure);
    }
    look
}

async fn look_into(ctx: &Context<'_>, job: Job<'_>, look: &mut Look) -> Result<(), WindowError> {
    let mut fetched = fetch(ctx, job).await?;
    let campaigns = std::mem::take(&mut fetched.campaigns);
    let (published, result) = publish(ctx, job, fetched);
    look.published = published;
    // What was published before a failure is compared too: days of it that are final are not pulled again.
    match compare(ctx, job, &look.published, &campaigns).await {
        Ok(differences) => {
            look.differences = differences;
            result
        }
        Err(error) => result.and(Err(error)),
    }
}

/// Records the outcome of a window in the summary.
fn conclude(ctx: &Context<'_>, job: Job<'_>, look: Look) -> Result<(), WindowError> {
    let Published { days, files } = look.published;
    for difference in look.differences.iter().flatten() {
        let text = difference.to_string();
        ctx.log("difference", serde_json::json!({ "difference": text }));
    }
    let mut summary = ctx.summary();
    summary.files += files.len() as u64;
    for tally in files.values() {
        summary.rows += tally.rows;
        summary.days_done += tally.days_done;
        summary.changed_days += tally.changed_days.len() as u64;
        summary.vanished_rows += tally.vanished_rows;
    }
    if let Some(differences) = look.differences {
        let about = serde_json::json!({ "stream": job.window.stream, "days": days.len() });
        ctx.log("compared", about);
        let differing: BTreeSet<_> = differences.iter().map(|found| found.day).collect();
        summary.reconciled += (days.len() - differing.len()) as u64;
        summary.differences.extend(differences);
    }
    look.failure.map_or(Ok(()), Err)
}

/// Returns the differences from the vendor's own sums, or `None` if it has no such sums or nobody asks for them.
async fn compare(
    ctx: &Context<'_>,
    job: Job<'_>,
    published: &Published,
    campaigns: &BTreeSet<String>,
) -> Result<Option<Vec<Difference>>, WindowError> {
    let Job { window, settings } = job;
    if !ctx.source.reconcile || published.days.is_empty() {
        return Ok(None);
    }
    ctx.check(Step::Reconcile, &window.account)?;
    let totals = ctx.account.totals(job.ask(), campaigns).await;
    let totals = totals.map_err(WindowError::Sums)?;
    if totals.is_empty() {
        return Ok(None);
    }
    let rule = settings.rule(ctx.source);
    let is_final = |day| {
        let stats = published.days.get(&day);
        stats.is_some_and(|stats| rule.is_final(day, stats.requested))
    };
    let mut differences = Vec::new();
    for (against, sums) in &totals {
        differences.extend(reconcile::compare(
            &settings.stream,
            &window.account,
            &published.days,
            (against, sums),
            ctx.source.tolerance,
            is_final,
        ));
    }
    Ok(Some(differences))
}
