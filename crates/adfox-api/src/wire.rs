//! The wire format: calls become requests, responses become rows or errors.

mod decoder;
mod encode;
mod fields;
mod preview;
mod response;
mod rows;
pub(crate) mod statistics;
mod xml;

pub(crate) use decoder::Keyed;
pub(crate) use encode::{MAX_PAGE_SIZE, Settings, encode_call};
pub use preview::Preview;
pub(crate) use preview::preview_call;
pub(crate) use response::{Envelope, EnvelopeReader};
pub(crate) use rows::{OpenRows, RowsReader};

#[cfg(test)]
mod tests;
