//! The client against a server of raw bytes on a real socket.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests may panic"
)]

mod batches;
mod breaks;
mod canary;
mod json_rpc;
mod odd_rows;
mod pages;
mod peer;
mod tokens;
