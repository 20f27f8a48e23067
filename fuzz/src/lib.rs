//! The functions that the fuzzer calls, and the invariants that their results must satisfy.

mod canned;
#[path = "../../crates/adapis-cli/src/config/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the program uses the rest")]
mod config;
mod error;
#[path = "../../crates/adapis-cli/src/owner.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod owner;
pub mod profile;
pub mod targets;
#[path = "../../crates/adapis-cli/src/vendor.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod vendor;
