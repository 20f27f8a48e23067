//! Faults: what they are, which requests they apply to, and how they reach the socket.
//!
//! `plans` selects the fault of a request. `apply` replaces or alters the response, or has `socket`
//! cut the connection below HTTP.

mod apply;
mod body;
mod fault;
mod plan;
mod plans;
mod socket;

pub(crate) use apply::apply;
pub use fault::{EndlessPart, Fault, FaultPoint, Slow};
pub use plan::{Always, FaultPlan, Repeat};
pub(crate) use plans::FaultPlans;
pub(crate) use socket::{FaultySocket, SocketControl};
