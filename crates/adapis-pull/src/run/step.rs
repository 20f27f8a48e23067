//! The steps of a window, each a place where a test breaks it.

use std::fmt;
use std::sync::Arc;

/// A step of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Step {
    /// The lock of the source is about to be taken.
    Lock,
    /// Temporary files of killed runs are about to be removed.
    Sweep,
    /// The first request is about to be sent.
    Fetch,
    /// All rows have arrived, and the file is about to be ended and synced.
    Stage,
    /// The vendor's own sums are about to be asked for.
    Reconcile,
    /// The published file is about to be looked at, whether it is newer.
    Newer,
    /// The file is about to take the place of the published one.
    Publish,
    /// The files are in their places, and the state is about to be saved.
    Save,
}

impl Step {
    /// All steps in their order.
    pub const ALL: [Self; 8] = [
        Self::Lock,
        Self::Sweep,
        Self::Fetch,
        Self::Stage,
        Self::Reconcile,
        Self::Newer,
        Self::Publish,
        Self::Save,
    ];
}

type Check = dyn Fn(Step, &str) -> Result<(), String> + Send + Sync;

/// Is asked before each step, with the path or the source that it is about, and may refuse it or end the process.
#[derive(Clone, Default)]
pub struct Probe(Option<Arc<Check>>);

impl Probe {
    /// Creates a probe.
    pub fn new(check: impl Fn(Step, &str) -> Result<(), String> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(check)))
    }

    pub(crate) fn check(&self, step: Step, about: &str) -> Result<(), Refused> {
        match &self.0 {
            None => Ok(()),
            Some(check) => check(step, about).map_err(|reason| Refused { step, reason }),
        }
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Probe").field(&self.0.is_some()).finish()
    }
}

/// A step that a probe refused.
#[derive(Debug, thiserror::Error)]
#[error("the step {step:?} was refused: {reason}")]
pub(crate) struct Refused {
    step: Step,
    reason: String,
}
