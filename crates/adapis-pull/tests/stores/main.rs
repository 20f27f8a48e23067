//! Pulls into remote stores. `tests/stores/run` starts them; without it each test that needs one is skipped with a word.
//! The table of faults brings its own store.

#![cfg(feature = "object-store")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may panic, and say what they skip"
)]

mod cut;
mod fake;
mod kill;
mod proxy;
mod read;
mod store;
mod support;
mod table;
mod two;
#[allow(dead_code, reason = "the other tests use the rest")]
#[path = "../pull/support.rs"]
mod vendor;
