//! One window: fetched, guarded, compared, published.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::context::{Context, Job};
use super::fetch::{Fetched, fetch};
use super::publish::{Published, publish};
use super::step::{Refused, Step};
use crate::footer::DayStats;
use crate::reconcile::{self, Difference};
use crate::store::StoreError;
use crate::write::WriteError;

/// Why a window was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WindowError {
    /// The vendor failed, or could not be reached.
    #[error(transparent)]
    Vendor(#[from] adcore::Error),
    /// The vendor did not send its own sums.
    #[error(
        "{0}; the rows could not be compared with the vendor's own sums, and stay due until they are"
    )]
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
    let mut seen = look(ctx, job).await?;
    let mut failure = None;
    if seen.comparison.may_resolve() {
        match look(ctx, job).await {
            Ok(second) if second.comparison.failure().is_none() => seen = second,
            // What the first look has brought still holds.
            Ok(second) => failure = second.comparison.into_failure(),
            Err(error) => failure = Some(error),
        }
    }
    let Look {
        fetched,
        comparison,
    } = seen;
    let (published, result) = publish(ctx, job, fetched, &comparison);
    conclude(ctx, job, published, &comparison);
    result?;
    failure.or(comparison.into_failure()).map_or(Ok(()), Err)
}

/// The rows of a window, and what the vendor's own sums say of them.
struct Look {
    fetched: Fetched,
    comparison: Comparison,
}

/// What the vendor's own sums say of rows.
pub(super) enum Comparison {
    /// There are no such sums, or nobody asks for them.
    None,
    /// They were not sent.
    Failed(WindowError),
    /// The days that differ.
    Done(Vec<Difference>),
}

impl Comparison {
    /// Returns the differences.
    pub(super) fn differences(&self) -> &[Difference] {
        match self {
            Self::Done(differences) => differences,
            Self::None | Self::Failed(_) => &[],
        }
    }

    /// Returns why the rows of a day may be wrong.
    pub(super) fn doubt(&self, day: Date) -> Option<String> {
        if let Self::Failed(_) = self {
            return Some(format!("{day} was not compared with the vendor's own sums"));
        }
        let mut differences = self.differences().iter();
        let first = differences.find(|difference| difference.day == day);
        first.map(ToString::to_string)
    }

    /// Returns whether a second look may resolve a difference.
    fn may_resolve(&self) -> bool {
        let mut differences = self.differences().iter();
        differences.any(|difference| !difference.is_final)
    }

    fn failure(&self) -> Option<&WindowError> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::None | Self::Done(_) => None,
        }
    }

    fn into_failure(self) -> Option<WindowError> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::None | Self::Done(_) => None,
        }
    }
}

/// Asks for the rows of a window, and for the vendor's own sums of them.
async fn look(ctx: &Context<'_>, job: Job<'_>) -> Result<Look, WindowError> {
    let fetched = fetch(ctx, job).await?;
    let comparison = match compare(ctx, job, &fetched).await {
        Ok(None) => Comparison::None,
        Ok(Some(differences)) => Comparison::Done(differences),
        Err(failure) => Comparison::Failed(failure),
    };
    Ok(Look {
        fetched,
        comparison,
    })
}

/// Records the outcome of a window in the summary.
fn conclude(ctx: &Context<'_>, job: Job<'_>, published: Published, comparison: &Comparison) {
    let Published {
        days,
        files,
        accepted,
    } = published;
    // What is held back is a finding, and the published file is another one.
    let is_shown =
        |found: &&Difference| days.contains(&found.day) && !accepted.contains(&found.day);
    let differences: Vec<_> = comparison.differences().iter().filter(is_shown).collect();
    for difference in &differences {
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
    if let Comparison::Done(_) = comparison {
        let about = serde_json::json!({ "stream": job.window.stream, "days": days.len() });
        ctx.log("compared", about);
        let differing: BTreeSet<_> = differences.iter().map(|found| found.day).collect();
        summary.reconciled += (days.len() - differing.len()) as u64;
        summary.differences.extend(differences.into_iter().cloned());
    }
}

/// Returns the differences from the vendor's own sums, or `None` if it has no such sums or nobody asks for them.
async fn compare(
    ctx: &Context<'_>,
    job: Job<'_>,
    fetched: &Fetched,
) -> Result<Option<Vec<Difference>>, WindowError> {
    let Job { window, settings } = job;
    let staged = fetched.parts.iter().flatten();
    let days: BTreeMap<Date, DayStats> = staged
        .flat_map(|staged| staged.footer().days.clone())
        .collect();
    if !ctx.source.reconcile || settings.stream.is_snapshot() || days.is_empty() {
        return Ok(None);
    }
    ctx.check(Step::Reconcile, &window.account)?;
    let ask = job.ask(&fetched.published, &ctx.options.accept);
    let totals = ctx.account.totals(ask, &fetched.campaigns).await;
    let totals = totals.map_err(WindowError::Sums)?;
    if totals.is_empty() {
        return Ok(None);
    }
    let rule = settings.rule(ctx.source);
    let mut differences = Vec::new();
    for totals in &totals {
        differences.extend(reconcile::compare(
            &settings.stream,
            &window.account,
            &days,
            totals,
            ctx.source.tolerance,
            |day| rule.is_final(day, fetched.requested),
        ));
    }
    Ok(Some(differences))
}
