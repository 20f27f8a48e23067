//! Loads into databases that run here. A database that is not installed is named, and its tests do nothing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod cluster;

mod files;
mod postgres;

#[path = "../pull/support.rs"]
#[allow(dead_code, reason = "the tests of pulls use the rest")]
mod support;

