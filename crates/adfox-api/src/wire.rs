//! The wire format: calls become requests, answers become rows or errors.

mod charset;
mod contents;
mod de;
mod decoder;
mod encode;
mod envelope;
mod flat;
mod input;
mod node;
mod preview;
mod scalar;

pub(crate) use decoder::Keyed;
pub(crate) use encode::{LONGEST_PAGE, Settings, encode};
pub(crate) use envelope::{Envelope, OpenAnswer, Opening, Whole};
pub use preview::Preview;
pub(crate) use preview::preview;

#[cfg(test)]
mod tests;
