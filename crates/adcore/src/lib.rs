#![doc = include_str!("../README.md")]

mod auth;
mod dice;
mod error;
#[cfg(feature = "file-store")]
mod file_store;
#[cfg(feature = "gzip")]
mod gzip;
#[cfg(feature = "hyper")]
mod hyper;
#[cfg(feature = "json")]
pub mod json;
mod pipeline;
mod request;
#[cfg(feature = "reqwest")]
mod reqwest;
mod retry;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(any(feature = "rustls", feature = "hyper-rustls"))]
mod tls;
mod token;
mod transport;

#[doc(no_inline)]
pub use async_trait::async_trait;

#[cfg(feature = "hyper")]
pub use crate::hyper::HyperTransport;
#[cfg(feature = "reqwest")]
pub use crate::reqwest::ReqwestTransport;
pub use auth::{Anonymous, Authorize, Draft, Stamp, bearer};
pub use error::{Error, ErrorKind, cleanse};
#[cfg(feature = "file-store")]
pub use file_store::FileTokenStore;
pub use pipeline::{Answer, Judge, Pipeline, PipelineBuilder};
pub use request::{Endpoint, Form, Multipart, Payload, Request, path_segment, single_line};
pub use retry::RetryPolicy;
pub use store::{StoreLock, StoredTokens, TokenStore};
pub use token::{Grant, Token, TokenCache, TokenCounts, TokenSettings, TokenSource, lifetime};
pub use transport::{Body, Transport, TransportError, TransportErrorKind};
