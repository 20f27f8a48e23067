#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod calls;
mod client;
mod credentials;
mod error;
#[cfg(feature = "tower")]
pub mod layer;
mod wire;

pub use adcore::{Error, ErrorKind, RetryPolicy, Transport};
pub use client::{Client, ClientBuilder, Method};
pub use credentials::Credentials;
pub use error::Refusal;
