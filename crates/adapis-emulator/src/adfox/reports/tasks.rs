//! Tasks and their states, and the rate windows of accounts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::report::Report;
use super::response::Refusal;
use super::settings::{AdfoxOutcome, AdfoxReportsSettings};
use crate::rates::RateWindows;
use crate::revisions::UtcOffset;

/// Age on the emulator's clock at which a task expires if the settings do not say.
///
/// The clock advances by days, and results that stay the same for months would hide all that changes.
const CLOCK_EXPIRY: Duration = Duration::from_secs(86_400);

/// The state of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Status {
    Pending,
    Running,
    Success,
    Failure,
    Expired,
}

/// A task of one account.
struct Task {
    account: usize,
    /// The name of the saved report that it is for.
    saved: Option<&'static str>,
    report: Arc<Report>,
    made: Instant,
    /// When it was made by the emulator's clock; its result is the statistics as of then.
    instant: Option<Timestamp>,
    polls: u32,
    outcome: AdfoxOutcome,
    /// Whether its result is gone.
    is_lost: bool,
}

impl Task {
    fn status(
        &self,
        settings: &AdfoxReportsSettings,
        now: Option<Timestamp>,
        polls: u32,
    ) -> Status {
        let elapsed = self.made.elapsed();
        let expires = settings.expire_ms.map(Duration::from_millis);
        let is_old = expires.is_some_and(|expires| elapsed >= expires)
            || self.age(now) >= expires.unwrap_or(CLOCK_EXPIRY);
        let pending = Duration::from_millis(settings.pending_ms);
        let running = pending.saturating_add(Duration::from_millis(settings.running_ms));
        let running_polls = settings
            .pending_polls
            .saturating_add(settings.running_polls);
        if self.is_lost || is_old {
            Status::Expired
        } else if polls <= settings.pending_polls || elapsed < pending {
            Status::Pending
        } else if polls <= running_polls || elapsed < running {
            Status::Running
        } else {
            match self.outcome {
                AdfoxOutcome::Success | AdfoxOutcome::Lost => Status::Success,
                AdfoxOutcome::Failure => Status::Failure,
                AdfoxOutcome::Expired => Status::Expired,
            }
        }
    }

    /// Its age on the emulator's clock; zero if that is off or went back.
    fn age(&self, now: Option<Timestamp>) -> Duration {
        let made = self.instant.zip(now);
        made.and_then(|(made, now)| now.duration_since(made).try_into().ok())
            .unwrap_or_default()
    }

    /// Whether it was made on the current day of the emulator's clock, or both without a clock.
    fn is_of_today(&self, now: Option<Timestamp>) -> bool {
        let day = |instant| UtcOffset::MOSCOW.day(instant);
        self.instant.map(day) == now.map(day)
    }
}

/// All tasks.
#[derive(Default)]
pub(super) struct Tasks {
    /// The instant of the emulator's clock.
    pub(super) now: Option<Timestamp>,
    tasks: HashMap<String, Task>,
    /// Number of tasks since the start or a reset, from which their ids are made.
    made: u64,
    /// Number of tasks since the settings were set.
    outcomes_used: usize,
    windows: RateWindows,
}

impl Tasks {
    /// Starts the list of outcomes from its beginning.
    pub(super) fn restart_outcomes(&mut self) {
        self.outcomes_used = 0;
    }

    /// Counts a request of an account, unless there were too many.
    pub(super) fn count(
        &mut self,
        account: usize,
        settings: &AdfoxReportsSettings,
    ) -> Result<(), Refusal> {
        let Some(limit) = settings.rate_limit else {
            return Ok(());
        };
        let length = Duration::from_secs(settings.rate_seconds);
        let counted = self.windows.count(account, limit, length);
        counted.map_err(|seconds| {
            let message = format!("More than {limit} requests in {} s", length.as_secs());
            Refusal::set(&settings.refusals.too_many_requests, message)
                .retry_after(settings.retry_after.then_some(seconds))
        })
    }

