//! How to wait again for the task of a report that was not ready in time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use adapis::adfox::calls::statistics::TaskId;

use crate::error::CliError;

/// The tasks of a report so far.
#[derive(Debug, Default, Clone)]
pub(super) struct Tasks(Arc<Mutex<BTreeSet<TaskId>>>);

impl Tasks {
    pub(super) fn see(&self, task: &TaskId) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.insert(task.clone());
    }

    /// The only task, if its id needs no quotes in a shell. None of several tasks has all rows.
    fn only(&self) -> Option<TaskId> {
        let tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_plain = |id: &&TaskId| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            id.as_str().bytes().all(plain) && !id.as_str().starts_with('-')
        };
        let only = (tasks.len() == 1).then(|| tasks.first()).flatten();
        only.filter(is_plain).cloned()
    }

    /// Adds to an error that may pass the command that waits for the task, with these flags.
    pub(super) fn resume(&self, error: CliError, flags: &str) -> CliError {
        match (error, self.only()) {
            (CliError::Call(error), Some(task)) if error.is_transient() => {
                let message = error.message();
                let message =
                    format!("{message}; to resume: adapis adfox report --task {task}{flags}");
                CliError::Call(error.with_message(message))
            }
            (error, _) => error,
        }
    }
}
