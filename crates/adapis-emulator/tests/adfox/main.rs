//! The ADFOX server over real sockets: carriers, envelope, objects, codes.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test stop it as its own asserts do"
)]

mod carriers;
mod codes;
mod envelope;
mod lists;
mod objects;
mod placing;
mod server;
mod targeting;
mod users;
mod values;
