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
    Error, ErrorKind, RetryPolicy, TokenCounts, TokenSettings, TokenStore, Transport,
};
pub use client::{Batch, Client, ClientBuilder, ENDPOINT, StatisticsStream};
pub use credentials::Credentials;
pub use error::RpcError;
pub use jiff::civil::Date;
pub use rust_decimal::Decimal;
