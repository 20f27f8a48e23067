#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod calls;
mod client;
mod credentials;
mod error;
mod wire;

pub use calls::{Action, ApiCall, Call, CallOutput, Context, Encoding, File, Object, Params};
pub use calls::{PartialSuccess, Row, SendAs, Value};
pub use client::{
    Client, ClientBuilder, ENDPOINT, FindOrAdd, OAUTH_ENDPOINT, Page, Pages, ReportStream,
    RowStream, Statistics, StatisticsSettings,
};
pub use credentials::Credentials;
pub use error::{Code, Refusal, ReportCode, ReportRefusal};
pub use wire::Preview;

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
