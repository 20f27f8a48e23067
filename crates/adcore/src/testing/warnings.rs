//! Collects logged warnings in tests.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Metadata, Subscriber};

/// Collects the warnings that this thread logs, from its creation until it is dropped.
///
/// ```
/// use adcore::testing::Warnings;
///
/// let warnings = Warnings::listen();
/// tracing::warn!(rows = 3, "rows were left out");
/// tracing::info!("nothing to worry about");
/// assert_eq!(warnings.lines(), ["rows were left out rows=3"]);
/// ```
#[derive(Debug)]
#[must_use = "warnings are collected only while it lives"]
pub struct Warnings {
    lines: Lines,
    _guard: DefaultGuard,
}

type Lines = Arc<Mutex<Vec<String>>>;

impl Warnings {
    /// Starts collecting the warnings of this thread.
    pub fn listen() -> Self {
        let lines = Lines::default();
        let listener = Listener(Arc::clone(&lines));
        Self {
            lines,
            _guard: tracing::subscriber::set_default(listener),
        }
    }

    /// Returns the warnings so far, each as its message followed by its fields as `name=value`.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.clone()
    }
}

struct Listener(Lines);

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push(line.message + &line.fields);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String does not fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
