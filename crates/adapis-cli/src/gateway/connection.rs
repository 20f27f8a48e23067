//! A visitor's connection, for as long as anything serves it.

use tokio::sync::{OwnedSemaphorePermit, watch};

use super::addresses::Place;
use super::admin::OpenConnection;
use super::early_hints::EarlyHints;

/// A visitor's connection, held by whatever still serves it.
pub(super) struct Connection {
    /// Hints of the site for the visitor.
    pub(super) hints: EarlyHints,
    _permit: OwnedSemaphorePermit,
    _counted: OpenConnection,
    _draining: watch::Receiver<bool>,
    /// Among those of the visitor's address, if they are limited.
    _place: Option<Place>,
}

impl Connection {
    /// A connection with its place among the allowed ones, which draining waits for.
    pub(super) fn new(
        permit: OwnedSemaphorePermit,
        counted: OpenConnection,
        draining: watch::Receiver<bool>,
        place: Option<Place>,
    ) -> Self {
        Self {
            hints: EarlyHints::default(),
            _permit: permit,
            _counted: counted,
            _draining: draining,
            _place: place,
        }
    }
}
