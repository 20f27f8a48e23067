//! A request that has no response yet.

use std::sync::Arc;

use super::access_log::{AccessLog, Entry};
use super::admin::Admin;

/// The line of the access log for a request, if there is a log.
pub(super) type Line = Option<(Arc<AccessLog>, Box<Entry>)>;

/// Counts and logs a request as abandoned, unless it is answered: dropped with its visitor's connection.
pub(super) struct Pending {
    admin: Arc<Admin>,
    line: Line,
    is_answered: bool,
}

impl Pending {
    pub(super) fn new(admin: Arc<Admin>, line: Line) -> Self {
        Self {
            admin,
            line,
            is_answered: false,
        }
    }

    /// The line, for the response.
    pub(super) fn answered(mut self) -> Line {
        self.is_answered = true;
        self.line.take()
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if self.is_answered {
            return;
        }
        self.admin.count_abandoned();
        if let Some((log, entry)) = &mut self.line {
            log.write_abandoned(entry);
        }
    }
}
