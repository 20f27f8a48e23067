//! Calls of version 3.0 of the REST API, made by [`V3`](crate::V3).
//!
//! The vendor's reference of this version is not public: names and rules are those that public
//! clients use, and they are not checked against the vendor. Therefore any [`Level`] and [`Split`] passes, every
//! number of a row may be absent, and members that are not known are kept in `extra`.

mod row;
mod split;
mod statistics;
mod words;

pub use row::StatisticsRow;
pub use split::Split;
pub use statistics::{Level, Statistics};
