//! Requests as values, and what they answer.

mod call;
mod row;
mod statistics;

pub use call::Call;
pub use row::{PlacementId, SiteId, StatisticsRow};
pub use statistics::{Group, Selection, Statistics};
