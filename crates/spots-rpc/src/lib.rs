#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod batch;
pub mod calls;
mod client;
mod credentials;
mod error;
mod sweep;
mod wire;

pub use adcore::json::Raw;
pub use adcore::{
    Error, ErrorKind, RetryPolicy, TokenCounts, TokenSettings, TokenStore, Transport,
};
pub use batch::Batch;
pub use client::{Client, ClientBuilder, ENDPOINT};
pub use credentials::Credentials;
pub use error::RpcError;
pub use jiff::civil::Date;
pub use rust_decimal::Decimal;
pub use sweep::StatisticsStream;
