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

/// Pulls a window. Where open days do not agree with the vendor's sums, both sides are asked once more, because rows
/// may have come between the two requests.
pub(super) async fn pull(ctx: &Context<'_>, job: Job<'_>) -> Result<(), WindowError> {
    let first = look(ctx, job).await?;
    if !first.may_resolve() {
        return conclude(ctx, first);
    }
    match look(ctx, job).await {
        Ok(second) => conclude(ctx, first.again(second)),
        Err(error) => {
            conclude(ctx, first)?;
            Err(error)
        }
    }
}

/// What was published of a window, and what the vendor's own sums say of it.
struct Look {
    published: Published,
    /// `None` if there are no such sums.
    differences: Result<Option<Vec<Difference>>, WindowError>,
}

impl Look {
    /// Returns whether a second look may resolve a difference.
    fn may_resolve(&self) -> bool {
        let mut differences = self.differences.iter().flatten().flatten();
        differences.any(|difference| !difference.is_final)
    }

    fn again(self, mut second: Self) -> Self {
        second.published.tally = self.published.tally.again(second.published.tally);
        second
    }
}

/// Pulls a window once.
async fn look(ctx: &Context<'_>, job: Job<'_>) -> Result<Look, WindowError> {
    let mut fetched = fetch(ctx, job).await?;
    let campaigns = std::mem::take(&mut fetched.campaigns);
    let published = publish(ctx, job, fetched)?;
    let mut differences = Ok(None);
    if ctx.source.reconcile && !published.days.is_empty() {
        differences = match ctx.check(Step::Reconcile, &job.window.account) {
            Ok(()) => compare(ctx, job, &published, &campaigns).await,
            Err(refused) => Err(refused.into()),
        };
    }
    Ok(Look {
        published,
        differences,
    })
}

/// Writes down in the summary what came of a window.
fn conclude(ctx: &Context<'_>, look: Look) -> Result<(), WindowError> {
    let Published { days, tally } = look.published;
    {
        let mut summary = ctx.summary();
        summary.files += tally.files;
        summary.rows += tally.rows;
        summary.days_done += tally.days_done;
        summary.changed_days += tally.changed_days;
        summary.vanished_rows += tally.vanished_rows;
    }
    let Some(differences) = look.differences? else {
        return Ok(());
    };
    for difference in &differences {
        let text = difference.to_string();
        ctx.log("difference", serde_json::json!({ "difference": text }));
    }
    let differing: BTreeSet<_> = differences
        .iter()
        .map(|difference| difference.day)
        .collect();
    let mut summary = ctx.summary();
    summary.reconciled += (days.len() - differing.len()) as u64;
    summary.differences.extend(differences);
    Ok(())
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
