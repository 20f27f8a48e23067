//! Tasks, from their creation to their end.

use adcore::{Error, ErrorKind, Request};
use tokio::time::{sleep, timeout_at};

use super::Statistics;
use super::patience::Patience;
use super::stream::Watch;
use crate::calls::statistics::{OwnerId, Task, TaskId, TaskStatus};
use crate::client::VENDOR;
use crate::wire::statistics as wire;

/// What is known of a task that may take too long.
struct Known<'a> {
    task: Option<Task>,
    patience: Patience<'a>,
}

impl Statistics {
    /// Makes a task and waits until its report is ready; one that has expired is made again once.
    pub(super) async fn run(
        &self,
        request: &Request,
        owner: Option<OwnerId>,
        watch: &Watch,
    ) -> Result<TaskId, Error> {
        let _permit = self.permit(owner).await?;
        let mut known = self.nothing_known();
        let until = known.patience.until();
        let running = async {
            let mut made_again = false;
            loop {
                let made = self.step(request, None, watch, &mut known).await?;
                let task = match self.wait(made, owner, watch, &mut known).await {
                    Err(error) if is_gone(&error) && !made_again => {
                        made_again = true;
                        continue;
                    }
                    outcome => outcome?,
                };
                if task.status == TaskStatus::Expired && !made_again {
                    made_again = true;
                    continue;
                }
                return self.ready(task);
            }
        };
        let outcome = timeout_at(until, running).await;
        outcome.unwrap_or_else(|_| Err(self.late(known)))
    }

    /// Waits until the report of a task is ready.
    pub(super) async fn finish(
        &self,
        id: &TaskId,
        owner: Option<OwnerId>,
        watch: &Watch,
    ) -> Result<(), Error> {
        let mut known = self.nothing_known();
        let until = known.patience.until();
        let waiting = async {
            let request = wire::encode_task(id, owner)?;
            let task = self.step(&request, Some(id), watch, &mut known).await?;
            let task = self.wait(task, owner, watch, &mut known).await?;
            self.ready(task).map(|_| ())
        };
        let outcome = timeout_at(until, waiting).await;
        outcome.unwrap_or_else(|_| Err(self.late(known)))
    }

    /// Asks for the state of a task until it is final.
    async fn wait(
        &self,
        mut task: Task,
        owner: Option<OwnerId>,
        watch: &Watch,
        known: &mut Known<'_>,
    ) -> Result<Task, Error> {
        let request = wire::encode_task(&task.id, owner)?;
        let mut pause = self.settings().first_poll;
        while !task.status.is_final() {
            sleep(pause).await;
            pause = self.settings().longer(pause);
            task = self.step(&request, Some(&task.id), watch, known).await?;
        }
        Ok(task)
    }

    fn nothing_known(&self) -> Known<'_> {
        Known {
            task: None,
            patience: self.patience(),
        }
    }

    /// Makes a task or asks for its state.
    async fn step(
        &self,
        request: &Request,
        id: Option<&TaskId>,
        watch: &Watch,
        known: &mut Known<'_>,
    ) -> Result<Task, Error> {
        let read = |response: &_| wire::read_task(response, id);
        let send = || self.call(request, read);
        let task = known.patience.send(send).await?;
        known.task = Some(task.clone());
        watch.task(&task);
        Ok(task)
    }

    /// Returns the id of a task that is a success, or the error of one that is not.
    fn ready(&self, task: Task) -> Result<TaskId, Error> {
        match task.status {
            TaskStatus::Success => Ok(task.id),
            TaskStatus::Expired => {
                let message = format!("task {} has expired", task.id);
                let error = Error::new(ErrorKind::NotFound, message).with_code("EXPIRED");
                Err(self.annotate(error, "statistics.task"))
            }
            _ => Err(self.annotate(wire::failure(&task), "statistics.task")),
        }
    }

    /// The error of a task that takes too long.
    fn late(&self, known: Known<'_>) -> Error {
        if let Some(refused) = known.patience.into_refusal() {
            return refused;
        }
        let limit = self.settings().task_deadline;
        let state = match known.task {
            Some(task) => format!("task {} is {}", task.id, task.status),
            None => "its task was not made".to_owned(),
        };
        let message = format!("no report within {limit:?}: {state}");
        let error = Error::new(ErrorKind::Timeout, message);
        self.annotate(error, "statistics.task")
    }

    /// Adds the operation to an error that occurred outside of the pipeline, and redacts it.
    pub(super) fn annotate(&self, error: Error, operation: &'static str) -> Error {
        let inner = &self.client.0;
        if error.kind() == ErrorKind::InvalidInput {
            return error.with_operation(VENDOR, operation);
        }
        let pipeline = &self.parts().pipeline;
        pipeline.annotate(error, operation, &inner.credentials)
    }
}

/// Returns whether the vendor may no longer have a task or its result.
///
/// The code and the status of that are not documented. Any other refusal would be the same again.
pub(super) fn is_gone(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Rejected)
}
