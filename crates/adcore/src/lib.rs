#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod auth;
mod error;
mod pipeline;
mod request;
mod retry;
mod settings;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token;
mod transport;

#[doc(no_inline)]
pub use async_trait::async_trait;
#[doc(no_inline)]
pub use {bytes, http};

pub use adcore_text::{Form, redact};
pub use auth::{Anonymous, Authorize, CredentialVersion, OutgoingRequest, bearer};
pub use error::{Error, ErrorKind, VendorDetail};
pub use pipeline::{Pipeline, Response, ResponseReader, StreamTime};
pub use request::{Endpoint, Multipart, Payload, Request, path_segment, single_line};
pub use retry::RetryPolicy;
pub use settings::{CallOptions, ClientSettings};
#[cfg(feature = "file-store")]
pub use token::FileTokenStore;
#[cfg(any(test, feature = "testing"))]
pub use token::TokenCounts;
pub use token::{
    StoreLock, StoredTokens, Token, TokenCache, TokenResponse, TokenSettings, TokenSource,
    TokenStore, parse_lifetime,
};
pub use transport::{Body, Transport, TransportError, TransportErrorKind, Turn};
