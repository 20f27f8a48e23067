use adcore_json::text_id;
use serde::{Deserialize, Serialize};

use crate::calls::enums::string_enum;
use crate::error::ReportCode;

text_id! {
    /// Identifies a task that makes a report. Cheap to clone.
    TaskId
}

string_enum! {
    /// How far a task is.
    TaskStatus {
        /// It waits for its turn.
        Pending = "PENDING",
        /// The report is being made.
        Running = "RUNNING",
        /// The report is ready.
        Success = "SUCCESS",
        /// The report could not be made.
        Failure = "FAILURE",
        /// The report was made too long ago, or withdrawn.
        Expired = "EXPIRED",
    }
}

impl TaskStatus {
    /// Returns whether the status is final. One that is not known here is not.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Success | Self::Failure | Self::Expired)
    }
}

/// A task that makes a report, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Task {
    /// The id, with which the task can be found again.
    #[serde(rename = "taskId")]
    pub id: TaskId,
    /// How far the task is.
    pub status: TaskStatus,
    /// Why the task failed: the vendor's code.
    #[serde(rename = "errorCode")]
    pub code: Option<ReportCode>,
    /// Why the task failed: the vendor's message.
    #[serde(rename = "errorMessage")]
    pub message: Option<String>,
}

impl Task {
    pub(crate) fn new(id: TaskId, status: TaskStatus) -> Self {
        Self {
            id,
            status,
            code: None,
            message: None,
        }
    }
}
