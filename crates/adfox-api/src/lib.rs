#![doc = include_str!("../README.md")]

pub mod calls;
mod client;
mod credentials;
mod error;
mod wire;

#[doc(no_inline)]
pub use adcore::{Body, Error, ErrorKind, RetryPolicy, Transport, TransportError};

pub use calls::{Action, Call, CallOutput, Carrier, Context, Encoding, File, Object, Params};
pub use calls::{Row, Value};
pub use client::{Client, ClientBuilder, FindOrAdd, Page, Pages, Rows};
pub use credentials::Credentials;
pub use error::{Code, PartialSuccess, Refusal};
pub use wire::Preview;

/// The endpoint of the vendor's page: login and hash of the password.
pub const ENDPOINT: &str = "https://api.adfox.ru/v1/API.php";

/// The later endpoint, which takes an OAuth token.
pub const OAUTH_ENDPOINT: &str = "https://adfox.yandex.ru/api/v1";
