//! Progress on stderr.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A progress bar on stderr. It is erased when dropped.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Starts a spinner labelled `what`; does nothing if not `shown`.
    pub(crate) fn new(what: &str, shown: bool) -> Self {
        if !shown {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new_spinner().with_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// Sets the total number of items and turns the spinner into a bar.
    pub(crate) fn total(&self, total: u64) {
        if self.0.length() == Some(total) {
            return;
        }
        self.0.set_length(total);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
        if let Ok(style) = style {
            self.0.set_style(style);
        }
    }

    /// Replaces the label.
    pub(crate) fn label(&self, what: String) {
        self.0.set_message(what);
    }

    /// Sets how many items are done.
    pub(crate) fn set(&self, done: u64) {
        self.0.set_position(done);
    }

    /// Shows that something arrived.
    pub(crate) fn tick(&self) {
        self.0.tick();
    }

    /// Adds `count` items.
    pub(crate) fn add(&self, count: u64) {
        self.0.inc(count);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
