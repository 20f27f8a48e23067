//! Faults of networks, servers and readers, and how a client survives them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may panic and print"
)]

mod canary;
mod cancellation;
#[path = "../../../fuzz/src/canned.rs"]
mod canned;
mod catalog;
#[path = "../../../crates/adapis-cli/src/config/mod.rs"]
#[allow(
    dead_code,
    missing_debug_implementations,
    unused_imports,
    reason = "the program uses the rest"
)]
mod config;
#[path = "../../../fuzz/src/error.rs"]
mod error;
mod injection;
mod limits;
mod matrix;
mod operations;
#[path = "../../../crates/adapis-cli/src/owner.rs"]
#[allow(dead_code, unreachable_pub, reason = "the program uses the rest")]
mod owner;
mod panics;
mod place;
#[path = "../../../fuzz/src/profile.rs"]
#[allow(unreachable_pub, reason = "public where the fuzzer uses it")]
mod profile;
mod secrets;
mod server;
mod smoke;
#[path = "../../../fuzz/src/targets/mod.rs"]
#[allow(unreachable_pub, reason = "public where the fuzzer uses it")]
mod targets;
#[path = "../../../crates/adapis-cli/src/vendor.rs"]
#[allow(dead_code, unreachable_pub, reason = "the program uses the rest")]
mod vendor;
