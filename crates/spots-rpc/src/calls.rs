//! Requests and their results as plain values.
//!
//! They know nothing of the wire: they can be compared, hashed, and stored in any serde format.

mod call;
mod id;
mod row;
mod statistics;

pub use call::Call;
pub use id::{PlacementId, SiteId};
pub use row::StatisticsRow;
pub use statistics::{Group, Selection, Statistics};
