//! What `--max-calls` has left undone.

use std::collections::BTreeMap;

use super::context::{Context, Job};
use crate::sync::lock;

/// The exit code of a limit with which no run makes progress.
const TOO_LOW: u8 = 2;

/// Takes out the windows that need more requests than all that a run may send: they would be left each night.
pub(super) fn refuse_too_large(ctx: &Context<'_>, jobs: &mut Vec<Job<'_>>) {
    let limit = ctx.parts.budget.limit();
    let mut refused: BTreeMap<&'static str, (usize, u64)> = BTreeMap::new();
    jobs.retain(|job| {
        let calls = job.window.calls.count;
        if calls > limit {
            let (windows, most) = refused.entry(job.window.stream).or_default();
            *windows += 1;
            *most = calls.max(*most);
        }
        calls <= limit
    });
    for (stream, (windows, most)) in refused {
        let text = format!(
            "{windows} windows need more than the limit of {limit} requests, the largest {most} or more: set it higher than \
             {most}"
        );
        ctx.summary().fail(stream, text, TOO_LOW);
    }
}

/// Says what the limit of requests has left undone. It is an error if that is everything, because the next run would
/// end in the same way.
pub(super) fn warn_of_limit(ctx: &Context<'_>) {
    let (left, cut, uncompared, needed) = {
        let halt = lock(&ctx.halt);
        (halt.left, halt.cut, halt.uncompared, halt.needed)
    };
    let mut summary = ctx.summary();
    if left + cut > 0 && summary.files == 0 {
        let limit = ctx.parts.budget.limit();
        let text = format!(
            "the limit of {limit} requests in all allowed none of its windows: one of them needs {needed} or more, and \
             others are for tokens and lists; set it higher"
        );
        summary.fail(ctx.source.name.as_str(), text, TOO_LOW);
        return;
    }
    if left > 0 {
        let text =
            format!("{left} windows are left for the next run, because of the limit of requests");
        summary.warnings.push(text);
    }
    if cut > 0 {
        let text = format!(
            "{cut} windows were cut off by the limit of requests, which counts calls for tokens, polls and retries too: \
             set it higher than the number of calls that the plan shows"
        );
        summary.warnings.push(text);
    }
    if uncompared > 0 {
        let text = format!(
            "{uncompared} windows were published, but not compared with the vendor's own sums, because of the limit of \
             requests: set it higher"
        );
        summary.warnings.push(text);
    }
}
