//! Loads into databases that run here. A database that is not installed is named, and its tests do nothing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may panic, and name what they skip"
)]

mod clickhouse;
mod clickhouse_faults;
mod clickhouse_version;
mod cluster;
mod faults;
mod files;
mod older;
mod postgres;
mod revisions;
mod singer;

#[path = "../pull/support.rs"]
#[allow(dead_code, reason = "the tests of pulls use the rest")]
mod support;
mod tls;
