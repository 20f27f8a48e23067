//! The guards, the look for a newer file, the rename, and the state.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::context::{Context, Job};
use super::fetch::Fetched;
use super::step::Step;
use super::window::{Comparison, WindowError};
use crate::due::is_ahead;
use crate::footer::Footer;
use crate::guard::{self, Finding};
use crate::plan::Part;
use crate::state::{Doubt, StreamState, Suspect};
use crate::store::{PartitionKey, Stamped};
use crate::stream::Stream;
use crate::summary::HeldBack;
use crate::write::{Staged, read_footer};

/// What was published of a window.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// The days.
    pub(super) days: BTreeSet<Date>,
    /// Those whose difference from the vendor's own sums was accepted.
    pub(super) accepted: BTreeSet<Date>,
    /// What the summary says of each file, by its path.
    pub(super) files: BTreeMap<String, Tally>,
}

/// What the summary says of a file.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) days_done: u64,
    pub(super) changed_days: BTreeSet<Date>,
    pub(super) vanished_rows: u64,
}

/// The outcome of one part.
enum Outcome {
    Published {
        old: Option<Footer>,
        new: Box<Footer>,
    },
    HeldBack(Vec<Finding>),
    /// Another run has published newer rows meanwhile.
    Newer,
}

/// Publishes the parts of a window that are not held back, and saves the state. What was published before a
/// failure is returned beside it.
pub(super) fn publish(
    ctx: &Context<'_>,
    job: Job<'_>,
    fetched: Fetched,
    comparison: &Comparison,
) -> (Published, Result<(), WindowError>) {
    let mut outcomes = Vec::new();
    let mut result = Ok(());
    for (part, staged) in job.window.parts.iter().zip(fetched.parts) {
        let outcome = match staged {
            Err(finding) => Ok(Outcome::HeldBack(vec![finding])),
            Ok(staged) => publish_part(ctx, job, part, (staged, comparison)),
        };
        match outcome {
            Ok(outcome) => outcomes.push((part, outcome)),
            Err(error) => {
                // What is in its place already belongs into the state all the same.
                result = Err(error);
                break;
            }
        }
    }
    let (published, saved) = record(ctx, job, (fetched.requested, comparison), outcomes);
    (published, saved.and(result))
}

fn publish_part(
    ctx: &Context<'_>,
    job: Job<'_>,
    part: &Part,
    (staged, comparison): (Staged, &Comparison),
) -> Result<Outcome, WindowError> {
    let settings = job.settings;
    ctx.check(Step::Newer, &part.path)?;
    let old = read_footer(ctx.store, &part.partition, ctx.format)?;
    let new = staged.footer().clone();
    if let Some(old) = &old {
        if old.requested > new.requested && !is_ahead(old.requested, ctx.clock.now()) {
            return Ok(Outcome::Newer);
        }
        let rule = settings.rule(ctx.source);
        let drop = ctx.source.alert_drop;
        let accepted = &ctx.options.accept;
        let mut findings = guard::compare(old, &new, &settings.stream, &rule, drop, accepted);
        findings.extend(differing(ctx, job, part, (old, &new, comparison)));
        if !findings.is_empty() {
            return Ok(Outcome::HeldBack(findings));
        }
    }
    if let Some(finding) = shrunk(ctx, job, part, new.rows) {
        return Ok(Outcome::HeldBack(vec![finding]));
    }
    ctx.check(Step::Publish, &part.path)?;
    staged.publish(ctx.store)?;
    Ok(Outcome::Published {
        old,
        new: Box::new(new),
    })
}

/// Compares a snapshot with the one before it.
fn shrunk(ctx: &Context<'_>, job: Job<'_>, part: &Part, now: u64) -> Option<Finding> {
    let PartitionKey::Snapshot(day) = part.partition.key else {
        return None;
    };
    let mut before = None;
    ctx.with_state(job.window.stream, |state| {
        let mut files = state.of(&part.partition.account).rev();
        let older = files.find(|(key, _)| key.date() < day);
        before = older.map(|(_, footer)| footer.rows);
    });
    let (drop, accepted) = (ctx.source.alert_drop, &ctx.options.accept);
    guard::compare_snapshots(day, (before?, now), drop, accepted)
}

