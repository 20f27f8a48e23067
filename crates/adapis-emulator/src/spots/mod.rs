//! SPOTS: statistics of publishers over JSON-RPC.
//!
//! `routes` passes requests to `rpc`, `service` holds the state, and `rows` computes the statistics
//! from the `table` of an account.

mod data;
mod query;
mod routes;
mod rows;
mod rpc;
mod service;
mod settings;
mod table;

pub use data::{SpotsAccount, SpotsData, SpotsGenerated, SpotsRow, SpotsView};
pub(crate) use routes::{PATHS, operation, router};
pub(crate) use service::Spots;
pub use settings::{SpotsBatch, SpotsRefusal, SpotsSettings};
