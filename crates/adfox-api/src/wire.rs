//! The wire format: calls become requests, answers become rows or errors. Pure functions.

mod charset;
mod de;
mod encode;
mod envelope;
mod node;
mod preview;

pub(crate) use encode::{LONGEST_PAGE, Settings, encode};
pub(crate) use envelope::{Envelope, Keyed, judge};
pub use preview::Preview;
pub(crate) use preview::preview;

#[cfg(test)]
mod tests;
