#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod calls;
mod client;
mod credentials;
mod error;
// Public for the tests, fuzz targets and benchmarks of the workspace only.
#[doc(hidden)]
pub mod wire;

pub use client::{
    AdvertiserResult, Agency, Client, ClientBuilder, ENDPOINT, StatisticsStream, TokenKind, V3,
};
pub use credentials::Credentials;
pub use error::Refusal;
pub use jiff::civil::DateTime;

pub use adcore;
#[cfg(feature = "file-store")]
pub use adcore::FileTokenStore;
#[cfg(feature = "testing")]
pub use adcore::testing;
pub use adcore::{
    Body, CallOptions, ClientSettings, Endpoint, Error, ErrorKind, RetryPolicy, Transport,
    TransportError, TransportErrorKind, async_trait,
};
pub use adcore::{StoreLock, StoredTokens, TokenSettings, TokenStore};
#[cfg(feature = "hyper")]
pub use adcore_http::HyperTransport;
#[cfg(feature = "reqwest")]
pub use adcore_http::ReqwestTransport;
pub use adcore_json::{Date, Decimal, Extra, RawJson, date};