/// Returns the settled days of a file that are not the vendor's own sums although those of the published file were:
/// nobody would ever ask for them again. A day is named once.
fn differing(
    ctx: &Context<'_>,
    job: Job<'_>,
    part: &Part,
    (old, new, comparison): (&Footer, &Footer, &Comparison),
) -> Vec<Finding> {
    let key = part.partition.state_key();
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    ctx.with_state(job.window.stream, |state| {
        let doubts = state.doubts.get(&key);
        for difference in comparison.differences() {
            let day = &difference.day;
            let agreed =
                old.days.contains_key(day) && doubts.is_none_or(|doubts| !doubts.contains_key(day));
            let is_held = difference.is_final && agreed && !ctx.options.accept.contains(day);
            if is_held && new.days.contains_key(day) && seen.insert(*day) {
                findings.push(Finding::Differs(difference.clone()));
            }
        }
    });
    findings
}

/// Records the outcome of the parts in the summary, the log and the state.
fn record(
    ctx: &Context<'_>,
    job: Job<'_>,
    (requested, comparison): (Timestamp, &Comparison),
    outcomes: Vec<(&Part, Outcome)>,
) -> (Published, Result<(), WindowError>) {
    let mut published = Published::default();
    let mut is_changed = false;
    for (part, outcome) in outcomes {
        is_changed |= !matches!(outcome, Outcome::Newer);
        match outcome {
            Outcome::Newer => ctx.log("newer", serde_json::json!({ "path": part.path })),
            Outcome::HeldBack(findings) => record_findings(ctx, job, part, (requested, findings)),
            Outcome::Published { old, new } => {
                record_file(ctx, job, part, (old, *new, comparison), &mut published);
            }
        }
    }
    let saved = if is_changed { save(ctx, job) } else { Ok(()) };
    (published, saved)
}

fn save(ctx: &Context<'_>, job: Job<'_>) -> Result<(), WindowError> {
    ctx.check(Step::Save, &job.window.account)?;
    Ok(ctx.save(job.window.stream)?)
}

fn record_findings(
    ctx: &Context<'_>,
    job: Job<'_>,
    part: &Part,
    (requested, findings): (Timestamp, Vec<Finding>),
) {
    let key = part.partition.state_key();
    ctx.with_state(job.window.stream, |state| {
        let known = state.suspects.get(&key).map(|suspect| suspect.since);
        let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
        let suspect = Suspect {
            days: findings.iter().filter_map(Finding::day).collect(),
            finding: texts.join("; "),
            since: known.unwrap_or(requested),
        };
        state.suspects.insert(key, suspect);
    });
    for finding in findings {
        ctx.log(
            "suspect",
            serde_json::json!({ "path": part.path, "finding": finding.to_string() }),
        );
        let path = part.path.clone();
        ctx.summary().suspects.push(HeldBack { path, finding });
    }
}

fn record_file(
    ctx: &Context<'_>,
    job: Job<'_>,
    part: &Part,
    (old, new, comparison): (Option<Footer>, Footer, &Comparison),
    published: &mut Published,
) {
    let stream = &job.settings.stream;
    // What was pulled with other settings differs because of them, and not because days changed late.
    let comparable = old.filter(|old| old.fingerprint == new.fingerprint);
    let changes = comparable.map(|old| changes(stream, &old, &new));
    let changes = changes.unwrap_or_default();
    ctx.log(
        "published",
        serde_json::json!({
            "path": part.path,
            "rows": new.rows,
            "from": part.from,
            "to": part.to,
            "changed": changes.iter().filter(|change| change.is_changed).count(),
            "repulled": repulled(ctx, part, &changes),
        }),
    );
    let tally = published.files.entry(part.path.clone()).or_default();
    tally.rows = new.rows;
    tally.days_done = part.due.len() as u64;
    let changed = changes.iter().filter(|change| change.is_changed);
    tally.changed_days.extend(changed.map(|change| change.day));
    tally.vanished_rows = changes.iter().map(|change| change.vanished_rows).sum();
    published.days.extend(new.days.keys());
    let key = part.partition.state_key();
    // A file that cannot be looked at now is opened when the state is loaded.
    let stamp = match ctx.store.stamp(&ctx.format.path(&part.partition)) {
        Ok(Stamped::Is(stamp)) => Some(stamp),
        _ => None,
    };
    ctx.with_state(job.window.stream, |state| {
        remember(state, ctx, &changes);
        let known = state.doubts.remove(&key).unwrap_or_default();
        let doubts = doubts(ctx, job, (&new, comparison), &known);
        let accepted = doubts.iter().filter(|(_, doubt)| doubt.is_accepted);
        published.accepted.extend(accepted.map(|(day, _)| *day));
        if !doubts.is_empty() {
            state.doubts.insert(key.clone(), doubts);
        }
        state.suspects.remove(&key);
        state.stamps.remove(&key);
        state.stamps.extend(stamp.map(|stamp| (key.clone(), stamp)));
        state.partitions.insert(key, new);
    });
}

