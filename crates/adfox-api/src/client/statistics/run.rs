//! Tasks from their making to their end.

use std::time::Duration;

use adcore::{Error, ErrorKind, Request};
use tokio::time::{Instant, sleep, timeout_at};

use super::Statistics;
use super::stream::Watch;
use crate::calls::statistics::{OwnerId, Task, TaskId, TaskStatus};
use crate::client::VENDOR;
use crate::wire::statistics as wire;

impl Statistics {
    /// Makes a task and waits until its report is ready; one that has expired is made again once.
    pub(super) async fn run(
        &self,
        request: &Request,
        owner: Option<OwnerId>,
        watch: &Watch,
    ) -> Result<TaskId, Error> {
        let mut last = None;
        let running = async {
            // The semaphore is never closed.
            let _permit = self.parts().shared.tasks.acquire().await.ok();
            let mut made_again = false;
            loop {
                let read = |response: &_| wire::read_task(response, None);
                let mut task = self.call(request, read).await?;
                last = Some(task.clone());
                watch.task(&task);
                task = match self.wait(task, owner, watch, &mut last).await {
                    // The vendor has forgotten the task.
                    Err(error) if error.kind() == ErrorKind::NotFound && !made_again => {
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
        let until = Instant::now() + self.settings().task_deadline;
        let outcome = timeout_at(until, running).await;
        outcome.unwrap_or_else(|_| Err(self.late(last.as_ref())))
    }

    /// Waits until the report of a task is ready.
    pub(super) async fn finish(
        &self,
        id: &TaskId,
        owner: Option<OwnerId>,
        watch: &Watch,
    ) -> Result<(), Error> {
        let mut last = None;
        let waiting = async {
            let task = self.task(id).await?;
            last = Some(task.clone());
            watch.task(&task);
            let task = self.wait(task, owner, watch, &mut last).await?;
            self.ready(task).map(|_| ())
        };
        let until = Instant::now() + self.settings().task_deadline;
        let outcome = timeout_at(until, waiting).await;
        outcome.unwrap_or_else(|_| Err(self.late(last.as_ref())))
    }

    /// Asks for the state of a task until it is final.
    async fn wait(
        &self,
        mut task: Task,
        owner: Option<OwnerId>,
        watch: &Watch,
        last: &mut Option<Task>,
    ) -> Result<Task, Error> {
        let request = wire::encode_task(&task.id, owner)?;
        let mut pause = self.settings().first_poll;
        while !task.status.is_final() {
            sleep(pause).await;
            pause = self.longer(pause);
            let id = task.id.clone();
            let read = |response: &_| wire::read_task(response, Some(&id));
            task = self.call(&request, read).await?;
            *last = Some(task.clone());
            watch.task(&task);
        }
        Ok(task)
    }

    fn longer(&self, pause: Duration) -> Duration {
        let longest = self.settings().longest_poll.max(self.settings().first_poll);
        pause.saturating_mul(2).min(longest)
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
    fn late(&self, last: Option<&Task>) -> Error {
        let limit = self.settings().task_deadline;
        let state = match last {
            Some(task) => format!("task {} is {}", task.id, task.status),
            None => "it waits for other reports".to_owned(),
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
