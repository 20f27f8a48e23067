#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod calls;
mod client;
mod credentials;
mod error;
#[cfg(feature = "tower")]
pub mod layer;
mod wire;

pub use calls::ClickEncoding;
pub use client::{Client, ClientBuilder};
pub use credentials::Credentials;
pub use error::Refusal;

pub use adcore;
#[cfg(feature = "testing")]
pub use adcore::testing;
pub use adcore::{
    Body, CallOptions, ClientSettings, Endpoint, Error, ErrorKind, RetryPolicy, Transport,
    TransportError, TransportErrorKind, async_trait,
};
#[cfg(feature = "hyper")]
pub use adcore_http::HyperTransport;
#[cfg(feature = "reqwest")]
pub use adcore_http::ReqwestTransport;
pub use adcore_json::{Date, Decimal, Extra, RawJson, date};