    /// Makes a task, or finds that of an equal request; returns its id and state.
    pub(super) fn make(
        &mut self,
        account: usize,
        saved: Option<&'static str>,
        report: Report,
        settings: &AdfoxReportsSettings,
    ) -> Result<(String, Status), Refusal> {
        let now = self.now;
        let is_equal = |task: &Task| {
            task.account == account
                && task.saved == saved
                && *task.report == report
                && task.is_of_today(now)
        };
        let equal = self.tasks.iter().find_map(|(id, task)| {
            let status = task.status(settings, now, task.polls);
            let is_over = match status {
                Status::Expired => true,
                Status::Failure => settings.renew_failed,
                _ => false,
            };
            (!is_over && is_equal(task)).then(|| (id.clone(), status))
        });
        if let Some(equal) = equal {
            return Ok(equal);
        }
        self.check_active(account, report.owner, settings)?;
        let outcome = settings.outcomes.get(self.outcomes_used).copied();
        self.outcomes_used += 1;
        self.made += 1;
        let id = id(account, self.made);
        let task = Task {
            account,
            saved,
            report: Arc::new(report),
            made: Instant::now(),
            instant: now,
            polls: 0,
            outcome: outcome.unwrap_or_default(),
            is_lost: false,
        };
        let status = task.status(settings, now, 0);
        self.tasks.insert(id.clone(), task);
        Ok((id, status))
    }

    fn check_active(
        &self,
        account: usize,
        owner: Option<u64>,
        settings: &AdfoxReportsSettings,
    ) -> Result<(), Refusal> {
        let Some(max) = settings.max_active else {
            return Ok(());
        };
        let tasks = self.tasks.values();
        let active = tasks.filter(|task| {
            task.account == account
                && task.report.owner == owner
                && matches!(
                    task.status(settings, self.now, task.polls),
                    Status::Pending | Status::Running
                )
        });
        let active = active.count();
        if active < max as usize {
            return Ok(());
        }
        let message = format!("{active} reports are under way, at most {max} are allowed");
        Err(Refusal::set(&settings.refusals.too_many_reports, message))
    }

    fn find(
        &mut self,
        account: usize,
        id: &str,
        settings: &AdfoxReportsSettings,
    ) -> Result<&mut Task, Refusal> {
        let task = self.tasks.get_mut(id);
        task.filter(|task| task.account == account).ok_or_else(|| {
            Refusal::set(
                &settings.refusals.task_not_found,
                format!("Task '{id}' not found"),
            )
        })
    }

    /// Returns the state of a task and counts a poll.
    pub(super) fn poll(
        &mut self,
        account: usize,
        id: &str,
        settings: &AdfoxReportsSettings,
    ) -> Result<Status, Refusal> {
        let now = self.now;
        let task = self.find(account, id, settings)?;
        task.polls = task.polls.saturating_add(1);
        Ok(task.status(settings, now, task.polls))
    }

    /// Returns the report of a task that is SUCCESS, and the instant of its statistics.
    pub(super) fn result(
        &mut self,
        account: usize,
        id: &str,
        settings: &AdfoxReportsSettings,
    ) -> Result<(Arc<Report>, Option<Timestamp>), Refusal> {
        let now = self.now;
        let task = self.find(account, id, settings)?;
        let status = task.status(settings, now, task.polls.saturating_add(1));
        if status == Status::Success && task.outcome == AdfoxOutcome::Lost {
            task.is_lost = true;
        }
        let refusals = &settings.refusals;
        match status {
            Status::Success if !task.is_lost => Ok((Arc::clone(&task.report), task.instant)),
            Status::Success | Status::Expired => Err(Refusal::set(
                &refusals.expired,
                format!("Task '{id}' is EXPIRED"),
            )),
            Status::Failure => Err(Refusal::documented(
                &settings.failure_code,
                &*settings.failure_message,
            )),
            Status::Pending | Status::Running => Err(Refusal::set(
                &refusals.not_ready,
                format!("Task '{id}' is not SUCCESS"),
            )),
        }
    }
}

/// Returns an id of the documented form, which only depends on its arguments.
fn id(account: usize, number: u64) -> String {
    let digest = Sha256::digest(format!("adfox report {account} {number}"));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "umr-a-rsr-b{}-{}-{}-{}-{}",
        &hex[1..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..32]
    )
}