/// Returns the days of a file that may be wrong. One that was accepted stays so for as long as its sums are the same.
fn doubts(
    ctx: &Context<'_>,
    job: Job<'_>,
    (new, comparison): (&Footer, &Comparison),
    known: &BTreeMap<Date, Doubt>,
) -> BTreeMap<Date, Doubt> {
    let rule = job.settings.rule(ctx.source);
    let doubt = |day: &Date| {
        let finding = comparison.doubt(*day)?;
        let accepted = known.get(day).filter(|known| known.is_accepted);
        if let (Some(accepted), Comparison::Failed(_)) = (accepted, comparison) {
            return Some((*day, accepted.clone()));
        }
        let is_accepted = ctx.options.accept.contains(day)
            || accepted.is_some_and(|known| known.finding == finding);
        let doubt = Doubt {
            finding,
            is_final: rule.is_final(*day, new.requested),
            is_accepted,
        };
        Some((*day, doubt))
    };
    new.days.keys().filter_map(doubt).collect()
}

/// How a day differs from what was published of it.
struct DayChange {
    day: Date,
    /// The instant of the pull before.
    since: Timestamp,
    is_changed: bool,
    vanished_rows: u64,
    /// The largest change of a sum, as a share of what it was.
    share: Decimal,
    /// The first column of money that has a sum, with its sums before and now.
    money: Option<(&'static str, Decimal, Decimal)>,
}

/// Returns what the log says of days that were pulled again. Those that are pulled only because their file is replaced
/// whole are left out, unless they have changed.
fn repulled(ctx: &Context<'_>, part: &Part, changes: &[DayChange]) -> Vec<serde_json::Value> {
    let told = changes
        .iter()
        .filter(|change| change.is_changed || part.due.contains_key(&change.day));
    told.filter_map(|change| {
        let (column, before, after) = change.money?;
        Some(serde_json::json!({
            "day": change.day,
            "days_after": age(ctx, change),
            "column": column,
            "before": before,
            "after": after,
        }))
    })
    .collect()
}

fn changes(stream: &Stream, old: &Footer, new: &Footer) -> Vec<DayChange> {
    if stream.is_snapshot() {
        return vec![];
    }
    let days = old.days.iter().filter_map(|(day, before)| {
        let now = new.days.get(day)?;
        let mut share = Decimal::ZERO;
        let mut is_changed = before.rows != now.rows;
        let mut money = None;
        for column in &stream.additive {
            let (before, now) = (before.sum(column), now.sum(column));
            if money.is_none() && is_money(stream, column) && !(before.is_zero() && now.is_zero()) {
                money = Some((*column, before, now));
            }
            if before != now {
                is_changed = true;
                let distance = now.saturating_sub(before).abs();
                let change = distance.checked_div(before.abs()).unwrap_or(Decimal::ONE);
                share = share.max(change);
            }
        }
        Some(DayChange {
            day: *day,
            since: before.requested,
            is_changed,
            vanished_rows: before.rows.saturating_sub(now.rows),
            share: share.round_dp(6),
            money,
        })
    });
    days.collect()
}

fn is_money(stream: &Stream, column: &str) -> bool {
    let column = stream.column(column);
    column.is_some_and(|column| column.column_type.money().is_some())
}

/// Returns how many days after its end a day was pulled before, from 1; 0 for a pull before its end.
fn age(ctx: &Context<'_>, change: &DayChange) -> u32 {
    let zone = ctx.source.zone;
    let is_over = zone
        .end_of(change.day)
        .is_some_and(|end| end <= change.since);
    if is_over {
        zone.days_after_end(change.day, change.since) + 1
    } else {
        0
    }
}

/// Keeps how much days of each age change, for `pull status`.
///
/// When a day changed between two pulls is not known. It is counted for the first day after the earlier pull: with a
/// pull each night that is the truth, and after an outage it does not make a change look later than it was.
fn remember(state: &mut StreamState, ctx: &Context<'_>, changes: &[DayChange]) {
    /// Beyond this age changes are counted together.
    const OLDEST: u32 = 400;
    for change in changes {
        let age = age(ctx, change);
        let of_age = state.changes.entry(age.min(OLDEST)).or_default();
        of_age.pulls += 1;
        if change.is_changed {
            of_age.changed += 1;
            of_age.largest = of_age.largest.max(change.share);
        }
    }
}
