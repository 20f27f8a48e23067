//! A result of the demo.

use crate::output::Row;

/// The result of one task: a table with a title.
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}
