//! ADFOX over real sockets: request formats, envelope, objects and codes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test stop it as its own asserts do"
)]

mod blocks;
mod codes;
mod documented;
mod envelope;
mod foreign_clients;
mod lists;
mod members;
mod methods;
mod objects;
mod placing;
mod request_formats;
mod server;
mod targeting;
mod users;
mod values;
