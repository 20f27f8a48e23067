//! One window: fetched, guarded, published, compared.

use std::collections::BTreeSet;

use super::context::{Context, Job};
use super::fetch::fetch;
use super::publish::{Published, Tally, publish};
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

/// Pulls a window. Where open days do not agree with the vendor's sums, both sides are asked once more, because rows
/// may have come between the two requests.
pub(super) async fn pull(ctx: &Context<'_>, job: Job<'_>) -> Result<(), WindowError> {
    if let Some(first) = pull_once(ctx, job, None).await? {
        pull_once(ctx, job, Some(first)).await?;
    }
    Ok(())
}

/// Pulls a window once. `first` is what the first look found, if this is the second.
///
/// Returns the message about a first look whose differences a second one may resolve. Everything else is in the summary.
async fn pull_once(
    ctx: &Context<'_>,
    job: Job<'_>,
    first: Option<Tally>,
) -> Result<Option<Tally>, WindowError> {
    let mut fetched = fetch(ctx, job).await?;
    let campaigns = std::mem::take(&mut fetched.campaigns);
    let published = publish(ctx, job, fetched)?;
    let tally = first.map_or(published.tally, |first| first.again(published.tally));
    let mut differences = Ok(None);
    if ctx.source.reconcile && !published.days.is_empty() {
        differences = match ctx.check(Step::Reconcile, &job.window.account) {
            Ok(()) => compare(ctx, job, &published, &campaigns).await,
            Err(refused) => Err(refused.into()),
        };
    }
    if first.is_none()
        && let Ok(Some(found)) = &differences
        && found.iter().any(|difference| !difference.is_final)
    {
        return Ok(Some(tally));
    }
    {
        let mut summary = ctx.summary();
        summary.files += tally.files;
        summary.rows += tally.rows;
        summary.days_done += tally.days_done;
        summary.changed_days += tally.changed_days;
        summary.vanished_rows += tally.vanished_rows;
    }
    let Some(differences) = differences? else {
        return Ok(None);
    };
    for difference in &differences {
        let text = difference.to_string();
        ctx.log("difference", serde_json::json!({ "difference": text }));
    }
    let days: BTreeSet<_> = differences
        .iter()
        .map(|difference| difference.day)
        .collect();
    let mut summary = ctx.summary();
    summary.reconciled += (published.days.len() - days.len()) as u64;
    summary.differences.extend(differences);
    Ok(None)
}

/// Returns the differences from the vendor's own sums, or `None` if it has no such sums.
async fn compare(
    ctx: &Context<'_>,
    job: Job<'_>,
    published: &Published,
    campaigns: &BTreeSet<String>,
) -> Result<Option<Vec<Difference>>, WindowError> {
    let Job { window, settings } = job;
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
