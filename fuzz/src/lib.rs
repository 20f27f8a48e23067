//! What the fuzzer feeds, and what must be true of whatever comes out.

mod canned;
#[path = "../../crates/adapis-cli/src/config.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
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
