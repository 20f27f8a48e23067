#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod calls;
mod client;
mod credentials;
mod error;
mod wire;

#[cfg(feature = "file-store")]
pub use adcore::FileTokenStore;
pub use adcore::json::Raw;
pub use adcore::{
    Body, Error, ErrorKind, RetryPolicy, TokenCounts, TokenSettings, TokenStore, Transport,
    TransportError,
};
pub use client::{Agency, Client, ClientBuilder, ENDPOINT, Rows, Visit};
pub use credentials::Credentials;
pub use jiff::civil::{Date, DateTime};
pub use rust_decimal::Decimal;
