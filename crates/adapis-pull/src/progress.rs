//! The progress of a run.

use std::fmt;
use std::sync::Arc;

use crate::summary::SourceSummary;

type Report = dyn Fn(&SourceSummary) + Send + Sync;

/// A callback for the progress of each source, called once its days are known and after each window.
///
/// The function must return quickly, because the source waits for it.
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<Report>>);

impl Progress {
    /// Creates a progress that calls `report`. The number of requests is filled in only when a source has ended.
    pub fn new(report: impl Fn(&SourceSummary) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(report)))
    }

    pub(crate) fn report(&self, summary: &SourceSummary) {
        if let Some(report) = &self.0 {
            report(summary);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Progress").field(&self.0.is_some()).finish()
    }
}
